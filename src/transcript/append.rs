//! Adds entries to a session's transcripts without an agent's file.

use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::capture::message;
use super::layout::{CONVERSATION, conversation_folder, ref_name, segment};
use super::recorded::{Conversation, Generation, conversations};
use super::segments::Segments;
use super::sizes::Sizes;
use super::{Captured, TranscriptEntry, TranscriptError, TranscriptStore};
use crate::git::{RawTree, gix_id};
use crate::ledger::{Edit, RefUpdate};
use crate::model::SessionId;

/// The format of entries that nobody had to translate: [`TranscriptEntry`] as JSON.
pub(super) const FORMAT: &str = "ao-jsonl";

impl TranscriptStore {
    /// Appends entries to a session's conversation in the format `ao-jsonl`, all of them in one
    /// capture. Their numbers and places are not stored: they follow from where the entries are.
    ///
    /// # Errors
    /// Fails if all captures of the session together would be larger than `limit` bytes, or if the
    /// store cannot be written. Nothing is appended then.
    pub fn append(
        &self,
        session: SessionId,
        replica: &str,
        entries: &[TranscriptEntry],
        limit: u64,
    ) -> Result<Captured, TranscriptError> {
        if entries.is_empty() {
            return Ok(Captured::default());
        }
        let repo = self.repository();
        let lines = lines(entries);
        let captured = Captured { bytes: lines.len() as u64, lines: entries.len() as u64 };
        let about = Conversation {
            agent: "git-ao".to_owned(),
            session: session.to_string(),
            format: FORMAT.to_owned(),
        };
        let name = ref_name(session, replica);
        let _kept = self.keep_purge_out()?;
        let alone = self.lock_session(session, replica)?;
        let (sizes, updates) = self.ledger().commit_with_retry(|now| {
            let tip = self.ledger().tip(&name)?;
            let root = match &tip {
                Some(tip) => repo.read_tree(repo.read_commit(gix_id(tip))?.tree)?,
                None => RawTree::empty(),
            };
            let mut sizes = match Sizes::read(&alone, tip.as_ref()) {
                Some(sizes) => sizes,
                None => Sizes::measure(repo, &root)?,
            };
            if sizes.total() + captured.bytes > limit {
                return Err(TranscriptError::TooLarge { limit, captured: sizes.total() });
            }
            sizes.add(captured.bytes);
            let mut edits = Vec::new();
            let mut put = |path: &[&str], bytes: &[u8]| -> Result<(), TranscriptError> {
                let id = repo.write_bytes(Kind::Blob, bytes)?;
                let path = path.iter().copied().map(Into::into).collect();
                edits.push(Edit { path, entry: Some((EntryKind::Blob, id)) });
                Ok(())
            };
            let before = conversations(repo, &root)?;
            let nth = before.len();
            let same = before.into_iter().find(|(_, _, it)| it.as_ref() == Some(&about));
            let (folder, count) = match same {
                Some((folder, id, _)) => {
                    let newest = Generation::newest(repo, &repo.read_tree(id)?)?;
                    (folder, newest.map_or(Ok(0), |newest| newest.count())?)
                }
                None => {
                    let folder = conversation_folder(nth, &about.session);
                    let text = serde_json::to_vec(&about).unwrap_or_default();
                    put(&[&folder, CONVERSATION], &text)?;
                    (folder, 0)
                }
            };
            for (nth, bytes) in Segments::of_all(&lines[..]).enumerate() {
                let bytes = bytes.expect("memory can be read");
                let (part, name) = segment(count + nth, session, "jsonl");
                put(&[&folder, &part, &name], &bytes)?;
            }
            let tree = self.ledger().write_tree(&root, edits)?;
            let (message, parent) = (message(session, &about, captured), tip.as_ref().map(gix_id));
            let new = self.ledger().write_commit(tree, parent, &message, (now, None))?;
            let log = "append".to_owned();
            let update = RefUpdate { name: name.clone(), expected: tip, new, log };
            Ok::<_, TranscriptError>((sizes, vec![update]))
        })?;
        if let Some(update) = updates.first() {
            sizes.write(&alone, &update.new);
        }
        Ok(captured)
    }
}

fn lines(entries: &[TranscriptEntry]) -> Vec<u8> {
    let mut lines = Vec::new();
    for entry in entries {
        let stored = TranscriptEntry { n: 0, raw: None, ..entry.clone() };
        lines.extend(serde_json::to_vec(&stored).unwrap_or_default());
        lines.push(b'\n');
    }
    lines
}

use crate::agent::{Entries, last_words};
use crate::model::{Session, SessionId};
use crate::ops::common::capture::{are_due, facts, record_facts};
use crate::ops::common::{Engine, OpsError};
use crate::store::Key;
use crate::transcript::{Captured, TranscriptEntry, TranscriptError, TranscriptStore};

impl Engine {
    /// Iterates over everything that is known to have been said in a session: all its conversations,
    /// each followed by those of its subagents, as they were captured here and fetched from others.
    ///
    /// The session's record may be deleted. What was said since the last capture is not included.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be read.
    pub fn entries(&self, session: SessionId) -> Result<Entries, OpsError> {
        let found = match self.transcripts()? {
            Some(store) => store.session_transcripts(session)?,
            None => Vec::new(),
        };
        Ok(Entries::of(found))
    }

    /// Returns the last thing that the agent said in a session, in this clone. Only the end of its
    /// transcripts is read.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be read.
    pub fn last_words(&self, session: SessionId) -> Result<Option<TranscriptEntry>, OpsError> {
        let (Some(store), Some(replica)) = (self.transcripts()?, self.store().known_replica())
        else {
            return Ok(None);
        };
        Ok(of_store(&store, session, &replica)?)
    }

    /// Returns the same of many sessions. What cannot be read says nothing.
    pub(in crate::ops) fn last_words_of(&self, sessions: &[&Session]) -> Vec<Option<String>> {
        let opened = self.transcripts().ok().flatten().zip(self.store().known_replica());
        let Some((store, replica)) = opened else { return vec![None; sessions.len()] };
        let words = |session: &&Session| of_store(&store, session.id, &replica).ok().flatten();
        sessions.iter().map(words).map(|entry| entry.map(|entry| entry.text)).collect()
    }

    /// Appends entries to the transcripts of a session: what a program of your own said or did in
    /// it. All entries are in one capture. An entry without a time gets the present one. The record
    /// learns at most once an hour how much there is; [`capture`](Self::capture) tells it at once.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # assert!(std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status()?.success());
    /// use git_ao::model::{Session, SessionId};
    /// use git_ao::ops::Engine;
    /// use git_ao::store::Store;
    /// use git_ao::transcript::{EntryKind, Role, TranscriptEntry};
    ///
    /// let engine = Engine::new(Store::discover(dir.path())?);
    /// let id = SessionId::random();
    /// let now = engine.store().clock().now();
    /// engine.store().create(&Session::new(id, "demo".parse()?, now))?;
    ///
    /// let asked = TranscriptEntry::new(Role::User, EntryKind::Text, "Why is it slow?");
    /// let answered = TranscriptEntry::new(Role::Assistant, EntryKind::Text, "It sorts twice.");
    /// engine.append(id, &[asked, answered])?;
    ///
    /// let said: Vec<_> = engine.entries(id)?.collect::<Result<_, _>>()?;
    /// assert_eq!((said[1].n, said[1].role), (2, Role::Assistant));
    /// assert_eq!(said[1].text, "It sorts twice.");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Fails if there is no such session, if its transcripts would become too large, or if they
    /// cannot be written. Nothing is appended then.
    pub fn append(
        &self,
        key: impl Into<Key>,
        entries: &[TranscriptEntry],
    ) -> Result<Captured, OpsError> {
        let (store, now) = (self.store(), self.store().clock().now());
        let entry = store.snapshot()?.get(key)?;
        let session = entry.location.id;
        let dated = |entry: &TranscriptEntry| TranscriptEntry {
            at: entry.at.or(Some(now)),
            ..entry.clone()
        };
        let entries: Vec<_> = entries.iter().map(dated).collect();
        let transcripts = TranscriptStore::create(self.repository())?;
        let limit = self.repository().settings().transcript_max_size();
        let appended = transcripts.append(session, &store.replica()?, &entries, limit)?;
        let record = store.snapshot()?.load(&entry);
        if record.is_ok_and(|record| are_due(store, &record))
            && let Some(facts) = facts(store, session)?
        {
            record_facts(store, &Key::from(&entry.location), &facts)?;
        }
        Ok(appended)
    }
}

/// Returns the last words of the conversation that was begun last and has any.
fn of_store(
    store: &TranscriptStore,
    session: SessionId,
    replica: &str,
) -> Result<Option<TranscriptEntry>, TranscriptError> {
    let transcripts = store.transcripts(session, replica)?;
    for transcript in transcripts.iter().rev().filter(|it| it.subagent.is_none()) {
        if let Some(entry) = last_words(transcript)? {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

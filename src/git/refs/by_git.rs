//! Moves refs by running git: in ref storages that only git supports, for hooks, and if something
//! unusual is in the way.

use std::os::unix::fs::PermissionsExt;

use super::stale::Held;
use super::update::{Durability, Expected, Moved, RefMove, names};
use crate::git::objects::oid;
use crate::git::{GitError, RefError, Repository, Signatures};

/// The hook that may reject any update of refs (githooks(5)).
const HOOK: &str = "reference-transaction";

impl Repository {
    /// Returns true if git would run this hook: there is a program in the hooks directory, or the
    /// configuration names the hook's event (`hook.<name>.event`).
    pub(super) fn has_transaction_hook(&self) -> bool {
        let folder = match self.config_path("core.hooksPath") {
            // The path is relative to the directory in which hooks run.
            Some(path) => self.hook_folder().join(path),
            None => self.common_dir().join("hooks"),
        };
        let is_program = std::fs::metadata(folder.join(HOOK))
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
        is_program
            || self
                .config_entries("hook")
                .iter()
                .any(|entry| entry.key.ends_with(".event") && entry.value == HOOK)
    }

    /// Returns the directory in which git runs hooks, unless it was removed.
    fn hook_folder(&self) -> std::path::PathBuf {
        let work_dir = self.work_dir().filter(|path| path.is_dir());
        work_dir.unwrap_or_else(|| self.present_git_dir().to_owned())
    }

    pub(super) fn move_refs_by_git(
        &self,
        moves: &[RefMove<'_>],
        who: &Signatures,
    ) -> Result<Moved, RefError> {
        let mut input = "start\0".to_owned();
        for RefMove { name, expected, new, .. } in moves {
            let old = match expected {
                Expected::Missing => new.kind().null().to_string(),
                Expected::At(old) => old.to_string(),
            };
            input += &format!("update {name}\0{new}\0{old}\0");
        }
        input += "prepare\0commit\0";
        let git = who.export(self.git("update-ref").at(&self.hook_folder()).shielded());
        let git = git.args(["--create-reflog", "-m", &message(moves), "-z", "--stdin"]);
        match git.input(input).run() {
            Ok(_) => Ok(Moved::Done(Durability::Kept)),
            Err(error) => self.why_not(moves, error),
        }
    }

    /// Determines why git failed. The current values of the refs tell more than its message.
    fn why_not(&self, moves: &[RefMove<'_>], error: GitError) -> Result<Moved, RefError> {
        let is_moved = |to: &&RefMove<'_>| {
            let now = self.read_ref(to.name).ok().flatten();
            now == Some(oid(to.new)) && to.expected != Expected::from(now)
        };
        let (moved, left): (Vec<_>, Vec<_>) = moves.iter().partition(is_moved);
        if !moved.is_empty() {
            let names = |refs: &[&RefMove<'_>]| names(refs.iter().copied());
            return match left.is_empty() {
                true => Ok(Moved::Done(Durability::Unsure(error.into()))),
                false => Err(RefError::Partial {
                    moved: names(&moved),
                    name: names(&left),
                    source: error.into(),
                }),
            };
        }
        let name = names(moves);
        for to in moves {
            if Expected::from(self.read_ref(to.name)?) == to.expected {
                continue;
            }
            return match error {
                GitError::Failed { status: Some(_), .. } => Ok(Moved::Late(to.name.to_owned())),
                // Git may have moved the ref, and another process may have moved it on. A retry
                // could then repeat the change.
                error => Err(RefError::Write { name, source: error.into() }),
            };
        }
        let GitError::Failed { message, .. } = &error else {
            return Err(RefError::Write { name, source: error.into() });
        };
        let is_refusal = |line: &&str| {
            line.contains("ref updates aborted by hook")
                || line.contains("aborted by the reference-transaction hook")
        };
        if message.lines().any(|line| is_refusal(&line)) {
            let words = message.lines().filter(|line| !is_refusal(line));
            let words = words.collect::<Vec<_>>().join("\n");
            return Err(RefError::Refused { name, words });
        }
        // The messages for files and for reftables.
        let is_locked = (message.contains(".lock': File exists"))
            || message.contains("cannot lock references")
            || message.contains("data is locked");
        if !is_locked {
            return Err(RefError::Write { name, source: error.into() });
        }
        let held = self.lock_in_the_way(message);
        let is_of =
            |held: &Held, to: &RefMove<'_>| held.path.ends_with(format!("{}.lock", to.name));
        let locked = held.as_ref().and_then(|held| moves.iter().find(|to| is_of(held, to)));
        let name = locked.map_or(name, |to| to.name.to_owned());
        Ok(Moved::Locked(name, held.map_or_else(|| error.into(), Into::into)))
    }

    /// Returns the lock that git's message is about, or None if it no longer exists.
    fn lock_in_the_way(&self, message: &str) -> Option<Held> {
        let named = message.split_once("Unable to create '");
        let named = named.and_then(|(_, rest)| rest.split_once(".lock': File exists"));
        let path = match named {
            Some((path, _)) => self.hook_folder().join(format!("{path}.lock")),
            // For reftables, git's message names no file.
            None => self.common_dir().join("reftable/tables.list.lock"),
        };
        path.is_file().then(|| Held::by(&path))
    }
}

/// Joins the reflog messages: git takes only one for all refs.
fn message(moves: &[RefMove<'_>]) -> String {
    let mut messages: Vec<_> = moves.iter().map(|to| to.message.as_str()).collect();
    messages.dedup();
    messages.join("; ")
}

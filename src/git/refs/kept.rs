//! Keeps commits as entries of the reflog of a ref that stays where it is.
//!
//! What a reflog names is reachable for git's garbage collection, but is neither pushed, mirrored
//! nor bundled: those send what refs name.

use gix::ObjectId;

use super::reflog::LogEntry;
use super::{Expected, RefMove};
use crate::git::extensions::RefStorage;
use crate::git::objects::oid;
use crate::git::{GitCommand, RefError, Repository, Signatures};
use crate::model::Oid;

impl Repository {
    /// Adds entries to the reflog of a ref: commits and the messages of the entries. The ref is, or
    /// then is, at `at`.
    ///
    /// The caller holds the [`Lock`](crate::git::Lock).
    ///
    /// # Errors
    /// Fails if the ref or its reflog cannot be written. Some entries may then be there.
    pub(crate) fn keep_in_reflog(
        &self,
        name: &str,
        at: ObjectId,
        entries: &[(ObjectId, String)],
        who: &Signatures,
    ) -> Result<(), RefError> {
        let now = self.read_ref(name)?;
        if now.as_ref() != Some(&oid(at)) {
            let message = "ao: heads".to_owned();
            let _ =
                self.move_refs(&[RefMove { name, expected: now.into(), new: at, message }], who)?;
        }
        if self.ref_storage() == RefStorage::Foreign {
            return entries.iter().try_for_each(|entry| self.keep_by_git(name, at, entry, who));
        }
        let _lock = self.try_lock_ref(name, at)?;
        for (commit, message) in entries {
            let expected = Expected::At(oid(at));
            let to = RefMove { name, expected, new: *commit, message: message.clone() };
            self.append_reflog(&to, who).map_err(|source| RefError::Write {
                name: name.to_owned(),
                source: source.into(),
            })?;
        }
        Ok(())
    }

    /// Moves the ref there and back, because git writes no entry without a move.
    fn keep_by_git(
        &self,
        name: &str,
        at: ObjectId,
        (commit, message): &(ObjectId, String),
        who: &Signatures,
    ) -> Result<(), RefError> {
        for (to, from) in [(commit, &at), (&at, commit)] {
            let git = who.export(self.git("update-ref").shielded());
            let git = git.args(["--create-reflog", "-m", message, name]);
            git.args([to.to_string(), from.to_string()]).run().map_err(|source| {
                RefError::Write { name: name.to_owned(), source: source.into() }
            })?;
        }
        Ok(())
    }

    /// Returns what [`keep_in_reflog`](Self::keep_in_reflog) added, oldest first.
    ///
    /// # Errors
    /// Fails if the reflog exists but cannot be read.
    pub(crate) fn kept_in_reflog(&self, name: &str) -> Result<Vec<(Oid, String)>, RefError> {
        if self.ref_storage() != RefStorage::Foreign {
            let entries = self.read_reflog(name)?.entries.into_iter();
            return Ok(entries.map(|entry| (oid(entry.new), entry.message)).collect());
        }
        let mut entries = self.entries_by_git(name, |verb| self.git(verb));
        entries.reverse();
        Ok(entries)
    }

    /// Removes the entries with certain messages.
    ///
    /// The caller holds the [`Lock`](crate::git::Lock).
    ///
    /// # Errors
    /// Fails if the reflog cannot be read or written.
    pub(crate) fn drop_from_reflog(
        &self,
        name: &str,
        is_unwanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), RefError> {
        if self.ref_storage() != RefStorage::Foreign {
            return self.rewrite_reflog(name, &|entry: &LogEntry| !is_unwanted(&entry.message));
        }
        let newest_first = self.entries_by_git(name, |verb| self.git(verb)).into_iter().enumerate();
        let unwanted = newest_first.filter(|(_, (_, message))| is_unwanted(message));
        for (n, _) in unwanted.collect::<Vec<_>>().into_iter().rev() {
            let git = self.git("reflog").shielded().args(["delete", "--rewrite"]);
            git.arg(format!("{name}@{{{n}}}")).run().map_err(|source| RefError::Write {
                name: name.to_owned(),
                source: source.into(),
            })?;
        }
        Ok(())
    }

    /// Asks git for the entries of a reflog, newest first: up to one whose commit is missing.
    pub(super) fn entries_by_git(
        &self,
        name: &str,
        git: impl Fn(&str) -> GitCommand,
    ) -> Vec<(Oid, String)> {
        let git = git("log").args(["--walk-reflogs", "--format=%H %gs", name, "--"]);
        let printed = git.printed().unwrap_or_default();
        let parse = |line: &str| {
            let (id, message) = line.split_once(' ').unwrap_or((line, ""));
            Some((id.parse().ok()?, message.to_owned()))
        };
        printed.lines().map_while(parse).collect()
    }
}

//! The last commits of sessions' branches, kept from git's garbage collection.
//!
//! Each is an entry of the reflog of one local ref, [`HEADS_REF`], which itself stays at an empty
//! commit. So they outlive their branches, and nothing that sends refs sends them.

use std::collections::BTreeSet;

use gix::objs::Kind;

use super::{History, Key, Snapshot, Store, StoreError};
use crate::git::gix_id;
use crate::ledger::LedgerError;
use crate::model::{Oid, Session, SessionId};

/// The ref whose reflog keeps the heads of sessions.
pub const HEADS_REF: &str = "refs/ao/heads";

/// The settings with which git never expires entries of that reflog (git-config(1)).
const EXPIRY: [&str; 2] =
    ["gc.refs/ao/heads.reflogExpire", "gc.refs/ao/heads.reflogExpireUnreachable"];

const MARK: &str = "ao: head of ";

/// A commit that was the last one of a session's branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct KeptHead {
    /// The session.
    pub session: SessionId,
    /// The commit. It may be missing if somebody expired the reflog.
    pub commit: Oid,
}

impl Store {
    /// Keeps commits of sessions from garbage collection, also when their branches are gone. A
    /// commit that is not in this repository is passed over.
    ///
    /// # Errors
    /// Fails if the reflog cannot be written.
    pub fn keep_heads<'h>(
        &self,
        heads: impl IntoIterator<Item = (SessionId, &'h Oid)>,
    ) -> Result<(), StoreError> {
        let heads: Vec<_> = heads.into_iter().collect();
        if heads.is_empty() {
            return Ok(());
        }
        let _lock = self.ledger().lock()?;
        self.keep_heads_locked(heads)
    }

    /// Does the same as [`keep_heads`](Self::keep_heads) under a lock that the caller holds.
    pub(super) fn keep_heads_locked<'h>(
        &self,
        heads: impl IntoIterator<Item = (SessionId, &'h Oid)>,
    ) -> Result<(), StoreError> {
        let repo = self.repository();
        let here = heads.into_iter().filter(|(_, commit)| repo.has_commit(commit));
        let entry = |(session, commit)| (gix_id(commit), format!("{MARK}{session}"));
        let entries: Vec<_> = here.map(entry).collect();
        if entries.is_empty() {
            return Ok(());
        }
        for key in EXPIRY {
            if repo.config(key).is_none() {
                let git = repo.git("config").shielded().args(["--local", key, "never"]);
                git.run().map_err(LedgerError::from)?;
            }
        }
        let tree = repo.write_bytes(Kind::Tree, b"").map_err(LedgerError::from)?;
        let who = "git-ao <git-ao@localhost> 0 +0000";
        let text = format!(
            "tree {tree}\nauthor {who}\ncommitter {who}\n\nThe reflog of this ref keeps the last \
             commits of sessions of git ao.\n"
        );
        let empty = repo.write_bytes(Kind::Commit, text.as_bytes()).map_err(LedgerError::from)?;
        let who = repo.signatures(self.clock().now()).map_err(LedgerError::from)?;
        let kept = repo.keep_in_reflog(HEADS_REF, empty, &entries, &who);
        Ok(kept.map_err(LedgerError::from)?)
    }

    /// Returns the heads that are kept in this clone, of all sessions, each once, oldest first.
    ///
    /// # Errors
    /// Fails if the reflog cannot be read.
    pub fn kept_heads(&self) -> Result<Vec<KeptHead>, StoreError> {
        let entries = self.repository().kept_in_reflog(HEADS_REF).map_err(LedgerError::from)?;
        let kept = |(commit, message): (Oid, String)| {
            let session = message.strip_prefix(MARK)?.parse().ok()?;
            Some(KeptHead { session, commit })
        };
        // Where git writes the entries, the ref returns to the empty commit after each.
        let empty = self.repository().read_ref(HEADS_REF).map_err(LedgerError::from)?;
        let mut known = BTreeSet::new();
        let is_new =
            |head: &KeptHead| Some(&head.commit) != empty.as_ref() && known.insert(head.clone());
        Ok(entries.into_iter().filter_map(kept).filter(is_new).collect())
    }

    /// Drops the kept heads of sessions, so that garbage collection may remove their commits.
    ///
    /// # Errors
    /// Fails if the reflog cannot be read or written.
    pub fn drop_heads(&self, sessions: &[SessionId]) -> Result<(), StoreError> {
        if !self.kept_heads()?.iter().any(|head| sessions.contains(&head.session)) {
            return Ok(());
        }
        let _lock = self.ledger().lock()?;
        let marks: Vec<_> = sessions.iter().map(|id| format!("{MARK}{id}")).collect();
        let is_its = |message: &str| marks.iter().any(|mark| mark == message);
        let dropped = self.repository().drop_from_reflog(HEADS_REF, &is_its);
        Ok(dropped.map_err(LedgerError::from)?)
    }
}

impl Snapshot<'_> {
    /// Returns the heads that a session ever had, as its record's history and this clone's kept
    /// heads tell, newest first, each once. The commits need not be in this repository.
    ///
    /// To ask for many sessions, read [`Store::kept_heads`] once instead.
    ///
    /// # Errors
    /// Fails if the history or the reflog cannot be read.
    pub fn heads(&self, id: SessionId) -> Result<Vec<Oid>, StoreError> {
        let mut heads: Vec<Oid> = Vec::new();
        let mut add = |head: Option<Oid>| {
            if let Some(head) = head.filter(|head| !heads.contains(head)) {
                heads.push(head);
            }
        };
        let now = self.record_of(id);
        add(now.and_then(|session| session.head));
        for event in self.events(History::default().session(id)) {
            let then = self.store.snapshot_at(&event?.id)?.record_of(id);
            add(then.and_then(|session| session.head));
        }
        for kept in self.store.kept_heads()?.into_iter().rev().filter(|kept| kept.session == id) {
            add(Some(kept.commit));
        }
        Ok(heads)
    }

    fn record_of(&self, id: SessionId) -> Option<Session> {
        let entry = self.get(Key::from(id)).ok()?;
        self.load(&entry).ok()
    }
}

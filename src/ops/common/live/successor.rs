use std::collections::BTreeMap;

use crate::model::{Oid, Session};
use crate::ops::common::OpsError;
use crate::store::{Snapshot, Store};
use crate::workspace::Worktrees;

/// How many generations of a fork's ancestors are searched for their bases.
const GENERATIONS: usize = 16;

/// Returns the branch that replaces the base branch of a session.
pub(in crate::ops) fn successor_of(
    store: &Store,
    session: &Session,
) -> Result<Option<String>, OpsError> {
    let found = Successors::of(store).find(session)?;
    Ok(found.and_then(|name| Some(name.strip_prefix("refs/heads/")?.to_owned())))
}

/// Finds the refs that replace deleted base branches. Each lookup is cached.
pub struct Successors<'s> {
    store: &'s Store,
    snapshot: Option<Snapshot<'s>>,
    default: Option<Vec<String>>,
    same: BTreeMap<String, Vec<String>>,
    with: BTreeMap<(Oid, Vec<String>), Vec<String>>,
    there: BTreeMap<Oid, bool>,
}

impl<'s> Successors<'s> {
    pub fn of(store: &'s Store) -> Self {
        Self {
            store,
            snapshot: None,
            default: None,
            same: BTreeMap::new(),
            with: BTreeMap::new(),
            there: BTreeMap::new(),
        }
    }

    /// Returns the ref that replaces the base branch of a session, as a full name: the same branch
    /// under another name, otherwise a branch that contains the commit at which the session began.
    /// The session's own branch never counts.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read.
    pub fn find(&mut self, session: &Session) -> Result<Option<String>, OpsError> {
        let (Some(base), Some(own)) = (&session.base, &session.branch) else { return Ok(None) };
        let Some(gone) = &base.branch else { return Ok(None) };
        let own = format!("refs/heads/{own}");
        let first = |names: &[String]| names.iter().find(|name| **name != own).cloned();
        if let Some(same) = first(self.same_branches(gone)?) {
            return Ok(Some(same));
        }
        let Some(commit) = base.commit.clone() else { return Ok(None) };
        if !self.is_there(&commit) {
            return Ok(None);
        }
        let mut names = self.bases_of_parents(session)?;
        names.extend_from_slice(self.default_branches()?);
        Ok(first(self.with_commit(commit, names)?))
    }

    /// Returns true if the commit is in this repository.
    pub fn is_there(&mut self, commit: &Oid) -> bool {
        let worktrees = self.worktrees();
        *self.there.entry(commit.clone()).or_insert_with_key(|commit| worktrees.has_commit(commit))
    }

    fn worktrees(&self) -> Worktrees<'s> {
        Worktrees::new(self.store.repository())
    }

    fn same_branches(&mut self, gone: &str) -> Result<&[String], OpsError> {
        if !self.same.contains_key(gone) {
            let found = self.worktrees().same_branches(gone)?;
            self.same.insert(gone.to_owned(), found);
        }
        Ok(&self.same[gone])
    }

    fn with_commit(&mut self, commit: Oid, names: Vec<String>) -> Result<&[String], OpsError> {
        let question = (commit, names);
        if !self.with.contains_key(&question) {
            let found = self.worktrees().with_commit(&question.0, &question.1)?;
            self.with.insert(question.clone(), found);
        }
        Ok(&self.with[&question])
    }

    fn default_branches(&mut self) -> Result<&[String], OpsError> {
        let names = match self.default.take() {
            Some(names) => names,
            None => self.worktrees().default_branches()?,
        };
        Ok(self.default.insert(names))
    }

    /// Returns the base branches of the session's ancestors: an ancestor is merged into its base.
    fn bases_of_parents(&mut self, session: &Session) -> Result<Vec<String>, OpsError> {
        let mut names = Vec::new();
        let mut next = session.fork.as_ref().map(|fork| fork.session);
        for _ in 0..GENERATIONS {
            let Some(id) = next.take() else { break };
            let snapshot = match &mut self.snapshot {
                Some(snapshot) => snapshot,
                none => none.insert(self.store.snapshot()?),
            };
            // Stop at a parent that is missing or corrupt.
            let Ok(parent) = snapshot.session(id) else { break };
            names.extend(parent.base.and_then(|base| base.branch));
            next = parent.fork.map(|fork| fork.session);
        }
        Ok(names)
    }
}

//! Finds the branches that git ao made for sessions whose agents have gone on with others.

use std::collections::BTreeSet;

use crate::model::{Oid, Session, SessionId};
use crate::ops::common::OpsError;
use crate::ops::common::live::base_tips;
use crate::store::{Named, Snapshot, Store};
use crate::workspace::{OnUnsaved, Removal, Workspace, Worktrees};

/// The branches with the configured prefix that no session has.
pub struct NobodysBranches {
    prefix: String,
    names: BTreeSet<String>,
}

impl NobodysBranches {
    /// Reads the refs. There are none if a session cannot be read, because one of them may be its
    /// branch.
    ///
    /// # Errors
    /// Fails if the refs cannot be read.
    pub fn of(store: &Store, snapshot: &Snapshot<'_>) -> Result<Self, OpsError> {
        let prefix = store.repository().settings().branch_prefix();
        let git = store.repository().git("for-each-ref").args(["--format=%(refname:lstrip=2)"]);
        let refs = git.arg("refs/heads/").run()?.text();
        let named = refs.lines().filter(|name| !prefix.is_empty() && name.starts_with(&prefix));
        let mut names: BTreeSet<String> = named.map(str::to_owned).collect();
        match snapshot.in_use(Named::Branch, &names) {
            Some(used) => names.retain(|name| !used.contains(name)),
            None => names.clear(),
        }
        Ok(Self { prefix, names })
    }

    pub fn into_names(self) -> Vec<String> {
        self.names.into_iter().collect()
    }

    /// Returns those that were made for a session and have nothing that neither its last commit,
    /// which is kept, nor its base has.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn made_for(&self, store: &Store, session: &Session) -> Result<Earlier, OpsError> {
        let start = format!("{}{}", self.prefix, session.id.short());
        let is_its = |name: &&String| {
            let rest = name.strip_prefix(&start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let mut made = Earlier::default();
        let worktrees = Worktrees::new(store.repository());
        for name in self.names.iter().filter(is_its) {
            if made.bases.is_empty() {
                made.bases = base_tips(store, session)?;
                made.bases.extend(session.head.clone());
            }
            let verdict = worktrees.verdict(&removal(session.id, name, &made.bases))?;
            if verdict.refusal.is_none() && worktrees.checked_out_at(name)?.is_none() {
                made.names.push(name.clone());
            }
        }
        Ok(made)
    }
}

/// Branches that git ao made for a session.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    pub names: Vec<String>,
    /// The commits that have what these have.
    bases: Vec<Oid>,
}

impl Earlier {
    /// Removes the branches. One that is in use by now, or has other commits, stays.
    pub fn remove(&mut self, workspace: &dyn Workspace, session: SessionId) {
        let Self { names, bases } = self;
        names.retain(|name| {
            let removed = workspace.remove(&removal(session, name, bases));
            removed.is_ok_and(|removed| removed.kept.is_none())
        });
    }
}

fn removal<'r>(session: SessionId, branch: &'r str, bases: &'r [Oid]) -> Removal<'r> {
    let on_unsaved = OnUnsaved::Refuse;
    Removal { path: None, branch: Some(branch), session, on_unsaved, ignored: None, bases }
}

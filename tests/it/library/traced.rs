//! Workspaces that prepare each worktree, and note what is asked of them.

use std::sync::{Arc, Mutex};

use git_ao::workspace::{
    Added, Addition, Detail, ExpectedWorktree, Recreation, Removal, Removed, Workspace,
    WorkspaceError, WorkspaceState, Worktrees,
};

pub struct Traced<'r> {
    worktrees: Worktrees<'r>,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

impl<'r> Traced<'r> {
    pub fn new(worktrees: Worktrees<'r>, calls: Arc<Mutex<Vec<&'static str>>>) -> Self {
        Self { worktrees, calls }
    }

    fn note(&self, call: &'static str) {
        self.calls.lock().unwrap().push(call);
    }
}

impl Workspace for Traced<'_> {
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError> {
        self.note("add");
        let added = self.worktrees.add(addition)?;
        std::fs::write(added.path().join("prepared"), "").unwrap();
        Ok(added)
    }

    fn states(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError> {
        self.note("states");
        self.worktrees.states(places, detail)
    }

    fn recreate(&self, again: &Recreation<'_>) -> Result<Added<'_>, WorkspaceError> {
        self.note("recreate");
        let added = self.worktrees.recreate(again)?;
        std::fs::write(added.path().join("prepared"), "").unwrap();
        Ok(added)
    }

    fn remove(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError> {
        self.note("remove");
        self.worktrees.remove(removal)
    }
}

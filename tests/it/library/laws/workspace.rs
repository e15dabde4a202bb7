use std::fs;

use git_ao::testing::WorkspaceLaws;
use git_ao::workspace::{
    Added, Addition, Condition, Detail, ExpectedWorktree, OnUnsaved, Recreation, Removal, Removed,
    Workspace, WorkspaceError, WorkspaceState, Worktrees,
};

use super::each_can_be_broken;
use crate::support::sessions::own_store;
use crate::support::{Repo, for_each_format};

#[test]
fn worktrees_keep_the_laws() {
    for_each_format(|repo| {
        let store = own_store(repo);
        let worktrees = Worktrees::new(store.repository());
        WorkspaceLaws::new(&worktrees, store.repository()).check();
    });
}

/// Worktrees with one fault.
struct Bent<'r> {
    worktrees: Worktrees<'r>,
    fault: &'static str,
}

impl Workspace for Bent<'_> {
    fn add(&self, addition: &Addition) -> Result<Added<'_>, WorkspaceError> {
        let added = match self.fault {
            "takes any folder" => {
                let _ = fs::remove_dir_all(&addition.path);
                self.worktrees.add(addition)?
            }
            _ => self.worktrees.add(addition)?,
        };
        match self.fault {
            "adds elsewhere" => {
                added.keep();
                Ok(Added::new(addition.path.join("elsewhere")))
            }
            "keeps what is not kept" => Ok(Added::new(added.keep())),
            _ => Ok(added),
        }
    }

    fn states(
        &self,
        places: &[ExpectedWorktree<'_>],
        detail: Detail,
    ) -> Result<Vec<WorkspaceState>, WorkspaceError> {
        let mut states = self.worktrees.states(places, detail)?;
        match self.fault {
            "answers in another order" => states.reverse(),
            "forgets one" => drop(states.pop()),
            "finds all ready" => {
                states.iter_mut().for_each(|state| state.condition = Condition::Ready);
            }
            "writes" => {
                for place in places.iter().filter(|place| place.path.is_dir()) {
                    fs::write(place.path.join("looked"), "").unwrap();
                }
            }
            _ => {}
        }
        Ok(states)
    }

    fn recreate(&self, again: &Recreation<'_>) -> Result<Added<'_>, WorkspaceError> {
        if self.fault == "recreates over files" {
            let _ = fs::remove_dir_all(again.path);
        }
        self.worktrees.recreate(again)
    }

    fn remove(&self, removal: &Removal<'_>) -> Result<Removed, WorkspaceError> {
        match self.fault {
            "removes unsaved work" => {
                let mut forced = *removal;
                forced.on_unsaved = OnUnsaved::Backup;
                self.worktrees.remove(&forced)
            }
            "says that it removed" => Ok(Removed::default()),
            "removes anything" => {
                let removed = self.worktrees.remove(removal);
                if let (Err(_), Some(path)) = (&removed, removal.path) {
                    let _ = fs::remove_dir_all(path);
                }
                removed
            }
            _ => self.worktrees.remove(removal),
        }
    }
}

#[test]
fn each_law_of_workspaces_can_be_broken() {
    let faults = [
        ("add", "adds elsewhere"),
        ("rollback", "keeps what is not kept"),
        ("refuse", "takes any folder"),
        ("states", "answers in another order"),
        ("states", "forgets one"),
        ("states", "finds all ready"),
        ("read-only", "writes"),
        ("recreate", "recreates over files"),
        ("unsaved", "removes unsaved work"),
        ("remove", "says that it removed"),
        ("strangers", "removes anything"),
    ];
    each_can_be_broken(WorkspaceLaws::laws(), &faults, |law, fault| {
        let repo = Repo::new();
        let store = own_store(&repo);
        let worktrees = Worktrees::new(store.repository());
        let bent = Bent { worktrees, fault };
        WorkspaceLaws::new(&bent, store.repository()).only(law).check();
    });
}

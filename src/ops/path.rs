use std::path::PathBuf;

use crate::ops::common::session_env::command_env;
use crate::ops::common::{Engine, OpsError, placement};
use crate::runtime::Attach;
use crate::store::Key;

/// Where in its worktree a session's command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WorkDir {
    /// In the folder in which the agent works, if it is there.
    #[default]
    Folder,
    /// In the top directory.
    Top,
}

impl Engine {
    /// Returns the directory of a session's worktree in this clone.
    ///
    /// # Errors
    /// Fails if the session has none here, or if what is there is not its worktree.
    pub fn worktree(&self, key: impl Into<Key>) -> Result<PathBuf, OpsError> {
        placement::workspace(self, &self.store().snapshot()?.session(key)?)
    }

    /// Returns a command that runs in the worktree of a session, with its environment and without what
    /// git tells its hooks about another one: in the folder in which the agent works, or in the top
    /// directory.
    ///
    /// # Errors
    /// Fails like [`worktree`](Self::worktree).
    pub fn command_in(
        &self,
        key: impl Into<Key>,
        argv: impl IntoIterator<Item = std::ffi::OsString>,
        place: WorkDir,
    ) -> Result<Attach, OpsError> {
        let repo = self.repository();
        let session = self.store().snapshot()?.session(key)?;
        let top = placement::workspace(self, &session)?;
        let folder = match place {
            WorkDir::Folder => placement::folder_or_top(&top, &session).0,
            WorkDir::Top => top.clone(),
        };
        let environment = repo.environment().clone().outside_git();
        let env = command_env(repo, &session, &top);
        let environment = env.iter().fold(environment, |all, (name, value)| all.with(name, value));
        Ok(Attach::new(argv, environment).at(folder))
    }
}

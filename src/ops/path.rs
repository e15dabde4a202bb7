use std::path::PathBuf;

use crate::ops::common::session_env::command_env;
use crate::ops::common::{Engine, OpsError, placement};
use crate::runtime::Attach;
use crate::store::Key;

impl Engine {
    /// Returns the directory of a session's worktree in this clone.
    ///
    /// # Errors
    /// Fails if the session has none here, or if what is there is not its worktree.
    pub fn worktree(&self, key: impl Into<Key>) -> Result<PathBuf, OpsError> {
        placement::workspace(self, &self.store().snapshot()?.session(key)?)
    }

    /// Returns a command that runs in the worktree of a session, with its environment and without what git tells its hooks
    /// about another one.
    ///
    /// # Errors
    /// Fails like [`worktree`](Self::worktree).
    pub fn command_in(
        &self,
        key: impl Into<Key>,
        argv: impl IntoIterator<Item = std::ffi::OsString>,
    ) -> Result<Attach, OpsError> {
        let repo = self.repository();
        let session = self.store().snapshot()?.session(key)?;
        let folder = placement::workspace(self, &session)?;
        let environment = repo.environment().clone().outside_git();
        let env = command_env(repo, &session, &folder);
        let environment = env.iter().fold(environment, |all, (name, value)| all.with(name, value));
        Ok(Attach::new(argv, environment).at(folder))
    }
}

use std::env::{join_paths, split_paths};
use std::path::Path;

use super::{Remote, ShareError, Watcher};

impl Remote<'_> {
    /// Starts one push of the store, as a fast-forward, in the background. Nobody waits for it or
    /// learns its result. The user's hooks are not run.
    ///
    /// # Errors
    /// Fails if git cannot be started.
    pub fn push_behind(&self) -> Result<(), ShareError> {
        let mirror = format!("remote.{}.mirror", self.name);
        let git = Watcher::Nobody.prepare(self.store, &[(&mirror, "false")], "push");
        let refspec = format!("{}:{}", self.store.ref_name(), self.their_ref);
        let git = git.args(["--no-verify", "--quiet", "--no-follow-tags"]);
        let git = git.args(["--recurse-submodules=no", "--", &self.name, &refspec]);
        Ok(git.detach()?)
    }

    /// Starts `git ao push` in the background, which also sends what is new in the transcripts that
    /// this clone shares. Nobody waits for it or learns its result. git looks for git-ao in `folder`
    /// first.
    ///
    /// # Errors
    /// Fails if git cannot be started.
    pub fn push_all_behind(&self, folder: &Path) -> Result<(), ShareError> {
        let repo = self.store.repository();
        let path = repo.environment().os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_owned()).chain(split_paths(path));
        let git = repo.git_in(repo.main_folder(), "ao");
        let git = match join_paths(folders) {
            Ok(path) => git.env("PATH", path),
            // The folder's name has a colon: whatever is installed has to do.
            Err(_) => git,
        };
        Ok(git.args(["push", "--quiet", "--no-verify", "--", &self.name]).detach()?)
    }
}

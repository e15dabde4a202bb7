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
}

//! Takes back what git has changed in a worktree before it refused to land the work.

use std::fs;
use std::path::Path;

use super::git::Landing;
use crate::git::GitError;
use crate::ops::common::{LandError, OpsError};

impl Landing<'_> {
    /// Undoes a merge with a command of git, or else by restoring the files.
    pub(super) fn undo(
        &self,
        place: &Path,
        verb: &'static str,
        undo: &[&str],
    ) -> Result<(), OpsError> {
        let undone = self.git(place, undo[0]).args(&undo[1..]).run();
        // Git also sets the branch to where it is, and a hook may refuse that.
        let undone = undone.map(drop).or_else(|error| self.quit(place).map_err(|_| error));
        undone.map_err(|error| {
            let (path, words) = (place.to_owned(), error.to_string());
            LandError::NotUndone { verb, path, words }.into()
        })
    }

    /// Restores the files that a fast-forward has changed, if the branch was not moved.
    pub(super) fn undo_forward(&self, place: &Path, to: &str) -> Result<(), OpsError> {
        if self.head(place)? != self.plan.base {
            return Ok(());
        }
        self.put_back(place, to).map_err(|error| {
            let (path, words) = (place.to_owned(), error.to_string());
            LandError::NotUndone { verb: "merge", path, words }.into()
        })
    }

    fn quit(&self, place: &Path) -> Result<(), GitError> {
        let merged = self.git(place, "write-tree").run()?.text();
        self.put_back(place, &merged)?;
        self.git(place, "merge").arg("--quit").run()?;
        if let Some(git_dir) = self.engine.repository().git_dir_of(place) {
            let _ = fs::remove_file(git_dir.join("SQUASH_MSG"));
        }
        Ok(())
    }

    /// Restores the files that differ between a commit or tree and the base. All others stay as they
    /// are, also in the index.
    fn put_back(&self, place: &Path, from: &str) -> Result<(), GitError> {
        let _ = self.git(place, "update-index").args(["-q", "--refresh"]).end(&mut |_| {})?;
        let git = self.git(place, "read-tree").args(["-m", "-u", from, self.plan.base.as_str()]);
        git.run().map(drop)
    }
}

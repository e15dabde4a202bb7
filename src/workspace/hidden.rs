//! Files that the index marks as assume-unchanged or skip-worktree (git-update-index(1)).

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

use super::list::path_from;
use super::removal::Target;
use super::status::Status;
use super::{WorkspaceError, Worktrees};
use crate::git::{GitCommand, uninterrupted};

/// Paths that git does not look at as long as the index says so.
#[derive(Default)]
struct Hidden {
    assumed: Vec<Vec<u8>>,
    skipped: Vec<Vec<u8>>,
    /// Their entries: `<mode> <id> <stage>\t<path>`.
    entries: Vec<Vec<u8>>,
}

impl Worktrees<'_> {
    /// A copy of the index of a worktree in which no file is hidden from git; None where the index
    /// itself hides none.
    pub(super) fn open_index(
        &self,
        target: &Target,
    ) -> Result<Option<tempfile::TempPath>, WorkspaceError> {
        if target.missing {
            return Ok(None);
        }
        let hidden = self.hidden(&target.path)?;
        if hidden.assumed.is_empty() && hidden.skipped.is_empty() {
            return Ok(None);
        }
        let index = copy_of_index(&target.git_dir)?;
        self.show_all(target, &index, &hidden)?;
        Ok(Some(index))
    }

    /// A copy of the index of a worktree, in which no file is hidden from git.
    pub(super) fn index_copy(&self, target: &Target) -> Result<tempfile::TempPath, WorkspaceError> {
        match self.open_index(target)? {
            Some(index) => Ok(index),
            None => copy_of_index(&target.git_dir),
        }
    }

    /// Whether a submodule has changes to files that are hidden from git.
    pub(super) fn hides_changes(&self, top: &Path) -> Result<bool, WorkspaceError> {
        let Some(git_dir) = self.repo.git_dir_of(top) else { return Ok(false) };
        let target = Target { git_dir, path: top.to_owned(), missing: false };
        match self.open_index(&target)? {
            None => Ok(false),
            Some(index) => {
                let git = with_index(self.status(top), Some(&index));
                Ok(!Status::parse(git.run()?.bytes()).changes.is_clean())
            }
        }
    }

    /// A file outside of a sparse checkout is not there, and that is no change.
    fn hidden(&self, top: &Path) -> Result<Hidden, WorkspaceError> {
        let output = self.repo.git_in(top, "ls-files").args(["-v", "--stage", "-z"]).run()?;
        let mut hidden = Hidden::default();
        for line in output.bytes().split(|byte| *byte == 0) {
            let [tag, b' ', entry @ ..] = line else { continue };
            let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else { continue };
            let path = &entry[tab + 1..];
            let is_there = || fs::symlink_metadata(top.join(path_from(path))).is_ok();
            let is_assumed = tag.is_ascii_lowercase();
            let is_skipped = tag.eq_ignore_ascii_case(&b'S') && is_there();
            if is_assumed {
                hidden.assumed.push(path.to_owned());
            }
            if is_skipped {
                hidden.skipped.push(path.to_owned());
            }
            if is_assumed || is_skipped {
                hidden.entries.push(entry.to_owned());
            }
        }
        Ok(hidden)
    }

    fn show_all(
        &self,
        target: &Target,
        index: &Path,
        hidden: &Hidden,
    ) -> Result<(), WorkspaceError> {
        // What git noted of a hidden file may be older than a change of the same second: it does
        // not look after such entries when it writes an index. One that is added anew has no note,
        // and is compared by its content.
        let git = with_index(self.git_on(target, "update-index"), Some(index));
        git.args(["-z", "--index-info"]).input(hidden.entries.join(&0)).run()?;
        for (option, paths) in
            [("--no-assume-unchanged", &hidden.assumed), ("--no-skip-worktree", &hidden.skipped)]
        {
            if !paths.is_empty() {
                let git = with_index(self.git_on(target, "update-index"), Some(index));
                git.args([option, "-z", "--stdin"]).input(paths.join(&0)).run()?;
            }
        }
        Ok(())
    }
}

/// The command with another index than the worktree's own.
pub(super) fn with_index(git: GitCommand, index: Option<&Path>) -> GitCommand {
    match index {
        Some(index) => git.env("GIT_INDEX_FILE", index),
        None => git,
    }
}

/// A copy that goes away again, in the same folder: a split index finds its other half there.
///
/// It keeps the time of the original, by which git knows the entries that may have changed in the
/// moment they were added (gitformat-index(5)): with a later time such changes would be missed.
fn copy_of_index(git_dir: &Path) -> Result<tempfile::TempPath, WorkspaceError> {
    let index = git_dir.join("index");
    let copy = || -> io::Result<tempfile::TempPath> {
        let copy = tempfile::Builder::new().prefix("ao-index.").tempfile_in(git_dir)?;
        match File::open(&index) {
            Ok(mut original) => {
                let time = original.metadata()?.modified()?;
                io::copy(&mut original, &mut copy.as_file())?;
                copy.as_file().set_times(FileTimes::new().set_modified(time))?;
                Ok(copy.into_temp_path())
            }
            // An empty file is no index; a missing one is an empty index.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let copy = copy.into_temp_path();
                fs::remove_file(&copy)?;
                Ok(copy)
            }
            Err(error) => Err(error),
        }
    };
    uninterrupted(copy).map_err(|source| WorkspaceError::Io {
        act: "copy",
        path: index.clone(),
        source,
    })
}

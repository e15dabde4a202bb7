//! Files that the index marks as assume-unchanged or skip-worktree (git-update-index(1)).

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

use super::list::path_from;
use super::removal::Target;
use super::status::Status;
use super::{WorkspaceError, Worktrees};
use crate::git::{GitCommand, uninterrupted};

/// Paths whose changes git does not report because of a flag in the index.
#[derive(Default)]
struct Hidden {
    assumed: Vec<Vec<u8>>,
    skipped: Vec<Vec<u8>>,
    /// Their entries: `<mode> <id> <stage>\t<path>`.
    entries: Vec<Vec<u8>>,
}

impl Worktrees<'_> {
    /// Returns a copy of a worktree's index in which no file is hidden from git, or None if the
    /// index hides none.
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

    /// Returns a copy of a worktree's index in which no file is hidden from git.
    pub(super) fn index_copy(&self, target: &Target) -> Result<tempfile::TempPath, WorkspaceError> {
        match self.open_index(target)? {
            Some(index) => Ok(index),
            None => copy_of_index(&target.git_dir),
        }
    }

    /// Returns true if a submodule hides files from git and has changes.
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

    /// Returns the hidden files. A skip-worktree file that does not exist is outside a sparse
    /// checkout, which is no change.
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
        // The stat data of a hidden entry may predate a change in the same second, because git
        // skips such entries in its racy check when it writes an index. A newly added entry has no
        // stat data, so git compares the content.
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

/// Makes the command use this index, if any, instead of the worktree's own.
pub(super) fn with_index(git: GitCommand, index: Option<&Path>) -> GitCommand {
    match index {
        Some(index) => git.env("GIT_INDEX_FILE", index),
        None => git,
    }
}

/// Returns a temporary copy in the same folder, where a split index finds its shared index.
///
/// The copy keeps the modification time of the original. By that time git recognizes entries that
/// may have changed right after they were added (gitformat-index(5)); with a later one it would
/// miss such changes.
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
            // Git rejects an empty file, but treats a missing one as an empty index.
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

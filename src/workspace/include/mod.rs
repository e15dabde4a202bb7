//! Copies ignored files that a new worktree needs, such as `.env`, as `.worktreeinclude` says.

mod copy;
mod file;
mod select;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use self::copy::Copier;
use super::{WorkspaceError, Worktrees, marker};

/// The file with the patterns, at the top of a worktree, in the syntax of gitignore(5).
pub(super) const PATTERNS: &str = ".worktreeinclude";

/// What was copied into a new worktree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Included {
    /// The number of files, symbolic links included.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// What was left out: how often for each reason, and the first path.
    pub skipped: BTreeMap<Skipped, (u64, PathBuf)>,
    /// The `.worktreeinclude` that was not read, because it is not a regular file.
    pub unread: Option<PathBuf>,
    /// Lines of the patterns that can match nothing.
    pub void: Vec<String>,
}

/// Why a path that the patterns match was not copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Skipped {
    /// The new worktree does not ignore it, so a commit could take it.
    NotIgnored,
    /// A symbolic link that leads out of the worktree.
    LeadsOut,
    /// A FIFO, a socket or a device.
    Special,
    /// Another worktree or repository.
    Repository,
    /// In the new worktree, a parent folder of it is a file or a symbolic link.
    Blocked,
    /// It cannot be read.
    Unreadable,
    /// It is nested too deeply.
    TooDeep,
}

impl Included {
    /// Returns true if there is nothing to report.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn skip(&mut self, reason: Skipped, path: &Path) {
        let first = || (0, path.to_owned());
        self.skipped.entry(reason).or_insert_with(first).0 += 1;
    }
}

impl Worktrees<'_> {
    /// Copies the ignored files that match `.worktreeinclude` from one worktree to a new one, by
    /// reference where the file system can (ioctl_ficlone(2)). Modes and times are kept. Nothing is
    /// overwritten, and no symbolic link is followed. The patterns are those of the source, or if it
    /// has none, those of the main worktree. Stops early if `is_over` returns true.
    ///
    /// # Errors
    /// Fails if git fails, or if a file cannot be written.
    pub fn include(
        &self,
        from: &Path,
        to: &Path,
        is_over: &dyn Fn() -> bool,
    ) -> Result<Included, WorkspaceError> {
        // Git runs in other folders than this process.
        let (from, to) = (&absolute(from)?, &absolute(to)?);
        let mut included = Included::default();
        let Some(patterns) = self.patterns(from, &mut included)? else { return Ok(included) };
        included.void = select::void_lines(&patterns);
        let chosen = select::choose(self.repo, (from, to), &patterns, &mut included)?;
        let mut copier = Copier::new((from, to), &mut included, (self.progress, is_over))?;
        let copied = chosen.iter().try_for_each(|path| copier.copy(path));
        copier.finish();
        // What was copied does not count as work in the new worktree, even if the rest failed.
        if let Some(git_dir) = marker::git_dir_of(to) {
            let touch = || File::options().append(true).open(git_dir.join(marker::NAME));
            let _ = touch().and_then(|file| file.set_modified(SystemTime::now()));
        }
        copied.map(|()| included)
    }

    /// Returns the main worktree; None if the repository is bare.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn main(&self) -> Result<Option<PathBuf>, WorkspaceError> {
        let main = self.list()?.into_iter().next();
        Ok(main.filter(|main| !main.bare).map(|main| main.path))
    }

    /// Returns the file with the patterns that apply to the files of a worktree.
    fn patterns(
        &self,
        from: &Path,
        included: &mut Included,
    ) -> Result<Option<PathBuf>, WorkspaceError> {
        let mut in_folder = |folder: &Path| {
            let path = folder.join(PATTERNS);
            let meta = fs::symlink_metadata(&path).ok()?;
            // A symbolic link may lead anywhere.
            let is_file = meta.is_file();
            if !is_file {
                included.unread.get_or_insert_with(|| path.clone());
            }
            is_file.then_some(path)
        };
        Ok(match in_folder(from) {
            Some(path) => Some(path),
            None => self.main()?.and_then(|main| in_folder(&main)),
        })
    }
}

fn absolute(path: &Path) -> Result<PathBuf, WorkspaceError> {
    let failed = |source| WorkspaceError::Io { act: "find", path: path.to_owned(), source };
    std::path::absolute(path).map_err(failed)
}

//! The linked worktrees of a repository, read from its files (gitrepository-layout(5)).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::list::path_from;
use super::worktrees::real_path;
use super::{WorkspaceError, Worktrees, marker};
use crate::git::uninterrupted;
use crate::model::SessionId;
use crate::store::Key;

/// A linked worktree that is registered in git, whether or not its folder exists.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    /// Its own git directory.
    pub git_dir: PathBuf,
    /// Its folder.
    pub path: PathBuf,
    /// The reason if it is locked; may be empty.
    pub locked: Option<String>,
}

impl Worktrees<'_> {
    /// Returns the sessions that have a worktree here, with its present path, also after a `git
    /// worktree move`. Runs no git.
    ///
    /// # Errors
    /// Fails if the git directory cannot be read.
    pub fn sessions(&self) -> Result<BTreeMap<SessionId, PathBuf>, WorkspaceError> {
        let mut sessions = self.sessions_known()?;
        sessions.retain(|_, path| path.exists());
        Ok(sessions)
    }

    /// Returns the sessions that have a worktree registered here, even if its directory is missing.
    ///
    /// # Errors
    /// Fails if the git directory cannot be read.
    pub fn sessions_known(&self) -> Result<BTreeMap<SessionId, PathBuf>, WorkspaceError> {
        let mut known = self.registered()?;
        // If two name the same session, an existing one takes precedence.
        known.sort_by_key(|known| known.path.exists());
        let session = |known: Registered| Some((marker::read(&known.git_dir)?, known.path));
        Ok(known.into_iter().filter_map(session).collect())
    }

    /// Returns the worktrees that name their session, including those whose directory is missing.
    /// Existing ones come last.
    ///
    /// # Errors
    /// Fails if the git directory cannot be read.
    pub fn owned(&self) -> Result<Vec<(Key, PathBuf)>, WorkspaceError> {
        let mut known = self.registered()?;
        known.sort_by_key(|known| known.path.exists());
        let owned = |known: Registered| Some((marker::read_key(&known.git_dir)?, known.path));
        Ok(known.into_iter().filter_map(owned).collect())
    }

    pub(super) fn registered(&self) -> Result<Vec<Registered>, WorkspaceError> {
        let folder = self.repo.common_dir().join("worktrees");
        let failed = |source| WorkspaceError::Io { act: "read", path: folder.clone(), source };
        let entries = match uninterrupted(|| fs::read_dir(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut all = Vec::new();
        for entry in entries {
            all.extend(Registered::read(entry.map_err(failed)?.path()));
        }
        all.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(all)
    }
}

impl Registered {
    /// Reads the entry with this git directory. Its file `gitdir` names the `.git` file of the
    /// worktree, relative to the git directory if `worktree.useRelativePaths` is set.
    fn read(git_dir: PathBuf) -> Option<Self> {
        let bytes = fs::read(git_dir.join("gitdir")).ok()?;
        let dot_git = git_dir.join(path_from(bytes.trim_ascii_end()));
        let path = real_path(dot_git.parent()?);
        let locked = fs::read_to_string(git_dir.join("locked")).ok();
        Some(Self { git_dir, path, locked: locked.map(|reason| reason.trim_end().to_owned()) })
    }
}

/// Returns the common directory of a worktree's git directory.
pub(super) fn common_dir_of(git_dir: &Path) -> Option<PathBuf> {
    match fs::read(git_dir.join("commondir")) {
        Ok(bytes) => git_dir.join(path_from(bytes.trim_ascii_end())).canonicalize().ok(),
        Err(_) => git_dir.join("HEAD").exists().then(|| git_dir.canonicalize().ok())?,
    }
}

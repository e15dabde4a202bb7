use std::path::{Path, PathBuf};

use git_ao::git::Repository;
use git_ao::model::{Session, SessionId};

use crate::cli::context::Env;
use crate::cli::{open, placed};

/// The worktree that the user stands in.
pub struct Here {
    session: Option<SessionId>,
    work_dir: Option<PathBuf>,
    replica: Option<String>,
    home: Option<PathBuf>,
}

impl Here {
    pub fn of(repo: &Repository, env: &Env) -> Self {
        Self {
            session: open::here(repo),
            work_dir: repo.work_dir(),
            replica: repo.config("ao.replica"),
            home: env.os("HOME").map(PathBuf::from),
        }
    }

    /// True for the session that the worktree says it is of, and for those whose placement on this
    /// replica is this worktree.
    pub fn holds(&self, session: &Session) -> bool {
        self.session == Some(session.id) || self.is_workspace_of(session)
    }

    fn is_workspace_of(&self, session: &Session) -> bool {
        let Some(work_dir) = &self.work_dir else { return false };
        let path = self
            .replica
            .as_deref()
            .and_then(|replica| placed::workspace(session, replica, self.home.as_deref()));
        path.is_some_and(|path| path == *work_dir || is_same(&path, work_dir))
    }
}

/// The home folder may be reached through a link.
fn is_same(path: &Path, other: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path == other)
}

use std::path::{Path, PathBuf};

use git_ao::model::Session;
use git_ao::ops;
use git_ao::store::{Key, Store};
use git_ao::workspace;

use crate::cli::open;

/// The worktree of the current directory.
pub struct Here {
    store: Store,
    session: Option<Key>,
    work_dir: Option<PathBuf>,
}

impl Here {
    pub fn of(store: &Store) -> Self {
        let repo = store.repository();
        Self { store: store.clone(), session: open::here(repo), work_dir: repo.work_dir() }
    }

    /// Returns true for the session that the worktree names, and for sessions whose placement in
    /// this clone is this worktree.
    pub fn holds(&self, session: &Session) -> bool {
        self.session.as_ref().is_some_and(|here| here.id == session.id)
            || self.is_workspace_of(session)
    }

    fn is_workspace_of(&self, session: &Session) -> bool {
        let Some(work_dir) = &self.work_dir else { return false };
        // The path may contain a symbolic link.
        let is_this = |place: &Path| {
            place == work_dir || place.canonicalize().is_ok_and(|place| place == *work_dir)
        };
        let placement = ops::placement(&self.store, session);
        let recorded = placement.and_then(|it| it.workspace.as_deref());
        let environment = self.store.repository().environment();
        let recorded = recorded.and_then(|text| workspace::from_record(text, environment).ok());
        // A path recorded by another user may only seem to be this one.
        recorded.is_some_and(|place| is_this(&place))
            && ops::place(&self.store, session).is_some_and(|place| is_this(&place))
    }
}

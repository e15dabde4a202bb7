//! Reads the placement of this clone from a record. Placements of other clones are never acted on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{Placement, Session};
use crate::ops::common::{Engine, OpsError, SessionWorktreeError};
use crate::runtime::{NoRuntime, Runtime};
use crate::store::Store;
use crate::workspace::{
    Detail, ExpectedWorktree, FolderProblem, Places, Worktrees, folder_in, is_of, is_worktree,
};

/// Returns the session's placement in this clone, if it has one.
pub fn placement<'s>(store: &Store, session: &'s Session) -> Option<&'s Placement> {
    session.placement_in(store.known_replica().as_deref())
}

/// Returns the recorded path of the session's worktree in this clone, or None. The worktree may no
/// longer exist.
pub fn place(store: &Store, session: &Session) -> Option<PathBuf> {
    let recorded = placement(store, session)?.workspace.as_deref()?;
    let places = Places::of(Worktrees::new(store.repository()));
    places.find(recorded, session.id, &session.project_id).ok()
}

/// Returns the other clone in which the session's agent was started, if there is one.
pub fn elsewhere<'s>(store: &Store, session: &'s Session) -> Option<&'s str> {
    let here = store.known_replica();
    let mut others = session.other_placements(here.as_deref());
    others.find(|(_, placement)| placement.is_started()).map(|(name, _)| name)
}

/// Returns the directory in which the session's agent works: a worktree of this repository.
pub(in crate::ops) fn workspace(engine: &Engine, session: &Session) -> Result<PathBuf, OpsError> {
    let store = engine.store();
    let path = placement(store, session).and_then(|placement| placement.workspace.as_deref());
    let Some(path) = path else {
        return Err(match commits_missing(engine, session)? {
            Some(missing) => missing.into(),
            None => SessionWorktreeError::Missing(session.id).into(),
        });
    };
    let path = Places::of(engine.worktrees()).find(path, session.id, &session.project_id)?;
    let place = ExpectedWorktree { path: &path, branch: session.branch.as_deref() };
    let state = engine.workspace().state(&place, Detail::Place)?;
    match state.condition {
        condition if !is_worktree(&condition) => {
            Err(SessionWorktreeError::NotUsable { id: session.id, path, condition }.into())
        }
        // A record may name any worktree, so the worktree itself must name the session.
        _ if !is_of(&path, session.id, &session.project_id) => {
            Err(SessionWorktreeError::NotItsOwn { id: session.id, path }.into())
        }
        _ => Ok(path),
    }
}

/// Returns the error for a session none of whose commits are in this clone; None if some are, or if it
/// has none.
pub(in crate::ops) fn commits_missing(
    engine: &Engine,
    session: &Session,
) -> Result<Option<SessionWorktreeError>, OpsError> {
    let (Some(branch), Some(head)) = (&session.branch, &session.head) else { return Ok(None) };
    let worktrees = engine.worktrees();
    let tip = engine.repository().read_ref(&format!("refs/heads/{branch}"))?;
    if tip.is_some() || worktrees.has_commit(head) {
        return Ok(None);
    }
    let landed = session.landed.as_ref().map(|landed| landed.commit.clone());
    let landed = landed.filter(|commit| worktrees.has_commit(commit));
    let (id, branch) = (session.id, branch.clone());
    Ok(Some(SessionWorktreeError::CommitsMissing { id, branch, landed }))
}

/// Returns the directory in which the session's agent starts, in a worktree; if its folder cannot be
/// used, the top directory, and why.
pub(in crate::ops) fn folder_or_top(
    top: &Path,
    session: &Session,
) -> (PathBuf, Option<FolderProblem>) {
    match session.folder.as_deref().map(|folder| folder_in(top, folder)) {
        None => (top.to_owned(), None),
        Some(Ok(path)) => (path, None),
        Some(Err(problem)) => (top.to_owned(), Some(problem)),
    }
}

/// Returns the directory in which the session's agent works, or would if the worktree was there.
pub(in crate::ops) fn folder_at(top: &Path, session: &Session) -> PathBuf {
    match &session.folder {
        Some(folder) if !top.exists() => top.join(folder),
        _ => folder_or_top(top, session).0,
    }
}

/// Returns the runtime of the session's agent in this clone.
pub(in crate::ops) fn runtime(
    engine: &Engine,
    session: &Session,
) -> Result<Arc<dyn Runtime>, OpsError> {
    let name =
        placement(engine.store(), session).and_then(|placement| placement.runtime.as_deref());
    match name {
        Some(name) => Ok(engine.runtime_named(name, None)?),
        None => Ok(Arc::new(NoRuntime)),
    }
}

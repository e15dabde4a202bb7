//! Finds or recreates the worktree of a restored session.

use std::path::{Path, PathBuf};

use crate::model::Session;
use crate::ops::common::owned_worktrees::Own;
use crate::ops::common::{Checks, Engine, OpsError, SessionWorktreeError, lodging, placement};
use crate::store::Store;
use crate::workspace::{
    self, Added, Condition, Detail, ExpectedWorktree, Recreation, Refilled, Remarks, Workspace,
    WorkspaceError, Worktrees, is_of, is_worktree, name_project, owner_at,
};

/// The path of the worktree, existing or to be created.
pub(in crate::ops) enum Site {
    Existing(PathBuf),
    Missing(PathBuf),
    /// That of somebody else, in which the session's branch is checked out.
    Lodging(PathBuf),
}

pub(in crate::ops) fn find_place(
    engine: &Engine,
    session: &Session,
    checks: Checks,
) -> Result<Site, OpsError> {
    let (store, worktrees) = (engine.store(), &engine.worktrees());
    let path = where_it_belongs(engine, session)?;
    let place = ExpectedWorktree { path: &path, branch: session.branch.as_deref() };
    let condition = engine.workspace().state(&place, Detail::Place)?.condition;
    if is_worktree(&condition) && owner_at(&path) != Some(session.id) {
        // Only the worktree itself can say that the session was let in.
        if lodging::lodging(store, session).as_ref() == Some(&path) {
            lodging::check(engine, session, &path)?;
            return Ok(Site::Lodging(path));
        }
        return Err(not_its_own(worktrees, session, path)?.into());
    }
    if let Some(guest) = lodging::guest(engine, &path, session)? {
        return Err(SessionWorktreeError::Lent { path, to: guest.id }.into());
    }
    if is_worktree(&condition) && !is_of(&path, session.id, &session.project_id) {
        return Err(not_its_own(worktrees, session, path)?.into());
    }
    match condition {
        Condition::Ready => {
            check_born(store, session)?;
            Ok(Site::Existing(path))
        }
        Condition::Missing | Condition::Prunable => Ok(Site::Missing(path)),
        Condition::WrongBranch(_) | Condition::Detached | Condition::Busy(_)
            if checks == Checks::Skip =>
        {
            Ok(Site::Existing(path))
        }
        condition => {
            Err(SessionWorktreeError::NotUsable { id: session.id, path, condition }.into())
        }
    }
}

/// Chooses the error for a worktree that does not name the session. An unmarked one at the
/// session's path may come from a restore that was killed.
fn not_its_own(
    worktrees: &Worktrees<'_>,
    session: &Session,
    path: PathBuf,
) -> Result<SessionWorktreeError, OpsError> {
    let id = session.id;
    let is_here = |other: &Path| path.canonicalize().is_ok_and(|path| path == other);
    if let Some(half) = worktrees.half_checkouts()?.into_iter().find(|it| is_here(&it.path)) {
        return Ok(SessionWorktreeError::Unfinished { id, way_out: half.way_out(), path });
    }
    let unmarked = worktrees.unfinished()?.into_iter();
    let mut unmarked = unmarked.filter(|it| it.short == id.short() && is_here(&it.path));
    Ok(match unmarked.next() {
        Some(unmarked) => {
            SessionWorktreeError::Unfinished { id, way_out: unmarked.way_out(), path }
        }
        None => SessionWorktreeError::NotItsOwn { id, path },
    })
}

/// Returns the path at which the session's worktree is, was, or will be created.
fn where_it_belongs(engine: &Engine, session: &Session) -> Result<PathBuf, OpsError> {
    let (store, worktrees) = (engine.store(), &engine.worktrees());
    if let Some(own) = Own::of(worktrees, &store.snapshot()?)?.path(session) {
        return Ok(own.clone());
    }
    let condition = |path: &Path| {
        let state =
            engine.workspace().state(&ExpectedWorktree { path, branch: None }, Detail::Place);
        state.map(|state| state.condition)
    };
    let recorded = placement::placement(store, session).and_then(|it| it.workspace.as_deref());
    // A record may name any directory: an existing one is examined, but none is created there.
    if let Some(path) = recorded
        .and_then(|text| workspace::from_record(text, store.repository().environment()).ok())
        && !matches!(condition(&path)?, Condition::Missing | Condition::Prunable)
    {
        return Ok(path);
    }
    let path = worktrees.default_path(&session.project_id, session.id)?;
    // Another clone on this machine may have a worktree of the session at this path.
    let is_taken = matches!(condition(&path)?, Condition::Foreign(_));
    Ok(if is_taken { beside(&path, &store.replica()?) } else { path })
}

fn beside(path: &Path, replica: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!("-{replica}"));
    path.with_file_name(name)
}

/// Checks that the session's branch exists. In a worktree whose branch was deleted, the next commit
/// would start a new history.
fn check_born(store: &Store, session: &Session) -> Result<(), OpsError> {
    let Some(branch) = session.branch.clone() else { return Ok(()) };
    match store.repository().read_ref(&format!("refs/heads/{branch}"))? {
        Some(_) => Ok(()),
        None => Err(SessionWorktreeError::BranchGone { branch, head: session.head.clone() }.into()),
    }
}

/// A worktree to work in. A recreated one is removed again unless it is kept.
pub(in crate::ops) enum Made<'a> {
    Existing(PathBuf, Option<Refilled>),
    Again(Box<Added<'a>>),
    Lodging(Box<Added<'a>>),
}

impl Site {
    pub fn path(&self) -> &Path {
        match self {
            Self::Existing(path) | Self::Missing(path) | Self::Lodging(path) => path,
        }
    }

    pub fn make<'a>(
        self,
        engine: &Engine,
        workspace: &'a dyn Workspace,
        session: &Session,
    ) -> Result<Made<'a>, OpsError> {
        let path = match self {
            Self::Lodging(path) => {
                return Ok(Made::Lodging(Box::new(lodging::lodge(engine, session, &path)?)));
            }
            Self::Existing(path) => {
                let refilled = engine.worktrees().refill(&path)?;
                return Ok(Made::Existing(path, refilled));
            }
            Self::Missing(path) => path,
        };
        let branch = session.branch.as_deref().ok_or(SessionWorktreeError::NoBranch(session.id))?;
        let (head, id) = (session.head.as_ref(), session.id);
        let again = Recreation { path: &path, branch, head, session: id };
        let added = workspace.recreate(&again).map_err(|error| match error {
            source @ WorkspaceError::BranchInUse { .. } => {
                OpsError::from(SessionWorktreeError::BranchInUse { id, source })
            }
            error => error.into(),
        })?;
        name_project(added.path(), &session.project_id)?;
        Ok(Made::Again(Box::new(added)))
    }
}

impl Made<'_> {
    pub fn path(&self) -> &Path {
        match self {
            Self::Existing(path, _) => path,
            Self::Again(added) | Self::Lodging(added) => added.path(),
        }
    }

    pub fn remarks(&self) -> Remarks {
        match self {
            Self::Existing(_, refilled) => Remarks { refilled: *refilled, ..Remarks::default() },
            Self::Again(added) | Self::Lodging(added) => added.remarks().clone(),
        }
    }

    pub fn keep(self) {
        if let Self::Again(added) | Self::Lodging(added) = self {
            added.keep();
        }
    }
}

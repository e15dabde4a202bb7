//! Worktrees that a session works in without owning them, because its branch is checked out there.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::git::{Lock, LockError};
use crate::model::Session;
use crate::ops::common::{Engine, Liveness, OpsError, SessionWorktreeError, SpawnError, placement};
use crate::store::{Key, Store, StoreError};
use crate::workspace::{
    self, Added, Condition, Detail, ExpectedWorktree, WorkspaceError, guest_at, owner_at,
};

/// How long, and how often, to check whether another session has finished starting on a branch.
const PATIENCE: Duration = Duration::from_secs(120);
const APART: Duration = Duration::from_millis(20);

/// How long to wait for a worktree that git is making. If its git was killed, it stays like that.
const IN_THE_MAKING: Duration = Duration::from_secs(10);

/// Checks that a session can work in a worktree with its branch: no operation is in progress there,
/// and it belongs to no session that has not ended.
pub(in crate::ops) fn check(
    engine: &Engine,
    session: &Session,
    path: &Path,
) -> Result<(), OpsError> {
    let branch = session.branch.as_deref();
    let look = || engine.workspace().state(&ExpectedWorktree { path, branch }, Detail::Place);
    let (mut state, end) = (look()?, Instant::now() + IN_THE_MAKING);
    while state.is_being_made() && Instant::now() < end {
        engine.interrupt().check()?;
        std::thread::sleep(APART);
        state = look()?;
    }
    let path = path.to_owned();
    if let Some(reason) = state.locked {
        return Err(WorkspaceError::Locked { path, reason }.into());
    }
    match state.condition {
        Condition::Ready => {}
        condition => {
            let branch = branch.unwrap_or_default().to_owned();
            return Err(SessionWorktreeError::NotFree { path, condition, branch }.into());
        }
    }
    let guest = guest_at(&path).filter(|guest| !guest.has_left).map(|guest| guest.key);
    let keys = [guest, owner_at(&path).map(Key::from)].into_iter().flatten();
    for key in keys.filter(|key| key.id != session.id) {
        if let Some(other) = at_work(engine, &key)? {
            return Err(taken(engine.store(), session, &other).into());
        }
    }
    Ok(())
}

/// Takes the lock for sessions that start on the session's branch, and waits for its holder. A
/// session holds it until it is recorded: before that, others cannot know that it works there, and
/// git itself lets several worktrees check out one branch at the same moment.
pub(in crate::ops) fn alone(engine: &Engine, session: &Session) -> Result<Option<Lock>, OpsError> {
    let end = Instant::now() + PATIENCE;
    loop {
        engine.interrupt().check()?;
        match alone_at_once(engine, session) {
            Err(OpsError::Lock(LockError::Timeout { .. })) if Instant::now() < end => {
                std::thread::sleep(APART);
            }
            alone => return alone,
        }
    }
}

/// Does the same as [`alone`], but does not wait.
pub(in crate::ops) fn alone_at_once(
    engine: &Engine,
    session: &Session,
) -> Result<Option<Lock>, OpsError> {
    let Some(branch) = &session.branch else { return Ok(None) };
    let repo = engine.repository();
    // A file's name may be shorter than that of a branch.
    let id = repo.blob_id(branch.as_bytes()).map_err(StoreError::from)?;
    Ok(Some(repo.lock_named(&format!("branch-{id}.lock"), Duration::ZERO)?))
}

/// Makes the session a guest in the worktree. It leaves again unless the result is kept. The caller
/// holds the lock of [`alone`].
pub(in crate::ops) fn lodge<'a>(
    engine: &Engine,
    session: &Session,
    path: &Path,
) -> Result<Added<'a>, OpsError> {
    check(engine, session, path)?;
    let mut made = Added::new(path.to_owned());
    made.on_rollback(workspace::lodge(path, session.id, &session.project_id)?);
    Ok(made)
}

/// Returns the worktree in which the session is a guest, even after its end.
pub(in crate::ops) fn lodging(store: &Store, session: &Session) -> Option<PathBuf> {
    session.existing_branch.as_ref()?;
    let path = placement::place(store, session)?;
    guest_at(&path).is_some_and(|guest| guest.key.id == session.id).then_some(path)
}

/// Returns the worktree in which the session works as a guest now.
pub(in crate::ops) fn present(store: &Store, session: &Session) -> Option<PathBuf> {
    lodging(store, session).filter(|path| guest_at(path).is_some_and(|guest| !guest.has_left))
}

/// Returns true if the session has ended and left its branch to others, where it was a guest or its
/// worktree is gone. Its work then ends with its recorded head.
pub(in crate::ops) fn has_left(store: &Store, session: &Session) -> bool {
    let owns =
        || placement::place(store, session).is_some_and(|path| owner_at(&path) == Some(session.id));
    session.existing_branch.is_some()
        && session.status.is_terminal()
        && session.head.is_some()
        && present(store, session).is_none()
        && !owns()
}

/// Returns false for a worktree that the user also works in, because the session is only a guest.
pub(in crate::ops) fn is_alone(session: &Session, top: &Path) -> bool {
    session.existing_branch.is_none() || !top.exists() || owner_at(top) == Some(session.id)
}

/// Notes that the session no longer works where it is a guest. What others commit there from now on
/// is not its work.
pub(in crate::ops) fn leave(store: &Store, session: &Session) {
    if let Some(path) = lodging(store, session) {
        // If this fails, its next look at the branch takes too much for its own, and nothing is
        // lost.
        let _ = workspace::leave(&path, session.id);
    }
}

/// Returns the session that works as a guest in a worktree of another one.
pub(in crate::ops) fn guest(
    engine: &Engine,
    path: &Path,
    owner: &Session,
) -> Result<Option<Session>, OpsError> {
    match guest_at(path).filter(|guest| !guest.has_left && guest.key.id != owner.id) {
        Some(guest) => at_work(engine, &guest.key),
        None => Ok(None),
    }
}

/// Returns another session that works on the session's branch and has not ended, here or elsewhere.
pub(in crate::ops) fn check_branch(store: &Store, session: &Session) -> Result<(), OpsError> {
    let Some(branch) = &session.branch else { return Ok(()) };
    let on = store.snapshot()?.on_branch(branch)?;
    match on.iter().find(|other| other.id != session.id && !other.status.is_terminal()) {
        Some(other) => Err(taken(store, session, other).into()),
        None => Ok(()),
    }
}

/// Returns the session unless it has ended, and its agent is gone.
fn at_work(engine: &Engine, key: &Key) -> Result<Option<Session>, OpsError> {
    let snapshot = engine.store().snapshot()?;
    let Some(entry) = snapshot.find(key.id)? else { return Ok(None) };
    let session = snapshot.load(&entry).ok();
    let is_at_work = |session: &Session| {
        !session.status.is_terminal() || !matches!(engine.liveness(session), Liveness::Gone)
    };
    Ok(session.filter(is_at_work))
}

fn taken(store: &Store, session: &Session, other: &Session) -> SpawnError {
    SpawnError::BranchTaken {
        branch: session.branch.clone().unwrap_or_default(),
        id: other.id,
        title: other.display_title(),
        is_here: placement::placement(store, other).is_some(),
    }
}

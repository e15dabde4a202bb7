//! Records branches that agents created with `git switch -c` or renamed with `git branch -m`.

use std::path::{Path, PathBuf};

use crate::git::Repository;
use crate::model::{Oid, Origin, Session, is_branch_name};
use crate::ops::common::owned_worktrees::Own;
use crate::ops::common::run_request::key_of;
use crate::ops::common::{Engine, OpsError, lodging};
use crate::store::{Key, Shelf, Snapshot, Store, StoreError};
use crate::workspace::{
    CommitsMadeIn, Condition, Detail, ExpectedWorktree, Workspace as _, Worktrees, note_own_work,
};

/// Updates a session's branch and head from its own worktree in this clone. The branch stays if
/// there is no such worktree, or if git is in the middle of an operation there.
///
/// # Errors
/// Fails if git or the store cannot be read.
pub(in crate::ops) fn catch_up(store: &Store, session: &mut Session) -> Result<(), OpsError> {
    let own = Own::of(&Worktrees::new(store.repository()), &store.snapshot()?)?;
    let path = own.path(session).cloned();
    catch_up_all(store, [(session, path.as_deref())]).map(drop)
}

/// Does the same as [`catch_up`] for many sessions with known worktree paths, with one look at the
/// worktrees and one at the refs. Returns whether the branch of each session exists.
pub(in crate::ops) fn catch_up_all<'s>(
    store: &Store,
    sessions: impl IntoIterator<Item = (&'s mut Session, Option<&'s Path>)>,
) -> Result<Vec<bool>, OpsError> {
    let repo = store.repository();
    let mut sessions: Vec<_> = sessions.into_iter().collect();
    let place = |(session, path): &(&'s mut Session, Option<&'s Path>)| {
        Some((session.branch.clone(), (*path)?))
    };
    let places: Vec<_> = sessions.iter().filter_map(place).collect();
    let places =
        places.iter().map(|(branch, path)| ExpectedWorktree { path, branch: branch.as_deref() });
    let states = Worktrees::new(repo).states(&places.collect::<Vec<_>>(), Detail::Place)?;
    let placed = sessions.iter_mut().filter(|(_, path)| path.is_some());
    for ((session, _), state) in placed.zip(states) {
        if let Condition::WrongBranch(on) = state.condition
            && is_its_own(store, session, &on)?
        {
            session.branch = Some(on);
        }
    }
    let name = |session: &Session| Some(format!("refs/heads/{}", session.branch.as_ref()?));
    let names: Vec<_> = sessions.iter().filter_map(|(session, _)| name(session)).collect();
    let tips = repo.read_ref_list(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut tips = tips.into_iter();
    let catch_up = |(session, path): (&mut Session, Option<&Path>)| {
        let tip = session.branch.as_ref().and_then(|_| tips.next()).flatten();
        let is_there = tip.is_some();
        let lodging = lodging::present(store, session);
        // Others go on with a branch that existed before, when the session has left it.
        let is_others = path.is_none() && session.existing_branch.is_some();
        if let Some(tip) = tip.filter(|_| !is_others || lodging.is_some()) {
            note_own_work(session, &CommitsMadeIn::new(repo, path.or(lodging.as_deref())), tip);
        }
        is_there
    };
    Ok(sessions.into_iter().map(catch_up).collect())
}

/// Takes over what the branches and worktrees of sessions have in this clone, and their records do not
/// have yet.
///
/// # Errors
/// Fails if git or the store cannot be read.
pub(in crate::ops) fn as_of_now(
    store: &Store,
    snapshot: &Snapshot<'_>,
    sessions: &mut [Session],
) -> Result<(), OpsError> {
    let replica = store.known_replica();
    let here = sessions.iter_mut().filter(|session| session.lives_in(replica.as_deref()));
    let here: Vec<_> = here.collect();
    if here.is_empty() {
        return Ok(());
    }
    let own = Own::of(&Worktrees::new(store.repository()), snapshot)?;
    let paths: Vec<_> = here.iter().map(|session| own.path(session).cloned()).collect();
    catch_up_all(store, here.into_iter().zip(paths.iter().map(|path| path.as_deref()))).map(drop)
}

/// Does the same as [`record_branches`] for one session. Ignores a session that is archived or
/// deleted.
pub(in crate::ops) fn record_branch(store: &Store, key: &Key) -> Result<(), OpsError> {
    match record(store, std::slice::from_ref(key)) {
        Err(OpsError::Store(StoreError::Archived(_) | StoreError::NotFound(_))) => Ok(()),
        recorded => recorded,
    }
}

/// Records the branches that agents created, for all active sessions with a worktree in this clone.
///
/// # Errors
/// Fails if git or the store cannot be read, or if the store cannot be written.
pub fn record_branches(store: &Store) -> Result<(), OpsError> {
    record_changed(store, |_| true)
}

/// Does the same as [`record_branches`] for one session.
///
/// # Errors
/// Fails if git or the store cannot be read, or if the store cannot be written.
pub fn record_branch_of(store: &Store, session: &Session) -> Result<(), OpsError> {
    record_changed(store, |owner| *owner == key_of(session))
}

fn record_changed(store: &Store, is_wanted: impl Fn(&Key) -> bool) -> Result<(), OpsError> {
    let snapshot = store.snapshot()?;
    let own = Own::of(&Worktrees::new(store.repository()), &snapshot)?;
    let (mut before, mut now, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    for (owner, path) in own.all().filter(|(owner, _)| is_wanted(owner)) {
        let Ok(entry) = snapshot.get(owner) else { continue };
        let is_active = entry.location.shelf == Shelf::Active;
        let Some(session) = snapshot.load(&entry).ok().filter(|_| is_active) else { continue };
        before.push((Key::from(&entry), session.branch.clone()));
        now.push(session);
        paths.push(Some(path.as_path()));
    }
    catch_up_all(store, now.iter_mut().zip(paths))?;
    let changed = before.into_iter().zip(&now).filter(|((_, old), now)| *old != now.branch);
    let keys: Vec<_> = changed.map(|((key, _), _)| key).collect();
    if keys.is_empty() { Ok(()) } else { record(store, &keys) }
}

impl Engine {
    /// Records the branches and heads of sessions with a worktree in this clone, if they differ from
    /// the records. Sessions that are archived or deleted by now are passed over.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read, or if the store cannot be written.
    pub fn record_heads(&self, sessions: &[&Session]) -> Result<(), OpsError> {
        let store = self.store();
        let own = Own::of(&Worktrees::new(store.repository()), &store.snapshot()?)?;
        let is_here = |session: &Session| {
            own.path(session).is_some() || lodging::present(store, session).is_some()
        };
        let here = sessions.iter().filter(|session| is_here(session));
        let here: Vec<_> = here.map(|session| (*session, own.path(session))).collect();
        let mut now: Vec<_> = here.iter().map(|(session, _)| (*session).clone()).collect();
        let paths = here.iter().map(|(_, path)| path.map(PathBuf::as_path));
        catch_up_all(store, now.iter_mut().zip(paths))?;
        let differs = |(before, now): &(&Session, &Session)| {
            (&before.branch, &before.head) != (&now.branch, &now.head)
        };
        let pairs = here.iter().map(|(session, _)| *session).zip(&now).filter(differs);
        for (session, _) in pairs {
            record_branch(store, &key_of(session))?;
        }
        Ok(())
    }
}

fn record(store: &Store, keys: &[Key]) -> Result<(), OpsError> {
    store.transaction("checkout", |tx| {
        tx.set_origin(Origin::Automatic);
        for key in keys {
            let what = tx.update(key.clone(), |session| {
                let old = session.branch.clone();
                catch_up(store, session)?;
                let [old, new] = [&old, &session.branch]
                    .map(|branch| branch.clone().unwrap_or_else(|| "(none)".to_owned()));
                Ok::<_, OpsError>(if old == new { new } else { format!("{old} -> {new}") })
            })?;
            tx.describe(what);
        }
        Ok::<_, OpsError>(())
    })?;
    Ok(())
}

/// Returns true if the branch continues the session's branch and was created by the session. A
/// branch that existed before, or on which another session works, is only checked out for a while.
pub(in crate::ops) fn is_its_own(
    store: &Store,
    session: &Session,
    on: &str,
) -> Result<bool, OpsError> {
    let repo = store.repository();
    let base = session.base.as_ref();
    let is_base = base.is_some_and(|base| base.branch.as_deref() == Some(on));
    let Some(new) = tip(repo, on)?.filter(|_| !is_base && is_branch_name(on)) else {
        return Ok(false);
    };
    let others = store.snapshot()?.on_branch(on)?;
    if others.iter().any(|other| other.id != session.id) {
        return Ok(false);
    }
    let old = session.branch.as_deref().map(|branch| tip(repo, branch)).transpose()?.flatten();
    // The old branch was renamed, or deleted after the switch.
    let Some(old) = old else { return Ok(true) };
    if !is_within(repo, &old, &new) {
        return Ok(false);
    }
    let log = repo.git("log").args(["--walk-reflogs", "--format=%H", "--end-of-options"]);
    let log = log.arg(format!("refs/heads/{on}")).run().map(|output| output.text());
    let began = log.ok().and_then(|log| log.lines().last()?.parse::<Oid>().ok());
    Ok(match (began, base.and_then(|base| base.commit.as_ref())) {
        (Some(began), Some(base)) => is_within(repo, base, &began),
        // Without a reflog or a base, the start of the branch is unknown.
        _ => true,
    })
}

fn tip(repo: &Repository, branch: &str) -> Result<Option<Oid>, OpsError> {
    Ok(repo.read_ref(&format!("refs/heads/{branch}"))?)
}

fn is_within(repo: &Repository, old: &Oid, new: &Oid) -> bool {
    let git = repo.git("merge-base").args(["--is-ancestor", old.as_str(), new.as_str()]);
    old == new || matches!(git.find(), Ok(Some(_)))
}

use std::path::PathBuf;
use std::time::Duration;

use super::deleted::is_away;
use super::earlier::Earlier;
use crate::git::{Lock, LockError};
use crate::model::{Oid, Placement, Session};
use crate::ops::common::artifacts::{Purge, discard_claimed};
use crate::ops::common::capture::Facts;
use crate::ops::common::liveness::{check_stopped, stop};
use crate::ops::common::setup::SetupScreen;
use crate::ops::common::start::claim;
use crate::ops::common::{
    AgentStateError, Engine, OpsError, Phase, Setup, StatusError, Unusable, lodging, placement,
    ports,
};
use crate::store::{Key, Store, StoreError};
use crate::workspace::{self, OnUnsaved, Removal, Removed, WorkspaceError};

/// What prevents a removal, if there is a way around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Obstacle {
    /// Commits that are saved nowhere else.
    Commits,
    /// Other work that is saved nowhere else: uncommitted changes, or a merge in progress.
    Changes,
    /// The teardown has failed.
    Teardown,
    /// The worktree is locked.
    Locked,
    /// The worktree is the current directory.
    Here,
}

/// The leftovers of an ended session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Leftover {
    /// The session.
    pub session: Session,
    /// The worktree to remove.
    pub worktree: Option<PathBuf>,
    /// The branch to remove.
    pub branch: Option<String>,
    /// True if the session is archived.
    pub archives: bool,
    /// Why nothing is removed.
    pub kept: Option<String>,
    /// What prevents the removal, if there is a way around it.
    pub obstacle: Option<Obstacle>,
    /// The teardown in the tree that does not run, and why, if it is not because its content is not
    /// approved in this clone.
    pub left_teardown: Option<(PathBuf, Option<Unusable>)>,
    /// True if only unsaved work prevents the removal, so that it would succeed with
    /// [`OnUnsaved::Backup`].
    pub yields: bool,
    /// True if the removal was attempted or planned, but fails.
    pub has_failed: bool,
    /// Ignored files in the worktree, relative to it. They are removed and not backed up.
    pub ignored: Vec<PathBuf>,
    /// Why the branch was kept although the worktree was removed.
    pub branch_kept: Option<String>,
    /// True if the removal stopped in the middle: some or all of the worktree is gone.
    pub is_incomplete: bool,
    /// The ref with the backup of unsaved work.
    pub backup: Option<String>,
    /// The event that deleted the session, if it was deleted.
    pub deleted: Option<Oid>,
    pub(super) earlier: Earlier,
    /// The tips of its base branch, here and on remotes.
    pub(super) bases: Vec<Oid>,
    /// The tip of the removed branch.
    pub(super) tip: Option<Oid>,
    pub(super) key: Key,
    pub(super) placement: Option<Placement>,
    /// The worktree of somebody else in which it worked, which stays.
    pub lodging: Option<PathBuf>,
    /// What the record is to say of its transcripts.
    pub(super) captured: Option<Facts>,
}

impl Leftover {
    /// Returns the branches to remove that git-ao made for the session before its agent made another
    /// one.
    pub fn earlier_branches(&self) -> &[String] {
        &self.earlier.names
    }

    pub(super) fn removes(&self) -> bool {
        self.worktree.is_some() || self.branch.is_some()
    }

    pub(super) fn is_something(&self) -> bool {
        self.removes()
            || !self.earlier.names.is_empty()
            || self.lodging.is_some()
            || self.kept.is_some()
            || self.archives
            || self.placement.is_some()
    }

    /// Describes the removal. The worktree is removed only if it names the session.
    pub(super) fn removal(&self, on_unsaved: OnUnsaved) -> Removal<'_> {
        let (path, branch) = (self.worktree.as_deref(), self.branch.as_deref());
        let bases = &self.bases;
        Removal { path, branch, session: self.session.id, on_unsaved, ignored: None, bases }
    }

    /// Removes the worktree and the branch, and returns the claim on the session.
    pub(super) fn remove(
        &mut self,
        engine: &Engine,
        (on_unsaved, teardown): (OnUnsaved, Setup),
    ) -> Result<Lock, OpsError> {
        let (store, repo) = (engine.store(), engine.repository());
        let id = self.session.id;
        let claim = match claim(repo, id, Duration::ZERO) {
            Err(OpsError::Lock(LockError::Timeout { .. })) => {
                return Err(AgentStateError::Busy(id).into());
            }
            claimed => claimed?,
        };
        let now = self.record_now(store)?;
        check_stopped(engine, id, Some(&now), &now.display_title())?;
        // Also clear what the runtime keeps of the session.
        stop(engine, &now)?;
        self.captured = engine.capture_in_passing(&now);
        // Another session may be about to work in the worktree, because it has that one's branch.
        let _alone = match lodging::alone_at_once(engine, &now) {
            Err(OpsError::Lock(LockError::Timeout { .. })) => {
                return Err(AgentStateError::Busy(id).into());
            }
            alone => alone?,
        };
        if let Some(path) = &self.worktree
            && lodging::guest(engine, path, &now)?.is_some()
        {
            return Err(StatusError::Changed(id).into());
        }
        if teardown == Setup::Run {
            self.tear_down(engine, &now, on_unsaved)?;
        }
        if self.removes() {
            let ignored = Some(self.ignored.as_slice());
            let removal = Removal { ignored, ..self.removal(on_unsaved) };
            if self.deleted.is_none() {
                store.keep_heads(self.session.head.iter().map(|head| (id, head)))?;
            }
            let removed = engine.workspace().remove(&removal);
            if let Err(WorkspaceError::Incomplete { backup, .. }) = &removed {
                (self.is_incomplete, self.backup) = (true, backup.clone());
            }
            let Removed { backup, branch, kept } = removed?;
            (self.backup, self.tip) = (backup, branch);
            if kept.is_some() {
                (self.branch, self.branch_kept, self.has_failed) = (None, kept, true);
            }
        }
        if !self.earlier.names.is_empty() {
            store.keep_heads(self.session.head.iter().map(|head| (id, head)))?;
            self.earlier.remove(&*engine.workspace(), id);
        }
        if let Some(path) = &self.lodging {
            workspace::dismiss(path, id)?;
        }
        if self.worktree.is_some() || self.session.existing_branch.is_some() {
            ports::give_back(repo, id)?;
        }
        let conversation = now.agent_session_id.as_deref();
        let what = if self.deleted.is_some() { Purge::All } else { Purge::Output };
        let discarded = discard_claimed(store, now.id, conversation, what);
        discarded.inspect_err(|_| self.is_incomplete = self.removes())?;
        Ok(claim)
    }

    /// Runs the teardown of the worktree. If it fails, the worktree stays, unless it is removed by
    /// force.
    fn tear_down(
        &mut self,
        engine: &Engine,
        now: &Session,
        on_unsaved: OnUnsaved,
    ) -> Result<(), OpsError> {
        let Some(path) = self.worktree.clone() else { return Ok(()) };
        match engine.run_phase(now, &path, (Phase::Teardown, SetupScreen::Nothing)) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) if on_unsaved == OnUnsaved::Refuse => return Err(error),
            Err(_) => {}
        }
        // It may have left or removed ignored files.
        self.ignored = engine.worktrees().verdict(&self.removal(on_unsaved))?.ignored;
        Ok(())
    }

    /// Returns the current record. Fails if the session is no longer in the state for which the
    /// cleanup was planned.
    fn record_now(&self, store: &Store) -> Result<Session, OpsError> {
        let id = self.session.id;
        let changed = || StatusError::Changed(id).into();
        let snapshot = store.snapshot()?;
        if self.deleted.is_some() {
            let is_away = is_away(&snapshot, id);
            return is_away.then(|| self.session.clone()).ok_or_else(changed);
        }
        let now = match snapshot.session(self.key.clone()) {
            Err(StoreError::NotFound(_) | StoreError::Archived(_)) => {
                return Err(changed());
            }
            now => now?,
        };
        let is_same = placement(store, &now) == self.placement.as_ref();
        (is_same && now.status.is_terminal()).then_some(now).ok_or_else(changed)
    }
}

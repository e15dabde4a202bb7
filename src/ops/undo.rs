//! Undoes an event's changes to records, and lists its other effects.

use crate::model::{Event, Oid, Session, SessionStatus, shell_path, shell_word};
use crate::ops::common::liveness::{Liveness, check_stopped, liveness_of};
use crate::ops::common::{Checks, Engine, OpsError, StatusError, placement};
use crate::store::{Committed, Overlap, Shelf, Snapshot, Transaction, UndoError, Undone, Version};
use crate::workspace::Worktrees;

/// The options of [`undo`](crate::ops::Engine::undo).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Undo {
    /// The event. None is the last one that a person caused in this clone.
    pub event: Option<Oid>,
    /// Whether objections count: later changes of the same fields, a running agent, or the deletion
    /// of a session that has not ended.
    pub checks: Checks,
}

impl Undo {
    /// Sets the event.
    #[must_use]
    pub fn event(self, event: Oid) -> Self {
        Self { event: Some(event), ..self }
    }

    /// Sets whether objections count.
    #[must_use]
    pub fn checks(self, checks: Checks) -> Self {
        Self { checks, ..self }
    }
}

/// The result of an undo, or its plan.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Undoing {
    /// The undone event.
    pub event: Event,
    /// The event of the same change on the other ref, if public and private sessions changed
    /// together. It is undone too.
    pub other: Option<Event>,
    /// The changed records.
    pub records: Vec<Undone>,
}

impl Engine {
    /// Undoes an event with a new event.
    ///
    /// # Errors
    /// Fails if there is nothing to undo, or if there are objections. Nothing is then changed.
    pub fn undo(&self, wish: &Undo) -> Result<Committed<Undoing>, OpsError> {
        let store = self.store();
        let events = find(&store.snapshot()?, wish)?;
        store.transaction("undo", |tx| stage(tx, self, &events, wish.checks))
    }
}

impl Engine {
    /// Determines what [`undo`](crate::ops::Engine::undo) would do, without doing it.
    ///
    /// # Errors
    /// Fails like [`undo`](crate::ops::Engine::undo).
    pub fn undo_plan(&self, wish: &Undo) -> Result<Undoing, OpsError> {
        let store = self.store();
        let events = find(&store.snapshot()?, wish)?;
        store.rehearse(|tx| stage(tx, self, &events, wish.checks))
    }
}

/// Finds the event to undo before the lock is taken: the search may be long, and the last event is
/// the one at the time of the request.
fn find(snapshot: &Snapshot<'_>, wish: &Undo) -> Result<(Event, Option<Event>), OpsError> {
    let event = match &wish.event {
        Some(id) => snapshot.event(id)?,
        None => snapshot.last_by_hand()?.ok_or(UndoError::Nothing)?,
    };
    let other = snapshot.counterpart(&event)?;
    Ok((event, other))
}

fn stage(
    tx: &mut Transaction<'_>,
    engine: &Engine,
    (event, other): &(Event, Option<Event>),
    checks: Checks,
) -> Result<Undoing, OpsError> {
    let overlap = match checks {
        Checks::All => Overlap::Refuse,
        Checks::Skip => Overlap::Override,
    };
    let records = tx.undo(event, other.as_ref(), overlap)?;
    if checks == Checks::All {
        records.iter().try_for_each(|record| check(engine, record))?;
    }
    Ok(Undoing { event: event.clone(), other: other.clone(), records })
}

/// Refuses to end, archive or delete a session whose agent may be running, and to delete one that
/// has not ended.
fn check(engine: &Engine, record: &Undone) -> Result<(), OpsError> {
    let id = record.key.id;
    let status = |version: &Option<Version>| {
        version.as_ref().and_then(|it| it.session.as_ref()).map(|session| session.status.clone())
    };
    let is_over = status(&record.after).is_some_and(|status| status.is_terminal());
    let is_away = record.after.as_ref().is_none_or(|after| after.location.shelf == Shelf::Archived);
    let was_away =
        record.before.as_ref().is_none_or(|before| before.location.shelf == Shelf::Archived);
    let session = record.before.as_ref().and_then(|before| before.session.as_ref());
    let title = session.map(Session::display_title).unwrap_or_default();
    if (is_over || is_away) && !was_away {
        check_stopped(engine, id, session, &title)?;
    }
    match status(&record.before) {
        Some(status) if record.after.is_none() && !status.is_terminal() => {
            Err(StatusError::NotEnded { id, title, status }.into())
        }
        _ => Ok(()),
    }
}

impl Engine {
    /// Returns the effects of the event outside the store, which are not undone, each with a command
    /// that undoes it.
    ///
    /// # Errors
    /// Fails if the refs or the worktrees cannot be read.
    pub fn undo_leaves(&self, record: &Undone) -> Result<Vec<(String, String)>, OpsError> {
        let store = self.store();
        let repo = store.repository();
        let session =
            |version: &Option<Version>| version.as_ref().and_then(|it| it.session.clone());
        let is_there = |branch: &str| -> Result<bool, OpsError> {
            Ok(repo.read_ref(&format!("refs/heads/{branch}"))?.is_some())
        };
        let mut left = Vec::new();
        let Some(after) = session(&record.after) else {
            let Some(before) = session(&record.before).filter(|_| record.after.is_none()) else {
                return Ok(left);
            };
            if let Some(path) = placement::place(store, &before).filter(|path| path.is_dir()) {
                let path = shell_path(&path);
                left.push(("worktree".to_owned(), format!("git worktree remove {path}")));
            }
            if let Some(branch) = &before.branch
                && is_there(branch)?
            {
                left.push(("branch".to_owned(), format!("git branch -D {}", shell_word(branch))));
            }
            return Ok(left);
        };
        if let Some(branch) = &after.branch
            && !is_there(branch)?
        {
            let backup = Worktrees::new(repo).backups(after.id)?.into_iter().next_back();
            let head = after.head.as_ref().map(|head| head.to_string());
            if let Some(from) = backup.or(head) {
                left.push((
                    "branch".to_owned(),
                    format!("git branch {} {from}", shell_word(branch)),
                ));
            }
        }
        let is_gone = placement::place(store, &after).is_some_and(|path| !path.exists());
        let before = session(&record.before).map(|session| session.status);
        let was_over = before.is_none_or(|status| status.is_terminal());
        let is_at_work =
            matches!(after.status, SessionStatus::Spawning | SessionStatus::Working) && was_over;
        let is_active = record.after.as_ref().is_some_and(|it| it.location.shelf == Shelf::Active);
        if is_active && is_gone {
            left.push(("worktree".to_owned(), self.restore_command(after.id)));
        } else if is_active
            && is_at_work
            && matches!(liveness_of(self, after.id, Some(&after)), Liveness::Gone)
        {
            left.push(("agent".to_owned(), self.restore_command(after.id)));
        }
        Ok(left)
    }
}

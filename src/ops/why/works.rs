//! The parts of the history that are the work of sessions.

use crate::git::Descent;
use crate::model::{Oid, Session, SessionId};
use crate::store::{History, Snapshot, Store, StoreError};

/// What two commits differ in: the later one, and the earlier one.
pub type CommitPair = (Oid, Oid);

/// The commits of a session as one state of its record has them: from `start`, which is not its own,
/// to `head`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionWork {
    pub start: Oid,
    pub head: Oid,
}

impl SessionWork {
    /// Returns the work that a record names; None if it names none.
    pub fn of(session: &Session) -> Option<Self> {
        let base = session.base.as_ref()?;
        let start = base.onto.as_ref().or(base.commit.as_ref())?.clone();
        let head = session.head.clone()?;
        (head != start).then_some(Self { start, head })
    }

    /// Returns the pairs of commits whose differences are the session's: each of its commits after
    /// its parent, and the whole.
    pub fn diffs(&self, descent: &mut Descent<'_>) -> (Vec<CommitPair>, Option<CommitPair>) {
        let (singles, merged) = descent.commits(&self.head, &self.start).unwrap_or_default();
        // What was merged into the branch is not its work.
        let whole = || (self.head.clone(), merged.unwrap_or_else(|| self.start.clone()));
        let whole = (!singles.is_empty()).then(whole);
        (singles, whole)
    }
}

/// Returns all states of a session's work, the latest first, each once.
pub fn past(
    store: &Store,
    snapshot: &Snapshot<'_>,
    id: SessionId,
) -> Result<Vec<SessionWork>, StoreError> {
    let mut works: Vec<SessionWork> = Vec::new();
    for event in snapshot.events(History::default().session(id)) {
        let then = store.snapshot_at(&event?.id)?;
        let Ok(session) = then.session(id) else { continue };
        works.extend(SessionWork::of(&session).filter(|work| !works.contains(work)));
    }
    Ok(works)
}

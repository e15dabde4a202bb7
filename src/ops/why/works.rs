//! The parts of the history that are the work of sessions.

use std::collections::{BTreeSet, HashMap};

use crate::git::Descent;
use crate::model::{Oid, Session, SessionId};
use crate::store::{History, Snapshot, Store, StoreError};

/// Two commits to compare: the later one, and the earlier one.
pub type CommitPair = (Oid, Oid);

/// The commits of a session in one state of its record: after `start`, which is not its own,
/// to `head`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionWork {
    pub start: Oid,
    pub head: Oid,
}

/// Whose work it is.
#[derive(Debug, Clone)]
pub struct Work {
    pub session: SessionId,
    /// When the session was created, in seconds.
    pub created_at: i64,
    pub commits: SessionWork,
}

pub type Works = Vec<Work>;

impl Work {
    pub fn of(session: &Session) -> Option<Self> {
        let (id, created_at) = (session.id, session.created_at.as_seconds());
        Some(Self { session: id, created_at, commits: SessionWork::of(session)? })
    }
}

impl SessionWork {
    /// Returns the work in a record; None if there is none.
    pub fn of(session: &Session) -> Option<Self> {
        let base = session.base.as_ref()?;
        Self::between(base.onto.as_ref().or(base.commit.as_ref())?, session.head.as_ref()?)
    }

    /// Returns the work from one commit to another; None if they are the same.
    pub fn between(start: &Oid, head: &Oid) -> Option<Self> {
        (head != start).then(|| Self { start: start.clone(), head: head.clone() })
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

/// Of more sessions than this, all events are read instead of those of each session.
const FEW: usize = 8;

/// Returns all states of the work of sessions, the latest first, each once.
pub fn past(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ids: &BTreeSet<SessionId>,
) -> Result<HashMap<SessionId, Vec<SessionWork>>, StoreError> {
    let mut works: HashMap<_, Vec<_>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    let each = ids.iter().map(|id| History::default().session(*id));
    let histories: Vec<History> =
        if ids.len() > FEW { vec![History::default()] } else { each.collect() };
    for history in histories {
        for event in snapshot.events(history) {
            let event = event?;
            let touched = event.message.sessions.iter().filter(|id| ids.contains(id));
            let touched: Vec<_> = touched.collect();
            if touched.is_empty() {
                continue;
            }
            let then = store.snapshot_at(&event.id)?;
            for id in touched {
                let Ok(session) = then.session(*id) else { continue };
                let known = works.entry(*id).or_default();
                known.extend(SessionWork::of(&session).filter(|work| !known.contains(work)));
            }
        }
    }
    Ok(works)
}

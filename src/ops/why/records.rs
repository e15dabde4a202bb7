//! What records say of the commits of sessions.

use serde::Deserialize;

use super::works::{SessionWork, Work};
use crate::model::{Landed, Oid, Session, SessionId, Shelf};
use crate::store::{ListedRecord, Location, Query, Snapshot, StoreError};

/// What one record says of its session's commits.
#[derive(Debug, Clone)]
pub struct Traces {
    pub location: Location,
    /// When the session was created, in seconds.
    pub created_at: i64,
    /// Whether it lives in this clone.
    pub is_here: bool,
    pub head: Option<Oid>,
    /// Where it began.
    pub base: Option<Oid>,
    /// What its own commits come after, if that is not its base.
    pub onto: Option<Oid>,
    /// The commit with which its work was landed.
    pub landed: Option<Oid>,
    pub pull_request: Option<u64>,
}

/// The keys that matter, in a record as JSON. Most records are in no answer, and need not be parsed
/// whole.
#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    base: BaseKeys,
    head: Option<Oid>,
    landed: Option<LandedKeys>,
    pr_number: Option<u64>,
}

#[derive(Default, Deserialize)]
struct BaseKeys {
    commit: Option<Oid>,
    onto: Option<Oid>,
}

#[derive(Deserialize)]
struct LandedKeys {
    commit: Oid,
    how: String,
}

impl Traces {
    fn of(location: Location, session: &Session, replica: Option<&str>) -> Self {
        let (base, landed) = (session.base.as_ref(), session.landed.as_ref());
        Self {
            location,
            created_at: session.created_at.as_seconds(),
            is_here: session.lives_in(replica),
            head: session.head.clone(),
            base: base.and_then(|base| base.commit.clone()),
            onto: base.and_then(|base| base.onto.clone()),
            landed: landed.filter(|landed| landed.is_its_work()).map(|it| it.commit.clone()),
            pull_request: session.pr_number,
        }
    }

    fn read(record: ListedRecord<'_>, replica: Option<&str>) -> Option<Self> {
        let stored = record.stored().copied();
        let keys = stored.and_then(|stored| serde_json::from_str(stored.json()).ok());
        if let Some((stored, keys)) = stored.zip(keys) {
            let Keys { base: BaseKeys { commit: base, onto }, head, landed, pr_number } = keys;
            return Some(Self {
                location: record.location,
                created_at: stored.created_at().as_seconds(),
                is_here: stored.placement_in(replica).is_some(),
                head,
                base,
                onto,
                landed: landed.filter(|it| it.how != Landed::ALREADY).map(|it| it.commit),
                pull_request: pr_number,
            });
        }
        let listed = record.listed();
        Some(Self::of(listed.location, &listed.session.ok()?, replica))
    }

    pub fn id(&self) -> SessionId {
        self.location.id
    }

    /// Returns the session with this work.
    pub fn working_on(&self, commits: &SessionWork) -> Work {
        Work { session: self.id(), created_at: self.created_at, commits: commits.clone() }
    }

    /// Returns the work that the record names; None if it names none.
    pub fn work(&self) -> Option<SessionWork> {
        SessionWork::between(self.onto.as_ref().or(self.base.as_ref())?, self.head.as_ref()?)
    }
}

/// Returns what all readable records say.
///
/// # Errors
/// Fails if a part of the tree is unreadable.
pub fn all(snapshot: &Snapshot<'_>, replica: Option<&str>) -> Result<Vec<Traces>, StoreError> {
    const SHELVES: [Shelf; 2] = [Shelf::Active, Shelf::Archived];
    let read = |record: ListedRecord<'_>| Traces::read(record, replica);
    let (traces, unreadable) = snapshot.map_records(Query::default().on(SHELVES), read);
    if !unreadable.is_empty() {
        SHELVES.into_iter().try_for_each(|shelf| snapshot.entries(shelf).map(drop))?;
    }
    Ok(traces)
}

/// Loads whole records.
///
/// # Errors
/// Fails if the store cannot be read.
pub fn load<'t>(
    snapshot: &Snapshot<'_>,
    sessions: impl IntoIterator<Item = &'t Traces>,
) -> Result<Vec<Session>, StoreError> {
    let entries = sessions.into_iter().map(|session| snapshot.find(&session.location));
    let entries: Vec<_> = entries.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(snapshot.load_all(entries).into_iter().filter_map(|it| it.session.ok()).collect())
}

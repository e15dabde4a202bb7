//! Determines whose events are shown.

use git_ao::git::ObjectError;
use git_ao::ledger::LedgerError;
use git_ao::model::{Event, Handle, Oid, Reference, Session, SessionId};
use git_ao::ops::{Engine, SessionCommits};
use git_ao::store::{
    Entry, History, Key, Location, ResolveError, Shelf, Snapshot, Store, StoreError, Visibility,
};

use super::event_filter::EventFilter;
use crate::cli::hints::refusals;
use crate::cli::{CliError, Ctx, hints, open};

/// How to get the commits of a session that are not here.
const ELSEWHERE: &str =
    "commits of this session are not in this clone; if its branch was pushed, run 'git fetch'";

/// The histories to show, one after the other.
pub struct Scope {
    session: Subject,
    histories: Vec<History>,
    places: Vec<Location>,
}

/// Whose history it is.
enum Subject {
    All,
    One(Box<Session>),
    /// A session without a readable record.
    Gone,
}

impl Scope {
    /// Selects all events.
    pub fn whole() -> Self {
        let histories = vec![History::default()];
        Self { session: Subject::All, histories, places: Vec::new() }
    }

    /// Selects the events of a session, and those of its ancestors up to each fork, which are all
    /// older. The line ends at a fork whose event is missing in this clone: it may be private in
    /// another one.
    pub fn of(handle: &str, snapshot: &Snapshot<'_>, store: &Store) -> Result<Self, CliError> {
        let found = snapshot.resolve(&Handle::parse(handle), &open::context(store));
        let entry = match found {
            Ok(entry) => entry,
            Err(error @ StoreError::Resolve(ResolveError::Nothing { .. })) => {
                return match deleted(handle, snapshot)? {
                    Some(id) => Ok(Self::of_deleted(id, snapshot)?),
                    None => Err(error.into()),
                };
            }
            Err(error) => return Err(error.into()),
        };
        let (session, histories) = (Subject::Gone, Vec::new());
        let mut scope = Self { session, histories, places: Vec::new() };
        scope.add(History::default().session(entry.location.id), &entry);
        if let Ok(session) = snapshot.load(&entry) {
            for (fork, _) in snapshot.lineage(&session)?.ancestors {
                if fork.event.as_ref().is_some_and(|event| is_missing(event, snapshot)) {
                    break;
                }
                let mut history = History::default().session(fork.session);
                history.from = fork.event;
                let location = Location { id: fork.session, ..entry.location.clone() };
                let parent = snapshot.find(Key::from(fork.session)).ok().flatten();
                let gone = Entry { location, blob: entry.blob.clone() };
                scope.add(history, &parent.unwrap_or(gone));
            }
            scope.session = Subject::One(Box::new(session));
        }
        Ok(scope)
    }

    fn of_deleted(id: SessionId, snapshot: &Snapshot<'_>) -> Result<Self, StoreError> {
        let mut places = Vec::new();
        let visibility = Visibility::Public;
        for shelf in [Shelf::Active, Shelf::Archived] {
            let projects = snapshot.projects(shelf)?.into_iter();
            places.extend(projects.map(|project| Location { shelf, project, id, visibility }));
        }
        let history = History::default().session(id);
        Ok(Self { session: Subject::Gone, histories: vec![history], places })
    }

    fn add(&mut self, history: History, entry: &Entry) {
        self.histories.push(history);
        for shelf in [Shelf::Active, Shelf::Archived] {
            self.places.push(Location { shelf, ..entry.location.clone() });
        }
    }

    /// Returns the events, newest first. Those that the filter does not want may be left out, but
    /// for those that are too old: how many of them there are decides where the search ends.
    pub fn events<'s>(
        &'s self,
        snapshot: &'s Snapshot<'s>,
        filter: &'s EventFilter,
    ) -> impl Iterator<Item = Result<Event, StoreError>> + 's {
        let of = |history: &History| match filter.since {
            None => history.clone().ops(&filter.ops).authors(&filter.authors),
            Some(_) => history.clone(),
        };
        self.histories.iter().flat_map(move |history| snapshot.events(of(history)))
    }

    /// Returns the commits of the sessions. A hint tells of those of one session that are
    /// elsewhere.
    pub fn commits<'e>(
        &self,
        engine: &'e Engine,
        filter: &EventFilter,
        ctx: &mut Ctx,
    ) -> Result<Option<SessionCommits<'e>>, CliError> {
        Ok(match &self.session {
            Subject::All => Some(engine.session_commits(None, filter.since)?),
            Subject::One(session) => {
                let commits = engine.session_commits(Some(session), filter.since)?;
                if commits.absent() > 0 {
                    let is_shallow = engine.store().repository().is_shallow();
                    ctx.out.hint(if is_shallow { hints::UNSHALLOW } else { ELSEWHERE });
                }
                Some(commits)
            }
            Subject::Gone => None,
        })
    }

    /// Returns the present and former locations of the records. Empty means all.
    pub fn places(&self) -> &[Location] {
        &self.places
    }
}

fn is_missing(event: &Oid, snapshot: &Snapshot<'_>) -> bool {
    matches!(
        snapshot.event(event),
        Err(StoreError::Ledger(LedgerError::Object(ObjectError::Missing(_))))
    )
}

/// Searches the whole history for a session that no longer has a record.
fn deleted(handle: &str, snapshot: &Snapshot<'_>) -> Result<Option<SessionId>, CliError> {
    let prefix = match Handle::parse(handle).reference {
        Reference::Id(id) => id.to_string(),
        Reference::Prefix(prefix) => prefix,
        _ => return Ok(None),
    };
    let found = snapshot.touched(&prefix);
    match found.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(*id)),
        many => Err(refusals::ambiguous(handle, many)),
    }
}

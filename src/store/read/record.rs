//! Records of listings, stored or read from their objects.

use std::fmt;

use gix::ObjectId;

use super::ListedSession;
use super::snapshot::load_record_at;
use crate::model::Session;
use crate::store::records::{Place, Records, Share, encode};
use crate::store::{Location, RecordProblem, Store, StoredRecord};

/// A record of a listing. It need not have been parsed: of large stores, the records are known as
/// JSON.
#[non_exhaustive]
pub struct ListedRecord<'r> {
    /// The location of the record.
    pub location: Location,
    pub(super) content: Content<'r>,
}

/// What is known of a record.
pub(super) enum Content<'r> {
    Parsed(Result<Session, RecordProblem>),
    /// The stored form, and the object.
    Stored(StoredRecord<'r>, &'r Store, ObjectId),
    /// The session, and its stored form.
    Both(Session, StoredRecord<'r>),
}

impl<'r> ListedRecord<'r> {
    /// Returns the record as JSON, if it is known in that form.
    pub fn stored(&self) -> Option<&StoredRecord<'r>> {
        match &self.content {
            Content::Stored(stored, ..) | Content::Both(_, stored) => Some(stored),
            Content::Parsed(_) => None,
        }
    }

    /// Returns the session, or the problem with its record.
    pub fn listed(self) -> ListedSession {
        let location = self.location;
        let session = match self.content {
            Content::Parsed(session) => session,
            Content::Both(session, _) => Ok(session),
            Content::Stored(stored, store, blob) => {
                stored.session().map_or_else(|| load_record_at(store, &location, blob), Ok)
            }
        };
        ListedSession { location, session }
    }
}

impl From<ListedSession> for ListedRecord<'_> {
    fn from(ListedSession { location, session }: ListedSession) -> Self {
        Self { location, content: Content::Parsed(session) }
    }
}

impl fmt::Debug for ListedRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedRecord").field("location", &self.location).finish_non_exhaustive()
    }
}

/// Calls `act` with a record, stored at a place in a share or read from its object.
pub(super) fn with_record<T>(
    store: &Store,
    (share, place): (&Share<'_>, Option<Place>),
    location: Location,
    blob: ObjectId,
    act: impl FnOnce(ListedRecord<'_>) -> T,
) -> T {
    let bytes = place.and_then(|place| share.record(&blob, place));
    let stored = bytes.as_deref().and_then(StoredRecord::parse);
    let content = match stored.filter(|stored| stored.belongs_to(&location)) {
        Some(stored) => Content::Stored(stored, store, blob),
        None => Content::Parsed(load_record_at(store, &location, blob)),
    };
    act(ListedRecord { location, content })
}

/// Loads a session, whose record may be stored.
pub(super) fn load_stored(
    store: &Store,
    records: &Records,
    location: Location,
    blob: ObjectId,
) -> Result<Session, RecordProblem> {
    let place = records.find(&blob);
    let share = records.read(place.into_iter());
    with_record(store, (&share, place), location, blob, |record| record.listed().session)
}

/// Returns the stored form of a record, or None in its place if its object has to be read again.
/// Returns None if it is not to be stored, because the object cannot be read now.
pub(super) fn stored_form(session: &Result<Session, RecordProblem>) -> Option<Option<Vec<u8>>> {
    match session {
        Ok(session) => Some(encode(session)),
        Err(RecordProblem::Object(_)) => None,
        Err(_) => Some(None),
    }
}

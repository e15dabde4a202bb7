//! Undoes the changes of an event.

use super::Transaction;
use super::staged::{Rules, Staged};
use super::undone::{Overlap, UndoError, Undone, Version};
use crate::model::{Event, Extent, Map, Oid, Origin, Session, SessionId, Timestamp};
use crate::store::{
    Change, Entry, Key, Location, Shelf, Snapshot, Store, StoreError, Visibility, codec,
};

/// Sessions and fields of them; `*` is the whole record.
type Fields = Vec<(SessionId, String)>;

impl Store {
    /// Runs a change without writing it, to learn what it would do.
    ///
    /// # Errors
    /// Fails with the error of `change`, or if the store cannot be read.
    pub fn rehearse<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        change(&mut Transaction::new(self.snapshot()?, self.clock().now()))
    }
}

impl Snapshot<'_> {
    /// Returns the last event that a person caused in this clone, or None.
    ///
    /// # Errors
    /// Fails if the history up to there is unreadable, or if the last public and the last private
    /// event have the same second. A change of visibility is one event on both refs.
    pub fn last_by_hand(&self) -> Result<Option<Event>, UndoError> {
        let Some(replica) = self.store.known_replica() else { return Ok(None) };
        let is_by_hand = |event: &Event| event.message.op != "merge";
        let ours = crate::store::History {
            replica: Some(replica),
            origin: Some(Origin::Person),
            ..crate::store::History::default()
        };
        let mut last: Option<Event> = None;
        for event in self.events(ours) {
            let event = event?;
            let Some(last) = &last else {
                last = is_by_hand(&event).then_some(event);
                if last.is_some() && self.tip_of(Visibility::Private).is_none() {
                    break;
                }
                continue;
            };
            if event.time < last.time {
                break;
            }
            if is_by_hand(&event)
                && !is_one_change(&event, last)
                && self.visibility_of(&event.id)? != self.visibility_of(&last.id)?
            {
                return Err(UndoError::SameSecond(Box::new([last.clone(), event])));
            }
        }
        Ok(last)
    }

    /// Returns the event of the same change on the other ref, or None. Private events of older
    /// versions do not name their public one.
    ///
    /// # Errors
    /// Fails if the public events are unreadable. Unreadable private events are skipped.
    pub fn counterpart(&self, event: &Event) -> Result<Option<Event>, UndoError> {
        if let Some(public) = &event.message.public {
            return Ok(match self.tip_of(Visibility::Public) {
                Some(tip) if self.store.contains_event(tip, public)? => Some(self.event(public)?),
                _ => None,
            });
        }
        let Some(tip) = self.tip_of(Visibility::Private) else { return Ok(None) };
        let history =
            crate::store::History { from: Some(tip.clone()), ..crate::store::History::default() };
        // Events are not dated before their parents, so the two events of one change may differ in
        // time.
        let events = self.events(history).flatten();
        let mut near = events.take_while(|private| private.time.latest() >= event.time);
        Ok(near.find(|private| private.message.public.as_ref() == Some(&event.id)))
    }

    fn visibility_of(&self, event: &Oid) -> Result<Visibility, UndoError> {
        for half in [Visibility::Public, Visibility::Private] {
            if let Some(tip) = self.tip_of(half)
                && self.store.contains_event(tip, event)?
            {
                return Ok(half);
            }
        }
        Err(UndoError::Unknown(event.clone()))
    }
}

impl Transaction<'_> {
    /// Undoes an event, and [its counterpart](Snapshot::counterpart) on the other ref if there is
    /// one. Each record becomes the three-way merge of the present record and the one before the
    /// event, with the one after the event as base. Later changes therefore stay. A record that was
    /// not changed since is restored byte for byte.
    ///
    /// Of automatic events, facts about the world are kept: status, placements, head and the like.
    /// Returns the records that change. An event that is already undone changes none.
    ///
    /// # Errors
    /// Fails if the event is a merge or a change of visibility, or if its fields were changed again
    /// since and `Overlap::Refuse` applies.
    pub fn undo(
        &mut self,
        event: &Event,
        other: Option<&Event>,
        overlap: Overlap,
    ) -> Result<Vec<Undone>, UndoError> {
        let (mut undone, mut conflicts) = (Vec::new(), Vec::new());
        for event in [Some(event), other].into_iter().flatten() {
            let (records, fields) = self.undo_event(event, overlap)?;
            undone.extend(records);
            conflicts.extend(fields);
        }
        if !conflicts.is_empty() && overlap == Overlap::Refuse {
            return Err(UndoError::Conflicts { event: event.id.clone(), fields: conflicts });
        }
        // Of two events, only the private one is sure to have a description.
        let private = other.filter(|other| other.message.public.is_some());
        self.describe(private.unwrap_or(event).message.subject.clone());
        Ok(undone)
    }

    fn undo_event(
        &mut self,
        event: &Event,
        overlap: Overlap,
    ) -> Result<(Vec<Undone>, Fields), UndoError> {
        let half = self.snapshot().visibility_of(&event.id)?;
        if event.message.op == "merge" && event.parents.len() > 1 {
            return Err(UndoError::Merge(event.id.clone()));
        }
        let changes = self.snapshot().store.compare(event.parents.first(), &event.id)?;
        let (mut undone, mut conflicts) = (Vec::new(), Vec::new());
        for change in &changes {
            let record = Record::of(self, change, event, half)?;
            let (fate, fields) = record.undo(event.message.origin, overlap)?;
            conflicts.extend(fields.into_iter().map(|field| (record.key.id, field)));
            if let Some(fate) = fate {
                undone.push(record.stage(self, fate));
            }
        }
        Ok((undone, conflicts))
    }
}

/// Returns true if two events, one on each ref, belong to one change. The private event names the
/// public one. In older versions it does not; a change of visibility is then recognized by the same
/// verb and the same sessions.
fn is_one_change(a: &Event, b: &Event) -> bool {
    let names = |a: &Event, b: &Event| a.message.public.as_ref() == Some(&b.id);
    let (x, y) = (&a.message, &b.message);
    names(a, b) || names(b, a) || (x.op == y.op && x.sessions == y.sessions)
}

/// A record that an event changed: before the event, after it, and now.
struct Record<'s> {
    store: &'s Store,
    key: Key,
    before: Option<Entry>,
    after: Option<Entry>,
    now: Option<Entry>,
    time: Timestamp,
}

/// The outcome of an undo for one record.
enum Fate {
    Removed,
    /// The blob of one of the three versions, on this shelf.
    Bytes(Shelf, Oid),
    Written(Shelf, Box<Session>),
}

impl<'s> Record<'s> {
    fn of(
        tx: &Transaction<'s>,
        change: &Change,
        event: &Event,
        half: Visibility,
    ) -> Result<Self, UndoError> {
        let (snapshot, store) = (tx.snapshot(), tx.snapshot().store);
        let key = Key::from(change.location());
        let at_home = |entry: &Option<Entry>| {
            let entry = entry.clone()?;
            Some(Entry { location: Location { visibility: half, ..entry.location }, ..entry })
        };
        let find = |of: Visibility| -> Result<Option<Entry>, StoreError> {
            let alone = Snapshot::at(store, snapshot.tip_of(of).cloned())?;
            Ok(at_home(&alone.find(key.clone())?))
        };
        let now = find(half)?;
        let (before, after) = (at_home(&change.before), at_home(&change.after));
        let came_or_went = before.is_none() != after.is_none();
        let is_set = event.message.op == "set";
        let is_moved = || Ok::<_, StoreError>(now.is_none() && find(half.other())?.is_some());
        if came_or_went && (is_set || is_moved()?) {
            let to = if is_set && after.is_some() { half.other() } else { half };
            let to = (now.is_some() || is_moved()?).then_some(to);
            return Err(UndoError::Visibility { event: event.id.clone(), id: key.id, to });
        }
        Ok(Self { store, before, after, now, time: tx.now(), key })
    }

    /// Returns the outcome, or None if the record stays as it is, and the fields that were changed
    /// again since the event.
    fn undo(
        &self,
        origin: Origin,
        overlap: Overlap,
    ) -> Result<(Option<Fate>, Vec<String>), StoreError> {
        let whole = || vec!["*".to_owned()];
        let bytes = |entry: &Entry| Some(Fate::Bytes(entry.location.shelf, entry.blob.clone()));
        Ok(match (&self.before, &self.after, &self.now) {
            (Some(before), None, None) => (bytes(before), Vec::new()),
            (_, None, _) | (None, Some(_), None) => (None, Vec::new()),
            (Some(before), Some(_), None) => (bytes(before), whole()),
            (None, Some(after), Some(now)) => (Some(Fate::Removed), self.own_changes(after, now)?),
            (Some(before), Some(after), Some(now)) => {
                let shelf = match after.location.shelf == now.location.shelf {
                    true => before.location.shelf,
                    false => now.location.shelf,
                };
                let extent = match origin {
                    Origin::Person => Extent::Everything,
                    Origin::Automatic => Extent::WithoutFacts,
                };
                let is_whole = extent == Extent::Everything && now.blob == after.blob;
                let kept = Some(Fate::Bytes(shelf, now.blob.clone()));
                let kept = kept.filter(|_| shelf != now.location.shelf);
                if before.blob == after.blob || now.blob == before.blob {
                    (kept, Vec::new())
                } else if is_whole {
                    (Some(Fate::Bytes(shelf, before.blob.clone())), Vec::new())
                } else {
                    let records = [before, after, now].map(|entry| self.record(entry));
                    let [Some(before_map), Some(after), Some(now_map)] = records else {
                        return Ok((Some(Fate::Bytes(shelf, before.blob.clone())), whole()));
                    };
                    let undone = crate::model::undo(&before_map, &after, &now_map, extent);
                    if undone.record == now_map {
                        return Ok((kept, undone.conflicts));
                    }
                    match Session::from_record(undone.record, &before.location.project) {
                        Ok(mut session) => {
                            session.updated_at = Timestamp::after(self.time, session.updated_at);
                            (Some(Fate::Written(shelf, Box::new(session))), undone.conflicts)
                        }
                        // Each version is valid, but their merge is not.
                        Err(problem) if overlap == Overlap::Override => {
                            let (id, problem) = (self.key.id, problem.into());
                            return Err(StoreError::Invalid { id, problem });
                        }
                        Err(_) => (None, whole()),
                    }
                }
            }
        })
    }

    /// Returns the fields that were changed since the event created the record, except facts.
    fn own_changes(&self, after: &Entry, now: &Entry) -> Result<Vec<String>, StoreError> {
        let mut fields = match (self.record(after), self.record(now)) {
            _ if after.blob == now.blob => Vec::new(),
            (Some(after), Some(now)) => crate::model::own_changes(&after, &now),
            _ => vec!["*".to_owned()],
        };
        if after.location.shelf != now.location.shelf {
            fields.push("archived".to_owned());
        }
        Ok(fields)
    }

    fn record(&self, entry: &Entry) -> Option<Map> {
        Some(self.session(entry)?.to_record())
    }

    fn session(&self, entry: &Entry) -> Option<Session> {
        let location = &entry.location;
        let bytes = self.store.repository().read_blob(crate::git::gix_id(&entry.blob)).ok()?;
        codec::decode(&bytes, location.id, &location.project).ok()
    }

    fn stage(&self, tx: &mut Transaction<'_>, fate: Fate) -> Undone {
        let versions = [&self.now, &self.before, &self.after];
        let known = versions.into_iter().flatten().next();
        let home = known.expect("a change is of a record").location.clone();
        let (to, blob, session) = match fate {
            Fate::Removed => (None, None, None),
            Fate::Bytes(shelf, blob) => {
                (Some(Location { shelf, ..home.clone() }), Some(blob), None)
            }
            Fate::Written(shelf, session) => {
                (Some(Location { shelf, ..home.clone() }), None, Some(session))
            }
        };
        let after = to.clone().map(|location| {
            let entry = blob.clone().map(|blob| Entry { location: location.clone(), blob });
            let read = entry.and_then(|entry| self.session(&entry));
            Version { location, session: session.as_deref().cloned().or(read) }
        });
        let before = self.now.as_ref().map(|entry| Version {
            location: entry.location.clone(),
            session: self.session(entry),
        });
        let (duplicate, rules) = (None, Rules::Kept);
        let staged = Staged { before: self.now.clone(), session, blob, to, duplicate, rules };
        tx.stage(home, staged);
        Undone { key: self.key.clone(), before, after }
    }
}

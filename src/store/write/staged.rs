//! What a transaction holds until it is written.

use std::collections::BTreeMap;

use crate::model::{Oid, Origin, Session, SessionId};
use crate::store::{Entry, Location, Snapshot, Visibility};

/// What becomes of one record.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// The record before; None for a new one.
    pub before: Option<Entry>,
    /// The session to write; None keeps the bytes that are there.
    pub session: Option<Box<Session>>,
    /// Bytes of an earlier time to put there again, where there is no session to write.
    pub blob: Option<Oid>,
    /// Where the record goes; None takes it out of the tree.
    pub to: Option<Location>,
    /// Another record of the session, which goes.
    pub duplicate: Option<Location>,
}

/// A finished transaction, taken apart.
pub(super) struct Parts<'s> {
    pub snapshot: Snapshot<'s>,
    pub staged: BTreeMap<Location, Staged>,
    pub parents: Vec<Oid>,
    pub what: Option<String>,
    pub origin: Origin,
}

impl Parts<'_> {
    /// The sessions of which something changes among those that are as visible as this, sorted.
    pub fn ids(&self, visibility: Visibility) -> Vec<SessionId> {
        let staged = self.staged.iter().filter(|(_, staged)| staged.touches(visibility));
        staged.map(|(location, _)| location.id).collect()
    }

    /// Where records come to lie that did not, among those that are as visible as this.
    pub fn new_places(&self, visibility: Visibility) -> impl Iterator<Item = &Location> {
        let staged = self.staged.values().filter(|staged| {
            staged.to.as_ref() != staged.before.as_ref().map(|before| &before.location)
        });
        staged.filter_map(move |staged| staged.edits(visibility).1)
    }

    /// What the event says was done. A public one says nothing that may be about private sessions.
    pub fn what(&self, visibility: Visibility) -> Option<&str> {
        let public = self.ids(Visibility::Public);
        let is_about_others =
            self.ids(Visibility::Private).iter().any(|private| !public.contains(private));
        let is_silent = visibility == Visibility::Public && is_about_others;
        self.what.as_deref().filter(|_| !is_silent)
    }

    /// What is written first: where a session goes before where it is taken from.
    pub fn order(&self) -> [Visibility; 2] {
        let hides = self.staged.values().any(|staged| staged.moves_to(Visibility::Private));
        let first = if hides { Visibility::Private } else { Visibility::Public };
        [first, first.other()]
    }
}

impl Staged {
    pub fn changes_something(&self) -> bool {
        match &self.before {
            None => self.to.is_some(),
            Some(before) => {
                self.session.is_some()
                    || self.blob.is_some()
                    || self.duplicate.is_some()
                    || self.to.as_ref() != Some(&before.location)
            }
        }
    }

    fn places(&self) -> [Option<&Location>; 3] {
        [
            self.before.as_ref().map(|before| &before.location),
            self.to.as_ref(),
            self.duplicate.as_ref(),
        ]
    }

    fn touches(&self, visibility: Visibility) -> bool {
        self.places().into_iter().flatten().any(|place| place.visibility == visibility)
    }

    pub fn moves_to(&self, visibility: Visibility) -> bool {
        let was_elsewhere = |before: &Entry| before.location.visibility != visibility;
        self.to.as_ref().is_some_and(|to| to.visibility == visibility)
            && self.before.as_ref().is_some_and(was_elsewhere)
    }

    /// The places that this leaves, and the one it fills, among those that are as visible as this.
    pub fn edits(&self, visibility: Visibility) -> (Vec<&Location>, Option<&Location>) {
        let here = |place: &&Location| place.visibility == visibility;
        let [before, to, duplicate] = self.places();
        let left = [before, duplicate].into_iter().flatten().filter(|place| Some(*place) != to);
        (left.filter(here).collect(), to.filter(here))
    }
}

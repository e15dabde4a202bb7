//! The staged changes of a transaction.

use std::collections::BTreeMap;

use crate::git::Identity;
use crate::model::{Oid, Origin, RuleError, Session, SessionId};
use crate::store::{Entry, Location, Snapshot, Visibility};

/// The staged change of one record.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// The stored record; None for a new session.
    pub before: Option<Entry>,
    /// The session to write; None writes `blob`, or keeps the stored bytes.
    pub session: Option<Box<Session>>,
    /// An earlier blob to restore, if there is no session to write.
    pub blob: Option<Oid>,
    /// The new location; None deletes the record.
    pub to: Option<Location>,
    /// The location of a second record of the session, which is removed.
    pub duplicate: Option<Location>,
    /// Whether the change keeps the rules.
    pub rules: Rules,
}

/// Whether a change keeps the rules of [`model`](crate::model::broken_rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Rules {
    #[default]
    Kept,
    /// A program wrote it without checks.
    Broken,
}

impl Rules {
    pub fn of(broken: &[RuleError]) -> Self {
        if broken.is_empty() { Self::Kept } else { Self::Broken }
    }
}

/// The contents of a finished transaction.
pub(super) struct Parts<'s> {
    pub snapshot: Snapshot<'s>,
    pub staged: BTreeMap<Location, Staged>,
    pub parents: Vec<Oid>,
    pub what: Option<String>,
    pub origin: Origin,
    pub author: Option<Identity>,
}

impl Parts<'_> {
    /// Returns the sessions whose records with this visibility change, sorted.
    pub fn ids(&self, visibility: Visibility) -> Vec<SessionId> {
        let staged = self.staged.iter().filter(|(_, staged)| staged.touches(visibility));
        staged.map(|(location, _)| location.id).collect()
    }

    /// Returns the sessions with a change of this visibility that violates a rule, sorted.
    pub fn unchecked(&self, visibility: Visibility) -> Vec<SessionId> {
        let broken = self.staged.iter().filter(|(_, staged)| staged.rules == Rules::Broken);
        let broken = broken.filter(|(_, staged)| staged.touches(visibility));
        broken.map(|(location, _)| location.id).collect()
    }

    /// Returns the locations with this visibility that receive a new or moved record.
    pub fn new_places(&self, visibility: Visibility) -> impl Iterator<Item = &Location> {
        let staged = self.staged.values().filter(|staged| {
            staged.to.as_ref() != staged.before.as_ref().map(|before| &before.location)
        });
        staged.filter_map(move |staged| staged.edits(visibility).1)
    }

    /// Returns the description for the event's subject. A public event has none if other, private
    /// sessions change in the same transaction: the description may be about them.
    pub fn what(&self, visibility: Visibility) -> Option<&str> {
        let public = self.ids(Visibility::Public);
        let is_about_others =
            self.ids(Visibility::Private).iter().any(|private| !public.contains(private));
        let is_silent = visibility == Visibility::Public && is_about_others;
        self.what.as_deref().filter(|_| !is_silent)
    }

    /// Returns the order in which the refs move. The ref that receives a session moves first, so
    /// that one of them always has it.
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

    /// Returns the locations with this visibility that the change empties, and the one that it
    /// fills.
    pub fn edits(&self, visibility: Visibility) -> (Vec<&Location>, Option<&Location>) {
        let here = |place: &&Location| place.visibility == visibility;
        let [before, to, duplicate] = self.places();
        let left = [before, duplicate].into_iter().flatten().filter(|place| Some(*place) != to);
        (left.filter(here).collect(), to.filter(here))
    }
}

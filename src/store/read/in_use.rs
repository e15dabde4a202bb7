//! Finds out whether records still name something, before it is removed.

use std::collections::{BTreeSet, HashSet};

use super::{ListedSession, Query, Snapshot};
use crate::model::Session;
use crate::store::Shelf;
use crate::store::index::{Column, Columns, hash, set};

/// What a record can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Branch,
    Conversation,
}

impl Named {
    fn column(self) -> Column {
        match self {
            Self::Branch => Column::Branch,
            Self::Conversation => Column::Conversation,
        }
    }

    fn of(self, session: Session) -> Option<String> {
        match self {
            Self::Branch => session.branch,
            Self::Conversation => session.agent_session_id,
        }
    }
}

impl Snapshot<'_> {
    /// Returns those of these names that a session has, active or archived. Returns None if a record
    /// cannot be read: it may have any of them.
    pub(crate) fn in_use(&self, what: Named, names: &BTreeSet<String>) -> Option<BTreeSet<String>> {
        let hashes: HashSet<u64> = names.iter().map(|name| hash(name)).collect();
        let columns = Columns::of(&[what.column()]);
        let mut used = BTreeSet::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            let entries = self.candidates_by(shelf, columns, &|at| {
                let named = at.row.number(what.column());
                at.row.is_unknown() || named.is_none_or(|named| hashes.contains(&named))
            });
            for entry in entries.ok()? {
                let name = what.of(self.load(&entry).ok()?);
                used.extend(name.filter(|name| names.contains(name)));
            }
        }
        self.check_private().ok()?;
        Some(used)
    }

    /// Returns the active sessions with a placement on this replica, and those without a placement
    /// that have one of these branches, last updated first. What cannot be read is skipped.
    pub(crate) fn placed(
        &self,
        replica: Option<&str>,
        branches: &BTreeSet<String>,
    ) -> Vec<ListedSession> {
        let here = replica.map_or(0, set);
        let hashes: HashSet<u64> = branches.iter().map(|name| hash(name)).collect();
        let survey = self.survey(Shelf::Active, Columns::of(&[Column::Replicas, Column::Branch]));
        let entries = self.candidates_in(survey, &|at| {
            let number = |column| at.row.number(column);
            match (number(Column::Replicas), number(Column::Branch)) {
                (Some(0), Some(branch)) => hashes.contains(&branch),
                (Some(replicas), Some(_)) => replicas & here != 0,
                _ => true,
            }
        });
        self.select(entries, &Query::default(), |listed| match &listed.session {
            Ok(session) if session.placements.is_empty() => {
                session.branch.as_ref().is_some_and(|branch| branches.contains(branch))
            }
            Ok(session) => session.lives_in(replica),
            Err(_) => false,
        })
    }
}

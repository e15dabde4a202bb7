//! The public sessions, overlaid with the private ones of this clone.

use std::collections::HashSet;

use super::Entry;
use super::ref_tree::RefTree;
use super::walk::{Found, Scope, Walk};
use crate::git::Repository;
use crate::model::{Project, SessionId};
use crate::store::{Shelf, Visibility};

/// A session, by its project and id.
pub(in crate::store) type Owner = (Project, SessionId);

/// Two trees shown as one: the private record of a session overrides its public record.
#[derive(Debug)]
pub(super) struct Overlay {
    pub public: RefTree,
    pub private: Option<RefTree>,
}

impl Overlay {
    /// Returns the trees, the private one first.
    pub fn trees(&self) -> impl Iterator<Item = &RefTree> {
        self.private.iter().chain([&self.public])
    }

    pub fn tree(&self, visibility: Visibility) -> Option<&RefTree> {
        self.trees().find(|tree| tree.visibility == visibility)
    }

    /// Walks over both trees: the private entries in scope, then the public ones except overridden
    /// records.
    pub fn walk<'w>(
        &'w self,
        repo: &'w Repository,
        scope: Scope<'w>,
    ) -> impl Iterator<Item = Found> {
        let (found, overridden) = self.walk_private(repo, scope);
        let counts = move |found: &Found| match found {
            Found::Record(entry) => !overridden.contains(&entry.location.owner()),
            Found::Unexpected(_) | Found::Unreadable(..) => true,
        };
        found.into_iter().chain(Walk::new(repo, &self.public, scope).filter(counts))
    }

    /// Returns the private entries in scope, and the sessions with a private record on either
    /// shelf.
    pub fn walk_private(
        &self,
        repo: &Repository,
        scope: Scope<'_>,
    ) -> (Vec<Found>, HashSet<Owner>) {
        let (mut all, mut private) = (Vec::new(), HashSet::new());
        let Some(tree) = &self.private else { return (all, private) };
        for shelf in [scope.shelf, scope.shelf.other()] {
            for found in Walk::new(repo, tree, Scope { shelf, ..scope }) {
                if let Found::Record(Entry { location, .. }) = &found {
                    private.insert(location.owner());
                }
                // Of the other shelf, only unreadable folders matter: they may hold overriding
                // records.
                if shelf == scope.shelf || matches!(found, Found::Unreadable(..)) {
                    all.push(found);
                }
            }
        }
        (all, private)
    }

    /// Returns the sessions with a private record on either shelf. Unreadable folders are skipped.
    pub fn private_sessions(&self, repo: &Repository) -> HashSet<Owner> {
        self.walk_private(repo, Scope::all(Shelf::Active)).1
    }
}

//! The public sessions, and over them the private ones of this clone.

use std::collections::HashSet;

use super::Entry;
use super::ref_tree::RefTree;
use super::walk::{Found, Scope, Walk};
use crate::git::Repository;
use crate::model::{Project, SessionId};
use crate::store::{Shelf, Visibility};

/// A session, whatever its record says.
pub(in crate::store) type Owner = (Project, SessionId);

/// Two trees that are shown as one: a public record is overridden where there is a private one of
/// the same session.
#[derive(Debug)]
pub(super) struct Overlay {
    pub public: RefTree,
    pub private: Option<RefTree>,
}

impl Overlay {
    /// The private tree first, if there is one.
    pub fn trees(&self) -> impl Iterator<Item = &RefTree> {
        self.private.iter().chain([&self.public])
    }

    pub fn tree(&self, visibility: Visibility) -> Option<&RefTree> {
        self.trees().find(|tree| tree.visibility == visibility)
    }

    /// All that is in scope and not overridden: what is private, then what is public.
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

    /// What is private in scope, and the sessions that are private on either shelf.
    fn walk_private(&self, repo: &Repository, scope: Scope<'_>) -> (Vec<Found>, HashSet<Owner>) {
        let (mut all, mut private) = (Vec::new(), HashSet::new());
        let Some(tree) = &self.private else { return (all, private) };
        for shelf in [scope.shelf, scope.shelf.other()] {
            for found in Walk::new(repo, tree, Scope { shelf, ..scope }) {
                if let Found::Record(Entry { location, .. }) = &found {
                    private.insert(location.owner());
                }
                // Of the other shelf only what cannot be read matters: it may hold what overrides.
                if shelf == scope.shelf || matches!(found, Found::Unreadable(..)) {
                    all.push(found);
                }
            }
        }
        (all, private)
    }

    /// The sessions that have a private record on either shelf, as far as it can be found.
    pub fn private_sessions(&self, repo: &Repository) -> HashSet<Owner> {
        self.walk_private(repo, Scope::all(Shelf::Active)).1
    }
}

//! Sessions of two projects with the same id. Ids are random, so one session is a copy of the
//! other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Entry, Snapshot};
use crate::model::SessionId;
use crate::store::{Location, Shelf, StoreError};

/// A record with the id of a session in another project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Namesake {
    /// Its location, in a project other than this repository's.
    pub place: Location,
    /// The location of the other record.
    pub other: Location,
}

impl Snapshot<'_> {
    /// Returns all such records, sorted by id. The cost is one walk over the store.
    ///
    /// # Errors
    /// Fails if the top of a shelf is unreadable, or if this repository's project cannot be
    /// determined.
    pub fn all_namesakes(&self) -> Result<Vec<Namesake>, StoreError> {
        let mut projects = self.projects(Shelf::Active)?;
        projects.extend(self.projects(Shelf::Archived)?);
        if projects.iter().all(|project| *project == projects[0]) {
            return Ok(Vec::new());
        }
        let mut places: BTreeMap<SessionId, Vec<Location>> = BTreeMap::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            for Entry { location, .. } in self.found_entries(shelf) {
                places.entry(location.id).or_default().push(location);
            }
        }
        places.retain(|_, places| places.len() > 1);
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.default_project()?;
        let mut namesakes = Vec::new();
        for places in places.into_values() {
            for place in places.iter().filter(|place| place.project != own) {
                let other = places.iter().find(|it| it.project != place.project);
                namesakes.extend(
                    other.map(|other| Namesake { place: place.clone(), other: other.clone() }),
                );
            }
        }
        Ok(namesakes)
    }
}

//! Sessions of two projects with one id: ids are random, so one of them is a copy.

use std::collections::BTreeMap;

use super::{Entry, Snapshot};
use crate::model::SessionId;
use crate::store::{Location, Shelf, StoreError};

/// A record that has the id of a session in another project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesake {
    /// Where it lies. It is of another project than this repository's own.
    pub place: Location,
    /// Where the other one lies.
    pub other: Location,
}

impl Snapshot<'_> {
    /// All of them, sorted by id; at the cost of one walk over the store.
    ///
    /// # Errors
    /// When the top of a shelf cannot be read, or this repository's project is not known.
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

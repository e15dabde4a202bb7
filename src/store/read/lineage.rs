use super::{Query, Snapshot};
use crate::model::{Field, Filter, Fork, Session, SessionId};
use crate::store::{Shelf, StoreError};

/// The ancestors of a session.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Lineage {
    /// The sessions from which it was forked, its parent first. A session without a record is
    /// included; the last one is then known by its id alone.
    pub ancestors: Vec<(Fork, Option<Session>)>,
}

impl Snapshot<'_> {
    /// Returns the sessions from which a session was forked, up to the first one.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable. A missing or corrupt record is not an error.
    pub fn lineage(&self, session: &Session) -> Result<Lineage, StoreError> {
        let mut lineage = Lineage::default();
        let mut seen = vec![session.id];
        let mut fork = session.fork.clone();
        while let Some(next) = fork.take().filter(|fork| !seen.contains(&fork.session)) {
            seen.push(next.session);
            let parent = match self.session(next.session) {
                Ok(parent) => Some(parent),
                Err(
                    StoreError::NotFound(_)
                    | StoreError::Corrupt { .. }
                    | StoreError::InTwoProjects(_),
                ) => None,
                Err(error) => return Err(error),
            };
            fork = parent.as_ref().and_then(|parent| parent.fork.clone());
            lineage.ancestors.push((next, parent));
        }
        Ok(lineage)
    }

    /// Returns the sessions that were forked from this one or started by it, active before
    /// archived. Corrupt records are skipped.
    ///
    /// # Errors
    /// Fails if a part of the tree is unreadable.
    pub fn children(&self, id: SessionId) -> Result<Vec<Session>, StoreError> {
        let mut children = Vec::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            let query = Query::new(Filter::Is(Field::Parent, id.to_string())).on([shelf]);
            let listed = self.query_all(query, |_| true)?.into_iter();
            children.extend(listed.filter_map(|listed| listed.session.ok()));
        }
        Ok(children)
    }
}

use crate::ops::common::Engine;
use crate::ops::common::liveness::noted;
use crate::store::{Listing, Shelf, Snapshot};

impl Engine {
    /// Returns the active sessions that have not ended, and ended ones whose agent may be alive in
    /// this clone, last updated first; corrupt records come last. Also returns the number of all
    /// other ended sessions. Their records are not read.
    pub fn present_sessions(&self, snapshot: &Snapshot<'_>) -> (Listing, usize) {
        match noted(self.repository()) {
            Ok(noted) => snapshot.present(self.store().known_replica().as_deref(), &noted),
            // Any session may have a file that cannot be listed.
            Err(_) => (snapshot.listing(Shelf::Active), 0),
        }
    }
}

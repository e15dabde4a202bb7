//! Searches tasks, titles and transcripts.

mod case;
mod escapes;
mod found;
mod needles;
mod parallel;
mod pattern;
mod request;
mod scan;

use std::ops::ControlFlow;

pub use self::case::Case;
pub use self::found::{Match, MatchPlace, SessionMatches};
pub(in crate::ops) use self::parallel::in_order;
pub use self::pattern::{Pattern, PatternError, Syntax};
pub use self::request::Search;
use crate::ops::common::{Engine, OpsError};
use crate::store::ListedSession;

impl Engine {
    /// Searches sessions: their titles and tasks, and their transcripts of this clone and of those
    /// that shared them. `each` receives what was found, in the order of the sessions, as long as
    /// it continues. Several threads search.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be opened.
    pub fn search(
        &self,
        search: &Search,
        sessions: &[ListedSession],
        each: impl FnMut(SessionMatches) -> ControlFlow<()>,
    ) -> Result<(), OpsError> {
        let store = self.transcripts()?;
        let index = store.as_ref().map(|store| store.index()).transpose()?;
        let find = |listed: &ListedSession| {
            let session = listed.location.id;
            let mut matches = scan::record(search, listed);
            let mut problems = Vec::new();
            let read = match (&store, &index) {
                (Some(store), Some(index)) => store.indexed(index, session),
                _ => Ok(Vec::new()),
            };
            match read {
                Ok(transcripts) => {
                    for transcript in &transcripts {
                        let scanned = scan::transcript(search, transcript, &mut matches);
                        problems.extend(scanned.err());
                    }
                }
                Err(error) => problems.push(error),
            }
            SessionMatches { session, matches, problems }
        };
        in_order(sessions, find, each);
        Ok(())
    }
}

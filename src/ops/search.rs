//! Searches tasks, titles and transcripts.

mod escapes;
mod needles;
mod parallel;
mod pattern;
mod scan;

use std::ops::ControlFlow;

use self::parallel::in_order;
pub use self::pattern::{Case, Pattern, PatternError, Syntax};
use crate::model::{SessionId, Timestamp};
use crate::ops::common::{Engine, OpsError};
use crate::store::ListedSession;
use crate::transcript::{Role, TranscriptEntry, TranscriptError};

/// What [`search`](Engine::search) looks for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Search {
    /// The pattern, which must match within a line.
    pub pattern: Pattern,
    /// Only what these roles said or did; all if there are none. A task is a user's.
    pub roles: Vec<Role>,
    /// Only what was said from this time on.
    pub since: Option<Timestamp>,
    /// Only what was said before this time.
    pub until: Option<Timestamp>,
}

impl Search {
    /// Looks for a pattern everywhere.
    pub fn new(pattern: Pattern) -> Self {
        Self { pattern, roles: Vec::new(), since: None, until: None }
    }
}

/// What was found in a session.
#[derive(Debug)]
#[non_exhaustive]
pub struct SessionMatches {
    /// The session.
    pub session: SessionId,
    /// The texts with matches.
    pub matches: Vec<Match>,
    /// Transcripts that could not be read to their end.
    pub problems: Vec<TranscriptError>,
}

/// A text in which the pattern matches.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Match {
    /// Where it is.
    pub place: MatchPlace,
    /// The text.
    pub text: String,
    /// The matching lines, counted from 0.
    pub lines: Vec<usize>,
}

/// Where a text is.
#[derive(Debug, Clone, PartialEq)]
pub enum MatchPlace {
    /// It is the session's title.
    Title,
    /// It is the session's task.
    Task,
    /// It is what this entry says. Of a call of a tool, its name and all texts in its input.
    Entry(Box<TranscriptEntry>),
}

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

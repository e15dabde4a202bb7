//! Finds the session that is meant, and its transcripts.

use git_ao::store::{Entry, Store};
use git_ao::transcript::Transcript;

use crate::cli::hints::refusals;
use crate::cli::{CliError, launch, open};

/// Finds the named session, or that of this worktree, or else the most recently changed one.
pub fn find(named: Option<&str>, store: &Store) -> Result<Entry, CliError> {
    let handle = named.unwrap_or_else(|| match open::here(store.repository()) {
        Some(_) => "@",
        None => "latest",
    });
    open::find(&store.snapshot()?, store, handle)
}

/// Returns all transcripts of a session; there is at least one. What is new in them is captured
/// first.
pub fn transcripts(store: &Store, entry: &Entry) -> Result<Vec<Transcript>, CliError> {
    let (engine, session) = (launch::engine(store), entry.location.id);
    if let Ok(record) = store.snapshot()?.session(&entry.location) {
        engine.capture_grown(&[&record]);
    }
    let found = match engine.transcripts()? {
        Some(transcripts) => transcripts.session_transcripts(session)?,
        None => Vec::new(),
    };
    match found.is_empty() {
        true => Err(refusals::no_transcript(session, &engine.unfetched_transcripts(session)?)),
        false => Ok(found),
    }
}

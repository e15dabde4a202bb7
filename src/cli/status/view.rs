use crate::cli::launch;
use git_ao::ops::{Engine, Scope};
use git_ao::store::{ListedSession, Listing, Store, Unexpected};
use git_ao::view::Status;
use git_ao::workspace::Detail;

use crate::cli::selection::Selection;
use crate::cli::{CliError, Ctx, open};

/// The sessions and details to show.
pub struct Request<'a> {
    pub session: Option<&'a str>,
    pub selection: &'a Selection,
    /// True to include ended sessions.
    pub all: bool,
    pub detail: Detail,
}

/// A snapshot of the requested sessions.
pub struct View {
    pub engine: Engine,
    pub status: Status,
    pub unreadable: Vec<Unexpected>,
}

impl View {
    pub fn look(request: &Request<'_>, store: &Store, ctx: &Ctx) -> Result<Self, CliError> {
        let snapshot = store.snapshot()?;
        let engine = launch::engine(store);
        let all = request.all || request.session.is_some();
        let (listing, hidden) = match request.session {
            None => {
                let chosen = request.selection.choose(ctx, store, &snapshot)?;
                match chosen.is_everything() && !all {
                    true => engine.present_sessions(&snapshot),
                    false => (chosen.list(&snapshot, |query| query), 0),
                }
            }
            Some(handle) => {
                let entry = open::find(&snapshot, store, handle)?;
                let session = snapshot.load(&entry);
                let mut listing = Listing::default();
                listing.sessions.push(ListedSession::new(entry.location, session));
                (listing, 0)
            }
        };
        let scope = if all { Scope::All } else { Scope::Open };
        let mut status = Status::look(&engine, listing.sessions, scope, request.detail)?;
        status.hidden += hidden;
        Ok(Self { engine, status, unreadable: listing.unreadable })
    }

    pub fn is_empty(&self) -> bool {
        self.status.is_empty() && self.unreadable.is_empty()
    }
}

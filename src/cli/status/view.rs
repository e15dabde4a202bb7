use crate::cli::launch;
use git_ao::model::Filter;
use git_ao::ops::Scope;
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
    pub status: Status,
    pub unreadable: Vec<Unexpected>,
}

impl View {
    pub fn look(request: &Request<'_>, store: &Store, ctx: &Ctx) -> Result<Self, CliError> {
        let snapshot = store.snapshot()?;
        let engine = launch::engine(store);
        let all = request.all || request.session.is_some();
        // Sessions that have ended are only counted, unless their agent may be alive.
        let mut ended = None;
        let listing = match request.session {
            None => {
                let chosen = request.selection.choose(ctx, store, &snapshot)?;
                ended = chosen.filter().filter(|_| !all).map(|it| it.clone().and(Filter::Ended));
                match ended {
                    Some(_) => chosen.list(&snapshot, |query| {
                        query.of_readable((!Filter::Ended).or(engine.may_be_alive()))
                    }),
                    None => chosen.list(&snapshot, |query| query),
                }
            }
            Some(handle) => {
                let entry = open::find(&snapshot, store, handle)?;
                let session = snapshot.load(&entry);
                let mut listing = Listing::default();
                listing.sessions.push(ListedSession::new(entry.location, session));
                listing
            }
        };
        let scope = if all { Scope::All } else { Scope::Open };
        let has_ended = |listed: &&ListedSession| {
            listed.session.as_ref().is_ok_and(|session| session.status.is_terminal())
        };
        let looked_at = listing.sessions.iter().filter(has_ended).count();
        let mut status = Status::look(&engine, listing.sessions, scope, request.detail)?;
        if let Some(ended) = ended {
            status.hidden += snapshot.count_matching(&ended).saturating_sub(looked_at);
        }
        Ok(Self { status, unreadable: listing.unreadable })
    }

    pub fn is_empty(&self) -> bool {
        self.status.is_empty() && self.unreadable.is_empty()
    }
}

//! Prints the latest events of a session.

use git_ao::model::{Event, Session};
use git_ao::store::{History, Snapshot};

use crate::cli::ui::{Style, escape};
use crate::cli::{CliError, Ctx};
use git_ao::view::DateFormat;

/// How many of the store's newest events are searched: `show` must not slow down as the history
/// grows.
const SEARCHED: usize = 50;

/// The maximum number of events to show.
const SHOWN: usize = 10;

/// Prints the session's newest events, if they are among the newest of the store.
pub fn print(snapshot: &Snapshot<'_>, session: &Session, ctx: &mut Ctx) -> Result<(), CliError> {
    let Found { events, is_all } = find(snapshot, session);
    if events.is_empty() && is_all {
        return Ok(());
    }
    writeln!(ctx.out)?;
    for event in &events {
        let id = ctx.out.paint(Style::Id, event.id.short());
        let when = DateFormat::Relative.show(event.time, event.author.offset, ctx.now);
        let author = escape::line(&event.author.name);
        let subject = escape::line(&event.message.subject);
        writeln!(ctx.out, "{id} {subject} ({author}, {when})")?;
    }
    if !is_all {
        let log = format!("to see older events: git ao log {}", session.id.short());
        let log = ctx.out.paint(Style::Dim, &log);
        writeln!(ctx.out, "{log}")?;
    }
    Ok(())
}

struct Found {
    events: Vec<Event>,
    /// True if these are all events of the session.
    is_all: bool,
}

/// Finds the newest events. Unreadable ones are skipped; `log` reports them.
fn find(snapshot: &Snapshot<'_>, session: &Session) -> Found {
    let mut events: Vec<Event> = Vec::new();
    for event in snapshot.events(History::default()).take(SEARCHED).flatten() {
        if !event.message.sessions.contains(&session.id) {
            continue;
        }
        if events.len() == SHOWN {
            return Found { events, is_all: false };
        }
        let is_first = matches!(event.message.op.as_str(), "spawn" | "fork" | "create");
        events.push(event);
        if is_first {
            return Found { events, is_all: true };
        }
    }
    Found { events, is_all: false }
}

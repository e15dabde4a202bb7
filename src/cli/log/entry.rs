//! Formats one event for `log`.

use std::collections::HashMap;

use git_ao::model::{Event, SessionId};
use git_ao::store::Snapshot;

use crate::cli::Ctx;
use crate::cli::ui::{Out, OutError, Style, escape};
use git_ao::view::DateFormat;

/// The maximum number of sessions to list: an event may change thousands.
const SHOWN: usize = 20;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A change of the store.
    Event,
    /// A commit of a session.
    Commit,
}

/// The titles of sessions, looked up once.
#[derive(Default)]
pub struct TitleCache(HashMap<SessionId, Option<String>>);

impl TitleCache {
    fn of(&mut self, id: SessionId, snapshot: &Snapshot<'_>) -> Option<&str> {
        let look_up = || snapshot.session(id).ok().map(|session| session.display_title());
        self.0.entry(id).or_insert_with(look_up).as_deref()
    }
}

/// Formats `1a2b3c4 status 7b6d11f9: working -> done`, escaped and colored.
pub fn line(event: &Event, out: &Out) -> String {
    let id = out.paint(Style::Id, event.id.short());
    format!("{id} {}", escape::line(&event.message.subject))
}

/// Prints an entry as git prints a commit.
pub fn print(
    kind: Kind,
    event: &Event,
    titles: &mut TitleCache,
    snapshot: &Snapshot<'_>,
    ctx: &mut Ctx,
) -> Result<(), OutError> {
    let word = match kind {
        Kind::Event => "event",
        Kind::Commit => "commit",
    };
    let id = ctx.out.paint(Style::Id, &format!("{word} {}", event.id));
    writeln!(ctx.out, "{id}")?;
    if let [_, _, ..] = event.parents.as_slice() {
        let parents: Vec<_> = event.parents.iter().map(|parent| parent.short()).collect();
        let word = if event.message.op == "fork" { "Fork: " } else { "Merge:" };
        writeln!(ctx.out, "{word} {}", parents.join(" "))?;
    }
    let (name, email) = (escape::line(&event.author.name), escape::line(&event.author.email));
    writeln!(ctx.out, "Author: {name} <{email}>")?;
    let date = DateFormat::Default.show(event.time, event.author.offset, ctx.now);
    writeln!(ctx.out, "Date:   {date}")?;
    writeln!(ctx.out, "\n    {}", escape::line(&event.message.subject))?;
    let sessions = &event.message.sessions;
    if !sessions.is_empty() {
        writeln!(ctx.out)?;
    }
    for id in sessions.iter().take(SHOWN) {
        let title = titles.of(*id, snapshot).map(|title| format!(" {}", escape::line(title)));
        writeln!(ctx.out, "    Session: {id}{}", title.unwrap_or_default())?;
    }
    if sessions.len() > SHOWN {
        writeln!(ctx.out, "    … and {} more", sessions.len() - SHOWN)?;
    }
    for (id, field) in event.message.conflicts.iter().take(SHOWN) {
        writeln!(ctx.out, "    Conflict: {} {}", id.short(), escape::line(field))?;
    }
    Ok(())
}

//! A dashboard: the sessions with their present state, and then a line for each change.
//!
//! ```sh
//! cargo run --example dashboard [<changes> [<seconds>]]
//! ```
//!
//! It ends after so many changes, or so many seconds without one, with a summary. Changes of other
//! processes are seen too, and those that `git ao pull` brings.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use git_ao::git::Environment;
use git_ao::model::{Event, SessionId, error_chain};
use git_ao::ops::{Engine, Scope};
use git_ao::store::{ChangeSet, ListedSession, SessionChange, Shelf, Snapshot, Store};
use git_ao::view::{Status, StatusRow, escape, mark};
use git_ao::workspace::Detail;

fn main() -> ExitCode {
    let run = || {
        let limit = |n| std::env::args().nth(n).map(|limit| limit.parse::<u64>()).transpose();
        let (changes, seconds) = (limit(1)?.unwrap_or(u64::MAX), limit(2)?.unwrap_or(u64::MAX));
        let store = Store::open(".", Environment::inherited())?.with_private();
        run(&Engine::new(store), changes, Duration::from_secs(seconds), &mut std::io::stdout())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", escape::block(&error_chain(&*error)));
            ExitCode::FAILURE
        }
    }
}

/// Follows the store until there were so many changes, or no change for so long.
pub fn run(
    engine: &Engine,
    limit: u64,
    patience: Duration,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let store = engine.store();
    let snapshot = store.snapshot()?;
    for line in sessions(engine, snapshot.list(Shelf::Active)?)? {
        writeln!(out, "{line}")?;
    }

    // The watch goes on where the snapshot ends, so that no change is missed in between.
    let mut watch = store.watch(&snapshot);
    let mut authors = BTreeMap::<String, u64>::new();
    while authors.values().sum::<u64>() < limit {
        let Some(changes) = watch.next_timeout(patience)? else { break };
        if changes.is_rewritten {
            writeln!(out, "the history was rewritten")?;
        }
        let titles = titles(&changes);
        for event in &changes.events {
            writeln!(out, "{}", line(event, &titles))?;
            *authors.entry(event.author.name.clone()).or_default() += 1;
        }
        let changed = changes.sessions.into_iter().filter_map(|change| change.after).collect();
        for line in sessions(engine, changed)? {
            writeln!(out, "  {line}")?;
        }
    }

    let statuses = statuses(&store.snapshot()?)?;
    writeln!(out, "sessions: {}", summary(&statuses))?;
    writeln!(out, "changes: {}", summary(&authors))?;
    Ok(())
}

/// The sessions and their agents, one a line.
fn sessions(engine: &Engine, listed: Vec<ListedSession>) -> Result<Vec<String>, Box<dyn Error>> {
    let status = Status::look(engine, listed, Scope::All, Detail::Place)?;
    let line = |row: &StatusRow| {
        let (id, mark) = (row.location.id.short(), mark(&row.location));
        match &row.session {
            Ok((session, live)) => {
                let agent = live.agent.as_str();
                let line =
                    format!("{}{mark}  agent {agent}  {}", session.status, session.display_title());
                format!("{id}  {}", escape::line(&line))
            }
            Err(problem) => format!("{id}  corrupt{mark}: {}", escape::line(&error_chain(problem))),
        }
    };
    Ok(status.rows.iter().map(line).collect())
}

/// The titles of the changed sessions; deleted ones have that of before.
fn titles(changes: &ChangeSet) -> BTreeMap<SessionId, String> {
    let title = |change: &SessionChange| {
        let listed = change.after.as_ref().or(change.before.as_ref())?;
        Some((listed.location.id, listed.display_title()))
    };
    changes.sessions.iter().filter_map(title).collect()
}

/// Who did what, to which sessions.
fn line(event: &Event, titles: &BTreeMap<SessionId, String>) -> String {
    let titles = event.message.sessions.iter().filter_map(|id| titles.get(id));
    let titles: Vec<_> = titles.map(|title| format!("  '{title}'")).collect();
    let line = format!("{}: {}{}", event.author.name, event.message.subject, titles.concat());
    escape::line(&line).into_owned()
}

fn statuses(snapshot: &Snapshot<'_>) -> Result<BTreeMap<String, u64>, Box<dyn Error>> {
    let mut count = BTreeMap::new();
    for listed in snapshot.list(Shelf::Active)? {
        let status = listed.session.map_or("corrupt".to_owned(), |it| it.status.to_string());
        *count.entry(status).or_default() += 1;
    }
    Ok(count)
}

/// Each name and how often it occurs: `2 done, 1 working`.
fn summary(counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let each = counts.iter().map(|(name, count)| format!("{count} {}", escape::line(name)));
    each.collect::<Vec<_>>().join(", ")
}

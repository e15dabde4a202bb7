//! Prints the sessions of a repository, and the queue that they make.
//!
//! ```sh
//! cargo run --example sessions [<directory>]
//! ```
//!
//! The queue shows who has the next move: an agent that works, a person who is waited for, or
//! nobody yet. The agents themselves are probed, because a record may say 'working' after a crash.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use git_ao::git::Environment;
use git_ao::model::{Session, SessionStatus, error_chain};
use git_ao::ops::{AgentState, Engine, Live, Scope};
use git_ao::store::{Shelf, Store};
use git_ao::view::{Status, escape, mark};
use git_ao::workspace::Detail;

fn main() -> ExitCode {
    let directory = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    match print(Path::new(&directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", escape::block(&error_chain(&*error)));
            ExitCode::FAILURE
        }
    }
}

fn print(directory: &Path) -> Result<(), Box<dyn Error>> {
    let engine = Engine::new(Store::open(directory, Environment::inherited())?.with_private());
    Ok(std::io::stdout().write_all(report(&engine)?.as_bytes())?)
}

/// The sessions, archived ones last, and the queue.
pub fn report(engine: &Engine) -> Result<String, Box<dyn Error>> {
    let snapshot = engine.store().snapshot()?;
    let mut sessions = snapshot.list(Shelf::Active)?;
    sessions.extend(snapshot.list(Shelf::Archived)?);
    let status = Status::look(engine, sessions, Scope::All, Detail::Place)?;

    let mut text = String::from("SESSIONS\n");
    let mut queue = Vec::new();
    for row in &status.rows {
        let (id, mark) = (row.location.id.short(), mark(&row.location));
        match &row.session {
            Ok((session, live)) => {
                let agent = match &session.agent {
                    Some(name) => format!("{name} {}", live.agent.as_str()),
                    None => "-".to_owned(),
                };
                let worktree = live.workspace.as_ref().map(|state| state.condition.to_string());
                let worktree = worktree.as_deref().unwrap_or("-");
                let fields = [&format!("{}{mark}", session.status), &agent, worktree];
                let fields = fields.map(|field| escape::line(field).into_owned()).join("  ");
                text += &format!("{id}  {fields}  {}\n", title(session));
                queue.extend(queue_of(session, live).map(|part| (part, session)));
            }
            Err(problem) => {
                text += &format!("{id}  corrupt{mark}: {}\n", escape::line(&problem.to_string()));
            }
        }
    }

    // Whatever has waited longest comes first.
    queue.sort_by_key(|(_, session)| session.created_at);
    for part in ["RUNNING", "BLOCKED", "NEXT"] {
        let waiting = queue.iter().filter(|(of, _)| *of == part);
        let lines: Vec<_> =
            waiting.map(|(_, s)| format!("{}  {}\n", s.id.short(), title(s))).collect();
        text += &format!("\n{part} {}\n{}", lines.len(), lines.concat());
    }
    Ok(text)
}

/// The part of the queue; None if the session has ended, or lives in another clone.
fn queue_of(session: &Session, live: &Live) -> Option<&'static str> {
    match (&live.agent, &session.status) {
        (_, SessionStatus::NeedsInput | SessionStatus::Stuck) => Some("BLOCKED"),
        (AgentState::Alive { .. }, _) => Some("RUNNING"),
        (AgentState::Elsewhere, _) => None,
        (_, status) => (!status.is_terminal()).then_some("NEXT"),
    }
}

fn title(session: &Session) -> String {
    escape::line(&session.display_title()).into_owned()
}

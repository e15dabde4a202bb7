//! Shared by the verbs that start an agent.

use std::path::{Path, PathBuf};
use std::time::Duration;

use git_ao::agent::{Action, AgentError};
use git_ao::model::Session;
use git_ao::ops::{Caller, Engine, Restored, Run, SetupProgress, StartAgent, Supervisor};
use git_ao::runtime::{NAMES, Started};
use git_ao::store::Store;

use super::hints::refusals;
use super::look_after::look_after;
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, ready};

/// Which agent, and what keeps it alive.
#[derive(clap::Args)]
pub struct AgentArgs {
    /// The agent to start: claude, codex, gemini, opencode, aider, … Default: ao.agent, or the only
    /// installed agent, if there is exactly one.
    ///
    /// 'git ao agents' lists them all.
    #[arg(long, value_name = "name")]
    pub agent: Option<String>,

    /// Where the agent runs: tmux, detached (no terminal; output goes to a log), foreground (this
    /// terminal) or none. Default: ao.runtime, or tmux if it is installed, else detached.
    #[arg(long, value_name = "name", value_parser = NAMES)]
    pub runtime: Option<String>,

    /// Do not start an agent.
    #[arg(long, conflicts_with = "runtime")]
    pub no_agent: bool,
}

impl AgentArgs {
    /// Returns whether an agent is wanted.
    pub fn start(&self) -> StartAgent {
        if self.no_agent { StartAgent::Never } else { StartAgent::IfAny }
    }
}

/// Makes the engine of this repository. This program supervises its agents.
pub fn engine(store: &Store) -> Engine {
    // If the path is unknown, the runtimes look for the program.
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("git-ao"));
    Engine::builder(store.clone()).supervisor(Supervisor::GitAo(program)).build()
}

/// Fills in the commands that restore sessions, with the options that they currently need.
pub fn fill_in(error: CliError, ctx: &Ctx) -> CliError {
    let Some(store) = &ctx.opened else { return error };
    error.fill_in(|id| engine(store).restore_command(id))
}

/// Hints that no agent was started, and how to start one.
pub fn say_nobody(ctx: &mut Ctx, session: &Session, none: &AgentError) {
    ctx.out.hint(&refusals::no_agent(session.id, none));
}

/// Returns true if the session was just started in tmux.
fn is_in_tmux(session: &Session) -> bool {
    let latest = session.placements.values().max_by_key(|placement| placement.at);
    latest.is_some_and(|placement| placement.runtime.as_deref() == Some("tmux"))
}

/// Prints the line about the session itself.
pub fn say_session(ctx: &mut Ctx, session: &Session) -> Result<(), CliError> {
    let id = ctx.out.paint(Style::Id, &session.id.short());
    let title = escape::line(&session.display_title()).into_owned();
    writeln!(ctx.out, "session {id}: {title}")?;
    Ok(())
}

/// Prints the lines about the worktree and the agent of a session that has an agent again.
pub fn say_place(ctx: &mut Ctx, made: &Restored) -> Result<(), CliError> {
    writeln!(ctx.out, "  worktree  {}", escape::os(made.workspace.as_os_str()))?;
    ready::say_included(ctx, &made.remarks)?;
    say_agent(ctx, &made.session, &made.started)
}

/// Prints the line about the agent.
pub fn say_agent(ctx: &mut Ctx, session: &Session, started: &Started) -> Result<(), CliError> {
    let Some(agent) = &session.agent else { return Ok(()) };
    let place = match started {
        _ if session.failed_start().is_some() => ", not started".to_owned(),
        Started::Running(handle) if is_in_tmux(session) => format!(", in tmux session '{handle}'"),
        Started::Running(_) => ", without a terminal".to_owned(),
        Started::Here(_) => ", here".to_owned(),
        Started::Nothing => ", not started".to_owned(),
    };
    writeln!(ctx.out, "  agent     {}{place}", escape::line(agent))?;
    Ok(())
}

/// Looks whether the setup has failed, on which the start of an agent depends, and waits for a
/// moment. Returns why, with the session as it is then.
pub fn look_at_setup(
    ctx: &mut Ctx,
    engine: &Engine,
    (session, started): (&mut Session, &Started),
    (top, patience): (&Path, Duration),
) -> Result<Option<String>, CliError> {
    if !matches!(started, Started::Running(_)) {
        return Ok(None);
    }
    match engine.setup_progress(session, top, patience)? {
        SetupProgress::Failed(why) => Ok(Some(why)),
        SetupProgress::Running => {
            ctx.out.hint(&format!(
                "the agent starts when the worktree is set up\n\
                 to see whether that has failed: git ao status {}",
                session.id.short()
            ));
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Completes a start: prints how to reach the agent, or runs the agent if it uses this terminal and
/// returns its exit code.
pub fn go_on(
    ctx: &mut Ctx,
    engine: &Engine,
    session: &Session,
    (started, action): (&Started, Action),
) -> Result<Option<ExitCode>, CliError> {
    let (store, short) = (engine.store(), session.id.short());
    match started {
        Started::Running(_) if is_in_tmux(session) => {
            ctx.out.hint(&format!("to attach to it: git ao attach {short}"));
            Ok(None)
        }
        Started::Running(_) => {
            let log = git_ao::ops::log_file(store.repository(), session.id)?;
            ctx.out.hint(&format!("its output is in {}", log.display()));
            Ok(None)
        }
        Started::Here(_) => {
            ctx.out.flush()?;
            let placed = git_ao::ops::placement(store, session).and_then(|it| it.at);
            let run = Run::new(session.id, action, Caller::Runtime(placed));
            look_after(engine, run).map(Some)
        }
        Started::Nothing => Ok(None),
    }
}

//! Shared by the verbs that start an agent.

use git_ao::agent::{Action, AgentError};
use git_ao::model::Session;
use git_ao::ops::{AgentChoice, Caller, Launcher, Run, Start, restore_command};
use git_ao::runtime::{NAMES, Started};
use git_ao::store::Store;

use super::hints::refusals;
use super::interrupt::Interrupted;
use super::look_after::look_after;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

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

/// The agent chosen for a session, and how it is started.
pub struct Choice {
    /// The agent's name, for the record.
    pub agent: Option<String>,
    /// The start; None if nothing is started.
    pub start: Option<Start>,
    /// Why there is no agent, unless none was requested.
    pub nobody: Option<AgentError>,
}

/// Makes the launcher of this repository, which runs this program.
pub fn launcher(store: &Store) -> Result<Launcher, CliError> {
    let program = std::env::current_exe()
        .map_err(|error| CliError::fatal("cannot find the git-ao program").because(&error))?;
    Ok(Launcher::new(store.repository(), program))
}

/// Chooses the requested agent, otherwise that of a fork's parent, otherwise the configured one,
/// otherwise the only installed one.
pub fn choose(
    launcher: &Launcher,
    args: &AgentArgs,
    had: Option<&str>,
) -> Result<Choice, CliError> {
    let asked = args.agent.as_deref().or(had);
    if args.no_agent {
        let agent = asked.map(str::to_owned);
        return Ok(Choice { agent, start: None, nobody: None });
    }
    match launcher.choose_agent(asked)? {
        AgentChoice::Agent(agent) => {
            let runtime = launcher.runtime(args.runtime.as_deref())?;
            let start = Start { runtime, action: Action::Launch, text: None };
            Ok(Choice { agent: Some(agent), start: Some(start), nobody: None })
        }
        AgentChoice::NoAgent(none) => Ok(Choice { agent: None, start: None, nobody: Some(none) }),
    }
}

/// Fills in the commands that restore sessions, with the options that they currently need.
pub fn fill_in(error: CliError, ctx: &Ctx) -> CliError {
    let Some(store) = &ctx.opened else { return error };
    error.fill_in(|id| match launcher(store) {
        Ok(launcher) => restore_command(store, &launcher, id),
        Err(_) => format!("git ao restore {}", id.short()),
    })
}

/// Hints that no agent was started, and how to start one.
pub fn say_nobody(ctx: &mut Ctx, session: &Session, none: &AgentError) {
    ctx.out.hint(&refusals::no_agent(session.id, none));
}

/// Prints the line about the agent.
pub fn say_agent(ctx: &mut Ctx, session: &Session, started: &Started) -> Result<(), CliError> {
    let Some(agent) = &session.agent else { return Ok(()) };
    let place = match started {
        Started::Running(handle) if handle.contains('@') => ", without a terminal".to_owned(),
        Started::Running(handle) => format!(", in tmux session '{handle}'"),
        Started::Here(_) => ", here".to_owned(),
        Started::Nothing => ", not started".to_owned(),
    };
    writeln!(ctx.out, "  agent     {}{place}", escape::line(agent))?;
    Ok(())
}

/// Completes a start: prints how to reach the agent, or runs the agent if it uses this terminal and
/// returns its exit code.
pub fn go_on(
    ctx: &mut Ctx,
    store: &Store,
    launcher: &Launcher,
    session: &Session,
    (started, action): (&Started, Action),
    before: &Interrupted,
) -> Result<Option<ExitCode>, CliError> {
    let short = session.id.short();
    match started {
        Started::Running(handle) if handle.contains('@') => {
            let log = git_ao::ops::log_file(store.repository(), session.id)?;
            ctx.out.hint(&format!("its output is in {}", log.display()));
            Ok(None)
        }
        Started::Running(_) => {
            ctx.out.hint(&format!("to attach to it: git ao attach {short}"));
            Ok(None)
        }
        Started::Here(_) => {
            ctx.out.flush()?;
            let placed = git_ao::ops::placement(store, session).and_then(|it| it.at);
            let run = Run { session: session.id, action, turn: Caller::Runtime(placed) };
            look_after(store, launcher, run, Some(before)).map(Some)
        }
        Started::Nothing => Ok(None),
    }
}

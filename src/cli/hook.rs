use std::ffi::OsString;
use std::io::{IsTerminal as _, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use git_ao::hook::{self, Audience, BranchSessions, HookName};
use git_ao::ops::HookTarget;

use super::ui::escape;
use super::ui::message::{self, Level};
use super::{CliError, Ctx, ExitCode, error, launch};
use git_ao::view::DateFormat;

/// The name under which agents' hooks call this.
const AGENT: &str = "agent";

/// The name under which that is continued in the background.
const TURN: &str = "agent-turn";

/// The most that a hook is given, in bytes.
const LARGEST: u64 = 16 << 20;

/// Do the work of a git hook (used by the installed hooks)
///
/// The hooks that 'git ao hooks install' writes call this. It never fails. AO_DISABLE=1 or 'git
/// config ao.hooks false' disables it.
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The name of the hook.
    name: String,

    /// The arguments that git passed to the hook.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    if ctx.env.is_true("AO_DISABLE") {
        return Ok(ExitCode::Done);
    }
    // A failure or a panic here must not stop git's command: it causes a warning at most.
    std::panic::set_hook(Box::new(|_| ()));
    let result = catch_unwind(AssertUnwindSafe(|| serve(&args, ctx)));
    let _ = std::panic::take_hook();
    match result {
        Ok(Ok(None)) => {}
        Ok(Ok(Some(sessions))) => message::print(&describe(&sessions, ctx)),
        Ok(Err(problem)) => warn(&args.name, &problem),
        Err(_) => warn(&args.name, "it crashed; please report this as a bug"),
    }
    Ok(ExitCode::Done)
}

fn serve(args: &Args, ctx: &mut Ctx) -> Result<Option<BranchSessions>, String> {
    let audience = match std::io::stderr().is_terminal() {
        true => Audience::Person,
        false => Audience::Nobody,
    };
    if args.name == AGENT {
        return hear(args, ctx).map(|()| None);
    }
    if args.name == TURN {
        return follow(args, ctx).map(|()| None);
    }
    let name: HookName = args.name.parse().map_err(|error| error::summary(&error))?;
    let store = ctx.store().map_err(|error| error.message().to_owned())?;
    hook::run(store, name, &args.args, audience).map_err(|error| error::summary(&error))
}

/// Notes the input of an agent's hook, for the agent's supervisor. An agent that git-ao
/// did not start is recorded if its repository wants that.
fn hear(args: &Args, ctx: &mut Ctx) -> Result<(), String> {
    let name = args.args.first().and_then(|name| name.to_str()).unwrap_or_default();
    let mut payload = Vec::new();
    match args.args.get(1) {
        Some(given) => payload.extend_from_slice(given.as_encoded_bytes()),
        None => drop(std::io::stdin().take(LARGEST).read_to_end(&mut payload)),
    }
    let Some(target) = HookTarget::inherited(&ctx.env) else {
        let store = ctx.store().map_err(|error| error.message().to_owned())?;
        let engine = launch::engine(&store);
        return engine.hear_unstarted(name, &payload).map_err(|error| error::summary(&error));
    };
    // If the agent's session was deleted, or its repository moved, nobody listens any more.
    let _ = git_ao::ops::hear(name, &payload, &target);
    Ok(())
}

/// Follows a conversation that git-ao did not start, in the background.
fn follow(args: &Args, ctx: &mut Ctx) -> Result<(), String> {
    let words: Vec<_> = args.args.iter().filter_map(|word| word.to_str()).collect();
    let [agent, conversation, moment] = words[..] else { return Ok(()) };
    let workspace = ctx.current_dir().map_err(|error| error.message().to_owned())?;
    let store = ctx.store().map_err(|error| error.message().to_owned())?;
    let engine = launch::engine(&store);
    let followed = engine.follow((agent, conversation), &workspace, moment == "ended");
    followed.map_err(|error| error::summary(&error))
}

/// Formats `2 sessions on this branch, last by Ann Author 2 hours ago`.
fn describe(sessions: &BranchSessions, ctx: &Ctx) -> String {
    let plural = if sessions.count == 1 { "" } else { "s" };
    let author = sessions.author.as_deref().map(|name| format!(" by {}", escape::line(name)));
    let when = DateFormat::Relative.show(sessions.changed, 0, ctx.now);
    format!(
        "{} session{plural} on this branch, last{} {when}\n",
        sessions.count,
        author.as_deref().unwrap_or(" changed"),
    )
}

fn warn(name: &str, problem: &str) {
    let text = format!("git-ao {}: {}", escape::line(name), escape::line(problem));
    message::print(&Level::Warning.format(&text));
}

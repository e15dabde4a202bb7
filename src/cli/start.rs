use git_ao::ops::StartRequest;
use git_ao::view::json::RestoredJson;

use super::hints::refusals;
use super::restore::UNTOUCHED;
use super::ui::Style;
use super::{CliError, Ctx, ExitCode, interrupt, json, launch, open, remarks, text};

/// Start the agent of a recorded session
///
/// The session gets a worktree and an agent, as with 'git ao spawn'. If the record names no branch,
/// one is created. This is for sessions whose agent was never started: a program has recorded them
/// as a queue, or they were created with --no-worktree or --no-agent. To restart a session whose
/// agent has exited, use 'git ao restore'.
///
/// If any step fails, everything is undone; a new worktree that was changed in the meantime is
/// kept.
#[derive(clap::Args)]
pub struct Args {
    /// The session: an id, a branch, an issue, '@' or 'latest'. Default: '@', the session of this
    /// worktree.
    session: Option<String>,

    /// The agent's prompt instead of the recorded task; '-' reads it from standard input.
    #[arg(value_name = "text")]
    words: Vec<String>,

    /// Read the prompt from a file; '-' means standard input.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,

    /// The agent to start. Default: the recorded one, else ao.agent, or the only installed agent,
    /// if there is exactly one.
    #[arg(long, value_name = "name")]
    agent: Option<String>,

    /// Where the agent runs: tmux, detached, foreground or none. Default: ao.runtime, or tmux if it
    /// is installed, else detached.
    #[arg(long, value_name = "name", value_parser = git_ao::runtime::NAMES)]
    runtime: Option<String>,

    /// Start a new branch at this commit instead of HEAD.
    #[arg(long, value_name = "revision", allow_hyphen_values = true)]
    base: Option<String>,

    /// Print the session as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let mut request = StartRequest::default();
    request.text = text::given(args.file.as_deref(), &args.words)?;
    (request.agent, request.runtime, request.base) = (args.agent, args.runtime, args.base);
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.shown());
    let session = args.session.as_deref().unwrap_or("@");
    let entry =
        open::find(&store.snapshot()?, &store, session).map_err(refusals::no_session_to_start)?;
    let made = engine
        .start(&entry.location, &request)
        .map_err(|error| interrupted.explain(error, UNTOUCHED))?;
    let session = &made.session;
    if args.json {
        json::print_pretty(&mut ctx.out, &RestoredJson::from(&made))?;
    } else {
        launch::say_session(ctx, session)?;
        let branch = session.branch.as_deref().unwrap_or_default();
        writeln!(ctx.out, "  branch    {}", ctx.out.paint(Style::Branch, branch))?;
        launch::say_place(ctx, &made)?;
    }
    remarks::say(ctx, &made.remarks);
    let started = (&made.started, made.action);
    let code = launch::go_on(ctx, &engine, session, started)?;
    Ok(code.unwrap_or(ExitCode::Done))
}

mod fetching;
mod many;
mod words;

use std::time::Duration;

use git_ao::agent::Action;
use git_ao::ops::{Again, Checks, Restore, log_file};
use git_ao::view::json::RestoredJson;

use self::many::Many;
pub use self::many::UNTOUCHED;
use super::hints::refusals;
use super::new::SETUP_PATIENCE;
use super::ready::ReadyArgs;
use super::selection::Criteria;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, interrupt, json, launch, open, remarks, text};

/// Restart an ended session: its worktree, agent and conversation
///
/// The agent resumes its own conversation. git ao finds the conversation by its recorded id, or
/// else by the directory that the session worked in. If you give a text, it is the agent's next
/// prompt. Without a text, the agent waits for you; an agent without a terminal is told to
/// continue.
///
/// If the agent no longer has the conversation, because it was on another machine or was deleted,
/// git ao gives it back to the agent from the transcripts of this clone, or fetches those that
/// another clone has shared; --dry-run says what would be fetched.
///
/// If no conversation is found, the session is not restored. --fresh then starts a new conversation
/// with the text or the recorded task. A session whose agent never started needs no --fresh.
///
/// A missing worktree is created again from the branch, or from the branch's last recorded commit
/// if the branch is gone too. An archived session is moved out of the archive. If any step fails,
/// everything is undone; a new worktree that was changed in the meantime is kept.
///
/// --all restores every session of this clone that was interrupted, for example by a power failure:
/// its agent is gone, but did not exit by itself. A session that has no agent is left alone.
/// Selection options without --all restore the sessions that they match, however they ended. If one
/// session cannot be restored, the others still are.
#[derive(clap::Args)]
pub struct Args {
    /// The session: an id, a branch, an issue, '@' or 'latest'. Default: '@', the session of this
    /// worktree.
    #[arg(conflicts_with = "all")]
    session: Option<String>,

    /// The agent's next prompt; '-' reads it from standard input.
    #[arg(value_name = "text")]
    words: Vec<String>,

    /// Read the prompt from a file; '-' means standard input.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,

    /// Start a new conversation, with the given text or the recorded task.
    #[arg(long)]
    fresh: bool,

    /// Use a different agent. If the recorded agent has already started, this needs --fresh.
    #[arg(long, value_name = "name")]
    agent: Option<String>,

    /// Where the agent runs: tmux, detached, foreground or none. Default: where it ran before.
    #[arg(long, value_name = "name", value_parser = git_ao::runtime::NAMES)]
    runtime: Option<String>,

    /// Restore only the worktree; do not start an agent.
    #[arg(long, conflicts_with_all = ["runtime", "fresh", "words", "file"])]
    no_agent: bool,

    /// Restore the session even if it is merged, may still be running elsewhere, or its worktree is
    /// on another branch.
    #[arg(long, short)]
    force: bool,

    /// Restore every interrupted session.
    #[arg(long)]
    all: bool,

    /// Show what would be done, without doing it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print the session as JSON.
    #[arg(long, conflicts_with_all = ["all", "dry_run"])]
    json: bool,

    #[command(flatten)]
    ready: ReadyArgs,

    #[command(flatten)]
    criteria: Criteria,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let text = text::given(args.file.as_deref(), &args.words)?;
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.shown());
    let checks = if args.force { Checks::Skip } else { Checks::All };
    let again = if args.fresh { Again::Fresh } else { Again::Resume };
    let mut wish = Restore::default().checks(checks).again(again);
    wish.agent = args.agent.clone();
    wish.runtime = args.runtime.clone().or_else(|| args.no_agent.then(|| "none".to_owned()));
    wish.text = text;
    wish.ignored_files = args.ready.ignored_files();
    wish.setup = args.ready.setup();
    if args.all || !args.criteria.is_empty() {
        if args.session.is_some() {
            return Err(CliError::usage("a session and selection options cannot be used together"));
        }
        let choice = Many { criteria: &args.criteria, all: args.all, dry_run: args.dry_run };
        return choice.restore(ctx, &engine, (&wish, &interrupted));
    }
    let session = args.session.as_deref().unwrap_or("@");
    let entry = open::find(&store.snapshot()?, &store, session)?;
    if args.dry_run {
        writeln!(ctx.out, "{}", fetching::plan(&engine, &entry.location, &wish)?)?;
        return Ok(ExitCode::Done);
    }
    let made = fetching::restore(&engine, &entry.location, &wish);
    let mut made = made.map_err(|error| interrupted.explain(error, UNTOUCHED))?;
    let patience = if args.json { Duration::ZERO } else { SETUP_PATIENCE };
    let begun = (&mut made.session, &made.started);
    let failed = launch::look_at_setup(ctx, &engine, begun, (&made.workspace, patience))?;
    let session = &made.session;
    if args.json {
        json::print_pretty(&mut ctx.out, &RestoredJson::from(&made))?;
    } else {
        launch::say_session(ctx, session)?;
        launch::say_place(ctx, &made)?;
        if made.action == Action::Resume && failed.is_none() {
            writeln!(ctx.out, "  it resumes its conversation")?;
        }
        if let Some(left) = &made.left {
            writeln!(ctx.out, "  it starts a new conversation; it had {}", escape::line(left))?;
        }
    }
    remarks::say(ctx, &made.remarks);
    if let Some(last) = made.backups.last() {
        ctx.out.hint(&format!(
            "the contents of its removed worktree are kept in {}\n\
             to restore them, in the worktree: git restore --source={last} .",
            made.backups.join(", ")
        ));
    }
    if let Some(why) = &failed {
        let log = log_file(store.repository(), session.id)?;
        return Err(refusals::setup_failed(session, why, &log));
    }
    let started = (&made.started, made.action);
    let code = launch::go_on(ctx, &engine, session, started)?;
    match &made.not_set_up {
        Some(why) => Err(refusals::not_set_up(session, why)),
        None => Ok(code.unwrap_or(ExitCode::Done)),
    }
}

mod as_json;
mod rows;
mod view;
mod watch;

use std::time::Duration;

use git_ao::model::parse_age;
use git_ao::workspace::Detail;

use self::view::{Request, View};
use super::failure::repair;
use super::selection::Selection;
use super::{CliError, Ctx, ExitCode};

/// Show what is true of sessions now: is the agent alive, what is in the worktree
///
/// Of the sessions that live in this clone it is looked up whether their agent is alive, what state
/// the worktree is in, and how many commits the branch is ahead of (+) and behind (-) what it was
/// started from. Those that live in other clones are shown with the clone's name. Ended ones are
/// left out, unless their agent is still alive. Nothing is written.
///
/// What is not committed is counted with --changes, or where one session is named: this takes a 'git
/// status' in every worktree. An agent of which it cannot be told whether it is alive is 'unknown',
/// and the reason is printed.
///
/// --json prints {"version":1,"sessions":[…],"hidden":n}: the keys of 'git ao list --json' and in
/// 'live' the keys 'agent' (alive, gone, unknown, not_started, elsewhere), 'pid', 'agent_error',
/// 'path', 'workspace' ('condition', 'state', 'branch', 'locked', 'changes', 'upstream'), 'base'
/// ('ahead', 'behind') and 'elsewhere' (names of clones).
#[derive(clap::Args)]
pub struct Args {
    /// The session; without one, all of them.
    session: Option<String>,

    /// Ended sessions too.
    #[arg(long, short)]
    all: bool,

    /// Count what is not committed.
    #[arg(long, short)]
    changes: bool,

    /// Show it again and again, until 'q' or ^C is pressed.
    #[arg(long, short, conflicts_with = "json")]
    watch: bool,

    /// How long to wait between two looks.
    #[arg(long, value_name = "time", default_value = "2s", value_parser = interval)]
    interval: Duration,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let detail = match args.changes || args.session.is_some() {
        true => Detail::Changes,
        false => Detail::Place,
    };
    let request = Request {
        session: args.session.as_deref(),
        selection: &args.selection,
        all: args.all,
        detail,
    };
    if args.watch {
        return watch::watch(&request, args.interval, ctx);
    }
    let view = View::look(&request, &store, ctx)?;
    if args.json {
        as_json::print(&view, &store, ctx)?;
    } else {
        for line in rows::lines(&view, &ctx.out, ctx.now) {
            ctx.out.text(&line)?;
        }
        if view.is_empty() && ctx.out.is_terminal() {
            ctx.out.hint("git ao spawn \"<task>\" starts a session");
        }
    }
    for problem in view.problems() {
        ctx.out.warn(&problem);
    }
    if let Some(path) = view.unlinked() {
        ctx.out.hint(&repair(path));
    }
    for stray in &view.unreadable {
        ctx.out.error(&format!("cannot read '{}': {}", stray.path, stray.why));
    }
    if !view.unreadable.is_empty() {
        ctx.out.hint(super::open::REPAIR);
    }
    Ok(if view.unreadable.is_empty() { ExitCode::Done } else { ExitCode::Refused })
}

fn interval(text: &str) -> Result<Duration, String> {
    parse_age(text).map_err(|error| error.to_string())
}

mod doing;
mod frame;
mod porcelain;
mod rows;
mod view;
mod watch;

use std::time::Duration;

use git_ao::model::{Session, SessionId, parse_age};
use git_ao::ops::{AgentState, Live};
use git_ao::store::Store;
use git_ao::transcript::StoppedCapture;
use git_ao::view::json::EntryJson;
use git_ao::view::{LocalPlacements, Status};
use git_ao::workspace::{Condition, Detail};

use self::view::{Request, View};
use super::hints::{REPAIR, repair};
use super::porcelain::{Ending, Porcelain};
use super::selection::Selection;
use super::{CliError, Ctx, ExitCode, json};

/// Show what each agent is doing, and which one needs you
///
/// For each session that lives in this clone, shows what its agent is doing, the state of its
/// worktree, and how many commits its branch is ahead of (+) and behind (-) its base. If an agent
/// has created a branch itself, the branch is recorded; if it ended without its transcript being
/// captured, the transcript is captured now. No other record is written.
///
/// Sessions that need you come first: their agent asks something ('asks: Run npm test? (3m)'),
/// cannot continue ('blocked'), waits for your next prompt ('ready', or 'idle' after ao.idleAfter)
/// or has vanished, for example because the machine was restarted. Next come active sessions, and
/// those whose state is unknown. Among sessions in the same state, the one that has waited longest
/// comes first. See git-ao-attention(7).
///
/// Sessions that live in other clones are shown with the clone's name. Ended sessions are hidden
/// unless their agent is still alive, has vanished, or could not be started because the setup of
/// the worktree failed. On a terminal, each session takes one line; if the terminal is too narrow,
/// texts are cut and columns are left out.
///
/// In the BASE column, '=' means that nothing has been committed on the branch and that it is at
/// its base. 'merged' means that the base contains all commits of the branch, or that merging them
/// would change nothing, as after a squash or a rebase. Here, status looks only at the last commit
/// of the base; 'git ao land' and 'git ao cleanup' also recognize merged work that was changed
/// again later.
///
/// If the base branch no longer exists, the branch is compared with the one shown in parentheses:
/// the new name of a renamed base, the base branch on a remote, or a branch that contains the
/// commit that the session started from (the base of its parent, or the default branch). If there
/// is none, it is compared with that commit. '-' means that there is nothing to compare with.
///
/// Uncommitted changes are counted only with --changes or for a single named session, because
/// counting runs 'git status' in each worktree. An agent whose state cannot be determined is shown
/// as 'unknown', with the reason.
///
/// --json prints {"version":1,"sessions":[…],"hidden":n}. Each session has the keys of 'git ao list
/// --json' and, in 'live', the keys 'standing' (waiting_input, blocked, ready, idle, vanished,
/// active, unknown, exited, not_started, elsewhere), 'agent' (alive, gone, unknown, not_started,
/// elsewhere), 'pid', 'agent_error', 'activity' ('state', 'since', 'what', 'source'), 'path',
/// 'workspace' ('condition', 'state', 'branch', 'locked', 'changes', 'upstream'), 'base' ('ahead',
/// 'behind', 'merged', 'ref' or 'commit', 'replaced'), 'elsewhere' (names of clones) and
/// 'last_words'. 'replaced' is true if 'ref' or 'commit' stands in for a base branch that no longer
/// exists.
///
/// --porcelain looks at no worktree and no branch, which makes it fast enough for a prompt or a
/// status line. It first prints counts, one per line: '# sessions 7', '# needs_you 2' (those with
/// waiting_input or blocked), one for each standing, such as '# ready 1', and '# corrupt 0'. Then
/// follows one line per session, in the same order as above. Its fields are separated by tabs: id,
/// standing, the time since when, status, agent, branch, title, and what the agent asks or said. A
/// missing value is empty. Fields are quoted as by 'git ao list --porcelain'. Later versions may
/// append fields and counts.
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default: all active sessions.
    session: Option<String>,

    /// Include ended sessions.
    #[arg(long, short)]
    all: bool,

    /// Count uncommitted changes.
    #[arg(long, short)]
    changes: bool,

    /// Keep the display up to date, until 'q' or ^C is pressed.
    #[arg(long, short, conflicts_with = "json")]
    watch: bool,

    /// Time between refreshes, with --watch.
    #[arg(long, value_name = "time", default_value = "2s", value_parser = interval)]
    interval: Duration,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    /// Print counts and one line per session in a stable format, without looking at worktrees.
    #[arg(long, value_name = "version", num_args = 0..=1, require_equals = true,
        default_missing_value = "v1", conflicts_with_all = ["json", "watch", "session", "changes"])]
    porcelain: Option<Porcelain>,

    /// Terminate lines with NUL instead of newline; implies --porcelain.
    #[arg(short = 'z', id = "nul", conflicts_with_all = ["json", "watch", "session", "changes"])]
    nul: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if args.nul || args.porcelain == Some(Porcelain::V1) {
        let ending = if args.nul { Ending::Nul } else { Ending::Newline };
        porcelain::print((&args.selection, args.all), ending, &store, ctx)?;
        return Ok(ExitCode::Done);
    }
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
        print_json(&view.status, &store, ctx)?;
    } else {
        let lines = rows::lines(&view.status, &ctx.out, ctx.now);
        for line in lines.table.iter().chain(&lines.below) {
            ctx.out.text(line)?;
        }
        if view.is_empty() && ctx.out.is_terminal() {
            ctx.out.hint("to start a session: git ao spawn \"<task>\"");
        }
    }
    for problem in view.status.problems() {
        ctx.out.warn(&problem);
    }
    for stopped in stopped(&view) {
        ctx.out.warn(&stopped);
    }
    if let Some(path) = view.status.unlinked() {
        ctx.out.hint(&repair(path));
    }
    for stray in &view.unreadable {
        ctx.out.error(&format!("cannot read '{}': {}", stray.path, stray.why));
    }
    if !view.unreadable.is_empty() {
        ctx.out.hint(REPAIR);
    }
    ctx.out.flush()?;
    let gone = view.status.rows.iter().filter_map(|row| row.session.as_ref().ok());
    let gone = gone.filter(|(_, live)| matches!(live.agent, AgentState::Gone));
    let gone: Vec<_> = gone.map(|(session, _)| session).collect();
    if !gone.is_empty() {
        view.engine.capture_grown(&gone);
    }
    let unrecorded = unrecorded(&view.status);
    if !unrecorded.is_empty() {
        // Where the store cannot be written, the status can still be shown.
        let _ = view.engine.record_heads(&unrecorded);
    }
    Ok(if view.unreadable.is_empty() { ExitCode::Done } else { ExitCode::Refused })
}

/// Returns the sessions whose agents made another branch, or are gone without a recorded end.
fn unrecorded(status: &Status) -> Vec<&Session> {
    let rows = status.rows.iter().filter_map(|row| row.session.as_ref().ok());
    let is_new = |(session, live): &&(Session, Live)| {
        let place = live.workspace.as_ref().filter(|it| it.condition == Condition::Ready);
        let on = place.and_then(|place| place.branch.as_ref());
        let is_gone = matches!(live.agent, AgentState::Gone) && !session.status.is_terminal();
        is_gone || on.is_some_and(|on| session.branch.as_ref() != Some(on))
    };
    rows.filter(is_new).map(|(session, _)| session).collect()
}

/// Returns a warning for each session whose capture has stopped.
fn stopped(view: &View) -> Vec<String> {
    let stopped = view.engine.stopped_captures().into_iter();
    let is_shown = |id: SessionId| view.status.rows.iter().any(|row| row.location.id == id);
    let shown = stopped.filter(|stopped| is_shown(stopped.session));
    let say = |it: StoppedCapture| {
        let (id, bytes) = (it.session.short(), it.captured);
        format!("the capture of {id} has stopped at {bytes} bytes; see ao.transcriptMaxSize")
    };
    shown.map(say).collect()
}

fn print_json(status: &Status, store: &Store, ctx: &mut Ctx) -> Result<(), CliError> {
    let here = LocalPlacements::of(store);
    let mut list = json::List::begin(&mut ctx.out, "sessions")?;
    for row in &status.rows {
        list.entry(&mut ctx.out, &EntryJson::status(row, &here))?;
    }
    Ok(list.end_with(&mut ctx.out, "hidden", &status.hidden)?)
}

fn interval(text: &str) -> Result<Duration, String> {
    parse_age(text).map_err(|error| error.to_string())
}

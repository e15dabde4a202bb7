mod many;

use git_ao::agent::Action;
use git_ao::flow::{self, Again, Interrupt, Restore, Rule};

use super::selection::Criteria;
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, interrupt, launch, open, text};

/// Bring a session that has ended back to life: worktree, runtime and agent
///
/// The agent goes on with its own conversation, which is found by its id, or else in the agent's
/// files by where the session worked. With a text, that is what the agent is told; without one it
/// waits for you or, where it has no terminal, is told to continue. Where no conversation is found,
/// the session is not restored: --fresh begins a new one with the text or the recorded task. A
/// session whose agent never began needs no --fresh.
///
/// A worktree that is gone is made again from the branch, or from the last commit that was seen on
/// it. An archived session leaves the archive. When anything of it fails, all is as it was.
///
/// --all takes every session of this clone whose agent is gone and that did not end by itself, as
/// after a power cut; the selection options take those that they match. A failure of one does not
/// stop the others.
#[derive(clap::Args)]
pub struct Args {
    /// The session: an id, a branch, an issue, '@' or 'latest'; by default '@', the session of this
    /// worktree.
    #[arg(conflicts_with = "all")]
    session: Option<String>,

    /// What the agent is told, in words; '-' reads it from standard input.
    #[arg(value_name = "text")]
    words: Vec<String>,

    /// Read that text from a file, or from standard input for '-'.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,

    /// Begin a new conversation, with the text or else with the recorded task.
    #[arg(long)]
    fresh: bool,

    /// Another agent than it had; where the first has begun, only with --fresh.
    #[arg(long, value_name = "name")]
    agent: Option<String>,

    /// What keeps the agent alive: tmux, detached, foreground or none; by default what did before.
    #[arg(long, value_name = "name", value_parser = git_ao::runtime::NAMES)]
    runtime: Option<String>,

    /// Bring back only the worktree, and start no agent.
    #[arg(long, conflicts_with_all = ["runtime", "fresh", "words", "file"])]
    no_agent: bool,

    /// Also when it is merged, may be running elsewhere or unseen, or is not on its branch.
    #[arg(long, short)]
    force: bool,

    /// Every session that was interrupted.
    #[arg(long)]
    all: bool,

    /// Say what would be done, and do nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print the session as JSON.
    #[arg(long, conflicts_with_all = ["all", "dry_run"])]
    json: bool,

    #[command(flatten)]
    criteria: Criteria,
}

const UNTOUCHED: &str = "interrupted; the session is as it was";

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let text = text::given(args.file.as_deref(), &args.words)?;
    let launcher = launch::launcher(&store)?;
    let interrupted = interrupt::watch()?;
    let is_set = || interrupted.is_set();
    let rule = if args.force { Rule::Anything } else { Rule::Table };
    let wish = Restore {
        agent: args.agent.clone(),
        runtime: args.runtime.clone().or_else(|| args.no_agent.then(|| "none".to_owned())),
        rule,
        again: if args.fresh { Again::Fresh } else { Again::Resume },
        text,
    };
    if args.all || !args.criteria.is_empty() {
        return many::run(&args, ctx, &store, &launcher, (&wish, &interrupted));
    }
    let session = args.session.as_deref().unwrap_or("@");
    let entry = open::find(&store.snapshot()?, &store, session)?;
    if args.dry_run {
        let plan = flow::restore_plan(&store, &launcher, &entry, &wish)?;
        writeln!(ctx.out, "{}", many::would(&plan))?;
        return Ok(ExitCode::Done);
    }
    let made = flow::restore(&store, &launcher, &entry, &wish, &Interrupt::new(&is_set))
        .map_err(|error| interrupted.explain(error, UNTOUCHED))?;
    let session = &made.session;
    if args.json {
        let value = serde_json::json!({
            "version": 1,
            "session": session.to_record(),
            "short_id": session.id.short(),
            "workspace": made.workspace.to_string_lossy(),
            "backups": made.backups,
            "resumed": made.action == Action::Resume,
            "event": made.event.as_ref().map(|event| event.as_str()),
        });
        writeln!(ctx.out, "{value:#}")?;
    } else {
        let id = ctx.out.paint(Style::Id, &session.id.short());
        let title = escape::line(&session.display_title()).into_owned();
        writeln!(ctx.out, "session {id}: {title}")?;
        writeln!(ctx.out, "  worktree  {}", escape::os(made.workspace.as_os_str()))?;
        launch::say_agent(ctx, session, &made.started)?;
        if made.action == Action::Resume {
            writeln!(ctx.out, "  it goes on with its conversation")?;
        }
        if let Some(left) = &made.left {
            writeln!(ctx.out, "  it begins a new conversation; it had {}", escape::line(left))?;
        }
    }
    if let Some(last) = made.backups.last() {
        ctx.out.hint(&format!(
            "what its worktree held when it was removed is kept: {}\n\
             to take it back, there: git restore --source={last} .",
            made.backups.join(", ")
        ));
    }
    let started = (&made.started, made.action);
    let code = launch::go_on(ctx, &store, &launcher, session, started, &interrupted)?;
    Ok(code.unwrap_or(ExitCode::Done))
}

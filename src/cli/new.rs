//! Shared by `spawn` and `fork`.

use std::time::Duration;

use git_ao::agent::Action;
use git_ao::model::{Kind, Session, shell_name, shell_path};
use git_ao::ops::{
    self, Checkout, Engine, IssueRef, OpsError, SpawnPlan, SpawnRequest, Spawned, Tenure,
    Uncommitted, WorkFolder,
};
use git_ao::store::{Store, Visibility};
use git_ao::view::json::SpawnedJson;
use git_ao::workspace::{BehindUpstream, Divergence};

use super::hints::refusals;
use super::launch::{self, AgentArgs};
use super::ready::{self, ReadyArgs};
use super::sharing::counted;
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, interrupt, json, left_behind, path, remarks};

/// The options of `spawn` and `fork`.
#[derive(clap::Args)]
pub struct NewArgs {
    #[command(flatten)]
    pub agent: AgentArgs,

    /// The model for the agent.
    #[arg(long)]
    model: Option<String>,

    /// Start the branch at this commit instead of HEAD.
    #[arg(long, value_name = "revision", allow_hyphen_values = true)]
    base: Option<String>,

    /// Name of the new branch. Default: ao/<short id>-<title>.
    #[arg(long, value_name = "name")]
    branch: Option<String>,

    /// One-line title of the session. Default: the first line of the task.
    #[arg(long)]
    title: Option<String>,

    /// The issue to work on: a number, an id or a URL.
    #[arg(long, value_name = "issue", value_parser = ticket)]
    issue: Option<IssueRef>,

    /// The pull request to work on: a number or a URL.
    #[arg(long, value_name = "pr", value_parser = pull_request)]
    pr: Option<IssueRef>,

    /// Tag the session with this word. May be repeated.
    #[arg(long, value_name = "tag", value_parser = word)]
    tag: Vec<String>,

    /// Kind of work: task, conversation, evaluation, refinement, demo, orchestrator, or any other
    /// word.
    #[arg(long, value_parser = word)]
    kind: Option<String>,

    /// Keep the session's record and branch in this clone: never push them.
    ///
    /// Forks of a private session, and sessions that its agent starts, are private even without
    /// this option. 'git ao set <session> visibility=public' makes a session public.
    #[arg(long)]
    private: bool,

    /// Create the record and the branch, but no worktree, and start no agent.
    #[arg(long)]
    no_worktree: bool,

    /// Start the agent in the top directory of the worktree, not in the same folder as this
    /// command.
    ///
    /// If that folder does not exist in the new worktree, the agent starts in the top directory
    /// anyway. A fork starts in its parent's folder.
    #[arg(long)]
    root: bool,

    #[command(flatten)]
    ready: ReadyArgs,

    /// Show what would be created, without creating it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print the session as JSON.
    #[arg(long)]
    pub json: bool,

    /// Print only the path of the new worktree.
    #[arg(long, conflicts_with_all = ["json", "no_worktree", "dry_run"])]
    print_path: bool,
}

/// How long to wait for a setup, which may fail at once.
pub const SETUP_PATIENCE: Duration = Duration::from_secs(1);

/// Plans and creates the session, starts its agent, and prints the result: as an entry of `list` if
/// that is given.
pub fn start(
    ctx: &mut Ctx,
    store: &Store,
    plan: impl FnOnce(&Engine) -> Result<SpawnPlan, OpsError>,
    args: &NewArgs,
    list: Option<&mut json::List>,
) -> Result<ExitCode, CliError> {
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(store).with_interrupt(interrupted.shown());
    let stopped = |error| interrupted.explain(error, "interrupted; everything was undone");
    let mut plan = plan(&engine).map_err(stopped)?;
    let left = match plan.parent.as_ref().filter(|_| args.base.is_none()) {
        None if plan.session.existing_branch.is_some() => None,
        None if args.base.is_none() => None,
        from => ops::uncommitted(store, &plan.session, from)?,
    };
    if let Some(behind) = &plan.behind {
        say_behind(ctx, &plan, behind);
    }
    let found = match (&plan.workspace, plan.tenure) {
        (Some(path), Tenure::Guest) => ops::uncommitted_at(store, path.clone())?,
        _ => None,
    };
    if let Some(Uncommitted { path, changes, .. }) = &found {
        let path = escape::os(path.as_os_str());
        ctx.out.warn(&format!(
            "'{path}' has uncommitted changes, which the agent will see ({changes})"
        ));
    }
    if args.dry_run {
        if let Some(left) = &left {
            left_behind::say(ctx, left, None);
        }
        return announce(ctx, &plan, args, list);
    }
    let (parent, nobody) = (plan.parent.clone(), plan.no_agent.take());
    let action = plan.start.as_ref().map(|start| start.action);
    let mut made = engine.spawn_planned(plan).map_err(stopped)?;
    let mut failed = None;
    if let Some(path) = &made.workspace {
        let patience = if args.json || args.print_path { Duration::ZERO } else { SETUP_PATIENCE };
        let made = (&mut made.session, &made.started);
        failed = launch::look_at_setup(ctx, &engine, made, (path, patience))?;
    }
    let code = report(ctx, &made, args, list)?;
    remarks::say(ctx, &made.remarks);
    ready::say_left_setups(ctx, &made.session, &made.left);
    if let Some(parent) = parent {
        say_taken(
            ctx,
            &parent,
            action.filter(|_| !args.json && !args.print_path),
            made.handed_over,
        )?;
    }
    if let Some(left) = &left {
        left_behind::say(ctx, left, made.workspace.as_deref());
    }
    if let Some(none) = nobody.filter(|_| !args.no_worktree) {
        launch::say_nobody(ctx, &made.session, &none);
    }
    if let Some(why) = &failed {
        let log = ops::log_file(store.repository(), made.session.id)?;
        return Err(refusals::setup_failed(&made.session, why, &log));
    }
    let started = (&made.started, action.unwrap_or(Action::Launch));
    let ended = launch::go_on(ctx, &engine, &made.session, started)?;
    match &made.not_set_up {
        Some(why) => Err(refusals::not_set_up(&made.session, why)),
        None => Ok(ended.unwrap_or(code)),
    }
}

impl NewArgs {
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Makes a request from these arguments.
    pub fn request(&self, task: Option<String>) -> SpawnRequest {
        let mut request = SpawnRequest::default();
        request.task = task;
        request.title = self.title.clone();
        request.kind = self.kind.as_deref().map(Kind::from);
        request.model = self.model.clone();
        request.base = self.base.clone();
        request.branch = self.branch.clone();
        request.issue = self.issue.clone();
        request.pr = self.pr.clone();
        request.tags = self.tag.clone();
        request.visibility = if self.private { Visibility::Private } else { Visibility::Public };
        request.place = if self.no_worktree { Checkout::Branch } else { Checkout::Worktree };
        request.folder = if self.root { WorkFolder::Top } else { WorkFolder::Inherited };
        request.agent = self.agent.agent.clone();
        request.runtime = self.agent.runtime.clone();
        request.start = self.agent.start();
        request.ignored_files = self.ready.ignored_files();
        request.setup = self.ready.setup();
        request
    }
}

/// Prints what the agent knows of the parent's conversation.
fn say_taken(
    ctx: &mut Ctx,
    parent: &Session,
    action: Option<Action>,
    handed_over: bool,
) -> Result<(), CliError> {
    let id = parent.id.short();
    match action {
        Some(Action::Fork) => writeln!(ctx.out, "  it continues from the conversation of {id}")?,
        Some(_) if handed_over => {
            writeln!(ctx.out, "  it takes over, with a summary of the conversation of {id}")?
        }
        Some(_) => writeln!(ctx.out, "  it starts a new conversation; that of {id} is not copied")?,
        None => {}
    }
    Ok(())
}

fn ticket(text: &str) -> Result<IssueRef, String> {
    IssueRef::parse(text)
        .ok_or_else(|| "expected a number, an id without spaces, or a URL".to_owned())
}

fn word(text: &str) -> Result<String, String> {
    let is_word = !text.trim().is_empty() && !text.contains(char::is_control);
    is_word.then(|| text.to_owned()).ok_or_else(|| "expected a word on one line".to_owned())
}

fn pull_request(text: &str) -> Result<IssueRef, String> {
    let ticket = ticket(text)?;
    if ticket.number().is_none() {
        return Err("expected the number or the URL of a pull request".to_owned());
    }
    Ok(ticket)
}

fn announce(
    ctx: &mut Ctx,
    plan: &SpawnPlan,
    args: &NewArgs,
    list: Option<&mut json::List>,
) -> Result<ExitCode, CliError> {
    if args.json {
        return print_json(ctx, &SpawnedJson::from(plan), list);
    }
    let session = &plan.session;
    let title = escape::line(&session.display_title()).into_owned();
    writeln!(ctx.out, "would start a session: {title}")?;
    if session.existing_branch.is_some() {
        writeln!(ctx.out, "  project   {}", session.project_id)?;
        let branch = escape::line(session.branch.as_deref().unwrap_or_default());
        writeln!(ctx.out, "  branch    {branch} (existing)")?;
    } else {
        say_new_branch(ctx, session)?;
    }
    if let Some(path) = &plan.workspace {
        writeln!(ctx.out, "  worktree  {}", escape::os(path.as_os_str()))?;
    }
    say_folder(ctx, session)?;
    if let (Some(agent), Some(start)) = (&session.agent, &plan.start) {
        let runtime = start.runtime.name();
        writeln!(ctx.out, "  agent     {}, {runtime}", escape::line(agent))?;
    }
    Ok(ExitCode::Done)
}

/// Prints the branch that would be created.
fn say_new_branch(ctx: &mut Ctx, session: &Session) -> Result<(), CliError> {
    let base = session.base.clone().unwrap_or_default();
    let commit = base.commit.as_ref().map(|commit| commit.short()).unwrap_or_default();
    let from = base
        .branch
        .map_or(commit.to_owned(), |branch| format!("{} ({commit})", escape::line(&branch)));
    let branch = escape::line(session.branch.as_deref().unwrap_or_default()).into_owned();
    writeln!(ctx.out, "  project   {}", session.project_id)?;
    writeln!(ctx.out, "  branch    {branch}, from {from}")?;
    Ok(())
}

/// Hints that a branch is behind its upstream.
fn say_behind(ctx: &mut Ctx, plan: &SpawnPlan, behind: &BehindUpstream) {
    let [branch, upstream] = [&behind.branch, &behind.upstream].map(|name| escape::line(name));
    let Divergence { ahead, behind: count, .. } = behind.divergence;
    let start = plan.session.base.as_ref().and_then(|base| base.commit.as_ref());
    if plan.session.existing_branch.is_some() {
        let place =
            plan.workspace.as_ref().map_or("<worktree>".to_owned(), |path| shell_path(path));
        let how = if ahead == 0 { "merge --ff-only" } else { "merge" };
        ctx.out.hint(&format!(
            "'{branch}' is {} behind '{upstream}'\nto merge those commits: git -C {place} {how} {}",
            counted(count, "commit"),
            shell_name(&behind.upstream)
        ));
    } else if start != Some(&behind.tip) {
        ctx.out.hint(&format!(
            "'{branch}' is {} behind '{upstream}'\n\
             to start there, use --base {}\nto fetch it first, use --fetch",
            counted(count, "commit"),
            shell_name(&behind.upstream)
        ));
    } else if ahead > 0 {
        ctx.out.hint(&format!(
            "the session starts at '{upstream}', without {} that only '{branch}' has",
            counted(ahead, "commit")
        ));
    }
}

/// Prints the line about the folder in which the agent works.
fn say_folder(ctx: &mut Ctx, session: &Session) -> Result<(), CliError> {
    if let Some(folder) = &session.folder {
        writeln!(ctx.out, "  folder    {}", escape::line(folder))?;
    }
    Ok(())
}

fn print_json(
    ctx: &mut Ctx,
    made: &SpawnedJson,
    list: Option<&mut json::List>,
) -> Result<ExitCode, CliError> {
    match list {
        Some(list) => list.entry(&mut ctx.out, made)?,
        None => json::print_pretty(&mut ctx.out, made)?,
    }
    Ok(ExitCode::Done)
}

fn report(
    ctx: &mut Ctx,
    made: &Spawned,
    args: &NewArgs,
    list: Option<&mut json::List>,
) -> Result<ExitCode, CliError> {
    let session = &made.session;
    if args.json {
        return print_json(ctx, &SpawnedJson::from(made), list);
    }
    if let Some(path) = made.workspace.as_ref().filter(|_| args.print_path) {
        path::print(ctx, path)?;
        return Ok(ExitCode::Done);
    }
    let id = ctx.out.paint(Style::Id, &session.id.short());
    let title = escape::line(&session.display_title()).into_owned();
    let mark = match made.visibility {
        Visibility::Public => "",
        Visibility::Private => " (private)",
    };
    writeln!(ctx.out, "session {id}{mark}: {title}")?;
    let branch = ctx.out.paint(Style::Branch, session.branch.as_deref().unwrap_or_default());
    writeln!(ctx.out, "  branch    {branch}")?;
    if let Some(path) = &made.workspace {
        writeln!(ctx.out, "  worktree  {}", escape::os(path.as_os_str()))?;
    }
    if made.tenure == Tenure::Guest {
        writeln!(ctx.out, "  it works in an existing worktree, which is never removed")?;
    }
    say_folder(ctx, session)?;
    ready::say_included(ctx, &made.remarks)?;
    launch::say_agent(ctx, session, &made.started)?;
    Ok(ExitCode::Done)
}

use git_ao::model::error_chain;
use git_ao::ops::{self, FlowError, Liveness, Purge};
use git_ao::store::{Committed, Store};
use git_ao::workspace::Worktrees;

use super::many::{self, Target};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Delete sessions from the store
///
/// All sessions are deleted in a single event, or none are: if one does not exist, has not ended or
/// has a running agent, the command fails. Branches and worktrees are kept, and named: 'git ao
/// cleanup --branches' removes them. The records stay in the history, and 'git ao log <id>' shows
/// them. The logs of agents without a terminal are removed,
/// unless the agent is still alive.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,

    /// Delete sessions even if they have not ended or their agent is still running.
    #[arg(long, short)]
    force: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let keys = many::find(&args.sessions, &store)?;
    let done = store.transaction("delete", |tx| {
        let targets = many::targets(&keys, tx.snapshot())?;
        for target in &targets {
            if !args.force {
                refuse_unended(target)?;
                refuse_alive(target, &store)?;
            }
            tx.delete(target.key())?;
        }
        Ok::<_, CliError>(targets)
    })?;
    let mut is_left = false;
    for target in &done.value {
        writeln!(ctx.out, "deleted {}", target.label())?;
        discard(target, &store, ctx);
        warn_of_agent(target, &store, ctx)?;
        is_left |= warn_of_leftovers(target, &store, ctx)?;
    }
    if done.event.is_some() {
        ctx.out.hint(&way_back(&done));
    }
    if is_left {
        ctx.out.hint("to remove what is left: git ao cleanup --branches");
    }
    Ok(ExitCode::Done)
}

/// What its agent printed and keeps goes with it, unless the agent is alive.
fn discard(target: &Target, store: &Store, ctx: &mut Ctx) {
    let session = target.session();
    let conversation = session.and_then(|session| session.agent_session_id.as_deref());
    let id = target.entry.location.id;
    if let Err(error) = ops::purge(store, id, conversation, Purge::All) {
        ctx.out.warn(&error_chain(&error));
    }
}

fn refuse_unended(target: &Target) -> Result<(), CliError> {
    match &target.record {
        Ok(session) if !session.status.is_terminal() => {
            let (label, status) = (target.label(), escape::line(session.status.as_str()));
            Err(CliError::refused(format!("{label} has not ended: it is '{status}'"))
                .hint("to delete it anyway, use --force"))
        }
        Err(problem) if problem.is_newer() => {
            let label = target.label();
            Err(CliError::refused(format!("cannot determine whether {label} has ended: {problem}"))
                .hint("update git-ao, or use --force to delete it anyway"))
        }
        _ => Ok(()),
    }
}

/// Once the record is gone, no verb could stop the agent.
fn refuse_alive(target: &Target, store: &Store) -> Result<(), CliError> {
    let id = target.entry.location.id;
    match ops::liveness_of(store, id, target.session()) {
        Liveness::Gone => Ok(()),
        Liveness::Unknown(source) => Err(FlowError::Unknown { id, source }.into()),
        Liveness::Alive { .. } => {
            Err(CliError::refused(format!("the agent of {} is still running", target.label()))
                .hint(format!(
                    "to stop it: git ao kill {}\nto delete it anyway, use --force",
                    id.short()
                )))
        }
    }
}

fn warn_of_agent(target: &Target, store: &Store, ctx: &mut Ctx) -> Result<(), CliError> {
    match ops::liveness_of(store, target.entry.location.id, target.session()) {
        Liveness::Gone => {}
        Liveness::Alive { pid: Some(pid) } => {
            ctx.out.warn(&format!("its agent is still running; to stop it: kill {pid}"));
        }
        Liveness::Alive { pid: None } => ctx.out.warn("its agent is still running"),
        Liveness::Unknown(error) => {
            ctx.out.warn(&format!("cannot determine whether its agent is alive: {error}"));
        }
    }
    Ok(())
}

/// True where something is left.
fn warn_of_leftovers(target: &Target, store: &Store, ctx: &mut Ctx) -> Result<bool, CliError> {
    let Some(session) = target.session() else { return Ok(false) };
    let worktree = Worktrees::new(store.repository()).sessions()?.remove(&session.id);
    if let Some(path) = &worktree {
        let shown = escape::os(path.as_os_str());
        ctx.out.warn(&format!("its worktree still exists: '{shown}'"));
    }
    let branch = ops::branch_to_remove(store, session)?;
    if let Some(name) = &branch {
        ctx.out.warn(&format!("its branch still exists: '{}'", escape::line(name)));
    }
    Ok(worktree.is_some() || branch.is_some())
}

fn way_back(done: &Committed<Vec<Target>>) -> String {
    let targets = &done.value;
    let lines = targets.iter().take(5).filter_map(|target| {
        let location = &target.entry.location;
        let event = done.event_of(location.visibility)?;
        Some(format!(
            "  git ao log {}\n  git show {}^:{location}",
            location.id.short(),
            event.short()
        ))
    });
    let more = if targets.len() > 5 { "\n  …" } else { "" };
    format!("the history keeps deleted records:\n{}{more}", lines.collect::<Vec<_>>().join("\n"))
}

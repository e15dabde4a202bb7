use git_ao::model::error_chain;
use git_ao::ops::{Checks, DeletedSession, Kept, Liveness};
use git_ao::store::Committed;

use super::targets::{self, label};
use super::transcript::purge_deleted;
use super::ui::escape;
use super::{CliError, Ctx, ExitCode, launch, unshared};

/// Delete sessions from the store
///
/// All sessions are deleted in a single event, or none are: if one does not exist, has not ended or
/// has a running agent, the command fails. Branches and worktrees are kept, and named: 'git ao
/// cleanup --branches' removes them. The records stay in the history, and 'git ao log <id>' shows
/// them. The logs of agents without a terminal are removed, unless the agent is still alive.
/// Transcripts that this clone shares are withdrawn.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,

    /// Delete sessions even if they have not ended or their agent is still running.
    #[arg(long, short)]
    force: bool,

    /// Also remove their transcripts from this machine, as 'git ao transcript purge' does.
    ///
    /// Without it, git ao asks on a terminal.
    #[arg(long)]
    purge: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let keys = targets::find(&args.sessions, &store)?;
    let checks = if args.force { Checks::Skip } else { Checks::All };
    let engine = launch::engine(&store);
    let done = engine.delete(&keys, checks)?;
    let way_back = done.event.is_some().then(|| way_back(&done));
    let ids: Vec<_> = done.value.iter().map(|deleted| deleted.session.location.id).collect();
    let mut is_left = false;
    for deleted in done.value {
        writeln!(ctx.out, "deleted {}", label(&deleted.session))?;
        if let Err(error) = deleted.purged {
            ctx.out.warn(&error_chain(&error));
        }
        warn_of_agent(&deleted.agent, ctx);
        let record = deleted.session.session.as_ref().ok();
        unshared::withdraw(ctx, &engine, (deleted.session.location.id, record))?;
        let kept = deleted.kept?;
        warn_of_kept(&kept, ctx);
        is_left |= kept != Kept::default();
    }
    purge_deleted(ctx, &engine, &ids, args.purge)?;
    if let Some(way_back) = way_back {
        ctx.out.hint(&way_back);
    }
    if is_left {
        ctx.out.hint("to remove what is left: git ao cleanup --branches");
    }
    Ok(ExitCode::Done)
}

fn warn_of_agent(agent: &Liveness, ctx: &mut Ctx) {
    match agent {
        Liveness::Gone => {}
        Liveness::Alive { pid: Some(pid) } => {
            ctx.out.warn(&format!("its agent is still running; to stop it: kill {pid}"));
        }
        Liveness::Alive { pid: None } => ctx.out.warn("its agent is still running"),
        Liveness::Unknown(error) => {
            ctx.out.warn(&format!("cannot determine whether its agent is alive: {error}"));
        }
    }
}

fn warn_of_kept(kept: &Kept, ctx: &mut Ctx) {
    if let Some(path) = &kept.worktree {
        let shown = escape::os(path.as_os_str());
        ctx.out.warn(&format!("its worktree still exists: '{shown}'"));
    }
    if let Some(name) = &kept.branch {
        ctx.out.warn(&format!("its branch still exists: '{}'", escape::line(name)));
    }
}

fn way_back(done: &Committed<Vec<DeletedSession>>) -> String {
    let all = &done.value;
    let lines = all.iter().take(5).filter_map(|deleted| {
        let location = &deleted.session.location;
        let event = done.event_of(location.visibility)?;
        Some(format!(
            "  git ao log {}\n  git show {}^:{location}",
            location.id.short(),
            event.short()
        ))
    });
    let more = if all.len() > 5 { "\n  …" } else { "" };
    format!("the history keeps deleted records:\n{}{more}", lines.collect::<Vec<_>>().join("\n"))
}

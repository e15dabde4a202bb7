use git_ao::model::error_chain;
use git_ao::ops::Reconciled;
use git_ao::view::json::CorrectedJson;

use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, json, launch};

/// Update records to match the actual state of this clone
///
/// Checks the sessions that live in this clone, and the branches of sessions that live in none. All
/// corrections are a single event: the worktree's branch and its last commit; a worktree that was
/// moved with 'git worktree move', is missing, or belongs to another session; and an agent that
/// exited without its end being recorded. A session with such an agent becomes 'errored', with the
/// reason 'agent_gone'. Sessions that were started less than three minutes ago, and those whose
/// agent's state cannot be determined, are not changed.
///
/// --json prints {"version":1,"sessions":[…],"event":id}. Each session has 'id' and 'changes': a
/// list of objects with 'what' (agent_gone, branch, head, moved, taken, vanished) and 'value'.
#[derive(clap::Args)]
pub struct Args {
    /// Show what would be changed, without changing it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let engine = launch::engine(&ctx.store()?);
    let done = if args.dry_run { engine.reconcile_plan()? } else { engine.reconcile()? };
    if args.json {
        print_json(&done, ctx)?;
    } else {
        print(&done, &args, ctx)?;
    }
    for (id, error) in &done.unknown {
        ctx.out.warn(&format!(
            "cannot determine whether the agent of {} is alive: {}",
            id.short(),
            error_chain(error)
        ));
    }
    Ok(ExitCode::Done)
}

fn print(done: &Reconciled, args: &Args, ctx: &mut Ctx) -> Result<(), CliError> {
    if done.changed.is_empty() {
        writeln!(ctx.out, "nothing to do")?;
    }
    let would = if args.dry_run { "would be " } else { "" };
    for (session, steps) in &done.changed {
        let id = ctx.out.paint(Style::Id, &session.id.short());
        for step in steps {
            writeln!(ctx.out, "{id}  {would}{}", escape::line(&step.to_string()))?;
        }
    }
    Ok(())
}

fn print_json(done: &Reconciled, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut list = json::List::begin(&mut ctx.out, "sessions")?;
    for (session, steps) in &done.changed {
        list.entry(&mut ctx.out, &CorrectedJson::new(session.id, steps))?;
    }
    Ok(list.end_with(&mut ctx.out, "event", &done.event)?)
}

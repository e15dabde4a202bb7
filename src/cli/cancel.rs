use git_ao::ops::{Leftover, Obstacle};
use git_ao::store::Key;

use super::change::ChangeArgs;
use super::{CliError, Ctx, ExitCode, cleanup, interrupt, kill, launch};

/// Stop a session that is no longer needed
///
/// Does what 'git ao kill' does, and records 'cancelled' as the reason.
///
/// --discard also removes the session's worktree and branch, whether or not the branch is merged.
/// The session may already have ended. A worktree with uncommitted changes is not removed unless
/// --force is given, which saves the changes under refs/ao/backup/ first. The last commit is kept
/// in the reflog of refs/ao/heads in this clone, so that 'git ao restore' can bring the branch and
/// the worktree back.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: ChangeArgs,

    /// Also remove the worktree and the branch.
    #[arg(long)]
    discard: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let key = Key::from(&args.change.find(&store)?.location);
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.interrupt());
    let say = args.change.say();
    if !args.discard {
        let killed = engine
            .cancel(&key, &say)
            .map_err(|error| interrupted.explain(error, kill::NOTHING_DONE))?;
        return kill::report(ctx, &store, &killed);
    }
    let (killed, mut cleaned) = engine
        .discard(&key, &say)
        .map_err(|error| interrupted.explain(error, kill::NOTHING_DONE))?;
    kill::report(ctx, &store, &killed)?;
    if let Some(error) = cleaned.unrecorded {
        return Err(error.into());
    }
    let Some(leftover) = cleaned.leftovers.pop() else { return Ok(ExitCode::Done) };
    cleanup::print(&leftover, cleanup::Tense::Past, ctx)?;
    if let Some(hint) = cleanup::obstacles::left_teardown(&leftover, cleanup::Tense::Past) {
        ctx.out.hint(&hint);
    }
    if leftover.obstacle == Some(Obstacle::Teardown) {
        ctx.out.hint(&cleanup::obstacles::failed_teardown(&leftover, &engine)?);
    }
    let restore = match &leftover.session {
        session if session.agent.is_none() => {
            format!("git ao restore --no-agent {}", session.id.short())
        }
        session => engine.restore_command(session.id),
    };
    Ok(hint(&leftover, &restore, ctx))
}

fn hint(leftover: &Leftover, restore: &str, ctx: &mut Ctx) -> ExitCode {
    let id = leftover.session.id.short();
    if leftover.yields {
        ctx.out.hint(&format!(
            "to discard that too, after a backup: git ao cancel --discard --force {id}"
        ));
    }
    if leftover.has_failed {
        return ExitCode::Refused;
    }
    ctx.out.hint(&format!("to bring it back: {restore}"));
    ExitCode::Done
}

use git_ao::flow;

use super::many::{self, Move};
use super::{CliError, Ctx, ExitCode};

/// Move sessions to the archive
///
/// Several are moved in one step: all of them, or none where one is not found. Their records do not
/// change; 'git ao list --archived' shows them. One that is archived already, or whose agent still
/// runs, is warned about, and is no error: the agent goes on, but its end is not recorded.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let to = Move {
        verb: "archive",
        act: |tx, key| tx.archive(key),
        moved: "archived",
        was_there: "is archived already",
    };
    let store = ctx.store()?;
    for target in many::put_away(&args.sessions, &store, ctx, &to)? {
        let id = target.entry.location.id;
        if flow::runner_of(store.repository(), id)?.is_some() {
            ctx.out.warn(&format!("the agent of {} still runs", target.label()));
            ctx.out.hint(&format!("to stop it: git ao kill {}", id.short()));
        }
    }
    Ok(ExitCode::Done)
}

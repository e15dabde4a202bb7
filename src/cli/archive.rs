use super::{CliError, Ctx, ExitCode, many};

/// Move sessions to the archive
///
/// Several are moved in one step: all of them, or none where one is not found. Their records do not
/// change; 'git ao list --archived' shows them. One that is archived already is warned about, and is
/// no error.
#[derive(clap::Args)]
pub struct Args {
    /// The sessions.
    #[arg(required = true, value_name = "session")]
    sessions: Vec<String>,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let done = store.transaction("archive", |tx| {
        let targets = many::targets(&args.sessions, tx.snapshot(), &store)?;
        let moved = targets.into_iter().map(|target| Ok((tx.archive(target.key())?, target)));
        moved.collect::<Result<Vec<_>, CliError>>()
    })?;
    for (is_moved, target) in done.value {
        let label = target.label();
        if is_moved {
            writeln!(ctx.out, "archived {label}")?;
        } else {
            ctx.out.warn(&format!("{label} is archived already"));
        }
    }
    Ok(ExitCode::Done)
}

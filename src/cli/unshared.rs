//! Withdraws the transcripts of a session that is not to be shared any more.

use git_ao::model::{Session, SessionId, error_chain, shell_name, shell_word};
use git_ao::ops::Engine;

use super::sharing::watched;
use super::transcript::KEPT;
use super::ui::escape;
use super::{CliError, Ctx};

/// Withdraws what this clone shares of a session from all remotes, and says what is left to do.
pub fn withdraw(
    ctx: &mut Ctx,
    engine: &Engine,
    (id, record): (SessionId, Option<&Session>),
) -> Result<(), CliError> {
    let done = watched(false, |watcher| engine.withdraw_everywhere(id, record, watcher))?;
    let mut is_withdrawn = false;
    for share in done {
        let name = escape::line(&share.remote).into_owned();
        match share.outcome {
            Ok(()) => {
                is_withdrawn = true;
                writeln!(ctx.out, "withdrew the transcripts of {} from {name}", id.short())?;
            }
            Err(error) => {
                let why = error_chain(&error);
                ctx.out.warn(&format!("its transcripts are still shared with '{name}': {why}"));
                let (remote, of) = (shell_name(&share.remote), shell_word(&share.name));
                ctx.out.hint(&format!(
                    "the next push withdraws them: git ao push {remote}\n\
                     or, without git ao: git push {remote} --delete {of}"
                ));
            }
        }
    }
    if is_withdrawn {
        ctx.out.hint(KEPT);
    }
    Ok(())
}

//! Prints what a session has committed.

use git_ao::model::Session;
use git_ao::ops::{Engine, OpsError, SessionWorktreeError};

use crate::cli::ui::{OutError, Style, cut, escape};
use crate::cli::{Ctx, hints};

/// The most commits that are listed.
const MOST: usize = 10;

/// The width of the list of files.
const WIDTH: usize = 76;

/// Prints the newest commits, each on a line of at most `width` columns, and the changed files.
pub fn print(
    session: &Session,
    engine: &Engine,
    width: usize,
    ctx: &mut Ctx,
) -> Result<(), OutError> {
    // The commits are no part of the record, which is shown without them.
    let work = match engine.committed_work(session, MOST + 1, WIDTH) {
        Ok(work) => work,
        Err(OpsError::Worktree(SessionWorktreeError::StartMissing { .. })) => {
            ctx.out.hint(hints::UNSHALLOW);
            return Ok(());
        }
        Err(_) => return Ok(()),
    };
    if work.commits.is_empty() {
        return Ok(());
    }
    writeln!(ctx.out)?;
    let room = width.saturating_sub(12).max(20);
    for (commit, subject) in work.commits.iter().take(MOST) {
        let id = ctx.out.paint(Style::Id, commit.short());
        let subject = escape::line(subject).into_owned();
        writeln!(ctx.out, "    {id} {}", cut(&subject, room))?;
    }
    if work.commits.len() > MOST {
        writeln!(ctx.out, "    …")?;
    }
    for line in escape::block(&work.stat).lines() {
        writeln!(ctx.out, "   {line}")?;
    }
    Ok(())
}

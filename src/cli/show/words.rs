//! Prints the last output of the agent of a failed session.

use git_ao::model::Session;
use git_ao::ops::last_output;
use git_ao::store::Store;

use crate::cli::ui::escape;
use crate::cli::{CliError, Ctx};

/// The maximum number of lines to show. `attach` shows all.
const SHOWN: usize = 5;

pub fn print(session: &Session, store: &Store, ctx: &mut Ctx) -> Result<(), CliError> {
    if !session.status.is_failure() {
        return Ok(());
    }
    let Some(text) = last_output(store.repository(), session.id)? else { return Ok(()) };
    let text = escape::block(&text);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    writeln!(ctx.out, "\nLast output:")?;
    for line in &lines[lines.len().saturating_sub(SHOWN)..] {
        writeln!(ctx.out, "    {line}")?;
    }
    Ok(())
}

//! The arguments and the output of verbs that change a status.

use git_ao::ops::{Changed, Checks, StatusChange};
use git_ao::store::{Entry, Key, Store};

use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, open};

/// The session, the reason and `--force` of a verb that changes a status.
#[derive(clap::Args)]
pub struct ChangeArgs {
    /// The session: an id, a branch, an issue, '@' or 'latest'. Default: '@', the session of this
    /// worktree.
    session: Option<String>,

    /// Record this reason, in a few words.
    #[arg(long, short = 'm', value_name = "text")]
    reason: Option<String>,

    /// Allow the change even if the status is final.
    #[arg(long, short)]
    force: bool,
}

impl ChangeArgs {
    /// Finds the record, active or archived.
    pub fn find(&self, store: &Store) -> Result<Entry, CliError> {
        open::find(&store.snapshot()?, store, self.session.as_deref().unwrap_or("@"))
    }

    /// Finds the record and returns its key.
    pub fn active(&self, store: &Store) -> Result<Key, CliError> {
        Ok(Key::from(&self.find(store)?.location))
    }

    /// Returns the change that the arguments describe.
    pub fn say(&self) -> StatusChange {
        let checks = if self.force { Checks::Skip } else { Checks::All };
        let blank = |reason: &&String| !reason.trim().is_empty();
        let mut change = StatusChange::default().checks(checks);
        change.reason = self.reason.as_ref().filter(blank).cloned();
        change
    }
}

/// Prints `session 7b6d11f9: working -> done`.
pub fn report(ctx: &mut Ctx, changed: &Changed) -> Result<ExitCode, CliError> {
    let session = &changed.session;
    let id = ctx.out.paint(Style::Id, &session.id.short());
    let status = escape::line(session.status.as_str()).into_owned();
    match &changed.event {
        Some(_) if changed.before == session.status => {
            writeln!(ctx.out, "session {id} remains {status}")?;
        }
        Some(_) => {
            let before = escape::line(changed.before.as_str()).into_owned();
            writeln!(ctx.out, "session {id}: {before} -> {status}")?;
        }
        None => writeln!(ctx.out, "session {id} is already {status}")?,
    }
    Ok(ExitCode::Done)
}

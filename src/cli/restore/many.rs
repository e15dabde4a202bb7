//! Restores several sessions. A failure of one does not stop the others.

use git_ao::ops::{self, Engine, Restore};
use git_ao::store::Entry;
use git_ao::workspace::Remarks;

use super::fetching;
use super::words::{label, told};
use crate::cli::interrupt::Interrupted;
use crate::cli::selection::Criteria;
use crate::cli::{CliError, Ctx, ExitCode, remarks};

pub const UNTOUCHED: &str = "interrupted; the session was not changed";

/// The sessions to restore, and whether to only print them.
pub struct Many<'a> {
    pub criteria: &'a Criteria,
    /// Only those that were interrupted.
    pub all: bool,
    pub dry_run: bool,
}

impl Many<'_> {
    pub fn restore(
        &self,
        ctx: &mut Ctx,
        engine: &Engine,
        (wish, interrupted): (&Restore, &Interrupted),
    ) -> Result<ExitCode, CliError> {
        if wish.runtime.as_deref() == Some("foreground") {
            return Err(CliError::usage("this terminal cannot run several agents"));
        }
        let store = engine.store();
        let snapshot = store.snapshot()?;
        let chosen = self.criteria.choose(ctx, store, &snapshot)?;
        let mut wanted = Vec::new();
        for listed in chosen.list(&snapshot, |query| query).sessions {
            let Ok(session) = &listed.session else { continue };
            let is_wanted = match self.all {
                true => engine.was_interrupted_here(session),
                false => engine.is_restorable_here(session),
            };
            if is_wanted {
                wanted
                    .extend(snapshot.find(&listed.location)?.map(|entry| (entry, label(session))));
            }
        }
        if wanted.is_empty() {
            writeln!(ctx.out, "nothing to restore")?;
            return Ok(ExitCode::Done);
        }
        let mut code = ExitCode::Done;
        for (entry, label) in &wanted {
            let done = match self.dry_run {
                true => fetching::plan(engine, &entry.location, wish)
                    .map(|line| (line, Remarks::default())),
                false => restore(engine, entry, wish),
            };
            match done.map_err(|error| interrupted.explain(error, UNTOUCHED)) {
                Ok((line, remarks)) => {
                    writeln!(ctx.out, "{line}")?;
                    remarks::say(ctx, &remarks);
                }
                Err(error) if interrupted.is_set() => return Err(error),
                Err(error) => {
                    writeln!(ctx.out, "not restored: {label}")?;
                    ctx.out.flush()?;
                    error.print();
                    code = ExitCode::Refused;
                }
            }
        }
        Ok(code)
    }
}

fn restore(
    engine: &Engine,
    entry: &Entry,
    wish: &Restore,
) -> Result<(String, Remarks), ops::OpsError> {
    let made = fetching::restore(engine, &entry.location, wish)?;
    let starts = (made.started != git_ao::runtime::Started::Nothing).then_some(made.action);
    let line = format!("restored {}: {}", label(&made.session), told(starts));
    Ok((line, made.remarks))
}

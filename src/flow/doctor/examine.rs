use std::ffi::OsStr;

use super::{Finding, leftovers, orphans, programs, settings};
use crate::flow::{FlowError, reconcile_plan};
use crate::store::{Severity, Store};

/// Looks at git, tmux, agents, configuration, the store, and what no session knows. Nothing is
/// changed. `path` is the value of PATH.
///
/// # Errors
/// When git or the store cannot be read at all.
pub fn examine(store: &Store, path: &OsStr) -> Result<Vec<Finding>, FlowError> {
    let mut found = Vec::new();
    programs::look(store.repository(), path, &mut found)?;
    settings::look(store, path, &mut found);
    if let Some(tip) = store.tip()? {
        let problems = store.check(&tip)?.into_iter();
        found.extend(problems.map(|problem| {
            let what = format!("{}: {}", problem.place, problem.problem);
            match problem.severity {
                Severity::Unknown => Finding::note(what, "git ao fsck says all"),
                Severity::Wrong => Finding::wrong(what, "git ao fsck says all"),
            }
        }));
    }
    // The rest is to be seen when that is mended: looking would do it.
    if !leftovers::half_made(store, &mut found)? {
        orphans::look(store, &mut found)?;
        leftovers::look(store, &mut found)?;
    }
    for (session, steps) in reconcile_plan(store)?.changed {
        let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
        let steps = steps.join(", ");
        let what = format!("session {} is behind the facts: {steps}", session.id.short());
        found.push(Finding::fixable(what, "git ao reconcile"));
    }
    Ok(found)
}

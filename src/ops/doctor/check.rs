use super::remedy::Remedy;
use super::{
    Finding, clocks, decoration, exclude, heads, hooks, leftovers, manual, orphans, programs,
    refspecs, replica, settings, transcripts, writing,
};
use crate::ops::common::{Engine, OpsError};
use crate::store::{RepairMode, Severity};

const REPAIR: &str = "git ao fsck --repair";

impl Engine {
    /// Checks git, tmux, agents, the configuration, the manual pages, the store, and leftovers. Changes
    /// nothing.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read at all.
    pub fn doctor(&self) -> Result<Vec<Finding>, OpsError> {
        let store = self.store();
        let mut found = Vec::new();
        programs::look(store.repository(), &mut found)?;
        settings::look(self, &mut found);
        writing::look(store, &mut found);
        refspecs::look(store.repository(), &mut found);
        decoration::look(store.repository(), &mut found);
        replica::look(store, &mut found);
        hooks::look(store, &mut found);
        manual::look(store.repository(), &mut found);
        transcripts::look(self, &mut found);
        for problem in store.check_all()? {
            let what = format!("{}: {}", problem.place, problem.problem);
            found.push(match problem.severity {
                Severity::Unknown => Finding::note(what, "git ao fsck"),
                Severity::Wrong => Finding::wrong(what, "git ao fsck"),
            });
        }
        let damage = store.repair(RepairMode::Plan)?;
        for path in &damage.locks {
            let what = format!("'{}' is a stale lock of a crashed git", path.display());
            found.push(Finding::wrong(what, REPAIR));
        }
        for name in &damage.tracking {
            found.push(Finding::wrong(format!("{name} does not lead to an intact store"), REPAIR));
        }
        if !damage.refs.is_empty() || !damage.unrepaired.is_empty() {
            for repair in &damage.refs {
                let what = format!("{} does not lead to an intact store", repair.name);
                found.push(Finding::wrong(what, REPAIR));
            }
            // Stop here: in a damaged store, apparent leftovers may belong to a session that cannot be
            // read.
            return Ok(found);
        }
        clocks::look(store, &mut found)?;
        heads::look(store, &mut found)?;
        if leftovers::half_made(store, &mut found)? {
            // Stop until these are completed: the other checks would complete them.
            return Ok(found);
        }
        orphans::look(store, &mut found)?;
        leftovers::look(store, &mut found)?;
        exclude::look(store, &mut found)?;
        for (session, steps) in self.reconcile_plan()?.changed {
            let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
            let steps = steps.join(", ");
            let what =
                format!("the record of session {} is out of date: {steps}", session.id.short());
            found.push(Finding::fixable(what, "git ao reconcile", Remedy::Record(session.id)));
        }
        Ok(found)
    }
}

//! Prints the result of a repair.

use git_ao::model::shell_name;
use git_ao::store::{
    FsckFinding, LostRecord, RecoveredFrom, RefRepair, RepairMode, RepairReport, Rescued, Store,
};

use crate::cli::ui::{OutError, escape};
use crate::cli::{CliError, Ctx};

/// The maximum number of lines of each kind.
const MOST: usize = 50;

/// Repairs the store, or prints what would be done. Returns true if there was damage.
pub fn run(store: &Store, mode: RepairMode, ctx: &mut Ctx) -> Result<bool, CliError> {
    let report = store.repair(mode)?;
    print(&report, mode, ctx)?;
    if report.refs.iter().any(|repair| !repair.events.is_empty() || !repair.lost.is_empty()) {
        refetch(store, ctx);
    }
    Ok(!report.is_empty())
}

fn print(report: &RepairReport, mode: RepairMode, ctx: &mut Ctx) -> Result<(), OutError> {
    let is_done = mode == RepairMode::Repair;
    let did = |done: &'static str, plan: &'static str| if is_done { done } else { plan };
    for repair in &report.refs {
        print_ref(repair, mode, ctx)?;
    }
    for id in &report.objects {
        let words = did("moved to ao/broken", "would be moved to ao/broken");
        writeln!(ctx.out, "object {id}: damaged, {words} in the git directory")?;
    }
    for id in &report.written {
        let words = did("rewritten", "would be rewritten");
        writeln!(ctx.out, "object {id}: missing, {words}")?;
    }
    for name in &report.reflogs {
        let words = did("were removed", "would be removed");
        writeln!(ctx.out, "reflog of {}: damaged lines {words}", escape::line(name))?;
    }
    for name in &report.tracking {
        let words = did("removed", "would be removed");
        let name = escape::line(name);
        writeln!(ctx.out, "{name}: damaged, {words}; to fetch it again: git ao fetch")?;
    }
    for path in &report.locks {
        let words = did("removed", "would be removed");
        writeln!(ctx.out, "{}: stale, {words}", escape::os(path.as_os_str()))?;
    }
    for FsckFinding { place, problem, .. } in &report.unrepaired {
        let (place, problem) = (escape::line(place), escape::line(problem));
        writeln!(ctx.out, "{place}: {problem}: cannot be repaired here")?;
    }
    Ok(())
}

fn print_ref(repair: &RefRepair, mode: RepairMode, ctx: &mut Ctx) -> Result<(), OutError> {
    let is_done = mode == RepairMode::Repair;
    lines(ctx, &repair.damage, |FsckFinding { place, problem, .. }| {
        format!("{}: {}", escape::line(place), escape::line(problem))
    })?;
    let name = escape::line(&repair.name);
    let base = repair.base.as_ref().map(|base| base.short());
    let words = match (&base, is_done) {
        (Some(base), true) => format!("reset to {base}, {}", origin(&repair.origin)),
        (Some(base), false) => format!("would be reset to {base}, {}", origin(&repair.origin)),
        (None, true) => "no intact state was found; the store starts over".to_owned(),
        (None, false) => "no intact state was found; the store would start over".to_owned(),
    };
    writeln!(ctx.out, "{name}: {words}")?;
    if let Some(kept) = &repair.kept {
        writeln!(ctx.out, "  its old value is kept in {}", escape::line(kept))?;
    }
    let rescued = if is_done { "rescued" } else { "would be rescued" };
    lines(ctx, &repair.rescued, |what| match what {
        Rescued::Record(location) => format!("  {rescued}: session {}", location.id.short()),
        Rescued::Removal(location) => {
            format!("  {rescued}: session {} stays deleted", location.id.short())
        }
    })?;
    lines(ctx, &repair.lost, |lost| match lost {
        LostRecord::Changes { location, event } => {
            let (id, event) = (location.id.short(), event.short());
            format!("  lost: changes of session {id} after event {event}, if there were any")
        }
        LostRecord::Session(id) => format!("  lost: session {}", id.short()),
    })?;
    lines(ctx, &repair.events, |event| {
        let (id, subject) = (event.id.short(), escape::line(&event.subject));
        format!("  no longer in the history: {id} {subject}").trim_end().to_owned()
    })
}

fn lines<T>(ctx: &mut Ctx, all: &[T], line: impl Fn(&T) -> String) -> Result<(), OutError> {
    for one in all.iter().take(MOST) {
        writeln!(ctx.out, "{}", line(one))?;
    }
    match all.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(ctx.out, "  … and {more} more"),
    }
}

fn origin(origin: &RecoveredFrom) -> String {
    match origin {
        RecoveredFrom::Reflog => "found in its reflog".to_owned(),
        RecoveredFrom::Past => "found in its history".to_owned(),
        RecoveredFrom::Tracking(name) => format!("found in {}", escape::line(name)),
        RecoveredFrom::Dangling => "a dangling commit".to_owned(),
        RecoveredFrom::Nowhere => String::new(),
    }
}

/// Hints at a remote that may still have the lost objects. An ordinary fetch would not ask for
/// commits that exist here, even if they are damaged.
fn refetch(store: &Store, ctx: &mut Ctx) {
    if let [remote, ..] = store.repository().remotes().as_slice() {
        let refspec = format!("+refs/ao/sessions:refs/ao/remotes/{remote}/sessions");
        let (remote, refspec) = (shell_name(remote), shell_name(&refspec));
        ctx.out.hint(&format!(
            "a remote may have what was lost:\n  git fetch --refetch {remote} {refspec}\n  \
             git ao pull {remote}"
        ));
    }
}

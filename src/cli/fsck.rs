mod repair;

use git_ao::model::Oid;
use git_ao::share::Remote;
use git_ao::store::{RepairMode, Severity, Store};

use super::hints::{REPAIR, refusals};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Check the session store for damage, and repair it
///
/// Reports misplaced files, unreadable records, missing events, ids that are used in more than one
/// project, and values that violate the rules of 'git ao set'. Without arguments, it also checks
/// the private sessions of this clone. The exit status is 1 if anything is wrong. Oversized
/// records, and data that a newer version may have written, are reported but do not count as wrong.
/// Nothing is changed without --repair.
///
/// --repair resets each damaged ref of the store to its newest intact state: one that is reachable
/// from its reflog, its history or a remote-tracking ref, or else a dangling one. Newer records
/// that are still readable are written on top, in a single event. It prints what was rescued and
/// what was lost. If nothing is damaged, nothing is changed.
///
/// The damaged state is kept. The old tip is saved under refs/ao/broken/, or, if it is not an
/// object, in ao/broken in the git directory; damaged objects and the old reflog are moved there as
/// well. 'git gc' fails as long as a ref leads to a missing object: once you no longer need that
/// ref, delete it with 'git update-ref -d'.
#[derive(clap::Args)]
pub struct Args {
    /// Check what was last fetched from this remote.
    #[arg(long, value_name = "remote", conflicts_with = "commit")]
    remote: Option<String>,

    /// Repair what is damaged.
    #[arg(long, conflicts_with_all = ["commit", "remote"])]
    repair: bool,

    /// With --repair: show what would be done, without doing it.
    #[arg(long, short = 'n', requires = "repair")]
    dry_run: bool,

    /// Check the store at this commit.
    commit: Option<String>,

    /// Print nothing; only set the exit status.
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if args.repair {
        let mode = if args.dry_run { RepairMode::Plan } else { RepairMode::Repair };
        if repair::run(&store, mode, ctx)? && args.dry_run {
            return Ok(ExitCode::Refused);
        }
    }
    let findings = match (&args.remote, &args.commit) {
        (Some(name), _) => {
            let (store, tip) = of_remote(&store, name)?;
            store.check(&tip)?
        }
        (None, Some(text)) => store.check(&commit(&store, text)?)?,
        (None, None) => store.check_all()?,
    };
    for finding in findings.iter().filter(|_| !args.quiet) {
        let (place, problem) = (escape::line(&finding.place), escape::line(&finding.problem));
        writeln!(ctx.out, "{place}: {problem}")?;
    }
    let is_wrong = findings.iter().any(|finding| finding.severity == Severity::Wrong);
    let is_own = args.remote.is_none() && args.commit.is_none();
    let can_repair = || store.repair(RepairMode::Plan).is_ok_and(|report| report.is_repairable());
    if is_own && is_wrong && !args.quiet && can_repair() {
        ctx.out.hint(REPAIR);
    }
    Ok(if is_wrong { ExitCode::Refused } else { ExitCode::Done })
}

fn of_remote(store: &Store, name: &str) -> Result<(Store, Oid), CliError> {
    let remote = Remote::choose(store, Some(name))?;
    let tip = remote.tip()?.ok_or_else(|| refusals::nothing_fetched(name))?;
    Ok((store.at_ref(&remote.tracking_ref()), tip))
}

fn commit(store: &Store, text: &str) -> Result<Oid, CliError> {
    let git = store.repository().git("rev-parse");
    let git = git.args(["--verify", "--quiet", "--end-of-options", &format!("{text}^{{commit}}")]);
    let found = git.find().ok().flatten().and_then(|output| output.text().parse().ok());
    found.ok_or_else(|| CliError::refused(format!("'{}' is not a commit", escape::line(text))))
}

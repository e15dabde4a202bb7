mod repair;

use git_ao::model::Oid;
use git_ao::share::Remote;
use git_ao::store::{RepairMode, Severity, Store};

use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Check the store, or what was fetched from a remote, and repair it
///
/// Lists whatever is not where it belongs, records that cannot be read, and events that are
/// missing; without arguments, also among the private sessions of this clone, and ids that are in
/// more than one project. It ends with 1 if anything is wrong: what a newer version may know, and
/// what is too large, is listed but is no reason. Nothing is changed without --repair.
///
/// --repair puts each damaged ref of the store to the newest state that is whole: one that its
/// reflog, its history or a remote-tracking ref leads to, or else one that nothing names any more.
/// Newer records that can still be read are written on top, as one event. It prints what was rescued
/// and what was lost. Where nothing is damaged it changes nothing.
///
/// What was broken is kept. The old tip stays under refs/ao/broken/, or in the folder ao/broken of
/// the git directory if it is no object; objects that were damaged and the old reflog are moved
/// there. As long as a ref leads to an object that is missing, 'git gc' fails: once you do not need
/// it any more, remove it with 'git update-ref -d'.
#[derive(clap::Args)]
pub struct Args {
    /// Check what was last fetched from this remote.
    #[arg(long, value_name = "remote", conflicts_with = "commit")]
    remote: Option<String>,

    /// Repair what is damaged.
    #[arg(long, conflicts_with_all = ["commit", "remote"])]
    repair: bool,

    /// With --repair: only say what would be done.
    #[arg(long, short = 'n', requires = "repair")]
    dry_run: bool,

    /// Check the store at this commit.
    commit: Option<String>,

    /// Say nothing; the exit status tells.
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
        ctx.out.hint(super::open::REPAIR);
    }
    Ok(if is_wrong { ExitCode::Refused } else { ExitCode::Done })
}

fn of_remote(store: &Store, name: &str) -> Result<(Store, Oid), CliError> {
    let remote = Remote::choose(store, Some(name))?;
    let tip = remote.tip()?.ok_or_else(|| {
        CliError::refused(format!("nothing was fetched from '{name}' yet"))
            .hint(format!("git ao fetch {name}"))
    })?;
    Ok((store.at_ref(&remote.tracking_ref()), tip))
}

fn commit(store: &Store, text: &str) -> Result<Oid, CliError> {
    let git = store.repository().git("rev-parse");
    let git = git.args(["--verify", "--quiet", "--end-of-options", &format!("{text}^{{commit}}")]);
    let found = git.find().ok().flatten().and_then(|output| output.text().parse().ok());
    found.ok_or_else(|| CliError::refused(format!("'{}' is no commit", escape::line(text))))
}

use git_ao::model::Oid;
use git_ao::share::Remote;
use git_ao::store::{Severity, Store};

use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Check the store, or what was fetched from a remote
///
/// Lists whatever is not where it belongs, records that cannot be read, and events that are
/// missing; without arguments, also among the private sessions of this clone. It ends with 1 if
/// anything is wrong: what a newer version may know, and what is too large, is listed but is no
/// reason. Nothing is changed.
#[derive(clap::Args)]
pub struct Args {
    /// Check what was last fetched from this remote.
    #[arg(long, value_name = "remote", conflicts_with = "commit")]
    remote: Option<String>,

    /// Check the store at this commit.
    commit: Option<String>,

    /// Say nothing; the exit status tells.
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
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

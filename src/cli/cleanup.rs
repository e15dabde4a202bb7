use std::path::PathBuf;
use std::time::Duration;

use git_ao::flow::{self, Branches, Cleanup, Interrupt, Leftover};
use git_ao::model::parse_age;
use git_ao::workspace::Loss;
use serde_json::{Value, json};

use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, interrupt, json};

/// Remove what ended sessions leave behind
///
/// The worktrees of sessions that have ended go, and what is left of their agents: what they printed
/// without a terminal, too. Branches stay, unless --branches is given. With --older-than, ended sessions that have not changed for so long go
/// to the archive, too. Everything that was done to records is one event. A session whose agent
/// still runs, or may run, keeps everything: 'git ao kill' stops it.
///
/// A worktree with anything in it that is not committed is kept, and so is a branch with commits that
/// are on no other branch and no remote; with --force they go, and a commit under refs/ao/backup/
/// keeps what was in them. Changes to files marked assume-unchanged or skip-worktree count, as do
/// commits that only a rebase, merge or bisect in progress names. Another worktree inside, a
/// repository that its remotes do not have all of, a submodule with commits that are on no remote,
/// and a worktree that git is at work in are kept even with --force. So is one that cannot be
/// reached, with the folder it was in: it may have moved. Only a worktree that says itself whose it is
/// is removed, and of it only what was there when it was looked at: what arrives meanwhile stays.
///
/// Files that git ignores go with their worktree, as with 'git worktree remove', and are in no
/// backup; they are listed. Ends with 1 when something was kept that was to be removed. See first what would be done: git ao cleanup --dry-run.
///
/// --json prints {"version":1,"sessions":[…]}, each with 'id', 'worktree', 'branch', 'stops_agent',
/// 'archives', 'kept' (why nothing was done), 'ignored' (files that git ignores, below the worktree),
/// 'branch_kept' (why the branch stayed, when the worktree went) and 'backup' (the ref).
#[derive(clap::Args)]
pub struct Args {
    /// Archive ended sessions whose last change is longer ago: 30d, 12h, 2.weeks.
    #[arg(long, value_name = "age", value_parser = age, allow_hyphen_values = true)]
    older_than: Option<Duration>,

    /// Remove their branches too, those that begin with ao.branchPrefix.
    #[arg(long)]
    branches: bool,

    /// Say what would be done, and do nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Remove also what is not committed or merged, and keep it under refs/ao/backup/.
    #[arg(long, short)]
    force: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Also when it was interrupted before anything was done.
const INTERRUPTED: &str = "interrupted; what was cleaned up by then is written down";

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let what = Cleanup {
        older_than: args.older_than,
        branches: if args.branches { Branches::Remove } else { Branches::Keep },
        loss: if args.force { Loss::Snapshot } else { Loss::Refuse },
    };
    let interrupted = interrupt::watch()?;
    let is_set = || interrupted.is_set();
    let leftovers = match args.dry_run {
        true => flow::cleanup_plan(&store, &what)?,
        false => {
            flow::cleanup(&store, &what, &Interrupt::new(&is_set))
                .map_err(|error| interrupted.explain(error, INTERRUPTED))?
                .leftovers
        }
    };
    let has_failed = leftovers.iter().any(|leftover| leftover.has_failed);
    let code = if has_failed && !args.dry_run { ExitCode::Refused } else { ExitCode::Done };
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "sessions")?;
        for leftover in &leftovers {
            list.entry(&mut ctx.out, &as_json(leftover))?;
        }
        list.end(&mut ctx.out)?;
        return if interrupted.is_set() { Err(interrupted.error(INTERRUPTED)) } else { Ok(code) };
    }
    for leftover in &leftovers {
        print(leftover, &args, ctx)?;
    }
    if interrupted.is_set() {
        return Err(interrupted.error(INTERRUPTED));
    }
    if leftovers.is_empty() {
        writeln!(ctx.out, "nothing to clean up")?;
    } else if leftovers.iter().any(|leftover| leftover.yields) {
        ctx.out.hint("with --force a backup is kept, and what has work in it goes too");
    }
    Ok(code)
}

fn print(leftover: &Leftover, args: &Args, ctx: &mut Ctx) -> Result<(), CliError> {
    let session = &leftover.session;
    let id = ctx.out.paint(Style::Id, &session.id.short());
    let title = escape::line(&session.display_title()).into_owned();
    if let Some(why) = &leftover.kept {
        let why = ctx.out.paint(Style::Waiting, why);
        writeln!(ctx.out, "keep {id} ({title}): {why}")?;
        return Ok(());
    }
    let does = if args.dry_run { "would clean up" } else { "cleaned up" };
    writeln!(ctx.out, "{does} {id} ({title})")?;
    if let Some(path) = &leftover.worktree {
        writeln!(ctx.out, "  worktree  {}", escape::os(path.as_os_str()))?;
    }
    if let Some(branch) = &leftover.branch {
        writeln!(ctx.out, "  branch    {}", escape::line(branch))?;
    }
    if let Some(why) = &leftover.branch_kept {
        let why = ctx.out.paint(Style::Waiting, &escape::line(why));
        writeln!(ctx.out, "  keep      {why}")?;
    }
    if !leftover.ignored.is_empty() {
        writeln!(ctx.out, "  ignored   {}", ignored(&leftover.ignored))?;
    }
    if let Some(backup) = &leftover.backup {
        writeln!(ctx.out, "  backup    {backup}")?;
    }
    if leftover.archives {
        writeln!(ctx.out, "  record    to the archive")?;
    }
    Ok(())
}

/// The first few names, and how many more there are.
fn ignored(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 8;
    let names = paths.iter().take(SHOWN).map(|path| escape::os(path.as_os_str()));
    let mut text = names.collect::<Vec<_>>().join(" ");
    if let Some(more) = paths.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn as_json(leftover: &Leftover) -> Value {
    json!({
        "id": leftover.session.id.to_string(),
        "worktree": leftover.worktree.as_ref().map(|path| path.to_string_lossy()),
        "branch": leftover.branch,
        "stops_agent": false,
        "archives": leftover.archives,
        "kept": leftover.kept,
        "ignored": leftover.ignored.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        "branch_kept": leftover.branch_kept,
        "backup": leftover.backup,
    })
}

fn age(text: &str) -> Result<Duration, String> {
    parse_age(text).map_err(|error| error.to_string())
}

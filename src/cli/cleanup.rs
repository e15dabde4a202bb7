pub mod obstacles;

use std::path::PathBuf;
use std::time::Duration;

use git_ao::model::parse_age;
use git_ao::ops::{Branches, Cleanup, Leftover, Setup};
use git_ao::view::json::LeftoverJson;
use git_ao::workspace::OnUnsaved;

pub use self::obstacles::Tense;
use super::hints::refusals;
use super::ui::message::indented;
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, interrupt, json, launch};

/// Remove worktrees of ended sessions, and optionally their branches
///
/// Removes the worktrees of ended and deleted sessions, and the logs of their agents. Branches are
/// kept unless --branches is given. --older-than also archives ended sessions that have not changed
/// for that long. All changes to records are a single event. A session whose agent is running, or
/// may be running, is skipped: 'git ao kill' stops it.
///
/// Unsaved work is kept: a worktree with uncommitted changes, and a branch with commits that are on
/// no other branch and no remote. A branch counts as saved if merging it into its base branch, here
/// or on a remote, would change nothing, or would have changed nothing at an earlier commit of the
/// base branch. Squashed and rebased branches are therefore removed. Work that is merged only by a
/// graft or a replaced commit (git-replace(1)) is kept. --force also removes unsaved work, after
/// saving it in a commit under refs/ao/backup/. Changes to files marked assume-unchanged or
/// skip-worktree count as uncommitted, as do commits that only a rebase, merge or bisect in
/// progress refers to.
///
/// Even --force keeps a worktree that contains another worktree, a repository with commits that are
/// on none of its remotes, or a submodule with commits that are on no remote, and one that git is
/// currently working in. A worktree that cannot be reached is kept together with its parent
/// directory, because it may have been moved. Only worktrees that are marked as the session's own
/// are removed, and only the files that were there when the worktree was checked; files that appear
/// in the meantime are kept. A session without a record counts as deleted only if the history of
/// the store says so.
///
/// Before a worktree is removed, ao.teardown runs in it, and so does '.ao/teardown' if its content
/// is approved; see git-ao-worktrees(7). If one of them fails, the worktree is kept; --force
/// removes it anyway.
///
/// Ignored files are removed with their worktree, as with 'git worktree remove'. They are listed,
/// but not backed up. The exit status is 1 if something was kept that was meant to be removed. 'git
/// ao cleanup --dry-run' shows what would be done.
///
/// --json prints {"version":1,"sessions":[…]}, each with 'id', 'worktree', 'branch',
/// 'earlier_branches' (those that git ao made for it before its agent made another one, if any are
/// removed), 'stops_agent', 'archives', 'kept' (why nothing was done), 'ignored' (ignored files,
/// relative to the worktree), 'branch_kept' (why the branch was kept although the worktree was
/// removed), 'incomplete' (true if the removal stopped in the middle), 'backup' (the ref) and
/// 'deleted' (the event that deleted the session).
#[derive(clap::Args)]
pub struct Args {
    /// Archive ended sessions whose last change is older than this: 30d, 12h, 2.weeks.
    #[arg(long, value_name = "age", value_parser = age, allow_hyphen_values = true)]
    older_than: Option<Duration>,

    /// Also remove the sessions' branches, if their names start with ao.branchPrefix.
    #[arg(long)]
    branches: bool,

    /// Show what would be done, without doing it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Also remove uncommitted and unmerged work, after saving it under refs/ao/backup/.
    #[arg(long, short)]
    force: bool,

    /// Do not run the teardown: neither ao.teardown nor '.ao/teardown'.
    #[arg(long)]
    no_teardown: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The message after ^C, even if nothing was done yet.
const INTERRUPTED: &str = "interrupted; completed steps were recorded";

/// The message after ^C if the records could not be changed.
const UNRECORDED: &str = "interrupted; completed steps were not recorded";

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let mut what = Cleanup::default()
        .branches(if args.branches { Branches::Remove } else { Branches::Keep })
        .on_unsaved(if args.force { OnUnsaved::Backup } else { OnUnsaved::Refuse });
    what.older_than = args.older_than;
    what.teardown = if args.no_teardown { Setup::Skip } else { Setup::Run };
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.interrupt());
    let (leftovers, unrecorded) = match args.dry_run {
        true => (engine.cleanup_plan(&what)?, None),
        false => {
            let cleaned =
                engine.cleanup(&what).map_err(|error| interrupted.explain(error, INTERRUPTED))?;
            (cleaned.leftovers, cleaned.unrecorded)
        }
    };
    let has_failed = leftovers.iter().any(|leftover| leftover.has_failed);
    let code = if has_failed && !args.dry_run { ExitCode::Refused } else { ExitCode::Done };
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "sessions")?;
        for leftover in &leftovers {
            list.entry(&mut ctx.out, &LeftoverJson::from(leftover))?;
        }
        list.end(&mut ctx.out)?;
        if let Some(error) = unrecorded {
            return Err(refusals::not_recorded(interrupted.explain(error, UNRECORDED)));
        }
        return if interrupted.is_set() { Err(interrupted.error(INTERRUPTED)) } else { Ok(code) };
    }
    let tense = if args.dry_run { Tense::Conditional } else { Tense::Past };
    for leftover in &leftovers {
        print(leftover, tense, ctx)?;
    }
    if let Some(error) = unrecorded {
        return Err(refusals::not_recorded(interrupted.explain(error, UNRECORDED)));
    }
    if interrupted.is_set() {
        return Err(interrupted.error(INTERRUPTED));
    }
    if leftovers.is_empty() {
        writeln!(ctx.out, "nothing to clean up")?;
    }
    if let Some(left) = leftovers.iter().find(|it| it.is_incomplete && it.deleted.is_none()) {
        ctx.out.hint(&format!(
            "to put back the files that are missing: git ao restore --no-agent {}",
            left.session.id.short()
        ));
    }
    for text in obstacles::hints(&leftovers, &engine, tense)? {
        ctx.out.hint(&text);
    }
    Ok(code)
}

/// Prints what was removed, or why not.
pub fn print(leftover: &Leftover, tense: Tense, ctx: &mut Ctx) -> Result<(), CliError> {
    let session = &leftover.session;
    let id = ctx.out.paint(Style::Id, &session.id.short());
    let mut title = escape::line(&session.display_title()).into_owned();
    if leftover.deleted.is_some() {
        title.push_str(", deleted");
    }
    if let Some(why) = &leftover.kept {
        let why = ctx.out.paint_escaped(Style::Waiting, &indented(why));
        writeln!(ctx.out, "keep {id} ({title}): {why}")?;
        if leftover.is_incomplete {
            print_losses(leftover, ctx)?;
        }
        return Ok(());
    }
    let does = match tense {
        Tense::Past => "cleaned up",
        Tense::Conditional => "would clean up",
    };
    writeln!(ctx.out, "{does} {id} ({title})")?;
    if let Some(path) = &leftover.worktree {
        writeln!(ctx.out, "  worktree  {}", escape::os(path.as_os_str()))?;
    }
    if let Some(path) = &leftover.lodging {
        let path = escape::os(path.as_os_str());
        writeln!(ctx.out, "  left      {path}, which is not its own")?;
    }
    for branch in leftover.branch.iter().chain(leftover.earlier_branches()) {
        writeln!(ctx.out, "  branch    {}", escape::line(branch))?;
    }
    if let Some(why) = &leftover.branch_kept {
        let why = ctx.out.paint_escaped(Style::Waiting, &indented(why));
        writeln!(ctx.out, "  keep      {why}")?;
    }
    print_losses(leftover, ctx)?;
    if leftover.archives {
        writeln!(ctx.out, "  record    to the archive")?;
    }
    Ok(())
}

/// Prints the removed ignored files, and the ref with the backup.
fn print_losses(leftover: &Leftover, ctx: &mut Ctx) -> Result<(), CliError> {
    if !leftover.ignored.is_empty() {
        writeln!(ctx.out, "  ignored   {}", ignored(&leftover.ignored))?;
    }
    if let Some(backup) = &leftover.backup {
        writeln!(ctx.out, "  backup    {backup}")?;
    }
    Ok(())
}

/// Returns the first few names, and the number of the others.
fn ignored(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 8;
    let names = paths.iter().take(SHOWN).map(|path| escape::os(path.as_os_str()));
    let mut text = names.collect::<Vec<_>>().join(" ");
    if let Some(more) = paths.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn age(text: &str) -> Result<Duration, String> {
    parse_age(text).map_err(|error| error.to_string())
}

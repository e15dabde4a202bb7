use git_ao::model::shell_path;
use git_ao::ops::{
    AfterLanding, BaseMerge, Checks, Engine, LandCheck, LandMessage, LandMethod, LandOutlook,
    LandRequest, LandedSession, Obstacle,
};
use git_ao::store::{Key, Store};
use git_ao::view::LocalPlacements;
use git_ao::view::json::{LandCheckJson, SessionJson};

use super::cleanup::{Tense, obstacles};
use super::sharing::counted;
use super::ui::message::indented;
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, hints, interrupt, json, launch, open};

/// Bring a session's work to its base branch
///
/// Merges the session's branch into its base branch, marks the session as merged, and removes its
/// worktree and branch. If the base branch is checked out, git merges in that worktree, and
/// unrelated uncommitted changes there do not prevent it. Otherwise, git merges in a temporary
/// worktree. Hooks, signatures and merge drivers apply as usual.
///
/// The command fails if the session's agent is or may be working, or if the session's worktree has
/// uncommitted changes. --force lands what is committed anyway, and then keeps the worktree. An
/// agent that waits for the next prompt is stopped, unless --keep is given.
///
/// If the branch conflicts with the base branch, or if git or a hook refuses the merge, nothing is
/// changed, and the exit status is 1. --in-worktree then merges the base branch into the session's
/// branch, in the session's worktree, so that you or the agent can resolve the conflicts. Recorded
/// resolutions (rerere) are used there. git leaves it to you to check and commit them, so nothing is
/// landed with them before. --rebase drops that merge; for it, resolve the conflicts by a rebase in
/// the session's worktree.
///
/// Work that is already in the base branch is only recorded as landed. This includes work whose
/// merge would change nothing, as after a squash. If the agent commits while its work is being
/// landed, the session continues with the later commits. A branch that another session works on is
/// kept.
///
/// In a shallow clone whose history ends before the branch meets its base branch, nothing is
/// landed, and --check shows 'no common history', because git would attribute all files of the
/// oldest commit to the session. 'git fetch --unshallow' fetches the full history.
///
/// If the base branch does not contain the commit where the session began, because it was reset or
/// rewritten, a merge would bring back what the branch has dropped. Only --rebase lands such a
/// session: it takes only the session's own commits.
///
/// If the base branch was renamed, the work lands in the renamed branch. If it was the branch of
/// another session, which has been landed, the work lands where that was landed.
///
/// --dry-run and --check change nothing and check the same as a landing, except for what hooks say.
/// --check shows, for each session with unmerged work, whether it would land by a merge: 'clean',
/// the files in conflict or why it is refused, and how many commits it is ahead (+) and behind (-).
/// It needs git 2.38 or later, and uses the merge drivers in the base branch's attributes with git
/// 2.41 or later. --dry-run --rebase finds conflicts with git 2.40 or later.
///
/// --json prints {"version":1,"session":{…}} with the keys of 'git ao list --json'. With --check it
/// prints {"version":1,"sessions":[…]}, each with 'id', 'branch', 'into', 'ahead', 'behind',
/// 'result' (clean, conflicts, unrelated, refused), 'reason' if it is refused, and 'files'.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("way").args(["merge", "squash", "rebase", "ff"]))]
pub struct Args {
    /// The session. Default: '@', the session of this worktree.
    session: Option<String>,

    /// Create a merge commit (the default).
    #[arg(long)]
    merge: bool,

    /// Combine all changes in a single commit.
    #[arg(long)]
    squash: bool,

    /// Rebase the commits onto the base branch.
    #[arg(long)]
    rebase: bool,

    /// Only fast-forward the base branch; fail if it has diverged.
    #[arg(long)]
    ff: bool,

    /// The branch to land in. Default: the session's base branch.
    #[arg(long, value_name = "branch")]
    into: Option<String>,

    /// The message of the new commit.
    #[arg(long, short, value_name = "text", conflicts_with_all = ["rebase", "ff"])]
    message: Option<String>,

    /// Edit the message of the new commit.
    #[arg(long, short, conflicts_with_all = ["message", "rebase", "ff", "json"])]
    edit: bool,

    /// Keep the worktree and the branch.
    #[arg(long)]
    keep: bool,

    /// Merge the base branch into the session's branch, in its worktree.
    #[arg(long, conflicts_with_all = ["way", "message", "edit", "keep", "json"])]
    in_worktree: bool,

    /// Show what would be done, without doing it.
    #[arg(long, short = 'n', conflicts_with_all = ["in_worktree", "json"])]
    dry_run: bool,

    /// Land the commits even if the agent is working or there are uncommitted changes.
    #[arg(long, short)]
    force: bool,

    /// Show which sessions would land.
    #[arg(long, conflicts_with_all = ["session", "way", "into", "message", "edit", "keep",
        "in_worktree", "dry_run", "force"])]
    check: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    fn request(&self) -> LandRequest {
        let method = match (self.squash, self.rebase, self.ff) {
            (true, ..) => LandMethod::Squash,
            (_, true, _) => LandMethod::Rebase,
            (_, _, true) => LandMethod::FastForward,
            _ => LandMethod::Merge,
        };
        let message = match &self.message {
            Some(text) => LandMessage::Text(text.clone()),
            None if self.edit => LandMessage::Edit,
            None => LandMessage::Default,
        };
        LandRequest::new(method)
            .into_branch(self.into.clone())
            .message(message)
            .after(if self.keep { AfterLanding::Keep } else { AfterLanding::CleanUp })
            .checks(if self.force { Checks::Skip } else { Checks::All })
    }
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    if args.check {
        return check(&store, args.json, ctx);
    }
    let handle = args.session.as_deref().unwrap_or("@");
    let key = Key::from(&open::find(&store.snapshot()?, &store, handle)?.location);
    let request = args.request();
    // A landing is completed, or undone by git itself.
    let interrupted = interrupt::watch()?;
    let engine = launch::engine(&store).with_interrupt(interrupted.interrupt());
    if args.dry_run {
        let plan = engine.land_plan(key, &request)?;
        let (branch, into) = (escape::line(&plan.branch), escape::line(&plan.into));
        let what = match plan.merged {
            Some(commit) => format!("is already in '{into}', at {}", commit.short()),
            None => {
                let commits = counted(plan.commits, "commit");
                format!("would land in '{into}' ({}): {commits}", plan.method.as_str())
            }
        };
        writeln!(ctx.out, "'{branch}' {what}")?;
        return Ok(ExitCode::Done);
    }
    if args.in_worktree {
        let place = engine.worktree(key.clone())?;
        let shown = escape::os(place.as_os_str());
        let files = match engine.land_in_worktree(key, &request)? {
            BaseMerge::Conflicts(files) => files,
            BaseMerge::Merged => {
                writeln!(ctx.out, "merged the base branch in '{shown}'")?;
                return Ok(ExitCode::Done);
            }
            BaseMerge::UpToDate => {
                writeln!(ctx.out, "'{shown}' already contains the base branch")?;
                ctx.out.hint("to land it, use --merge, --squash or --ff");
                return Ok(ExitCode::Done);
            }
        };
        for file in &files {
            writeln!(ctx.out, "conflict: {}", escape::line(file))?;
        }
        ctx.out.hint(&format!(
            "resolve and commit them there, then land again with --merge or --squash:\n  \
             git -C {} status",
            shell_path(&place)
        ));
        return Ok(ExitCode::Refused);
    }
    ctx.out.flush()?;
    let done = engine.land(key.clone(), &request)?;
    if args.json {
        let snapshot = store.snapshot()?;
        let entry = snapshot.get(key)?;
        let value = SessionJson::new(&done.session, &entry.location, &LocalPlacements::of(&store));
        json::print_one(&mut ctx.out, "session", &value)?;
    }
    report((&done, &engine), &args, ctx)
}

fn report(
    (done, engine): (&LandedSession, &Engine),
    args: &Args,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let (session, landed) = (&done.session, &done.landed);
    let (is_json, names_branch) = (args.json, args.into.is_some());
    let id = session.id.short();
    if !is_json {
        let (title, into) = (session.display_title(), escape::line(&landed.into));
        let (title, commit) = (escape::line(&title), landed.commit.short());
        let painted = ctx.out.paint(Style::Id, &id);
        match done.was_merged {
            true => writeln!(ctx.out, "{painted} ({title}) is already in '{into}', at {commit}")?,
            false => {
                let how = &landed.how;
                writeln!(ctx.out, "landed {painted} ({title}) in '{into}' as {commit} ({how})")?;
            }
        }
    }
    let base = session.base.as_ref().and_then(|base| base.branch.as_ref());
    if let Some(base) = base.filter(|base| **base != landed.into && !names_branch) {
        ctx.out.warn(&format!("its base branch '{base}' no longer exists"));
    }
    if done.has_later_work {
        ctx.out.warn("its branch has new commits, so the session continues");
        return Ok(ExitCode::Done);
    }
    if done.stopped_agent && !is_json {
        writeln!(ctx.out, "  its agent was stopped")?;
    }
    if let Some(Ok(leftover)) = &done.cleaned
        && let Some(hint) = obstacles::left_teardown(leftover, Tense::Past)
    {
        ctx.out.hint(&hint);
    }
    match &done.cleaned {
        Some(Ok(leftover)) if leftover.kept.is_none() && !is_json => {
            if let Some(path) = &leftover.worktree {
                writeln!(ctx.out, "  worktree  {} (removed)", escape::os(path.as_os_str()))?;
            }
            for branch in leftover.branch.iter().chain(leftover.earlier_branches()) {
                writeln!(ctx.out, "  branch    {} (removed)", escape::line(branch))?;
            }
        }
        Some(Ok(leftover)) => {
            if let Some(why) = &leftover.kept {
                ctx.out.warn(&format!("its worktree is kept: {}", indented(why)));
                match leftover.obstacle {
                    Some(Obstacle::Teardown) => {
                        ctx.out.hint(&obstacles::failed_teardown(leftover, engine)?);
                    }
                    _ => ctx.out.hint("to remove it later: git ao cleanup"),
                }
            }
        }
        Some(Err(error)) => {
            ctx.out.warn(&format!("it was landed, but not cleaned up: {error}"));
            ctx.out.hint("to remove its worktree later: git ao cleanup");
        }
        None => {}
    }
    Ok(ExitCode::Done)
}

fn check(store: &Store, is_json: bool, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let checks = launch::engine(store).land_check()?;
    if is_json {
        let mut list = json::List::begin(&mut ctx.out, "sessions")?;
        for check in &checks {
            list.entry(&mut ctx.out, &LandCheckJson::from(check))?;
        }
        list.end(&mut ctx.out)?;
        return Ok(ExitCode::Done);
    }
    for check in &checks {
        let id = ctx.out.paint(Style::Id, &check.session.id.short());
        let LandCheck { divergence, into, .. } = check;
        let (style, outlook) = match &check.outlook {
            LandOutlook::Clean => (Style::Good, "clean".to_owned()),
            LandOutlook::Conflicts(files) => {
                (Style::Failed, format!("conflicts: {}", files.join(", ")))
            }
            LandOutlook::Refused(reason) => {
                (Style::Failed, format!("refused: {}", indented(reason)))
            }
            _ => (Style::Failed, "no common history".to_owned()),
        };
        let outlook = ctx.out.paint(style, &outlook);
        let title = check.session.display_title();
        let (title, into) = (escape::line(&title), escape::line(into));
        let (ahead, behind) = (divergence.ahead, divergence.behind);
        writeln!(ctx.out, "{id} +{ahead} -{behind} {into}: {outlook} ({title})")?;
    }
    if checks.is_empty() {
        writeln!(ctx.out, "no session has work to land")?;
    }
    let is_unrelated = |check: &LandCheck| check.outlook == LandOutlook::Unrelated;
    if store.repository().is_shallow() && checks.iter().any(is_unrelated) {
        ctx.out.hint(hints::UNSHALLOW);
    }
    Ok(ExitCode::Done)
}

mod transcripts;

use git_ao::model::{redact, shell_name};
use git_ao::ops;
use git_ao::share::{Hooks, Outgoing, PushReport, Remote};
use git_ao::store::{Change, ChangeKind, Store};

use self::transcripts::Sharing;
pub use self::transcripts::TranscriptArgs;
use super::sharing::{MergeArgs, RemoteArgs, counted, report_merges, summary};
use super::ui::escape;
use super::{CliError, Ctx, ExitCode};

/// Push sessions to a remote
///
/// Pushes all sessions that are not private, with their history. Nothing is ever forced: if the
/// remote has changed, its sessions are fetched and merged first.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    remote: RemoteArgs,

    /// Show what would be pushed, without pushing.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Also push the branches of active sessions.
    #[arg(long)]
    branches: bool,

    /// Run the pre-push hook for the sessions too.
    ///
    /// By default, the hook runs only for branches, because sessions are not code.
    #[arg(long, overrides_with = "no_verify")]
    verify: bool,

    /// Do not run the pre-push hook for branches either.
    #[arg(long, overrides_with = "verify")]
    no_verify: bool,

    #[command(flatten)]
    transcripts: TranscriptArgs,

    #[command(flatten)]
    merge: MergeArgs,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let hooks = match (args.verify, args.no_verify) {
        (true, _) => Hooks::Always,
        (_, true) => Hooks::Never,
        _ => Hooks::default(),
    };
    let remote = args.merge.apply(args.remote.choose(&store)?)?.with_hooks(hooks);
    let to = (&remote, &args.remote);
    let sharing = args.transcripts.prepare(ctx, &store, to, args.dry_run)?;
    if args.dry_run {
        let nothing = match &sharing {
            Some(_) => "no record would be pushed to",
            None => "nothing would be pushed to",
        };
        preview(ctx, &store, (&remote, nothing), &args)?;
        if let Some(sharing) = sharing {
            sharing.preview(ctx, &remote)?;
        }
        return Ok(ExitCode::Done);
    }
    if args.branches {
        ops::record_branches(&store)?;
    }
    let pushed = args.remote.watched(|watcher| {
        let mut tell = |outgoing: &Outgoing| announce(ctx, &remote, outgoing);
        remote.push(watcher, (!args.remote.quiet).then_some(&mut tell))
    })?;
    report(ctx, &remote, &pushed, &args.remote)?;
    if args.branches || !pushed.sent.is_empty() {
        branches(ctx, &remote, &args)?;
    }
    share(ctx, sharing, to)?;
    Ok(ExitCode::Done)
}

/// Sends transcripts after the sessions, and then the records that say so.
pub fn share(
    ctx: &mut Ctx,
    sharing: Option<Sharing>,
    (remote, args): (&Remote<'_>, &RemoteArgs),
) -> Result<(), CliError> {
    let Some(sharing) = sharing else { return Ok(()) };
    if sharing.send(ctx, remote, args)? {
        let pushed = args.watched(|watcher| remote.push(watcher, None))?;
        report_merges(ctx, remote, &pushed.merged, args)?;
    }
    Ok(())
}

/// Prints what the first push to a remote will share, and before each push warns of what should
/// perhaps not be shared.
pub fn announce(ctx: &mut Ctx, remote: &Remote<'_>, outgoing: &Outgoing) {
    if outgoing.known.is_none() {
        let count = counted(outgoing.changes.len() as u64, "session");
        let name = escape::line(remote.name());
        ctx.out.hint(&format!(
            "the first push to '{name}': {count}, including tasks, branches and worktree paths\n\
             to see what it contains: git ao push --dry-run {}",
            shell_name(remote.name())
        ));
    }
    if warn_of_secrets(ctx, outgoing) {
        ctx.out.hint("the history keeps what was pushed: revoke the secret where it was issued");
    }
}

/// Warns of fields that seem to contain a token or a key, without printing their values.
fn warn_of_secrets(ctx: &mut Ctx, outgoing: &Outgoing) -> bool {
    for (session, field, kind) in &outgoing.exposed {
        let (id, field) = (session.short(), escape::line(field));
        ctx.out.warn(&format!("session {id}: '{field}' contains what looks like a secret: {kind}"));
    }
    !outgoing.exposed.is_empty()
}

/// Prints what was merged and what was sent.
pub fn report(
    ctx: &mut Ctx,
    remote: &Remote<'_>,
    pushed: &PushReport,
    args: &RemoteArgs,
) -> Result<(), CliError> {
    report_merges(ctx, remote, &pushed.merged, args)?;
    if args.quiet {
        return Ok(());
    }
    let name = escape::line(remote.name());
    match (&pushed.tip, summary(&pushed.sent)) {
        (None, _) => writeln!(ctx.out, "there are no sessions to share")?,
        (_, Some(text)) => writeln!(ctx.out, "to {name}: {text}")?,
        (_, None) => writeln!(ctx.out, "everything up-to-date with {name}")?,
    }
    Ok(())
}

fn branches(ctx: &mut Ctx, remote: &Remote<'_>, args: &Args) -> Result<(), CliError> {
    let name = escape::line(remote.name()).into_owned();
    if !args.branches {
        let unshared = remote.unshared_branches()?;
        if !unshared.is_empty() && !args.remote.quiet {
            let list = escape::line(&unshared.join(", ")).into_owned();
            ctx.out.hint(&format!(
                "session branches that '{name}' does not have: {list}\n\
                 to push them too: git ao push --branches {}",
                shell_name(remote.name())
            ));
        }
        return Ok(());
    }
    let report = args.remote.watched(|watcher| remote.push_branches(watcher))?;
    for branch in report.pushed.iter().filter(|_| !args.remote.quiet) {
        writeln!(ctx.out, "to {name}: branch {}", escape::line(branch))?;
    }
    if let Some((first, more)) = report.absent.split_first() {
        let first = escape::line(first);
        ctx.out.warn(&match more.len() {
            0 => format!("session branch '{first}' does not exist in this repository"),
            n => format!("session branches '{first}' and {n} more do not exist in this repository"),
        });
    }
    if report.rejected.is_empty() {
        return Ok(());
    }
    let rejected = report.rejected.iter().map(|(branch, why)| format!("{branch}: {why}"));
    let said = report.said.lines().map(|line| format!("remote: {line}"));
    let lines = rejected.chain(said).collect::<Vec<_>>().join("\n");
    Err(CliError::refused(format!("branches that '{name}' rejected:\n{lines}")))
}

/// Prints what would be pushed of the records, or these words and the remote's name.
fn preview(
    ctx: &mut Ctx,
    store: &Store,
    (remote, nothing): (&Remote<'_>, &str),
    args: &Args,
) -> Result<(), CliError> {
    let preview = args.remote.watched(|watcher| remote.preview(watcher))?;
    let name = escape::line(remote.name()).into_owned();
    let Some(outgoing) = preview.outgoing.filter(|_| preview.events > 0) else {
        writeln!(ctx.out, "{nothing} {name}")?;
        return Ok(());
    };
    for change in &outgoing.changes {
        writeln!(ctx.out, "{}", line(store, change))?;
    }
    let (sessions, events) = (outgoing.changes.len() as u64, preview.events);
    writeln!(
        ctx.out,
        "{} in {} would be pushed to {name} ({}), about {}",
        counted(sessions, "session"),
        counted(events, "event"),
        escape::line(remote.their_ref()),
        counted(preview.bytes, "byte")
    )?;
    if warn_of_secrets(ctx, &outgoing) {
        ctx.out.hint(
            "the history keeps it even if the record is changed: revoke the secret before you push\n\
             to start a session that is never pushed: git ao spawn --private",
        );
    }
    Ok(())
}

/// Formats `changed  7b6d11f9  Fix the flaky test: status`.
fn line(store: &Store, change: &Change) -> String {
    let word = match change.kind() {
        ChangeKind::New => "new",
        ChangeKind::Changed => "changed",
        ChangeKind::Archived => "archived",
        ChangeKind::Unarchived => "restored",
        ChangeKind::Deleted => "deleted",
    };
    let title = store.changed_session(change).map(|session| session.display_title());
    let title = title.unwrap_or_else(|| "(cannot be read)".to_owned());
    let mut fields = store.changed_fields(change);
    fields.retain(|field| change.kind() == ChangeKind::Changed && field != "updated_at");
    let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
    let (id, title) = (change.location().id.short(), redact(&title));
    let text = format!("{word:<8}  {id}  {title}{fields}");
    escape::line(&text).into_owned()
}

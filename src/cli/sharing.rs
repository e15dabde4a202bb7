//! Shared by the verbs that talk to a remote.

use std::collections::HashSet;
use std::io::IsTerminal as _;

use git_ao::share::{Remote, Takeover, Watcher};
use git_ao::store::{Change, ChangeKind, Displaced, MergeReport, Store, Unexpected};

use super::ui::{escape, message};
use super::{CliError, Ctx};

/// The remote, as all of these verbs take it.
#[derive(clap::Args)]
pub struct RemoteArgs {
    /// The remote. Default: ao.remote, or the only remote.
    #[arg(value_name = "remote")]
    name: Option<String>,

    /// Print only errors.
    #[arg(long, short)]
    pub quiet: bool,
}

impl RemoteArgs {
    pub fn choose<'s>(&self, store: &'s Store) -> Result<Remote<'s>, CliError> {
        Ok(Remote::choose(store, self.name.as_deref())?)
    }

    /// Calls `act` with a watcher that shows git's progress on a terminal.
    pub fn watched<T, E: Into<CliError>>(
        &self,
        act: impl FnOnce(&mut Watcher<'_>) -> Result<T, E>,
    ) -> Result<T, CliError> {
        watched(self.quiet, act).map_err(E::into)
    }
}

/// Calls `act` with a watcher that shows git's progress on a terminal, unless it is to be quiet.
pub fn watched<T>(is_quiet: bool, act: impl FnOnce(&mut Watcher<'_>) -> T) -> T {
    let mut show = message::progress;
    let mut hide = |_: &str| {};
    let mut watcher = match (std::io::stderr().is_terminal(), is_quiet) {
        (true, false) => Watcher::Person(&mut show),
        (true, true) => Watcher::Person(&mut hide),
        (false, _) => Watcher::Nobody,
    };
    act(&mut watcher)
}

/// How a remote's sessions are merged, as the verbs that merge take it.
#[derive(clap::Args)]
pub struct MergeArgs {
    /// Merge even if the remote's sessions share no history with yours.
    ///
    /// The choice is remembered for the remote, as remote.<remote>.aoAllowUnrelated.
    #[arg(long)]
    allow_unrelated: bool,
}

impl MergeArgs {
    pub fn apply<'s>(&self, remote: Remote<'s>) -> Result<Remote<'s>, CliError> {
        Ok(if self.allow_unrelated { remote.allow_unrelated()? } else { remote })
    }
}

/// Formats `1 session` or `3 sessions`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Formats `3 sessions new, 2 changed, 1 merged with conflicts: 7b6d11f9 status`. Returns None if
/// there are no changes.
pub fn summary<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Option<String> {
    let kinds = [
        (ChangeKind::New, "new"),
        (ChangeKind::Changed, "changed"),
        (ChangeKind::Archived, "archived"),
        (ChangeKind::Unarchived, "back from the archive"),
        (ChangeKind::Deleted, "deleted"),
    ];
    let changes: Vec<&Change> = changes.into_iter().collect();
    let (conflicts, plain): (Vec<&Change>, Vec<&Change>) =
        changes.into_iter().partition(|change| !change.conflicts.is_empty());
    let mut parts = Vec::new();
    for (kind, word) in kinds {
        let count = plain.iter().filter(|change| change.kind() == kind).count();
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if !conflicts.is_empty() {
        let named = conflicts.iter().map(|change| {
            let id = change.location().id.short();
            format!("{id} {}", escape::line(&change.conflicts.join(", ")))
        });
        let named = named.collect::<Vec<_>>().join("; ");
        parts.push(format!("{} merged with conflicts: {named}", conflicts.len()));
    }
    let first = parts.first_mut()?;
    let (count, word) = first.split_once(' ')?;
    let noun = if count == "1" { "session" } else { "sessions" };
    *first = format!("{count} {noun} {word}");
    Some(parts.join(", "))
}

/// Prints how merges changed the local store.
pub fn report_merges(
    ctx: &mut Ctx,
    remote: &Remote<'_>,
    merges: &[MergeReport],
    args: &RemoteArgs,
) -> Result<(), CliError> {
    for merge in merges {
        if let Some(text) = summary(&merge.changes).filter(|_| !args.quiet) {
            writeln!(ctx.out, "from {}: {text}", escape::line(remote.name()))?;
        }
        let conflicts = merge.changes.iter().filter(|change| !change.conflicts.is_empty());
        let logs: Vec<String> = conflicts
            .take(5)
            .map(|change| format!("git ao log -p {}", change.location().id.short()))
            .collect();
        if !logs.is_empty() && !args.quiet {
            ctx.out.hint(&format!("to see the other values: {}", logs.join("\n  ")));
        }
        warn_of_takeovers(ctx, remote, merge)?;
        warn_of_private(ctx, remote, &merge.changes)?;
        warn_of_namesakes(ctx, &merge.changes)?;
        warn_of_displaced(ctx, &merge.displaced);
        if !args.quiet {
            tell_of_unknown(ctx, remote, &merge.unknown);
        }
    }
    Ok(())
}

/// Warns of incoming changes that stay hidden because the session is private here.
fn warn_of_private(ctx: &mut Ctx, remote: &Remote<'_>, changes: &[Change]) -> Result<(), CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let private = snapshot.private_sessions();
    for change in changes.iter().filter(|change| change.kind() != ChangeKind::Deleted) {
        if private.contains(&change.location().owner()) {
            let (id, name) = (change.location().id.short(), escape::line(remote.name()));
            ctx.out.warn(&format!("session {id} is private here and public on {name}"));
            ctx.out.hint(&format!("to merge the two: git ao set {id} visibility=public"));
        }
    }
    Ok(())
}

/// Warns of incoming sessions whose id is already used: one may be a copy that pretends to be the
/// other.
fn warn_of_namesakes(ctx: &mut Ctx, changes: &[Change]) -> Result<(), CliError> {
    let new = changes.iter().filter(|change| change.kind() == ChangeKind::New);
    let new: HashSet<_> = new.map(|change| change.location().owner()).collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut namesakes = ctx.store()?.snapshot()?.all_namesakes()?;
    namesakes.retain(|it| new.contains(&it.place.owner()) || new.contains(&it.other.owner()));
    let Some(first) = namesakes.first() else { return Ok(()) };
    let (place, other) = (&first.place, &first.other);
    let (id, project) = (place.id.short(), &place.project);
    ctx.out.warn(&format!("session {project}/{id} has the same id as {}/{id}", other.project));
    ctx.out.hint(&format!("to delete it if it is not yours: git ao delete --force {project}/{id}"));
    if namesakes.len() > 1 {
        ctx.out.hint(&format!("to list all {}: git ao fsck", namesakes.len()));
    }
    Ok(())
}

/// Warns of sessions of this clone that were started in another one: two agents may be working on
/// the same task.
fn warn_of_takeovers(
    ctx: &mut Ctx,
    remote: &Remote<'_>,
    merge: &MergeReport,
) -> Result<(), CliError> {
    for Takeover { id, replica, author, .. } in remote.takeovers(merge)? {
        let (id, replica) = (id.short(), escape::line(&replica));
        let by = author.map(|name| format!(" by {}", escape::line(&name))).unwrap_or_default();
        ctx.out.warn(&format!("session {id} was taken over on '{replica}'{by}"));
        ctx.out
            .hint(&format!("to see whether its agent is still running here: git ao status {id}"));
    }
    Ok(())
}

/// Reports incoming files that this version does not know: a newer version may have written them.
fn tell_of_unknown(ctx: &mut Ctx, remote: &Remote<'_>, unknown: &[Unexpected]) {
    let Some(first) = unknown.first() else { return };
    let more = match unknown.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    let (name, path) = (escape::line(remote.name()), escape::line(&first.path));
    ctx.out.hint(&format!(
        "unknown file '{path}' from '{name}' was kept{more}\n\
         to list unknown files: git ao fsck"
    ));
}

fn warn_of_displaced(ctx: &mut Ctx, displaced: &[Displaced]) {
    let Some(first) = displaced.first() else { return };
    let more = match displaced.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    ctx.out.warn(&escape::line(&format!("{first}{more}")));
    ctx.out.hint("to list what does not belong there: git ao fsck");
}

use std::time::Duration;

use git_ao::model::{SessionId, parse_age};
use git_ao::ops::Engine;
use git_ao::store::Store;
use git_ao::transcript::TranscriptStore;

use crate::cli::hints::refusals;
use crate::cli::sharing::counted;
use crate::cli::ui::{ask, can_ask, escape};
use crate::cli::{CliError, Ctx, ExitCode, launch, open};

#[derive(clap::Args)]
pub struct Args {
    /// The sessions; they may be deleted ones. Without any, completes an interrupted purge.
    #[arg(value_name = "session")]
    sessions: Vec<String>,

    /// Purge all sessions whose last capture is older than this: 30d, 12h, 2.weeks.
    #[arg(long, value_name = "age", value_parser = age, conflicts_with = "sessions")]
    older_than: Option<Duration>,

    /// Show what would be removed, without removing it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Do not ask for confirmation.
    #[arg(long, short)]
    yes: bool,
}

fn age(text: &str) -> Result<Duration, String> {
    parse_age(text).map_err(|error| error.to_string())
}

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    let Some(transcripts) = engine.transcripts()? else {
        return Err(CliError::refused("no transcript was captured in this clone"));
    };
    let is_unfinished = transcripts.has_unfinished_purge();
    if args.sessions.is_empty() && args.older_than.is_none() && !is_unfinished {
        return Err(CliError::usage("name the sessions, or their age with --older-than"));
    }
    let mut sessions = match args.older_than {
        Some(age) => engine.old_transcripts(age)?,
        None => named(&args.sessions, &store, &transcripts)?,
    };
    sessions.sort_unstable();
    sessions.dedup();
    if args.dry_run {
        for id in &sessions {
            writeln!(ctx.out, "would remove the transcripts of {}", title(&store, *id))?;
        }
        return Ok(ExitCode::Done);
    }
    if sessions.is_empty() && !is_unfinished {
        writeln!(ctx.out, "nothing to remove")?;
        return Ok(ExitCode::Done);
    }
    let what = format!("remove the transcripts of {}", counted(sessions.len() as u64, "session"));
    if !args.yes && !sessions.is_empty() && !confirmed(&what)? {
        return Err(CliError::refused("nothing was removed"));
    }
    engine.purge_transcripts(&sessions)?;
    for id in &sessions {
        writeln!(ctx.out, "removed the transcripts of {}", title(&store, *id))?;
    }
    if !sessions.is_empty() {
        ctx.out.hint("the agents' own files are kept, as are shared and backed-up copies");
    }
    warn_of_set_aside(ctx, &store);
    Ok(ExitCode::Done)
}

/// Finds sessions by their records, or else by their ids among those that have transcripts.
fn named(
    handles: &[String],
    store: &Store,
    transcripts: &TranscriptStore,
) -> Result<Vec<SessionId>, CliError> {
    let (snapshot, all) = (store.snapshot()?, transcripts.all_sessions());
    let mut ids = Vec::new();
    for handle in handles {
        let id = match open::find(&snapshot, store, handle) {
            Ok(entry) => entry.location.id,
            Err(error) => {
                let is_meant =
                    |id: &&SessionId| handle.len() >= 4 && id.to_string().starts_with(handle);
                let mut meant = all.iter().filter(is_meant);
                match (meant.next(), meant.next()) {
                    (Some(id), None) => *id,
                    _ => return Err(error),
                }
            }
        };
        // One that was purged before may be left over from an interrupted purge.
        if !all.contains(&id) && !transcripts.has_unfinished_purge() {
            return Err(refusals::no_transcript(id, &[]));
        }
        ids.push(id);
    }
    Ok(ids)
}

/// Formats `7b6d11f9 (Fix the flaky test)`, escaped; without a record, only the id.
fn title(store: &Store, id: SessionId) -> String {
    let session = store.snapshot().and_then(|snapshot| snapshot.session(id));
    match session {
        Ok(session) => format!("{} ({})", id.short(), escape::line(&session.display_title())),
        Err(_) => id.short(),
    }
}

/// Asks a person whether to do something that cannot be undone. Refuses where nobody can be asked.
fn confirmed(what: &str) -> Result<bool, CliError> {
    match can_ask() {
        true => ask(&format!("{what} from this machine? This cannot be undone.")),
        false => Err(refusals::nobody_to_ask(what)),
    }
}

/// Removes the transcripts of deleted sessions if it is wished, or if a person at a terminal says
/// so.
pub fn purge_deleted(
    ctx: &mut Ctx,
    engine: &Engine,
    sessions: &[SessionId],
    is_wished: bool,
) -> Result<(), CliError> {
    let Some(transcripts) = engine.transcripts()? else { return Ok(()) };
    let all = transcripts.all_sessions();
    let mut sessions = sessions.to_vec();
    sessions.retain(|id| all.contains(id));
    if sessions.is_empty() {
        return Ok(());
    }
    let count = counted(sessions.len() as u64, "session");
    let is_wished =
        is_wished || (can_ask() && confirmed(&format!("remove the transcripts of {count} too"))?);
    if !is_wished {
        let ids: Vec<_> = sessions.iter().map(|id| id.short()).collect();
        ctx.out.hint(&format!(
            "their transcripts are still on this machine\n\
             to remove them: git ao transcript purge --yes {}",
            ids.join(" ")
        ));
        return Ok(());
    }
    engine.purge_transcripts(&sessions)?;
    writeln!(ctx.out, "removed the transcripts of {count}")?;
    warn_of_set_aside(ctx, engine.store());
    Ok(())
}

/// Warns of a damaged store that was kept: nobody knows what is in it.
fn warn_of_set_aside(ctx: &mut Ctx, store: &Store) {
    for path in TranscriptStore::set_aside(store.repository()) {
        let path = escape::os(path.as_os_str());
        ctx.out.warn(&format!("a damaged transcript store may still have them: '{path}'"));
    }
}

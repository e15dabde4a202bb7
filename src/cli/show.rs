mod fields;
mod news;
mod usage;
mod words;
mod work;

use git_ao::model::Session;
use git_ao::ops::{self, Engine};
use git_ao::store::{Entry, RecordProblem, Snapshot, StoreError};
use git_ao::view::json::{CorruptJson, SessionJson};
use git_ao::view::{self, LocalPlacements};

use super::sharing::counted;
use super::ui::{Style, cut, escape, one_line};
use super::{CliError, Ctx, ExitCode, json, launch, open};

/// Show a session
///
/// Prints the record, the session's origin, its newest commits, the files that all of its commits
/// changed, and its latest events. If the agent failed in this clone, its last output follows. An
/// unreadable record is an error; --yaml prints its bytes regardless.
///
/// --json prints {"version":1,"session":{…}}, with the keys of 'git ao list --json'.
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default: the session of this worktree, or else the most recently changed one.
    session: Option<String>,

    /// Print the record as it is stored.
    #[arg(long)]
    yaml: bool,

    /// Print JSON.
    #[arg(long, conflicts_with = "yaml")]
    json: bool,
}

/// The width of the agent's last words where there is no terminal.
const WIDTH: usize = 120;

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    let mut snapshot = store.snapshot()?;
    let handle = match args.session {
        Some(session) => session,
        None if open::here(store.repository()).is_some() => "@".to_owned(),
        None => "latest".to_owned(),
    };
    let mut entry = open::find(&snapshot, &store, &handle)?;
    if let Ok(session) = snapshot.load(&entry)
        && session.lives_in(store.known_replica().as_deref())
        // Where the store cannot be written, what is recorded is shown.
        && matches!(ops::record_branch_of(&store, &session), Ok(()))
    {
        snapshot = store.snapshot()?;
        entry = snapshot.get(&entry.location)?;
    }
    if args.yaml {
        return print_bytes(&snapshot, &entry, ctx);
    }
    let session = match snapshot.load(&entry) {
        Ok(session) => session,
        Err(problem) => return print_corrupt(&entry, problem, args.json, ctx),
    };
    if args.json {
        let value = SessionJson::new(&session, &entry.location, &LocalPlacements::of(&store));
        json::print_one(&mut ctx.out, "session", &value)?;
        return Ok(ExitCode::Done);
    }
    ctx.page_for(store.repository())?;
    print(&engine, &snapshot, &session, &entry, ctx)?;
    Ok(ExitCode::Done)
}

fn print_bytes(
    snapshot: &Snapshot<'_>,
    entry: &Entry,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    let key = entry.location.id.into();
    let bytes = snapshot.raw(entry).map_err(|problem| StoreError::Corrupt { key, problem })?;
    if ctx.out.is_terminal() {
        // An invalid record may contain anything, including control characters.
        ctx.out.text(&escape::block(&String::from_utf8_lossy(&bytes)))?;
    } else {
        ctx.out.bytes(&bytes)?;
    }
    Ok(ExitCode::Done)
}

fn print_corrupt(
    entry: &Entry,
    problem: RecordProblem,
    as_json: bool,
    ctx: &mut Ctx,
) -> Result<ExitCode, CliError> {
    if as_json {
        json::print_one(&mut ctx.out, "session", &CorruptJson::new(&entry.location, &problem))?;
    } else {
        let id = ctx.out.paint(Style::Id, &format!("session {}", entry.location.id));
        let mark = ctx.out.paint(Style::Failed, "corrupt");
        writeln!(ctx.out, "{id} ({mark})")?;
    }
    let error = StoreError::Corrupt { key: entry.location.id.into(), problem };
    Err(CliError::from(error).with_code(ExitCode::Refused))
}

/// Prints which clones share their transcripts of the session, and how to fetch them.
fn shared(engine: &Engine, session: &Session, ctx: &mut Ctx) -> Result<(), CliError> {
    // The record is shown even if the transcript store cannot be read.
    let unfetched = engine.unfetched_transcripts(session.id).unwrap_or_default();
    for (name, facts) in &session.transcripts {
        let Some(shared) = facts.shared_now() else { continue };
        let (bytes, lines) = (counted(shared.bytes, "byte"), counted(shared.lines, "line"));
        let size = format!("shared by {}: {lines}, {bytes}", escape::line(name));
        let way = match unfetched.contains(name) {
            true => format!(" (git ao transcript fetch {})", session.id.short()),
            false => String::new(),
        };
        writeln!(ctx.out, "Transcript: {size}{way}")?;
    }
    Ok(())
}

fn print(
    engine: &Engine,
    snapshot: &Snapshot<'_>,
    session: &Session,
    entry: &Entry,
    ctx: &mut Ctx,
) -> Result<(), CliError> {
    let store = engine.store();
    let id = ctx.out.paint(Style::Id, &format!("session {}", session.id));
    let mark = view::mark(&entry.location);
    writeln!(ctx.out, "{id}{mark}")?;
    let here = LocalPlacements::of(store);
    fields::print(session, snapshot, &here, ctx)?;
    usage::print(session, &here, ctx)?;
    shared(engine, session, ctx)?;
    // What was said is no part of the record, which is shown without it.
    if let Ok(Some(entry)) = engine.last_words(session.id) {
        let room = ctx.out.width().unwrap_or(WIDTH).saturating_sub(12).max(20);
        let text = cut(&one_line(&entry.text), room).into_owned();
        writeln!(ctx.out, "Last words: {text}")?;
    }
    if let Some(task) = &session.task {
        writeln!(ctx.out)?;
        for line in escape::block(task.trim_end()).lines() {
            let indent = if line.is_empty() { "" } else { "    " };
            writeln!(ctx.out, "{indent}{line}")?;
        }
    }
    let width = ctx.out.width().unwrap_or(WIDTH);
    work::print(session, engine, width, ctx)?;
    words::print(session, store, ctx)?;
    news::print(snapshot, session, ctx)
}

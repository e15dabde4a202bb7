use std::path::PathBuf;

use git_ao::import::{ForeignStore, SkipReason};
use git_ao::model::Shelf;
use git_ao::ops::{
    Engine, HistoryRequest, HistoryScope, ImportError, ImportOutcome, ImportReport, ImportRequest,
    ImportedSession,
};
use git_ao::store::Visibility;
use git_ao::view::json::{ImportedJson, SkippedFileJson};

use super::selection::moment;
use super::ui::message::indented;
use super::ui::{Style, escape};
use super::{CliError, Ctx, ExitCode, interrupt, json, launch};

/// Import sessions of other programs, and conversations of agents
///
/// From claude, codex, gemini and opencode, imports the conversations that these agents store
/// themselves and that began in a worktree of this repository; --all imports those of all
/// directories. Each becomes a session with the status done and with its transcript, and 'git ao
/// restore' resumes it. A conversation that already belongs to a session is not imported.
///
/// From ao_core (ao-rs), astrid, thulp and claw (Claw Code), imports the sessions of a store, which
/// is not changed. They keep their ids, times, status, lineage, tags, issue, pull request and cost.
/// Archived sessions are imported into the archive, and messages into the transcript store.
/// Everything else is stored in 'context', under the name of the source. The working directory
/// becomes the session's worktree only if it is in a worktree of this repository.
///
/// For ao_core, a missing cost is taken from the ledger (the folder cost-ledger next to the
/// sessions) or from .ao/usage.jsonl in the working directory, and the agent's last action from
/// .ao/activity.jsonl. Deleted sessions that are still in the ledger are imported into the archive.
///
/// Imported sessions are private unless --public is given. What looks like a secret is removed from
/// their titles. An id that is not a UUID is replaced by one, always the same, and the record keeps
/// the old id as context.imported.
///
/// Importing again adds what is new, and duplicates nothing. A session that was changed in the
/// source is updated, unless it was changed here later.
///
/// Files that cannot be read are named, and the import continues. If the other program would refuse
/// to load a file, git ao imports what it can read, and says so. Copies, temporary files and files
/// of other kinds are ignored. The exit status is 1 if a file could not be read at all.
///
/// --json prints {"version":1,"sessions":[…],"files":[…]}. Each session has 'id', 'imported' (the
/// old id), 'title', 'outcome' (new, updated, unchanged or kept), 'kept' (why the record here was
/// kept), 'archived', 'messages', 'file', 'refused' (why the other program would refuse the file)
/// and 'notes'. Each file from which nothing was imported has 'file', 'reason' (ignored or
/// unreadable) and 'why'.
#[derive(clap::Args)]
pub struct Args {
    /// The agent or the program: claude, codex, gemini, opencode, ao_core, astrid, thulp or
    /// claw.
    #[arg(value_parser = ["claude", "codex", "gemini", "opencode", "ao_core", "astrid", "thulp", "claw"])]
    source: String,

    /// The folder of a store. Default: ~/.ao-rs/sessions, ~/.astrid/sessions, .thulp/sessions or
    /// .claw/sessions.
    path: Option<PathBuf>,

    /// Import an agent's conversations from all directories.
    #[arg(long, conflicts_with = "path")]
    all: bool,

    /// Import only an agent's conversations that were active after this time.
    #[arg(long, value_name = "time", conflicts_with = "path")]
    since: Option<String>,

    /// Make new sessions public: the next push shares them.
    #[arg(long)]
    public: bool,

    /// Show what would be imported, without importing it.
    #[arg(long, short = 'n')]
    dry_run: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let engine = launch::engine(&store);
    let visibility = if args.public { Visibility::Public } else { Visibility::Private };
    let report = match ForeignStore::named(&args.source) {
        Some(_) if args.all || args.since.is_some() => {
            return Err(CliError::usage("'--all' and '--since' are for the history of an agent"));
        }
        Some(source) => {
            let path = args.path.clone();
            let path = path.map_or_else(|| default_path(source, ctx), Ok)?;
            let request = ImportRequest::new(source, path).visibility(visibility);
            match args.dry_run {
                true => engine.import_plan(&request)?,
                false => interruptible(&engine, |engine| engine.import(&request))?,
            }
        }
        None if args.path.is_some() => {
            return Err(CliError::usage(format!("'{}' takes no <path>", args.source)));
        }
        None => {
            let scope = if args.all { HistoryScope::Everywhere } else { HistoryScope::Repository };
            let mut request = HistoryRequest::new(&args.source).scope(scope).visibility(visibility);
            if let Some(since) = &args.since {
                request = request.since(moment("--since", since, &store, ctx)?);
            }
            match args.dry_run {
                true => engine.history_plan(&request)?,
                false => interruptible(&engine, |engine| engine.import_history(&request))?,
            }
        }
    };
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "sessions")?;
        for found in &report.sessions {
            list.entry(&mut ctx.out, &ImportedJson::from(found))?;
        }
        let files: Vec<_> = report.skipped.iter().map(SkippedFileJson::from).collect();
        list.end_with(&mut ctx.out, "files", &files)?;
    } else {
        print(&report, &args, ctx)?;
    }
    let is_whole = report.skipped.iter().all(|it| it.reason == SkipReason::Ignored);
    Ok(if is_whole { ExitCode::Done } else { ExitCode::Refused })
}

fn interruptible(
    engine: &Engine,
    import: impl FnOnce(&Engine) -> Result<ImportReport, ImportError>,
) -> Result<ImportReport, CliError> {
    let interrupted = interrupt::watch()?;
    match import(&engine.with_interrupt(interrupted.interrupt())) {
        Err(_) if interrupted.is_set() => {
            Err(interrupted.error("interrupted; to continue, run the command again"))
        }
        report => Ok(report?),
    }
}

fn default_path(source: ForeignStore, ctx: &Ctx) -> Result<PathBuf, CliError> {
    let home = ctx.env.home().ok_or_else(|| CliError::usage("HOME is not set: name the folder"))?;
    Ok(source.default_path(home, &ctx.current_dir()?))
}

fn print(report: &ImportReport, args: &Args, ctx: &mut Ctx) -> Result<(), CliError> {
    for found in &report.sessions {
        print_session(found, ctx)?;
    }
    for skipped in &report.skipped {
        let (word, style) = match skipped.reason {
            SkipReason::Ignored => ("ignored", Style::Dim),
            SkipReason::Unreadable => ("unreadable", Style::Failed),
        };
        let word = ctx.out.paint(style, word);
        let (file, why) = (escape::os(skipped.file.as_os_str()), indented(&skipped.why));
        writeln!(ctx.out, "{word}: {file}: {why}")?;
    }
    writeln!(ctx.out, "{}", summary(report, args))?;
    Ok(())
}

fn print_session(found: &ImportedSession, ctx: &mut Ctx) -> Result<(), CliError> {
    let id = ctx.out.paint(Style::Id, &found.session.id.short());
    let title = escape::line(&found.session.display_title()).into_owned();
    let (word, why) = match &found.outcome {
        ImportOutcome::New => ("new", None),
        ImportOutcome::Updated => ("updated", None),
        ImportOutcome::Unchanged => ("unchanged", None),
        ImportOutcome::Kept(why) => ("kept", Some(why)),
    };
    let archived = if found.shelf == Shelf::Archived { ", archived" } else { "" };
    let messages = match found.messages {
        0 => String::new(),
        1 => ", 1 message".to_owned(),
        many => format!(", {many} messages"),
    };
    writeln!(ctx.out, "{word} {id} ({title}){archived}{messages}")?;
    if let Some(why) = why {
        writeln!(ctx.out, "  {}", indented(why))?;
    }
    if let Some(why) = &found.refused {
        let file = escape::os(found.file.as_os_str());
        writeln!(ctx.out, "  from a damaged file, {file}: {}", indented(why))?;
    }
    for note in &found.notes {
        writeln!(ctx.out, "  {}", indented(note))?;
    }
    Ok(())
}

/// Returns the last line: `3 sessions: 2 new, 1 unchanged; 1 file ignored`.
fn summary(report: &ImportReport, args: &Args) -> String {
    let count = |fits: &dyn Fn(&ImportedSession) -> bool| {
        report.sessions.iter().filter(|found| fits(found)).count()
    };
    let new = if args.dry_run { "to import" } else { "imported" };
    let parts = [
        (count(&|it| it.outcome == ImportOutcome::New), new),
        (count(&|it| it.outcome == ImportOutcome::Updated), "updated"),
        (count(&|it| it.outcome == ImportOutcome::Unchanged), "unchanged"),
        (count(&|it| matches!(it.outcome, ImportOutcome::Kept(_))), "kept as they are"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, word)| format!("{count} {word}")).collect();
    let mut text = match report.sessions.len() {
        0 => "no sessions".to_owned(),
        1 => format!("1 session: {}", parts.join(", ")),
        many => format!("{many} sessions: {}", parts.join(", ")),
    };
    match report.sessions.iter().filter(|it| it.refused.is_some()).count() {
        0 => {}
        damaged => text.push_str(&format!("; {damaged} from damaged files")),
    }
    for (reason, word) in [(SkipReason::Ignored, "ignored"), (SkipReason::Unreadable, "unreadable")]
    {
        match report.skipped.iter().filter(|it| it.reason == reason).count() {
            0 => {}
            1 => text.push_str(&format!("; 1 file {word}")),
            many => text.push_str(&format!("; {many} files {word}")),
        }
    }
    text
}

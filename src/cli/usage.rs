use git_ao::model::{Session, SessionId, Tokens};
use git_ao::ops::{UsageKey, UsageReport, UsageRow};
use git_ao::store::{Query, Shelf};

use super::selection::Selection;
use super::ui::{Cell, Column, Table};
use super::{CliError, Ctx, ExitCode, json, launch};

/// Show what sessions have used: turns, time, tokens and money
///
/// Counts the answers in the transcripts that this clone has captured or fetched, including those
/// of archived sessions. For transcripts that are not in this clone, the 'usage' in the record
/// counts, written by the clone that captured them; with --by day, it is attributed to the day of
/// each model's first answer. If a session has neither, the 'cost' in its record counts. An answer
/// that is in several sessions, because one of them began with a copy of the other's conversation,
/// is counted once.
///
/// A prompt is attributed to the model that answered it.
///
/// The cost in money is known if the record has it, or if ao.price.<model> sets a price. Unknown
/// values are shown as '-'. The UNKNOWN column counts the answers whose usage the agent did not
/// report.
///
/// --json prints {"version":1,"usage":[…],"total":{…}}. Each row has 'key', 'title' (of a session),
/// 'sessions', 'turns', 'seconds', 'calls', 'calls_without_usage', 'tokens' (with 'input',
/// 'output', 'cache_read', 'cache_write_5m' and 'cache_write_1h', or null) and 'cost_usd'.
#[derive(clap::Args)]
pub struct Args {
    /// Add up by session, day (in UTC), agent, model, issue, pr, branch, project or author (the
    /// person who created the session).
    #[arg(long, value_name = "key", default_value = "session", value_parser = ["session", "day", "agent", "model", "issue", "pr", "branch", "project", "author"])]
    by: String,

    /// Include deleted sessions: their records are still in the history.
    ///
    /// The options that select sessions apply to their records as they were.
    #[arg(long)]
    deleted: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let chosen = args.selection.choose(ctx, &store, &snapshot)?;
    let everywhere = |query: Query| query.on([Shelf::Active, Shelf::Archived]);
    let listed = chosen.list(&snapshot, everywhere).sessions.into_iter();
    let mut sessions: Vec<Session> = listed.filter_map(|listed| listed.session.ok()).collect();
    let engine = launch::engine(&store);
    let mut unknown = Vec::new();
    if args.deleted {
        let deleted = engine.deleted_sessions()?;
        let is_known = |id: &SessionId| deleted.iter().any(|session| session.id == *id);
        if chosen.is_everything() {
            unknown = engine.deleted_with_transcripts()?;
            unknown.retain(|id| !is_known(id));
        }
        sessions.extend(deleted.into_iter().filter(|session| chosen.selects(session)));
    }
    let by = UsageKey::named(&args.by).unwrap_or_default();
    let report = engine.usage(&sessions, &unknown, by)?;
    if args.json {
        let mut list = json::List::begin(&mut ctx.out, "usage")?;
        for row in &report.rows {
            list.entry(&mut ctx.out, row)?;
        }
        list.end_with(&mut ctx.out, "total", &report.total)?;
        return Ok(ExitCode::Done);
    }
    ctx.page_for(store.repository())?;
    print(&report, by, ctx)?;
    Ok(ExitCode::Done)
}

fn print(report: &UsageReport, by: UsageKey, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut table = Table::new([
        Column::right("SESSIONS"),
        Column::right("TURNS"),
        Column::right("TIME"),
        Column::right("INPUT"),
        Column::right("OUTPUT"),
        Column::right("CACHE READ"),
        Column::right("WRITE 5M"),
        Column::right("WRITE 1H"),
        Column::right("CALLS"),
        Column::right("UNKNOWN"),
        Column::right("USD"),
        Column::left(if by == UsageKey::Session { "SESSION" } else { "KEY" }),
    ]);
    for row in &report.rows {
        let key = row.key.as_deref().unwrap_or("-");
        let name = match (by, &row.title) {
            (UsageKey::Session, Some(title)) => format!("{} {title}", &key[..8.min(key.len())]),
            (UsageKey::Session, None) => format!("{} (deleted)", &key[..8.min(key.len())]),
            _ => key.to_owned(),
        };
        table.row(cells(row, &name));
    }
    table.row(cells(&report.total, "total"));
    Ok(table.print(&mut ctx.out)?)
}

fn cells(row: &UsageRow, name: &str) -> [Cell; 12] {
    let number = |count: u64| Cell::plain(&count.to_string());
    let tokens = |count: fn(&Tokens) -> u64| match &row.tokens {
        Some(tokens) => Cell::plain(&count(tokens).to_string()),
        None => Cell::plain("-"),
    };
    let price = row.cost_usd.map_or_else(|| "-".to_owned(), |usd| format!("{usd:.2}"));
    [
        number(row.sessions),
        number(row.turns),
        Cell::plain(&time(row.seconds)),
        tokens(|it| it.input),
        tokens(|it| it.output),
        tokens(|it| it.cache_read),
        tokens(|it| it.cache_write_5m),
        tokens(|it| it.cache_write_1h),
        number(row.calls),
        number(row.calls_without_usage),
        Cell::plain(&price),
        Cell::plain(name),
    ]
}

/// Formats `2:05:09`.
fn time(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

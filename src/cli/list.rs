use git_ao::model::{Order, Session, Timestamp};
use git_ao::store::{ListedRecord, ListedSession, Query, Shelf, Snapshot};

use super::hints::REPAIR;
use super::porcelain::{self, Ending, Porcelain};
use super::selection::Selection;
use super::ui::{Cell, Column, Give, Style, Table};
use super::{CliError, Ctx, ExitCode, json};
use git_ao::view::age;
use git_ao::view::json::EntryJson;
use git_ao::view::{self, LocalPlacements};

/// List sessions
///
/// Lists all sessions that are not archived, ended ones included, most recently changed first. An
/// empty list is not an error. If a session lives only in other clones, the AGENT column names them
/// ('on laptop-9f2c'). An unreadable record is listed as 'corrupt', unless an option selects by
/// something other than its project, its id or the status 'corrupt', which are all that is known.
///
/// --json prints {"version":1,"sessions":[…]}. Each session has the keys of its stored record, and
/// 'archived', 'visibility' ('public' or 'private'), 'here' (true if it lives in this clone),
/// 'workspace_path' (the absolute path of its worktree here, or null), 'short_id' and
/// 'display_title'. 'transcripts' says what was captured and 'usage' what was used, both by clone;
/// unknown values are left out. A corrupt record has 'id', 'project_id', 'archived', 'visibility',
/// 'short_id' and, in 'corrupt', the reason.
///
/// --porcelain prints one line per session, with these fields separated by tabs: id, status (or
/// 'corrupt'), 'active' or 'archived', project, creation time, time of the last update, agent,
/// branch, issue, pull request, id of the session it was forked from, title (or the reason, for a
/// corrupt record), 'public' or 'private'. A missing value is empty. A backslash is written as
/// '\\', a control character as '\t', '\n', '\r' or '\x1b', and an invisible or bidirectional
/// character as '\u{202e}'; -z leaves all of them as they are. Later versions may append fields.
#[derive(clap::Args)]
pub struct Args {
    /// Include archived sessions.
    #[arg(long, short)]
    all: bool,

    /// List only archived sessions.
    #[arg(long, conflicts_with = "all")]
    archived: bool,

    /// Sort by updated, created, status, title, agent, branch, project, kind, id or a value in the
    /// context, such as context.priority. A leading '-' or a trailing ':reverse' reverses the
    /// order.
    #[arg(long, value_name = "key", allow_hyphen_values = true)]
    sort: Option<Order>,

    /// List at most this many sessions.
    #[arg(long, short = 'n', visible_alias = "max-count", value_name = "number")]
    limit: Option<usize>,

    /// Print JSON.
    #[arg(long, conflicts_with_all = ["porcelain", "nul"])]
    json: bool,

    /// Print one line per session in a stable format for scripts.
    #[arg(long, value_name = "version", num_args = 0..=1, require_equals = true, default_missing_value = "v1")]
    porcelain: Option<Porcelain>,

    /// Terminate lines with NUL instead of newline; implies --porcelain.
    #[arg(short = 'z', id = "nul")]
    nul: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let chosen = args.selection.choose(ctx, &store, &snapshot)?;
    let complete = |query| args.complete(query);
    let replica = store.known_replica();
    let unreadable = if args.json {
        let here = LocalPlacements::of(&store);
        let mut list = json::List::begin(&mut ctx.out, "sessions")?;
        let entry = |text: &mut String, record: ListedRecord<'_>| {
            text.push_str(json::SEPARATOR);
            EntryJson::append(text, record, &here);
        };
        let write = |text: &[u8]| list.separated(&mut ctx.out, text);
        let unreadable = chosen.write(&snapshot, complete, entry, write)?;
        list.end(&mut ctx.out)?;
        unreadable
    } else if args.nul || args.porcelain == Some(Porcelain::V1) {
        let ending = if args.nul { Ending::Nul } else { Ending::Newline };
        let line = |text: &mut String, record: ListedRecord<'_>| {
            text.push_str(&porcelain::line(&record.listed(), ending));
        };
        chosen.write(&snapshot, complete, line, |line| ctx.out.bytes(line))?
    } else {
        let now = ctx.now;
        let cells = |listed: ListedSession| cells(&listed, replica.as_deref(), now);
        let (rows, unreadable) = chosen.map(&snapshot, complete, cells);
        ctx.page_for(store.repository())?;
        if rows.is_empty() && unreadable.is_empty() && ctx.out.is_terminal() {
            ctx.out.hint(args.nothing(&snapshot));
        }
        print_table(rows, ctx)?;
        unreadable
    };
    for stray in &unreadable {
        ctx.out.error(&format!("cannot read '{}': {}", stray.path, stray.why));
    }
    if !unreadable.is_empty() {
        ctx.out.hint(REPAIR);
    }
    Ok(if unreadable.is_empty() { ExitCode::Done } else { ExitCode::Refused })
}

impl Args {
    /// Adds the shelves, the order and the limit.
    fn complete(&self, query: Query) -> Query {
        let shelves: &[Shelf] = match (self.all, self.archived) {
            (true, _) => &[Shelf::Active, Shelf::Archived],
            (_, true) => &[Shelf::Archived],
            _ => &[Shelf::Active],
        };
        let query = query.on(shelves.iter().copied()).sorted(self.sort.clone().unwrap_or_default());
        match self.limit {
            Some(limit) => query.at_most(limit),
            None => query,
        }
    }

    fn nothing(&self, snapshot: &Snapshot<'_>) -> &'static str {
        match snapshot.tips().next() {
            None => "there are no sessions yet; to start one: git ao spawn \"<task>\"",
            Some(_) if self.all => "no matching sessions",
            Some(_) => "no matching sessions; to include archived ones, use --all",
        }
    }
}

/// What gives way on a narrow terminal.
const GIVES: [Give; 9] = {
    const AGE: usize = 2;
    const AGENT: usize = 3;
    const BRANCH: usize = 4;
    const TITLE: usize = 5;
    [
        Give::Width(TITLE, 32),
        Give::Width(BRANCH, 24),
        Give::Width(TITLE, 20),
        Give::Width(AGENT, 8),
        Give::Width(BRANCH, 12),
        Give::Column(AGE),
        Give::Column(AGENT),
        Give::Column(BRANCH),
        Give::Width(TITLE, 1),
    ]
};

fn print_table(rows: Vec<[Cell; 6]>, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("STATUS"),
        Column::right("AGE"),
        Column::left("AGENT"),
        Column::left("BRANCH"),
        Column::left("TITLE"),
    ])
    .giving(&GIVES);
    rows.into_iter().for_each(|row| table.row(row));
    Ok(table.print(&mut ctx.out)?)
}

fn cells(
    ListedSession { location, session, .. }: &ListedSession,
    replica: Option<&str>,
    now: Timestamp,
) -> [Cell; 6] {
    let id = Cell::new(Style::Id, &location.id.short());
    let mark = view::mark(location);
    let status = |style, word: &str| Cell::new(style, &format!("{word}{mark}"));
    let optional = |style, text: &Option<String>| Cell::new(style, text.as_deref().unwrap_or("-"));
    match session {
        Ok(session) => [
            id,
            status(Style::of_status(&session.status), session.status.as_str()),
            Cell::plain(&age(session.updated_at, now)),
            Cell::plain(&agent(session, replica)),
            optional(Style::Branch, &session.branch),
            Cell::plain(&session.display_title()),
        ],
        Err(problem) => [
            id,
            status(Style::Failed, "corrupt"),
            Cell::plain(""),
            Cell::plain("-"),
            Cell::plain("-"),
            Cell::new(Style::Failed, &problem.to_string()),
        ],
    }
}

/// Formats `claude`, or `claude on laptop-9f2c` if the session lives only in another clone.
fn agent(session: &Session, replica: Option<&str>) -> String {
    let words = [session.agent.clone(), view::elsewhere(session, replica)];
    let words: Vec<_> = words.into_iter().flatten().collect();
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

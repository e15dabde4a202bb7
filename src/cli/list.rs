use git_ao::model::Session;
use git_ao::store::{Listed, Listing, Shelf, Snapshot};

use super::order::Order;
use super::porcelain::{self, Ending, Porcelain};
use super::selection::Selection;
use super::ui::date::age;
use super::ui::{Cell, Column, Style, Table};
use super::{CliError, Ctx, ExitCode, json, placed};

/// List sessions
///
/// Without options, all that are not archived, the last changed first: ended ones too. Nothing to
/// list is no error. Behind the agent of a session that lives only in other clones stands in which:
/// 'on laptop-9f2c'. A record that cannot be read is listed as 'corrupt'; options that narrow the
/// list leave it out, except --project and --status=corrupt.
///
/// --json prints {"version":1,"sessions":[…]}, with the keys of each record as they are stored, and
/// 'archived', 'visibility' ('public' or 'private'), 'here' (whether it lives in this clone),
/// 'workspace_path' (the absolute path of its worktree here, or null),
/// 'short_id' and 'display_title'; of a corrupt record 'id', 'project_id', 'archived', 'visibility',
/// 'short_id', and in 'corrupt' what is wrong with it.
///
/// --porcelain prints a line for each session, with tabs between these fields: id, status (or
/// 'corrupt'), 'active' or 'archived', project, time of creation, time of the last update, agent,
/// branch, issue, pull request, id of the session it was forked from, title (or what is wrong with
/// the record), 'public' or 'private'. What is missing is empty. '\' is written as '\\', control characters as '\t', '\n',
/// '\r' or '\x1b', other characters that are not seen or that turn the text around as '\u{202e}'
/// (with -z, these are left as they are). Fields may be added at the end.
#[derive(clap::Args)]
pub struct Args {
    /// Archived sessions too.
    #[arg(long, short)]
    all: bool,

    /// Archived sessions instead.
    #[arg(long, conflicts_with = "all")]
    archived: bool,

    /// Sort by updated, created, status, title, agent, branch, project, kind or id; '-' before the
    /// key, or ':reverse' behind it, turns the order around.
    #[arg(long, value_name = "key", allow_hyphen_values = true)]
    sort: Option<Order>,

    /// At most so many.
    #[arg(long, short = 'n', visible_alias = "max-count", value_name = "number")]
    limit: Option<usize>,

    /// Print JSON.
    #[arg(long, conflicts_with_all = ["porcelain", "nul"])]
    json: bool,

    /// Print lines for scripts, in a format that stays as it is.
    #[arg(long, value_name = "version", num_args = 0..=1, require_equals = true, default_missing_value = "v1")]
    porcelain: Option<Porcelain>,

    /// End lines with NUL instead of a newline; implies --porcelain.
    #[arg(short = 'z', id = "nul")]
    nul: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let snapshot = store.snapshot()?;
    let chosen = args.selection.choose(ctx, &store, &snapshot)?;
    let Listing { mut sessions, unreadable } = args.read(&snapshot);
    sessions.retain(|listed| chosen.takes(listed));
    args.sort.unwrap_or_default().sort(&mut sessions, ctx.now);
    sessions.truncate(args.limit.unwrap_or(usize::MAX));

    let replica = store.known_replica();
    if args.json {
        print_json(&sessions, replica.as_deref(), ctx)?;
    } else if args.nul || args.porcelain == Some(Porcelain::V1) {
        let ending = if args.nul { Ending::Nul } else { Ending::Newline };
        for listed in &sessions {
            ctx.out.text(&porcelain::line(listed, ending))?;
        }
    } else {
        ctx.page_for(store.repository())?;
        print_table(&sessions, replica.as_deref(), ctx)?;
        if sessions.is_empty() && unreadable.is_empty() && ctx.out.is_terminal() {
            ctx.out.hint(args.nothing(&snapshot));
        }
    }
    for stray in &unreadable {
        ctx.out.error(&format!("cannot read '{}': {}", stray.path, stray.why));
    }
    if !unreadable.is_empty() {
        ctx.out.hint(super::open::REPAIR);
    }
    Ok(if unreadable.is_empty() { ExitCode::Done } else { ExitCode::Refused })
}

impl Args {
    fn read(&self, snapshot: &Snapshot<'_>) -> Listing {
        let mut listing = Listing::default();
        let shelves: &[Shelf] = match (self.all, self.archived) {
            (true, _) => &[Shelf::Active, Shelf::Archived],
            (_, true) => &[Shelf::Archived],
            _ => &[Shelf::Active],
        };
        for shelf in shelves {
            let Listing { sessions, unreadable } = snapshot.listing(*shelf);
            listing.sessions.extend(sessions);
            listing.unreadable.extend(unreadable);
        }
        listing
    }

    fn nothing(&self, snapshot: &Snapshot<'_>) -> &'static str {
        match snapshot.tips().next() {
            None => "there are no sessions yet; git ao spawn \"<task>\" makes one",
            Some(_) if self.all => "no session is like that",
            Some(_) => "no session is like that; --all looks into the archive too",
        }
    }
}

fn print_json(sessions: &[Listed], replica: Option<&str>, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut list = json::List::begin(&mut ctx.out, "sessions")?;
    for listed in sessions {
        let value = match &listed.session {
            Ok(session) => json::session(session, &listed.location, replica),
            Err(problem) => json::corrupt(&listed.location, problem),
        };
        list.entry(&mut ctx.out, &value)?;
    }
    Ok(list.end(&mut ctx.out)?)
}

fn print_table(sessions: &[Listed], replica: Option<&str>, ctx: &mut Ctx) -> Result<(), CliError> {
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("STATUS"),
        Column::right("AGE"),
        Column::left("AGENT"),
        Column::left("BRANCH"),
        Column::left("TITLE"),
    ]);
    for Listed { location, session } in sessions {
        let id = Cell::new(Style::Id, &location.id.short());
        let mark = placed::mark(location);
        let status = |style, word: &str| Cell::new(style, &format!("{word}{mark}"));
        let optional =
            |style, text: &Option<String>| Cell::new(style, text.as_deref().unwrap_or("-"));
        table.row(match session {
            Ok(session) => [
                id,
                status(Style::of_status(&session.status), session.status.as_str()),
                Cell::plain(&age(session.updated_at, ctx.now)),
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
        });
    }
    Ok(table.print(&mut ctx.out)?)
}

/// `claude`, or `claude on laptop-9f2c` where the session lives only in another clone.
fn agent(session: &Session, replica: Option<&str>) -> String {
    let words = [session.agent.clone(), placed::elsewhere(session, replica)];
    let words: Vec<_> = words.into_iter().flatten().collect();
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

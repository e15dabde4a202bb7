mod lines;

use std::ops::ControlFlow;

use git_ao::model::error_chain;
use git_ao::ops::{Case, Pattern, Search, SessionMatches, Syntax};
use git_ao::store::{ListedSession, Shelf, Snapshot, Store};
use git_ao::transcript::Role;

use self::lines::{Context, Lines};
use super::hints::refusals;
use super::selection::{Selection, moment};
use super::ui::Style;
use super::{CliError, Ctx, ExitCode, launch, open};

/// Search tasks, titles and transcripts
///
/// Searches the titles and tasks of sessions, archived ones included, and their transcripts, both
/// those of this clone and fetched ones. In tool calls, the input is searched.
///
/// Each matching line is preceded by the session's id; by the number of the entry, as in 'git ao
/// transcript show --json', or the word 'title' or 'task'; and by the role. The exit status is 1 if
/// nothing matches.
///
/// The pattern is a regular expression in the syntax of Rust's regex crate: that of 'grep -E', with
/// \d, \w, \b and the like, but without backreferences. It matches within a line.
///
/// --json prints one JSON object per matching line: 'session', 'field' (title, task or entry),
/// 'line' (the number of the line in the text, from 1) and 'text', and for an entry also 'n', 'at',
/// 'role', 'kind', 'sub', 'tool' (its name) and 'raw' ('segment', 'offset', 'len').
#[derive(clap::Args)]
#[command(
    mut_arg("since", |arg| arg.help("Only what was said after this time: 2026-11-20, 7d, yesterday, or any date git accepts")),
    mut_arg("until", |arg| arg.help("Only what was said before this time"))
)]
pub struct Args {
    /// The pattern.
    pattern: String,

    /// Search only these sessions.
    #[arg(value_name = "session")]
    sessions: Vec<String>,

    /// Ignore case.
    #[arg(long, short)]
    ignore_case: bool,

    /// Interpret the pattern as an extended regular expression (the default).
    #[arg(long, short = 'E', conflicts_with = "fixed_strings")]
    extended_regexp: bool,

    /// Interpret the pattern as a fixed string.
    #[arg(long, short = 'F')]
    fixed_strings: bool,

    /// Search only what this role said or did: user, assistant, tool or system. Tasks belong to the
    /// user.
    #[arg(long, value_name = "role", value_delimiter = ',')]
    role: Vec<Role>,

    /// Print this many lines after each match.
    #[arg(long, short = 'A', value_name = "number")]
    after_context: Option<usize>,

    /// Print this many lines before each match.
    #[arg(long, short = 'B', value_name = "number")]
    before_context: Option<usize>,

    /// Print this many lines before and after each match.
    #[arg(
        long,
        short = 'C',
        value_name = "number",
        default_value = "0",
        hide_default_value = true
    )]
    context: usize,

    /// Print only the ids of the sessions with a match.
    #[arg(long, short = 'l', conflicts_with_all = ["count", "json"])]
    sessions_with_matches: bool,

    /// Print only the number of matching lines of each session.
    #[arg(long, short, conflicts_with = "json")]
    count: bool,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    selection: Selection,
}

pub fn run(mut args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let search = args.search(&store, ctx)?;
    let snapshot = store.snapshot()?;
    let (sessions, is_whole) = args.sessions(&store, &snapshot, ctx)?;
    if !args.json {
        ctx.page_for(store.repository())?;
    }
    let context = Context {
        before: args.before_context.unwrap_or(args.context),
        after: args.after_context.unwrap_or(args.context),
    };
    let mut lines = Lines::new(context);
    let (mut has_matches, mut has_problems, mut failed) = (false, !is_whole, None);
    launch::engine(&store).search(&search, &sessions, |found| {
        has_matches |= !found.matches.is_empty();
        for problem in &found.problems {
            has_problems = true;
            let id = found.session.short();
            ctx.out.error(&format!("cannot read all of session {id}: {}", error_chain(problem)));
        }
        match args.print(&found, &search, &mut lines, ctx) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    match failed {
        Some(error) => Err(error),
        None if has_problems => Ok(ExitCode::Fatal),
        None if has_matches => Ok(ExitCode::Done),
        None => Ok(ExitCode::Refused),
    }
}

impl Args {
    fn search(&mut self, store: &Store, ctx: &Ctx) -> Result<Search, CliError> {
        let syntax = if self.fixed_strings { Syntax::Fixed } else { Syntax::Regex };
        let case = if self.ignore_case { Case::Ignored } else { Case::Sensitive };
        let pattern = Pattern::new(&self.pattern, syntax, case);
        let pattern = pattern.map_err(|error| refusals::bad_pattern(&error))?;
        let mut search = Search::new(pattern);
        search.roles.clone_from(&self.role);
        // These are about entries here, not about records.
        let (since, until) = self.selection.take_times();
        let read = |name, text: Option<String>| {
            text.map(|text| moment(name, &text, store, ctx)).transpose()
        };
        search.since = read("--since", since)?;
        search.until = read("--until", until)?;
        Ok(search)
    }

    /// Returns the sessions, and whether all of them could be read.
    fn sessions(
        &self,
        store: &Store,
        snapshot: &Snapshot<'_>,
        ctx: &mut Ctx,
    ) -> Result<(Vec<ListedSession>, bool), CliError> {
        if !self.sessions.is_empty() {
            let found = self.sessions.iter().map(|named| {
                let entry = open::find(snapshot, store, named)?;
                let session = snapshot.load(&entry);
                Ok(ListedSession::new(entry.location, session))
            });
            return Ok((found.collect::<Result<_, CliError>>()?, true));
        }
        let chosen = self.selection.choose(ctx, store, snapshot)?;
        let listing = chosen.list(snapshot, |query| query.on([Shelf::Active, Shelf::Archived]));
        for stray in &listing.unreadable {
            ctx.out.error(&format!("cannot read '{}': {}", stray.path, stray.why));
        }
        Ok((listing.sessions, listing.unreadable.is_empty()))
    }

    fn print(
        &self,
        found: &SessionMatches,
        search: &Search,
        lines: &mut Lines,
        ctx: &mut Ctx,
    ) -> Result<(), CliError> {
        let count: usize = found.matches.iter().map(|found| found.lines.len()).sum();
        if count == 0 {
            return Ok(());
        }
        let id = ctx.out.paint(Style::Id, &found.session.short());
        if self.sessions_with_matches {
            writeln!(ctx.out, "{id}")?;
        } else if self.count {
            writeln!(ctx.out, "{id}:{count}")?;
        } else if self.json {
            for one in &found.matches {
                lines::print_json(found.session, one, &mut ctx.out)?;
            }
        } else {
            for one in &found.matches {
                lines.print(found.session, one, &search.pattern, &mut ctx.out)?;
            }
        }
        // People read the first matches while the rest is searched.
        Ok(ctx.out.flush()?)
    }
}

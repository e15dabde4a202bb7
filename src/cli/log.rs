mod commits;
mod entry;
mod event_filter;
mod graph;
mod records;
mod scope;

use git_ao::model::{Event, Timestamp, error_chain};
use git_ao::store::{Snapshot, Store, StoreError};
use git_ao::view::json::EventJson;

use self::commits::Commits;
use self::entry::{Kind, TitleCache};
use self::event_filter::{EventFilter, Verdict};
use self::scope::Scope;
use super::hints::refusals;
use super::selection::moment;
use super::ui::OutError;
use super::{CliError, Ctx, ExitCode, json, launch};

/// Show the history of sessions
///
/// Lists the events of the store, newest first. For a single session, lists its own events and, up
/// to the fork, those of the sessions it was forked from. A deleted session is found by its id.
///
/// Unreadable events are reported and skipped. As with 'git log', it is a fatal error if there are
/// no events at all; --json then prints an empty list.
///
/// --commits also lists the sessions' commits that are in this clone, sorted by commit time. -n and
/// the filter options apply to them as well. Their operation is 'commit'.
///
/// --json prints {"version":1,"events":[…]}. Each event has 'id', 'parents', 'author' ('name',
/// 'email'), 'date', 'op', 'subject', 'sessions', 'replica' (the clone that made it, if known),
/// 'automatic' (true if git ao made it without a command from a person) and 'conflicts' ('session',
/// 'field'). With -p it also has 'changes': for each session 'session', 'what' ('created',
/// 'changed', 'deleted', 'archived', 'unarchived' or 'missing') and 'fields' ('field', 'before',
/// 'after').
#[derive(clap::Args)]
pub struct Args {
    /// The session. Default: all sessions.
    session: Option<String>,

    /// Draw the graph of events and forks, one line for each event.
    ///
    /// For a single session, this shows all events of the sessions it was forked from.
    #[arg(long, conflicts_with_all = ["patch", "reverse", "json"])]
    graph: bool,

    /// Also list the commits of the sessions.
    #[arg(long, conflicts_with = "graph")]
    commits: bool,

    /// Print one line per event.
    #[arg(long)]
    oneline: bool,

    /// Show what changed in each record, field by field.
    #[arg(long, short)]
    patch: bool,

    /// Show at most this many events.
    #[arg(long, short = 'n', visible_alias = "limit", value_name = "number")]
    max_count: Option<usize>,

    /// Only events after this time: 2026-11-20, 7d, 2.weeks.ago, yesterday, today.
    #[arg(long, visible_alias = "after", value_name = "time")]
    since: Option<String>,

    /// Only events before this time.
    #[arg(long, visible_alias = "before", value_name = "time")]
    until: Option<String>,

    /// Only events by this person: part of a name or email address.
    #[arg(long, value_name = "person")]
    author: Vec<String>,

    /// Only events of this operation: spawn, status, set, archive, merge, …
    #[arg(long, value_name = "operation")]
    op: Vec<String>,

    /// Print the oldest event first.
    #[arg(long)]
    reverse: bool,

    /// Print JSON.
    #[arg(long, conflicts_with = "oneline")]
    json: bool,
}

impl Args {
    /// Reads the options that filter events.
    fn filter(&self, store: &Store, ctx: &Ctx) -> Result<EventFilter, CliError> {
        let time = |name, text: &Option<String>| {
            text.as_ref().map(|text| moment(name, text, store, ctx)).transpose()
        };
        Ok(EventFilter {
            since: time("--since", &self.since)?,
            until: time("--until", &self.until)?,
            authors: self.author.iter().map(|text| text.to_lowercase()).collect(),
            ops: self.op.clone(),
            limit: self.max_count,
        })
    }
}

pub fn run(args: Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let filter = args.filter(&store, ctx)?;
    let snapshot = store.snapshot()?;
    if snapshot.tips().next().is_none() && args.session.is_none() && !args.json {
        return Err(refusals::no_events(CliError::fatal("there are no events yet")));
    }
    let scope = match &args.session {
        Some(handle) => Scope::of(handle, &snapshot, &store)?,
        None => Scope::whole(),
    };
    let engine = launch::engine(&store);
    let commits = match args.commits {
        true => scope.commits(&engine, &filter, ctx)?,
        false => None,
    };
    let commits = Commits::new(commits, &filter);
    if !args.json {
        ctx.page_for(store.repository())?;
    }
    if args.graph {
        return graph::print(&filter, &scope, &snapshot, &store, ctx);
    }
    let view = View { args: &args, store: &store, snapshot: &snapshot };
    let is_whole = if args.json {
        let mut list = json::List::begin(&mut ctx.out, "events")?;
        let is_whole = view.each(&scope, &filter, commits, ctx, &mut |kind, event, ctx| {
            let value = view.value(kind, &event)?;
            Ok(list.entry(&mut ctx.out, &value)?)
        })?;
        list.end(&mut ctx.out)?;
        is_whole
    } else {
        let mut titles = TitleCache::default();
        let mut is_first = true;
        view.each(&scope, &filter, commits, ctx, &mut |kind, event, ctx| {
            view.print(kind, &event, std::mem::take(&mut is_first), &mut titles, ctx)
        })?
    };
    Ok(if is_whole { ExitCode::Done } else { ExitCode::Refused })
}

type Visit<'v> = dyn FnMut(Kind, Event, &mut Ctx) -> Result<(), Problem> + 'v;

struct View<'a> {
    args: &'a Args,
    store: &'a Store,
    snapshot: &'a Snapshot<'a>,
}

impl View<'_> {
    /// Visits the wanted events and commits. Returns false if one could not be read.
    fn each(
        &self,
        scope: &Scope,
        filter: &EventFilter,
        mut commits: Commits<'_>,
        ctx: &mut Ctx,
        visit: &mut Visit<'_>,
    ) -> Result<bool, CliError> {
        let mut verdicts = filter.judge();
        let mut shown = Shown { view: self, visit, kept: Vec::new(), count: 0, is_whole: true };
        for event in scope.events(self.snapshot, filter) {
            if shown.is_enough() {
                break;
            }
            let event = match event {
                Ok(event) => event,
                Err(error) => {
                    shown.missed(&error, ctx);
                    continue;
                }
            };
            match verdicts.of(&event) {
                Verdict::Over => break,
                Verdict::No => continue,
                Verdict::Yes => {}
            }
            shown.commits(&mut commits, Some(event.time), ctx)?;
            shown.add(Kind::Event, event, ctx)?;
        }
        shown.commits(&mut commits, None, ctx)?;
        shown.end(ctx)
    }

    fn print(
        &self,
        kind: Kind,
        event: &Event,
        is_first: bool,
        titles: &mut TitleCache,
        ctx: &mut Ctx,
    ) -> Result<(), Problem> {
        if self.args.oneline {
            let line = entry::line(event, &ctx.out);
            writeln!(ctx.out, "{line}")?;
        } else {
            if !is_first {
                writeln!(ctx.out)?;
            }
            entry::print(kind, event, titles, self.snapshot, ctx)?;
        }
        if self.args.patch && kind == Kind::Event {
            if !self.args.oneline {
                writeln!(ctx.out)?;
            }
            for change in records::changes(event, self.store)? {
                change.print(ctx)?;
            }
        }
        Ok(())
    }

    fn value(&self, kind: Kind, event: &Event) -> Result<EventJson, StoreError> {
        let mut value = EventJson::from(event);
        if self.args.patch && kind == Kind::Event {
            let changes = records::changes(event, self.store)?;
            value.changes = Some(changes.into_iter().map(records::Change::into_json).collect());
        }
        Ok(value)
    }
}

/// What is shown of events and commits.
struct Shown<'s, 'v> {
    view: &'s View<'s>,
    visit: &'s mut Visit<'v>,
    /// What is shown in the reverse order, when all of it is known.
    kept: Vec<(Kind, Event)>,
    count: usize,
    is_whole: bool,
}

impl Shown<'_, '_> {
    fn is_enough(&self) -> bool {
        self.view.args.max_count.is_some_and(|limit| self.count >= limit)
    }

    fn add(&mut self, kind: Kind, event: Event, ctx: &mut Ctx) -> Result<(), CliError> {
        if self.is_enough() {
            return Ok(());
        }
        self.count += 1;
        if self.view.args.reverse {
            self.kept.push((kind, event));
            return Ok(());
        }
        self.is_whole &= report((self.visit)(kind, event, ctx), ctx)?;
        Ok(())
    }

    /// Adds the commits after this time, or all that are left.
    fn commits(
        &mut self,
        commits: &mut Commits<'_>,
        after: Option<Timestamp>,
        ctx: &mut Ctx,
    ) -> Result<(), CliError> {
        while !self.is_enough()
            && let Some(commit) = commits.next_after(after)
        {
            match commit {
                Ok(commit) => self.add(Kind::Commit, commit, ctx)?,
                Err(error) => self.missed(&error, ctx),
            }
        }
        Ok(())
    }

    fn missed(&mut self, error: &StoreError, ctx: &mut Ctx) {
        ctx.out.error(&error_chain(error));
        self.is_whole = false;
    }

    fn end(mut self, ctx: &mut Ctx) -> Result<bool, CliError> {
        for (kind, event) in std::mem::take(&mut self.kept).into_iter().rev() {
            self.is_whole &= report((self.visit)(kind, event, ctx), ctx)?;
        }
        Ok(self.is_whole)
    }
}

/// Reports a problem with an event, so that the others can still be shown. Returns false if there
/// was one, and an error if the output was closed.
fn report(result: Result<(), Problem>, ctx: &mut Ctx) -> Result<bool, CliError> {
    match result {
        Ok(()) => Ok(true),
        Err(Problem::Store(error)) => {
            ctx.out.error(&error_chain(&error));
            Ok(false)
        }
        Err(Problem::Output(error)) => Err(error.into()),
    }
}

/// Why an event was not completely shown.
enum Problem {
    Store(StoreError),
    Output(OutError),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OutError> for Problem {
    fn from(error: OutError) -> Self {
        Self::Output(error)
    }
}

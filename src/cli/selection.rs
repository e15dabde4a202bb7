//! The options that select sessions, shared by the verbs that take many.

mod here;

use std::collections::HashSet;

use git_ao::model::{
    Field, Filter, Handle, Moment, Session, SessionId, SessionStatus, Subject, Timestamp,
    parse_when,
};
use git_ao::store::{
    ListedRecord, ListedSession, Listing, Query, Shelf, Snapshot, Store, StoreError, Unexpected,
};

use self::here::Here;
use super::hints::refusals;
use super::ui::OutError;
use super::{CliError, Ctx};

/// Options that may each be given several times: one of the values must match, and each option.
#[derive(clap::Args)]
#[command(next_help_heading = "Selection")]
#[group(skip)]
pub struct Selection {
    /// Only sessions that use this agent.
    #[arg(long, value_name = "name")]
    agent: Vec<String>,

    #[command(flatten)]
    criteria: Criteria,
}

/// Those for verbs whose `--agent` says something else; a filter can name the agent there.
#[derive(clap::Args)]
#[command(next_help_heading = "Selection")]
#[group(skip)]
pub struct Criteria {
    /// Only sessions with this status; 'corrupt' means unreadable records.
    #[arg(long, value_name = "status", value_delimiter = ',')]
    status: Vec<String>,

    /// Only sessions on this branch.
    #[arg(long, value_name = "branch")]
    branch: Vec<String>,

    /// Only sessions for this issue: its id or URL.
    #[arg(long, value_name = "issue")]
    issue: Vec<String>,

    /// Only sessions with this pull request: its number or URL.
    #[arg(long, value_name = "pr")]
    pr: Vec<String>,

    /// Only sessions with this tag.
    #[arg(long, value_name = "tag")]
    tag: Vec<String>,

    /// Only sessions of this kind: task, conversation, evaluation, …
    #[arg(long, value_name = "kind")]
    kind: Vec<String>,

    /// Only sessions of this project.
    #[arg(long, value_name = "project")]
    project: Vec<String>,

    /// Only sessions created by this person: part of a name or email address.
    ///
    /// The creator is not part of the record, so this option reads the whole history.
    #[arg(long, value_name = "person")]
    author: Vec<String>,

    /// Only sessions changed after this time: 2026-11-20, 7d, yesterday, or any date git accepts.
    #[arg(long, visible_alias = "after", value_name = "time")]
    since: Option<String>,

    /// Only sessions not changed after this time.
    #[arg(long, visible_alias = "before", value_name = "time")]
    until: Option<String>,

    /// Only sessions that were forked from this session or started by it.
    #[arg(long, value_name = "session")]
    parent: Vec<String>,

    /// Only sessions that were neither forked from another session nor started by one.
    #[arg(long)]
    root: bool,

    /// Only sessions that live in this worktree.
    #[arg(long)]
    here: bool,

    /// Only sessions with this text in the title or task, ignoring case.
    #[arg(long, value_name = "text")]
    grep: Vec<String>,

    /// Only sessions that match this expression, such as 'status:done and not tag:ci'.
    ///
    /// A condition is <field>:<value> (equals), <field>~<text> (contains), "<text>" (the title or
    /// task contains it), created or updated with < or > and a time, or one of ended, forked, root,
    /// archived. Conditions are combined with and, or, not and parentheses. The fields are status,
    /// kind, tag, agent, branch, issue, pr, project, title, task, text, parent, id and replica.
    #[arg(long, value_name = "expression")]
    filter: Vec<String>,
}

/// The compiled options, ready to be matched against sessions.
pub struct Predicate {
    filter: Filter,
    here: Option<Here>,
    authors: Option<HashSet<SessionId>>,
}

impl Selection {
    /// Takes the values of `--since` and `--until`, which then select no sessions.
    pub fn take_times(&mut self) -> (Option<String>, Option<String>) {
        (self.criteria.since.take(), self.criteria.until.take())
    }

    /// Reads the options' values.
    pub fn choose(
        &self,
        ctx: &Ctx,
        store: &Store,
        snapshot: &Snapshot<'_>,
    ) -> Result<Predicate, CliError> {
        let mut chosen = self.criteria.choose(ctx, store, snapshot)?;
        if !self.agent.is_empty() {
            chosen.filter = chosen.filter.and(one_of("--agent", Field::Agent, &self.agent)?);
        }
        Ok(chosen)
    }
}

impl Criteria {
    /// Returns true if none of the options is given.
    pub fn is_empty(&self) -> bool {
        let texts = [&self.author, &self.parent, &self.grep, &self.filter];
        let mut all = self.fields().into_iter().map(|(_, _, typed)| typed);
        all.all(<[String]>::is_empty)
            && texts.iter().all(|typed| typed.is_empty())
            && self.since.is_none()
            && self.until.is_none()
            && !self.root
            && !self.here
    }

    /// Reads the options' values.
    pub fn choose(
        &self,
        ctx: &Ctx,
        store: &Store,
        snapshot: &Snapshot<'_>,
    ) -> Result<Predicate, CliError> {
        let mut filter = Filter::All;
        for (name, field, typed) in self.fields() {
            if !typed.is_empty() {
                filter = filter.and(one_of(name, field, typed)?);
            }
        }
        if !self.parent.is_empty() {
            filter = filter.and(self.parents(store, snapshot)?);
        }
        if let Some(since) = &self.since {
            filter =
                filter.and(!Filter::Before(Moment::Updated, moment("--since", since, store, ctx)?));
        }
        if let Some(until) = &self.until {
            filter =
                filter.and(!Filter::After(Moment::Updated, moment("--until", until, store, ctx)?));
        }
        if self.root {
            filter = filter.and(Filter::root());
        }
        if !self.grep.is_empty() {
            let texts = self.grep.iter().map(|text| Filter::Contains(Field::Text, text.clone()));
            filter = filter.and(Filter::Or(texts.collect()));
        }
        for expression in &self.filter {
            let parsed = Filter::parse(expression, ctx.now);
            filter = filter.and(parsed.map_err(|error| CliError::usage(error.to_string()))?);
        }
        check_statuses(&filter, snapshot)?;
        let authors = match self.author.as_slice() {
            [] => None,
            people => Some(snapshot.made_by(people)?),
        };
        let here = self.here.then(|| Here::of(store));
        Ok(Predicate { filter, here, authors })
    }

    fn fields(&self) -> [(&'static str, Field, &[String]); 7] {
        [
            ("--status", Field::Status, &self.status),
            ("--branch", Field::Branch, &self.branch),
            ("--issue", Field::Issue, &self.issue),
            ("--pr", Field::Pr, &self.pr),
            ("--tag", Field::Tag, &self.tag),
            ("--kind", Field::Kind, &self.kind),
            ("--project", Field::Project, &self.project),
        ]
    }

    /// Resolves the parents. A deleted parent can still be named by its id, which its forks record.
    fn parents(&self, store: &Store, snapshot: &Snapshot<'_>) -> Result<Filter, CliError> {
        let context = super::open::context(store);
        let parents = self.parent.iter().map(|text| {
            let handle = Handle::parse(text);
            match snapshot.resolve(&handle, &context) {
                Ok(entry) => Ok(Filter::Is(Field::Parent, entry.location.id.to_string())),
                Err(error @ StoreError::Resolve(_)) => {
                    Filter::is(Field::Parent, text).map_err(|_| error.into())
                }
                Err(error) => Err(error.into()),
            }
        });
        Ok(Filter::Or(parents.collect::<Result<_, CliError>>()?))
    }
}

impl Predicate {
    /// Returns true if every session is selected.
    pub fn is_everything(&self) -> bool {
        matches!(self.filter, Filter::All) && self.here.is_none() && self.authors.is_none()
    }

    /// Returns true if the options select a session that no store has any more.
    pub fn selects(&self, session: &Session) -> bool {
        self.filter.matches(Subject { session, shelf: Shelf::Active })
            && self.here.as_ref().is_none_or(|here| here.holds(session))
            && self.authors.as_ref().is_none_or(|ids| ids.contains(&session.id))
    }

    /// Returns the sessions that the options select, as the completed query lists them.
    pub fn list(&self, snapshot: &Snapshot<'_>, complete: impl FnOnce(Query) -> Query) -> Listing {
        let query = complete(Query::new(self.filter.clone()));
        snapshot.query_where(query, |listed| self.keeps(listed))
    }

    /// Returns what is made of the sessions that the options select, as
    /// [`Snapshot::map_sessions`] does.
    pub fn map<T: Send>(
        &self,
        snapshot: &Snapshot<'_>,
        complete: impl FnOnce(Query) -> Query,
        make: impl Fn(ListedSession) -> T + Sync,
    ) -> (Vec<T>, Vec<Unexpected>) {
        let query = complete(Query::new(self.filter.clone()));
        snapshot.map_sessions(query, |listed| self.keeps(listed), make)
    }

    /// Writes the texts of the sessions that the options select, as [`Snapshot::write_sessions`]
    /// does.
    pub fn write(
        &self,
        snapshot: &Snapshot<'_>,
        complete: impl FnOnce(Query) -> Query,
        render: impl Fn(&mut String, ListedRecord<'_>) + Sync,
        write: impl FnMut(&[u8]) -> Result<(), OutError>,
    ) -> Result<Vec<Unexpected>, OutError> {
        let query = complete(Query::new(self.filter.clone()));
        let is_everything = self.here.is_none() && self.authors.is_none();
        let render = |text: &mut String, record: ListedRecord<'_>| {
            if is_everything {
                return render(text, record);
            }
            let listed = record.listed();
            if self.keeps(&listed) {
                render(text, listed.into());
            }
        };
        snapshot.write_sessions(query, render, write)
    }

    /// Returns true for a session that the options about this clone and the history select, which
    /// no filter can tell.
    fn keeps(&self, listed: &ListedSession) -> bool {
        if self.here.is_none() && self.authors.is_none() {
            return true;
        }
        listed.session.as_ref().is_ok_and(|session| {
            self.here.as_ref().is_none_or(|here| here.holds(session))
                && self.authors.as_ref().is_none_or(|ids| ids.contains(&session.id))
        })
    }
}

/// Refuses a status that is unknown and that no record has: a typo would otherwise look like an
/// empty list.
fn check_statuses(filter: &Filter, snapshot: &Snapshot<'_>) -> Result<(), CliError> {
    let mut unknown = Vec::new();
    unknown_statuses(filter, &mut unknown);
    if unknown.is_empty() {
        return Ok(());
    }
    let is_used = |word: &str| {
        let query = Query::new(Filter::Is(Field::Status, word.to_owned())).at_most(1);
        !snapshot.query(query.on([Shelf::Active, Shelf::Archived])).sessions.is_empty()
    };
    let Some(word) = unknown.into_iter().find(|word| !is_used(word)) else { return Ok(()) };
    Err(refusals::unknown_status(word))
}

fn unknown_statuses<'f>(filter: &'f Filter, unknown: &mut Vec<&'f str>) {
    match filter {
        Filter::Is(Field::Status, word) if word != "corrupt" => {
            if matches!(SessionStatus::from(word.as_str()), SessionStatus::Other(_)) {
                unknown.push(word);
            }
        }
        Filter::And(filters) | Filter::Or(filters) => {
            filters.iter().for_each(|filter| unknown_statuses(filter, unknown));
        }
        Filter::Not(filter) => unknown_statuses(filter, unknown),
        _ => {}
    }
}

fn one_of(name: &str, field: Field, typed: &[String]) -> Result<Filter, CliError> {
    let filters = typed.iter().map(|text| {
        Filter::is(field, text).map_err(|expected| {
            CliError::usage(format!("'{text}' is not a value for '{name}': expected {expected}"))
        })
    });
    Ok(Filter::Or(filters.collect::<Result<_, _>>()?))
}

/// Parses the value of an option that takes a time: our own forms, otherwise those of git.
pub fn moment(name: &str, text: &str, store: &Store, ctx: &Ctx) -> Result<Timestamp, CliError> {
    let refused = match parse_when(text, ctx.now) {
        Ok(time) => return Ok(time),
        Err(refused) => refused,
    };
    as_git_reads(text, store, ctx.now)
        .ok_or_else(|| CliError::usage(format!("{refused}; it was given to '{name}'")))
}

/// Parses a date with git. Returns None for text that git does not understand, which it silently
/// reads as the present time. So do most versions of it with 'today', which begins at midnight
/// here.
fn as_git_reads(text: &str, store: &Store, now: Timestamp) -> Option<Timestamp> {
    let text = if text.trim().eq_ignore_ascii_case("today") { "midnight" } else { text };
    if text.trim().is_empty() || text.contains('\0') {
        return None;
    }
    let now = now.as_seconds();
    let git = store.repository().git("rev-parse").env("GIT_TEST_DATE_NOW", now.to_string());
    let output = git.arg(format!("--since={text}")).run().ok()?.text();
    let seconds: i64 = output.strip_prefix("--max-age=")?.parse().ok()?;
    (seconds != now).then(|| Timestamp::from_millis(seconds.saturating_mul(1000)))
}

//! The options that say which sessions are meant, the same for every verb that takes many.

mod authors;
mod here;

use std::collections::HashSet;

use git_ao::model::{Area, Field, Filter, Handle, Moment, SessionId, Subject, parse_when};
use git_ao::store::{Listed, Shelf, Snapshot, Store, StoreError};

use self::here::Here;
use super::{CliError, Ctx};

/// Options that may each be given several times: one of the values must match, and each option.
#[derive(clap::Args)]
#[command(next_help_heading = "Selection")]
#[group(skip)]
pub struct Selection {
    /// Only sessions of this agent.
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
    /// Only sessions with this status; 'corrupt' for records that cannot be read.
    #[arg(long, value_name = "status", value_delimiter = ',')]
    status: Vec<String>,

    /// Only sessions on this branch.
    #[arg(long, value_name = "branch")]
    branch: Vec<String>,

    /// Only sessions on this issue: its id or URL.
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

    /// Only sessions that were made by this person: a part of the name or address.
    ///
    /// The record does not say who made it, the history does; so this reads the whole history.
    #[arg(long, value_name = "person")]
    author: Vec<String>,

    /// Only sessions that changed after this time: 2026-11-20, 7d, 2.weeks.ago, yesterday.
    #[arg(long, visible_alias = "after", value_name = "time")]
    since: Option<String>,

    /// Only sessions that have not changed after this time.
    #[arg(long, visible_alias = "before", value_name = "time")]
    until: Option<String>,

    /// Only sessions that were forked from this one, or started by it.
    #[arg(long, value_name = "session")]
    parent: Vec<String>,

    /// Only sessions that were neither forked from another one nor started by one.
    #[arg(long)]
    root: bool,

    /// Only sessions that live in this worktree.
    #[arg(long)]
    here: bool,

    /// Only sessions with this text in their title or task, in upper or lower case.
    #[arg(long, value_name = "text")]
    grep: Vec<String>,

    /// Only sessions for which this expression holds, such as 'status:done and not tag:ci'.
    ///
    /// Conditions are <field>:<value> (is), <field>~<text> (contains), "<text>" (title or task
    /// contain), created or updated with < or > and a time, ended, forked, root, archived; joined
    /// with and, or, not and parentheses. The fields are status, kind, tag, agent, branch, issue,
    /// pr, project, title, task, text, parent, id and replica.
    #[arg(long, value_name = "expression")]
    filter: Vec<String>,
}

/// What the options ask for, ready to be compared with sessions.
pub struct Chosen {
    filter: Filter,
    here: Option<Here>,
    authors: Option<HashSet<SessionId>>,
    /// The projects whose corrupt records are wanted too; None: no corrupt ones. Empty: of all.
    corrupt: Option<Vec<String>>,
}

impl Selection {
    /// Reads the options' values.
    pub fn choose(
        &self,
        ctx: &Ctx,
        store: &Store,
        snapshot: &Snapshot<'_>,
    ) -> Result<Chosen, CliError> {
        let mut chosen = self.criteria.choose(ctx, store, snapshot)?;
        if !self.agent.is_empty() {
            chosen.filter = chosen.filter.and(one_of("--agent", Field::Agent, &self.agent)?);
            chosen.corrupt = None;
        }
        Ok(chosen)
    }
}

impl Criteria {
    /// True when none of the options is given.
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
    ) -> Result<Chosen, CliError> {
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
            filter = filter.and(!Filter::Before(Moment::Updated, moment("--since", since, ctx)?));
        }
        if let Some(until) = &self.until {
            filter = filter.and(!Filter::After(Moment::Updated, moment("--until", until, ctx)?));
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
        let authors = match self.author.as_slice() {
            [] => None,
            people => Some(authors::made_by(people, snapshot)?),
        };
        let here = self.here.then(|| Here::of(store));
        Ok(Chosen { filter, here, authors, corrupt: self.corrupt() })
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

    /// A parent may be gone from the store and still be known to its children by its id.
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

    /// Nothing is known of a corrupt record but where it lies, so any other option leaves it out.
    fn corrupt(&self) -> Option<Vec<String>> {
        let asked = self.status.iter().any(|status| status == "corrupt");
        let others = [&self.branch, &self.issue, &self.pr, &self.tag, &self.kind];
        let more = [&self.author, &self.parent, &self.grep, &self.filter];
        let narrowed = others.iter().chain(&more).any(|typed| !typed.is_empty())
            || self.since.is_some()
            || self.until.is_some()
            || self.root
            || self.here
            || (!self.status.is_empty() && !asked);
        (!narrowed).then(|| self.project.clone())
    }
}

impl Chosen {
    /// True when a line of a listing is among what was asked for.
    pub fn takes(&self, listed: &Listed) -> bool {
        let Ok(session) = &listed.session else {
            let is_wanted = |projects: &Vec<String>| {
                projects.is_empty()
                    || projects.iter().any(|p| p == listed.location.project.as_str())
            };
            return self.corrupt.as_ref().is_some_and(is_wanted);
        };
        let area = match listed.location.shelf {
            Shelf::Active => Area::Active,
            Shelf::Archived => Area::Archived,
        };
        self.filter.matches(Subject { session, area })
            && self.here.as_ref().is_none_or(|here| here.holds(session))
            && self.authors.as_ref().is_none_or(|ids| ids.contains(&session.id))
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

/// Reads the value of an option that takes a time.
pub fn moment(name: &str, text: &str, ctx: &Ctx) -> Result<git_ao::model::Timestamp, CliError> {
    parse_when(text, ctx.now)
        .map_err(|error| CliError::usage(format!("{error}; it was given to '{name}'")))
}

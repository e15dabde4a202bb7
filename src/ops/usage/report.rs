use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::count::{Call, Counted};
use super::price::Prices;
use super::tokens::Tokens;
use crate::model::{Session, SessionId, Timestamp};

/// By what usage is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum UsageKey {
    #[default]
    Session,
    /// The day of each answer, in UTC.
    Day,
    Agent,
    Model,
    Issue,
    Pr,
    Branch,
    Project,
}

impl UsageKey {
    /// All keys, by name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("session", Self::Session),
        ("day", Self::Day),
        ("agent", Self::Agent),
        ("model", Self::Model),
        ("issue", Self::Issue),
        ("pr", Self::Pr),
        ("branch", Self::Branch),
        ("project", Self::Project),
    ];

    /// Returns the key with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, key)| key)
    }
}

/// What was used, added up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UsageRow {
    /// The session's id, the day, the name of the agent and so on; None if it is unknown.
    pub key: Option<String>,
    /// The title of the session, if the rows are sessions.
    pub title: Option<String>,
    /// The number of sessions.
    pub sessions: u64,
    /// The number of prompts.
    pub turns: u64,
    /// The time from the first to the last of the answers and prompts, added up over the sessions,
    /// in seconds.
    pub seconds: u64,
    /// The number of answers.
    pub calls: u64,
    /// The number of answers of which the agent did not say what they have used.
    pub calls_without_usage: u64,
    /// The tokens of the others; None if there are none.
    pub tokens: Option<Tokens>,
    /// The price in US dollars of what has one; None if nothing has.
    pub cost_usd: Option<f64>,
}

/// Usage by key, and all of it.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct UsageReport {
    /// The rows: sessions in the order in which they were made, anything else by its name.
    pub rows: Vec<UsageRow>,
    /// The sum of all.
    pub total: UsageRow,
}

impl UsageRow {
    fn call(&mut self, call: &Call, prices: &mut Prices<'_>) {
        self.calls += 1;
        match call.tokens {
            None => self.calls_without_usage += 1,
            Some(tokens) => {
                *self.tokens.get_or_insert_default() += tokens;
                self.pay(prices.cost(call.model.as_deref(), &tokens));
            }
        }
    }

    fn pay(&mut self, cost: Option<f64>) {
        if let Some(cost) = cost {
            *self.cost_usd.get_or_insert_default() += cost;
        }
    }
}

/// Adds up the usage of sessions.
pub(super) struct Sums<'r> {
    by: UsageKey,
    prices: Prices<'r>,
    rows: BTreeMap<(usize, Option<String>), UsageRow>,
    total: UsageRow,
}

/// A session, whose record may be deleted.
pub(super) struct Used<'s> {
    pub id: SessionId,
    pub session: Option<&'s Session>,
    pub counted: &'s Counted,
}

impl<'r> Sums<'r> {
    pub fn new(by: UsageKey, prices: Prices<'r>) -> Self {
        Self { by, prices, rows: BTreeMap::new(), total: UsageRow::default() }
    }

    /// Adds a session, the `nth`.
    pub fn add(&mut self, nth: usize, used: &Used<'_>) {
        let Used { session, counted, .. } = used;
        let mut spans: BTreeMap<Option<Option<String>>, (Timestamp, Timestamp)> = BTreeMap::new();
        let mut keys = HashSet::new();
        let mut note = |key: &Option<String>, at: Option<Timestamp>| {
            keys.insert(key.clone());
            let Some(at) = at else { return };
            for place in [None, Some(key.clone())] {
                let span = spans.entry(place).or_insert((at, at));
                *span = (span.0.min(at), span.1.max(at));
            }
        };
        let place = |key: &Option<String>| match self.by {
            UsageKey::Session => (nth, key.clone()),
            _ => (0, key.clone()),
        };
        for call in &counted.calls {
            let key = self.by.of(used, call.at, call.model.as_deref());
            note(&key, call.at);
            let row = self.rows.entry(place(&key)).or_default();
            row.call(call, &mut self.prices);
            self.total.call(call, &mut self.prices);
        }
        for at in &counted.turns {
            let key = self.by.of(used, *at, None);
            note(&key, *at);
            self.rows.entry(place(&key)).or_default().turns += 1;
            self.total.turns += 1;
        }
        let cost = session.and_then(|session| session.cost.as_ref());
        if let Some(cost) = cost {
            let model = session.and_then(|it| it.agent_config.get("model")?.as_str());
            let at = session.map(|session| session.created_at);
            let key = self.by.of(used, at, model);
            note(&key, None);
            let row = self.rows.entry(place(&key)).or_default();
            // What the transcript says is counted already.
            let tokens = Tokens::of_cost(cost).filter(|_| counted.calls.is_empty());
            let price = cost.cost_usd.or_else(|| self.prices.cost(model, &tokens?));
            let is_paid = row.cost_usd.is_some() && !counted.calls.is_empty();
            for row in [row, &mut self.total] {
                if let Some(tokens) = tokens {
                    *row.tokens.get_or_insert_default() += tokens;
                }
                row.pay(price.filter(|_| !is_paid));
            }
        }
        let seconds = |span: Option<&(Timestamp, Timestamp)>| {
            span.map_or(0, |(first, last)| {
                u64::try_from(last.as_seconds() - first.as_seconds()).unwrap_or(0)
            })
        };
        for key in keys {
            let row = self.rows.entry(place(&key)).or_default();
            row.sessions += 1;
            row.seconds += seconds(spans.get(&Some(key)));
            if self.by == UsageKey::Session {
                row.title = session.map(Session::display_title);
            }
        }
        let is_used = !counted.calls.is_empty() || !counted.turns.is_empty() || cost.is_some();
        self.total.sessions += u64::from(is_used);
        self.total.seconds += seconds(spans.get(&None));
    }

    pub fn finish(self) -> UsageReport {
        let rows = self.rows.into_iter().map(|((_, key), row)| UsageRow { key, ..row });
        UsageReport { rows: rows.collect(), total: self.total }
    }
}

impl UsageKey {
    fn of(self, used: &Used<'_>, at: Option<Timestamp>, model: Option<&str>) -> Option<String> {
        let session = used.session;
        match self {
            Self::Session => Some(used.id.to_string()),
            Self::Day => at.map(|at| at.to_string()[..10].to_owned()),
            Self::Agent => session?.agent.clone(),
            Self::Model => model.map(str::to_owned),
            Self::Issue => session?.issue_id.clone(),
            Self::Pr => session?.pr_number.map(|number| number.to_string()),
            Self::Branch => session?.branch.clone(),
            Self::Project => Some(session?.project_id.to_string()),
        }
    }
}

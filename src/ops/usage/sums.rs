use std::collections::{BTreeMap, HashSet};

use super::price::Prices;
use super::report::{UsageKey, UsageReport, UsageRow};
use crate::model::{Cost, ModelUsage, Session, SessionId, Timestamp, Tokens};
use crate::ops::common::usage::Used;

/// Adds up the usage of sessions.
pub(super) struct Sums<'r> {
    by: UsageKey,
    prices: Prices<'r>,
    rows: BTreeMap<(usize, Option<String>), UsageRow>,
    total: UsageRow,
}

/// A session and what was counted of it. Of a deleted one there may be no record.
pub(super) struct SessionUsage<'s> {
    pub id: SessionId,
    pub session: Option<&'s Session>,
    pub author: Option<&'s str>,
    pub used: &'s [Used],
}

impl UsageRow {
    fn add(&mut self, used: &ModelUsage, cost: Option<f64>) {
        self.calls += used.calls;
        self.calls_without_usage += used.calls_without_usage;
        self.turns += used.turns;
        self.add_tokens(used.tokens);
        self.pay(cost);
    }

    fn add_tokens(&mut self, tokens: Option<Tokens>) {
        if let Some(tokens) = tokens {
            *self.tokens.get_or_insert_default() += tokens;
        }
    }

    fn pay(&mut self, cost: Option<f64>) {
        if let Some(cost) = cost {
            *self.cost_usd.get_or_insert_default() += cost;
        }
    }
}

/// From when to when something was used.
#[derive(Default)]
struct Span(Option<(Timestamp, Timestamp)>);

impl Span {
    fn note(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at {
            let (first, last) = self.0.unwrap_or((at, at));
            self.0 = Some((first.min(at), last.max(at)));
        }
    }

    fn seconds(&self) -> u64 {
        let seconds = self.0.map(|(first, last)| last.as_seconds() - first.as_seconds());
        seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0)
    }
}

impl<'r> Sums<'r> {
    pub fn new(by: UsageKey, prices: Prices<'r>) -> Self {
        Self { by, prices, rows: BTreeMap::new(), total: UsageRow::default() }
    }

    /// Adds a session, the `nth`.
    pub fn add(&mut self, nth: usize, of: &SessionUsage<'_>) {
        let nth = if self.by == UsageKey::Session { nth } else { 0 };
        let (mut whole, mut spans) = (Span::default(), BTreeMap::<_, Span>::new());
        let mut is_paid = false;
        for Used { model, usage } in of.used {
            let key = self.by.of(of, usage.first, model.as_deref());
            let span = spans.entry(key.clone()).or_default();
            for at in [usage.first, usage.last] {
                span.note(at);
                whole.note(at);
            }
            let price = || self.prices.cost(model.as_deref(), &usage.tokens?);
            let cost = usage.cost_usd.or_else(price);
            is_paid |= cost.is_some();
            for row in [self.rows.entry((nth, key)).or_default(), &mut self.total] {
                row.add(usage, cost);
            }
        }
        let mut keys: HashSet<_> = spans.keys().cloned().collect();
        if let Some(session) = of.session
            && let Some(cost) = &session.cost
        {
            let model = session.agent_config.get("model").and_then(|model| model.as_str());
            let key = self.by.of(of, Some(session.created_at), model);
            // What the transcript says is counted already.
            let is_counted = of.used.iter().any(|used| used.usage.calls > 0);
            let tokens = tokens_of(cost).filter(|_| !is_counted);
            let price = cost.cost_usd.or_else(|| self.prices.cost(model, &tokens?));
            for row in [self.rows.entry((nth, key.clone())).or_default(), &mut self.total] {
                row.add_tokens(tokens);
                row.pay(price.filter(|_| !is_paid));
            }
            keys.insert(key);
        }
        self.total.sessions += u64::from(!keys.is_empty());
        self.total.seconds += whole.seconds();
        for key in keys {
            let seconds = spans.get(&key).map_or(0, Span::seconds);
            let row = self.rows.entry((nth, key)).or_default();
            row.sessions += 1;
            row.seconds += seconds;
            if self.by == UsageKey::Session {
                row.title = of.session.map(Session::display_title);
            }
        }
    }

    pub fn finish(self) -> UsageReport {
        let rows = self.rows.into_iter().map(|((_, key), row)| UsageRow { key, ..row });
        UsageReport { rows: rows.collect(), total: self.total }
    }
}

/// Returns the tokens of a record's cost; None if only the price is known.
fn tokens_of(cost: &Cost) -> Option<Tokens> {
    let tokens = Tokens {
        input: cost.input_tokens,
        output: cost.output_tokens,
        cache_read: cost.cache_read_tokens,
        cache_write_5m: cost.cache_creation_tokens,
        cache_write_1h: 0,
    };
    (tokens != Tokens::default()).then_some(tokens)
}

impl UsageKey {
    fn of(
        self,
        of: &SessionUsage<'_>,
        at: Option<Timestamp>,
        model: Option<&str>,
    ) -> Option<String> {
        let session = of.session;
        match self {
            Self::Session => Some(of.id.to_string()),
            Self::Day => at.map(|at| at.to_string()[..10].to_owned()),
            Self::Agent => session?.agent.clone(),
            Self::Model => model.map(str::to_owned),
            Self::Issue => session?.issue_id.clone(),
            Self::Pr => session?.pr_number.map(|number| number.to_string()),
            Self::Branch => session?.branch.clone(),
            Self::Project => Some(session?.project_id.to_string()),
            Self::Author => of.author.map(str::to_owned),
        }
    }
}

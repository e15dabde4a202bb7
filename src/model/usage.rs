use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{Map, Timestamp};

/// Numbers of tokens, by their price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tokens {
    /// Tokens that were sent and were not in a cache.
    pub input: u64,
    /// Tokens of the answers.
    pub output: u64,
    /// Tokens that were read from a cache.
    pub cache_read: u64,
    /// Tokens that were written to a cache for five minutes.
    pub cache_write_5m: u64,
    /// Tokens that were written to a cache for an hour.
    pub cache_write_1h: u64,
}

/// What the answers of one model have used in a session, as one clone has counted it.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ModelUsage {
    /// The tokens; None if the agent has said nothing of them.
    pub tokens: Option<Tokens>,
    /// The number of answers.
    pub calls: u64,
    /// The number of answers whose usage the agent did not report.
    pub calls_without_usage: u64,
    /// The number of prompts that the model answered.
    pub turns: u64,
    /// The time of the first prompt or answer.
    pub first: Option<Timestamp>,
    /// The time of the last prompt or answer.
    pub last: Option<Timestamp>,
    /// The price in US dollars, if the agent has said it.
    pub cost_usd: Option<f64>,
    /// Keys this version does not know.
    pub extra: Map,
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        let add = |one: &mut u64, other: u64| *one = one.saturating_add(other);
        add(&mut self.input, other.input);
        add(&mut self.output, other.output);
        add(&mut self.cache_read, other.cache_read);
        add(&mut self.cache_write_5m, other.cache_write_5m);
        add(&mut self.cache_write_1h, other.cache_write_1h);
    }
}

impl ModelUsage {
    /// The name under which a record counts answers without a known model.
    pub const UNKNOWN: &str = "unknown";
}

impl AddAssign<&Self> for ModelUsage {
    fn add_assign(&mut self, other: &Self) {
        if let Some(tokens) = other.tokens {
            *self.tokens.get_or_insert_default() += tokens;
        }
        let add = |one: &mut u64, other: u64| *one = one.saturating_add(other);
        add(&mut self.calls, other.calls);
        add(&mut self.calls_without_usage, other.calls_without_usage);
        add(&mut self.turns, other.turns);
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
        if let Some(cost) = other.cost_usd {
            *self.cost_usd.get_or_insert_default() += cost;
        }
    }
}

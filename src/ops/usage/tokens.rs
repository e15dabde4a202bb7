use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::model::Cost;
use crate::transcript::Usage;

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

impl From<&Usage> for Tokens {
    fn from(usage: &Usage) -> Self {
        Self {
            input: usage.input,
            output: usage.output,
            cache_read: usage.cache_read,
            cache_write_5m: usage.cache_write_5m,
            cache_write_1h: usage.cache_write_1h,
        }
    }
}

impl Tokens {
    /// Returns the tokens of a record's cost; None if only the price is known.
    pub(super) fn of_cost(cost: &Cost) -> Option<Self> {
        let tokens = Self {
            input: cost.input_tokens,
            output: cost.output_tokens,
            cache_read: cost.cache_read_tokens,
            cache_write_5m: cost.cache_creation_tokens,
            cache_write_1h: 0,
        };
        (tokens != Self::default()).then_some(tokens)
    }
}

use std::collections::HashMap;

use crate::git::Repository;
use crate::model::Tokens;

/// The prices that the configuration names, in US dollars for a million tokens.
pub(super) struct Prices<'r> {
    repo: &'r Repository,
    known: HashMap<String, Option<Price>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Price([f64; 5]);

impl<'r> Prices<'r> {
    pub fn new(repo: &'r Repository) -> Self {
        Self { repo, known: HashMap::new() }
    }

    /// Returns what tokens of a model cost, if that is known.
    pub fn cost(&mut self, model: Option<&str>, tokens: &Tokens) -> Option<f64> {
        let model = model?;
        let repo = self.repo;
        let price = self.known.entry(model.to_owned()).or_insert_with(|| {
            let text = repo.settings().price(model)?;
            Price::parse(&text)
        });
        price.map(|price| price.of(tokens))
    }
}

impl Price {
    /// Parses the prices of input, output, reading a cache, and writing one for five minutes and for
    /// an hour. Those that are left out are what providers usually charge, in terms of input.
    fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<f64>> = text
            .split_whitespace()
            .map(|word| word.parse().ok().filter(|it: &f64| it.is_finite() && *it >= 0.0))
            .collect();
        let numbers = numbers.filter(|it| (2..=5).contains(&it.len()))?;
        let usual = [1.0, 1.0, 0.1, 1.25, 2.0].map(|factor| factor * numbers[0]);
        let mut price = usual;
        price[..numbers.len()].copy_from_slice(&numbers);
        Some(Self(price))
    }

    fn of(self, tokens: &Tokens) -> f64 {
        let Tokens { input, output, cache_read, cache_write_5m, cache_write_1h } = *tokens;
        let counts = [input, output, cache_read, cache_write_5m, cache_write_1h];
        let sum: f64 = counts.iter().zip(self.0).map(|(count, price)| *count as f64 * price).sum();
        sum / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices() {
        let million = Tokens { input: 1_000_000, output: 2_000_000, ..Tokens::default() };
        assert_eq!(Price::parse("3 15").map(|price| price.of(&million)), Some(33.0));
        assert_eq!(Price::parse("3 15"), Price::parse("3 15 0.30000000000000004 3.75 6"));
        for bad in ["", "3", "x y", "3 -1", "1 2 3 4 5 6", "nan 1"] {
            assert_eq!(Price::parse(bad), None, "{bad}");
        }
    }
}

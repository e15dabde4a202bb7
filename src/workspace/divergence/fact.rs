//! The form of a [`Divergence`] in its file.

use crate::workspace::Divergence;
use crate::workspace::pair_cache::PairFact;

impl PairFact for Divergence {
    const FILE: &'static str = "divergence";

    fn words(&self) -> String {
        format!("{} {}", self.ahead, self.behind)
    }

    fn read(words: &[&str]) -> Option<Self> {
        let [ahead, behind] = words else { return None };
        Some(Self { ahead: ahead.parse().ok()?, behind: behind.parse().ok()? })
    }
}

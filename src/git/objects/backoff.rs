use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The number of lookups before an object counts as missing: the first few at once, the others with
/// a pause that doubles each time, a quarter of a second in all.
pub const LOOKS: u32 = 12;
pub const LOOKS_AT_ONCE: u32 = 4;

/// After a vain wait, no other object is waited for during this time: if many are missing, they are
/// not just being moved.
const DISAPPOINTED: Duration = Duration::from_secs(10);

/// The time of the last vain wait for an object.
#[derive(Default)]
pub struct MissBackoff(Mutex<Option<Instant>>);

impl MissBackoff {
    pub fn looks(&self) -> u32 {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < DISAPPOINTED) { LOOKS_AT_ONCE } else { LOOKS }
    }

    pub fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

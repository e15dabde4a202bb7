use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often an object is looked for before it counts as missing: a few times at once, and then
/// with a pause that doubles, for a quarter of a second in all.
pub const LOOKS: u32 = 12;
pub const LOOKS_AT_ONCE: u32 = 4;

/// How long nothing else is waited for after one object was waited for in vain: where many are
/// missing, they are missing and not on the move.
const DISAPPOINTED: Duration = Duration::from_secs(10);

/// When an object was last waited for in vain.
#[derive(Clone, Default)]
pub struct MissBackoff(Arc<Mutex<Option<Instant>>>);

impl MissBackoff {
    pub fn looks(&self) -> u32 {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < DISAPPOINTED) { LOOKS_AT_ONCE } else { LOOKS }
    }

    pub fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

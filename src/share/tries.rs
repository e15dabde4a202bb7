//! How long a push that lost to another one waits before the next try.

use std::time::{Duration, Instant};

/// A try that failed sooner is taken to need this long: the push that won may need longer.
const SHORTEST: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(20);

/// The tries of one push.
///
/// Of the tries that are made while another one succeeds, none can succeed. So the pauses grow with
/// the number of failed tries, as in an Ethernet, and with the time that a try takes,
/// which is long where many are at work.
pub(super) struct Tries {
    start: Instant,
    last: Instant,
    lost: u32,
}

impl Tries {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { start: now, last: now, lost: 0 }
    }

    /// Returns the time since the first try.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Waits after a failed try, but not beyond `patience` since the first one.
    pub fn pause(&mut self, patience: Duration) {
        let rest = patience.saturating_sub(self.elapsed());
        let limit = longest_pause(self.lost, self.last.elapsed()).min(rest);
        std::thread::sleep(limit.mul_f64(fastrand::f64()));
        self.lost += 1;
        self.last = Instant::now();
    }
}

/// Returns the limit of the random pause after a try that took this long, and failed like `lost`
/// ones before it. The first one failed because the known state of the remote was old, so there
/// is no pause after it.
fn longest_pause(lost: u32, took: Duration) -> Duration {
    took.max(SHORTEST).saturating_mul(lost).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LONGEST, SHORTEST, longest_pause};

    #[test]
    fn pauses_grow_with_the_tries_and_with_what_a_try_takes() {
        let second = Duration::from_secs(1);
        assert_eq!(longest_pause(0, 9 * second), Duration::ZERO, "a lone retry is made at once");
        assert_eq!(longest_pause(1, second), second);
        assert_eq!(longest_pause(3, second), 3 * second);
        assert_eq!(longest_pause(3, 4 * second), 12 * second);
        assert_eq!(longest_pause(2, Duration::ZERO), 2 * SHORTEST);
        for (lost, took) in [(100, second), (2, 60 * second), (u32::MAX, Duration::MAX)] {
            assert_eq!(longest_pause(lost, took), LONGEST);
        }
    }
}

use std::fmt;
use std::str::FromStr;

use super::{ErrorKind, Recovery};

/// A time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Its text form is RFC 3339 in UTC with milliseconds. Any RFC 3339 offset can be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 time between the years 1970 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a time such as 2026-11-20T17:20:32.253Z")]
pub struct InvalidTime(String);

impl InvalidTime {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z, which stands for an unknown time in sparse records.
    pub const EPOCH: Self = Self(0);

    /// The last millisecond that has a four-digit year.
    const MAX: i64 = 253_402_207_199_999;

    /// Returns the time `millis` milliseconds after the epoch, limited to the supported range.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, Self::MAX))
    }

    /// Returns the milliseconds since the epoch.
    pub fn as_millis(&self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the epoch, as git counts time.
    pub fn as_seconds(&self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How far the clocks of two machines may differ, in milliseconds. A later time comes from a
    /// wrong clock.
    pub const SKEW: i64 = 5 * 60 * 1000;

    /// Returns the latest time that a correct clock can have recorded by now.
    pub fn latest(self) -> Self {
        Self::from_millis(self.0.saturating_add(Self::SKEW))
    }

    /// Returns the time to record for a change made `now`, if the last change was at `previous`.
    ///
    /// The result is later than `previous`, even if the clock was set back. A `previous` that comes
    /// from a wrong clock is ignored.
    pub fn after(now: Self, previous: Self) -> Self {
        if previous > now.latest() { now } else { now.max(Self::from_millis(previous.0 + 1)) }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let invalid = || InvalidTime(text.chars().take(64).collect());
        let time: jiff::Timestamp = text.parse().map_err(|_| invalid())?;
        let millis = time.as_millisecond();
        if (0..=Self::MAX).contains(&millis) { Ok(Self(millis)) } else { Err(invalid()) }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = jiff::Timestamp::from_millisecond(self.0)
            .expect("every value up to MAX is in jiff's range");
        write!(f, "{time:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_milliseconds_and_utc() {
        for (from, to) in [
            ("2026-11-20T17:20:32.253Z", "2026-11-20T17:20:32.253Z"),
            ("2026-11-20T17:20:32Z", "2026-11-20T17:20:32.000Z"),
            ("2026-11-20T19:20:32.2539+02:00", "2026-11-20T17:20:32.253Z"),
        ] {
            assert_eq!(from.parse::<Timestamp>().unwrap().to_string(), to);
        }
        for bad in ["", "yesterday", "2026-11-20", "1969-12-31T23:59:59Z", "-2026-11-20T17:20:32Z"]
        {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!(last.to_string().parse::<Timestamp>().unwrap(), last);
    }

    #[test]
    fn a_clock_set_back_does_not_turn_time_back() {
        let t = Timestamp::from_millis;
        assert_eq!(Timestamp::after(t(5), t(100)), t(101));
        assert_eq!(Timestamp::after(t(500), t(100)), t(500));
        assert_eq!(Timestamp::after(t(100), t(100)), t(101));
    }

    #[test]
    fn a_clock_that_was_ahead_does_not_count_for_ever() {
        let t = Timestamp::from_millis;
        let skew = Timestamp::SKEW;
        assert_eq!(Timestamp::after(t(5), t(5 + skew)), t(6 + skew));
        assert_eq!(Timestamp::after(t(5), t(6 + skew)), t(5));
        assert_eq!(t(i64::MAX).latest(), t(i64::MAX));
    }
}

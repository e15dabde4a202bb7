//! Parses times as people type them. The caller provides the current time.

use std::time::Duration;

use super::{ErrorKind, Recovery, Timestamp};

/// Why a text is not a time or an age.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhenError {
    /// The text is not a time.
    #[error("'{0}' is not a time such as 2026-11-20, 7d, 2.weeks.ago or yesterday")]
    NotATime(String),
    /// The text is not an age.
    #[error("'{0}' is not an age such as 30d, 12h or 2.weeks")]
    NotAnAge(String),
    /// The age is zero or negative, and would match everything.
    #[error("an age must be greater than zero, not '{0}'")]
    NotPositive(String),
}

impl WhenError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// Reads a moment in the past: a time, a day or an age.
///
/// - RFC 3339: `2026-11-20T17:20:32Z`
/// - a day, which starts at midnight UTC: `2026-11-20`
/// - an age, counted back from `now`: see [`parse_age`], and `0d`
/// - `now`, and as in git `yesterday`, 24 hours ago
///
/// An age that reaches before 1970 means the start of 1970.
///
/// # Errors
/// Fails if the text has none of these forms.
pub fn parse_when(text: &str, now: Timestamp) -> Result<Timestamp, WhenError> {
    let word = text.trim();
    let day = || format!("{word}T00:00:00Z").parse();
    if word.eq_ignore_ascii_case("now") {
        Ok(now)
    } else if word.eq_ignore_ascii_case("yesterday") {
        Ok(ago(now, Duration::from_secs(DAY)))
    } else if let Some(age) = age(word) {
        Ok(ago(now, age))
    } else if let Ok(time) = word.parse() {
        Ok(time)
    } else if word.len() == "YYYY-MM-DD".len()
        && let Ok(time) = day()
    {
        Ok(time)
    } else {
        Err(WhenError::NotATime(excerpt(text)))
    }
}

/// Reads an age above zero: a number and a unit.
///
/// The units are `s`, `m` or `min`, `h`, `d`, `w`, `mo`, `y`, or the words `second` to `year`,
/// singular or plural. A month has 30 days, a year 365. As in git, dots or spaces may separate the
/// parts, and `ago` may follow: `2w`, `2 weeks ago`, `2.weeks.ago`.
///
/// # Errors
/// Fails if the text is not an age, or if the age is zero or negative.
pub fn parse_age(text: &str) -> Result<Duration, WhenError> {
    let word = text.trim();
    match (age(word), word.strip_prefix('-').and_then(age)) {
        (Some(age), _) if !age.is_zero() => Ok(age),
        (None, None) => Err(WhenError::NotAnAge(excerpt(text))),
        _ => Err(WhenError::NotPositive(excerpt(text))),
    }
}

/// Returns the time that is `age` before `now`, but not before 1970.
pub fn ago(now: Timestamp, age: Duration) -> Timestamp {
    let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(millis))
}

const DAY: u64 = 24 * 60 * 60;

fn age(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, rest) = text.split_at(digits);
    let mut words = rest.split(['.', ' ']).filter(|word| !word.is_empty());
    let unit = unit(&words.next()?.to_ascii_lowercase())?;
    match (words.next(), words.next()) {
        (None, _) => {}
        (Some(ago), None) if ago.eq_ignore_ascii_case("ago") => {}
        _ => return None,
    }
    let count: u64 = count.parse().ok()?;
    Some(Duration::from_secs(count.saturating_mul(unit)))
}

/// Returns the number of seconds in a unit of time.
fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 60 * 60,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7 * DAY,
        "mo" | "month" | "months" => 30 * DAY,
        "y" | "year" | "years" => 365 * DAY,
        _ => return None,
    })
}

fn excerpt(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn times() {
        for (text, time) in [
            ("2026-11-20T17:20:32.253Z", "2026-11-20T17:20:32.253Z"),
            ("2026-11-20T01:00:00+02:00", "2026-11-19T23:00:00.000Z"),
            (" 2026-11-01 ", "2026-11-01T00:00:00.000Z"),
            ("now", "2026-11-20T12:00:00.000Z"),
            ("Yesterday", "2026-11-19T12:00:00.000Z"),
            ("0d", "2026-11-20T12:00:00.000Z"),
            ("90s", "2026-11-20T11:58:30.000Z"),
            ("5m", "2026-11-20T11:55:00.000Z"),
            ("2h", "2026-11-20T10:00:00.000Z"),
            ("7d", "2026-11-13T12:00:00.000Z"),
            ("3w", "2026-10-30T12:00:00.000Z"),
            ("2 weeks ago", "2026-11-06T12:00:00.000Z"),
            ("2.weeks.ago", "2026-11-06T12:00:00.000Z"),
            ("2 Weeks", "2026-11-06T12:00:00.000Z"),
            ("1 month ago", "2026-10-21T12:00:00.000Z"),
            ("1y", "2025-11-20T12:00:00.000Z"),
            ("999999999999y", "1970-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(parse_when(text, now()).map(|t| t.to_string()), Ok(time.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            " ",
            "7",
            "d",
            "-7d",
            "7x",
            "7d 8h",
            "7d later",
            "1.5h",
            "ago",
            "2026-11-31",
            "2026-1-1",
            "20261120",
            "tomorrow",
            "größer!!",
            "99999999999999999999999d",
        ] {
            assert_eq!(parse_when(text, now()), Err(WhenError::NotATime(text.into())), "{text}");
        }
    }

    #[test]
    fn ages_are_above_zero() {
        assert_eq!(parse_age("30d"), Ok(Duration::from_secs(30 * DAY)));
        assert_eq!(parse_age("2.weeks.ago"), Ok(Duration::from_secs(14 * DAY)));
        for text in ["0d", "0", "-1d", "-0s", "30", "", "2026-11-20", "yesterday"] {
            assert!(parse_age(text).is_err(), "{text}");
        }
        assert_eq!(parse_age("0 days"), Err(WhenError::NotPositive("0 days".into())));
        assert_eq!(parse_age("-3d"), Err(WhenError::NotPositive("-3d".into())));
    }

    proptest! {
        #[test]
        fn any_text_gives_an_answer(text in ".{0,40}", age in "[0-9]{1,30}[ .]?[smhdwy][a-z. ]{0,9}") {
            let _ = (parse_when(&text, now()), parse_age(&text));
            if let Ok(time) = parse_when(&age, now()) {
                prop_assert!(time <= now());
            }
        }
    }
}

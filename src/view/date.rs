//! Dates as git prints them (git-log(1), `--date`).

use crate::model::Timestamp;
use jiff::tz::Offset;

/// How a date is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateFormat {
    /// `Fri Nov 20 18:24:11 2026 +0100`
    #[default]
    Default,
    /// `2 hours ago`
    Relative,
    /// `2026-11-20 18:24`
    Minute,
    /// `2026-11-20 18:24:11 +0100`
    Iso,
}

impl DateFormat {
    /// Formats `time` in the time zone `offset` seconds east of UTC, for a reader at `now`.
    pub fn show(self, time: Timestamp, offset: i32, now: Timestamp) -> String {
        match self {
            Self::Default => strftime("%a %b %-d %H:%M:%S %Y %z", time, offset),
            Self::Relative => relative(time, now),
            Self::Minute => strftime("%Y-%m-%d %H:%M", time, offset),
            Self::Iso => strftime("%Y-%m-%d %H:%M:%S %z", time, offset),
        }
    }
}

fn moment(time: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(time.as_seconds()).expect("a timestamp is in jiff's range")
}

fn strftime(format: &str, time: Timestamp, offset: i32) -> String {
    // The offset may come from anybody's commit. An impossible one counts as UTC.
    let offset = Offset::from_seconds(offset).unwrap_or(Offset::UTC);
    moment(time).to_zoned(offset.to_time_zone()).strftime(format).to_string()
}

/// Formats `2 hours ago`, with the thresholds of git's `show_date_relative`.
fn relative(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_seconds() - time.as_seconds();
    if seconds < 0 {
        return "in the future".to_owned();
    }
    let minutes = (seconds + 30) / 60;
    let hours = (minutes + 30) / 60;
    let days = (hours + 12) / 24;
    let (count, unit) = match () {
        () if seconds < 90 => (seconds, "second"),
        () if minutes < 90 => (minutes, "minute"),
        () if hours < 36 => (hours, "hour"),
        () if days < 14 => (days, "day"),
        () if days < 70 => ((days + 3) / 7, "week"),
        () if days < 365 => ((days + 15) / 30, "month"),
        () if days < 1825 => {
            let months = (days * 24 + 365) / 730;
            let years = counted(months / 12, "year");
            return match months % 12 {
                0 => format!("{years} ago"),
                months => format!("{years}, {} ago", counted(months, "month")),
            };
        }
        () => ((days + 183) / 365, "year"),
    };
    format!("{} ago", counted(count, unit))
}

fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Returns the age of `time` in a few characters, for tables: `42s`, `5m`, `2h`, `3d`, `7w`, `2y`.
///
/// The age is rounded down. A time in the future is `0s`.
pub fn age(time: Timestamp, now: Timestamp) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const WEEK: i64 = 7 * DAY;
    const YEAR: i64 = 365 * DAY;
    let seconds = (now.as_seconds() - time.as_seconds()).max(0);
    let (unit, letter) = match seconds {
        YEAR.. => (YEAR, 'y'),
        s if s >= 2 * WEEK => (WEEK, 'w'),
        DAY.. => (DAY, 'd'),
        HOUR.. => (HOUR, 'h'),
        MINUTE.. => (MINUTE, 'm'),
        _ => (1, 's'),
    };
    format!("{}{letter}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn absolute() {
        let time = t(1_795_195_451);
        let show = |format: DateFormat, offset| format.show(time, offset, time);
        assert_eq!(show(DateFormat::Default, 3600), "Fri Nov 20 18:24:11 2026 +0100");
        assert_eq!(show(DateFormat::Minute, 3600), "2026-11-20 18:24");
        assert_eq!(show(DateFormat::Default, -19800), "Fri Nov 20 11:54:11 2026 -0530");
        assert_eq!(show(DateFormat::Default, i32::MAX), "Fri Nov 20 17:24:11 2026 +0000");
        let first = DateFormat::Default.show(t(1_798_761_600 - 86400 * 30), 0, time);
        assert_eq!(first, "Wed Dec 2 00:00:00 2026 +0000");
    }

    // What `git log --format=%ar` says with GIT_TEST_DATE_NOW set.
    #[test]
    fn relative_with_gits_thresholds() {
        const DAY: i64 = 86400;
        let now = t(2_000_000_000);
        for (ago, text) in [
            (-1, "in the future"),
            (0, "0 seconds ago"),
            (1, "1 second ago"),
            (89, "89 seconds ago"),
            (90, "2 minutes ago"),
            (5369, "89 minutes ago"),
            (5370, "2 hours ago"),
            (35 * 3600, "35 hours ago"),
            (36 * 3600, "2 days ago"),
            (13 * DAY, "13 days ago"),
            (14 * DAY, "2 weeks ago"),
            (69 * DAY, "10 weeks ago"),
            (70 * DAY, "2 months ago"),
            (364 * DAY, "12 months ago"),
            (365 * DAY, "1 year ago"),
            (400 * DAY, "1 year, 1 month ago"),
            (800 * DAY, "2 years, 2 months ago"),
            (1824 * DAY, "5 years ago"),
            (1825 * DAY, "5 years ago"),
            (3000 * DAY, "8 years ago"),
        ] {
            assert_eq!(DateFormat::Relative.show(t(2_000_000_000 - ago), 0, now), text, "{ago}");
        }
    }

    #[test]
    fn ages() {
        let now = t(2_000_000_000);
        for (ago, text) in [
            (-5, "0s"),
            (59, "59s"),
            (60, "1m"),
            (7199, "1h"),
            (7200, "2h"),
            (86400, "1d"),
            (13 * 86400, "13d"),
            (14 * 86400, "2w"),
            (364 * 86400, "52w"),
            (800 * 86400, "2y"),
        ] {
            assert_eq!(age(t(2_000_000_000 - ago), now), text, "{ago}");
        }
    }
}

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::tz::TimeZone;

use crate::model::Timestamp;

/// The offset from UTC, in seconds, that this machine's time zone has at `time`.
///
/// As tzset(3) has it: TZ, else /etc/localtime, else UTC, as they are when it is first asked for.
/// Reads the one file that is needed; jiff by itself would go through the whole database of time
/// zones first.
pub fn local_offset(time: Timestamp) -> i32 {
    let time =
        jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(zone).to_offset(time).seconds()
}

fn zone() -> TimeZone {
    let Some(name) = std::env::var_os("TZ") else {
        return of_file(Path::new("/etc/localtime")).unwrap_or_else(TimeZone::system);
    };
    let text = name.to_string_lossy();
    let text = text.strip_prefix(':').unwrap_or(&text);
    if text.is_empty() || text == "UTC" {
        return TimeZone::UTC;
    }
    // A name that is absolute replaces the folder.
    let is_name = !text.split('/').any(|part| part == "..");
    let path = PathBuf::from("/usr/share/zoneinfo").join(text);
    let found = is_name.then(|| of_file(&path)).flatten();
    found.or_else(|| TimeZone::posix(text).ok()).unwrap_or_else(TimeZone::system)
}

fn of_file(path: &Path) -> Option<TimeZone> {
    TimeZone::tzif("local", &fs::read(path).ok()?).ok()
}

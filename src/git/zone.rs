use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::Environment;
use crate::model::Timestamp;

impl Environment {
    /// The offset from UTC, in seconds, that the local time zone has at `time`.
    ///
    /// The zone is chosen as by tzset(3), on the first call: TZ, otherwise /etc/localtime,
    /// otherwise UTC. Only the needed file is read; jiff would first scan the whole time zone
    /// database.
    pub fn local_offset(&self, time: Timestamp) -> i32 {
        let time = jiff::Timestamp::from_millisecond(time.as_millis());
        let zone = self.zone().get_or_init(|| zone(self.os("TZ")));
        zone.to_offset(time.unwrap_or(jiff::Timestamp::UNIX_EPOCH)).seconds()
    }
}

fn zone(name: Option<&OsStr>) -> TimeZone {
    let Some(name) = name else {
        return of_file(Path::new("/etc/localtime")).unwrap_or(TimeZone::UTC);
    };
    let text = name.to_string_lossy();
    let text = text.strip_prefix(':').unwrap_or(&text);
    if text.is_empty() || text == "UTC" {
        return TimeZone::UTC;
    }
    // An absolute name replaces the directory.
    let is_name = !text.split('/').any(|part| part == "..");
    let path = PathBuf::from("/usr/share/zoneinfo").join(text);
    let found = is_name.then(|| of_file(&path)).flatten();
    let found = found.or_else(|| TimeZone::posix(text).ok());
    found.or_else(|| TimeZone::get(text).ok()).unwrap_or(TimeZone::UTC)
}

fn of_file(path: &Path) -> Option<TimeZone> {
    TimeZone::tzif("local", &fs::read(path).ok()?).ok()
}

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest time during which two changes of a file may leave it with the same times: two ticks
/// of a slow kernel clock, or of a file system that counts whole seconds.
const TICK: Duration = Duration::from_millis(50);
const COARSE_TICK: Duration = Duration::from_secs(2);

/// Shows whether a file has changed, as in git's index: a file that was replaced has another
/// inode, and one that was written in place has other times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    Missing,
    Unreadable(ErrorKind),
    /// A device such as /dev/null. Its times change without a change of its content.
    Device(u64, u64),
    File {
        file: (u64, u64),
        size: u64,
        modified: (i64, i64),
        changed: (i64, i64),
    },
}

impl Stamp {
    /// Examines the file at this path.
    pub fn of(path: &Path) -> Self {
        let meta = match fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
                    kind => Self::Unreadable(kind),
                };
            }
        };
        if !meta.is_file() {
            return Self::Device(meta.dev(), meta.ino());
        }
        Self::File {
            file: (meta.dev(), meta.ino()),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// Returns true if the file has not changed since `start`, and if every later change will give
    /// another stamp.
    pub fn is_settled(&self, start: SystemTime) -> bool {
        let Self::File { modified, changed, .. } = self else { return true };
        [modified, changed].into_iter().all(|(seconds, nanos)| {
            let tick = if *nanos == 0 { COARSE_TICK } else { TICK };
            let since = Duration::new((*seconds).try_into().unwrap_or(0), *nanos as u32);
            UNIX_EPOCH + since + tick < start
        })
    }
}

/// A file that was written less than this time ago may be written on: not every editor replaces
/// files as git does.
const QUIET: Duration = Duration::from_millis(10);
const ATTEMPTS: usize = 10;

/// Waits until none of the files was written in the last moments, but not for ever.
pub fn wait_until_quiet(files: &[PathBuf]) {
    for _ in 0..ATTEMPTS {
        let times = files.iter().filter_map(|path| fs::metadata(path).ok()?.modified().ok());
        let ages = times.filter_map(|time| time.elapsed().ok());
        match ages.min().and_then(|age| QUIET.checked_sub(age)) {
            Some(rest) if !rest.is_zero() => std::thread::sleep(rest),
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_just_written_may_change_unnoticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        assert_eq!(Stamp::of(&path), Stamp::Missing);
        assert_eq!(Stamp::of(&path.join("below")), Stamp::Missing);
        fs::write(&path, "[ao]").expect("a file");
        let stamp = Stamp::of(&path);
        let now = SystemTime::now();
        assert!(!stamp.is_settled(now));
        assert!(stamp.is_settled(now + 2 * COARSE_TICK));
        // A clock that was set back.
        assert!(!stamp.is_settled(now - Duration::from_secs(3600)));
        assert!(Stamp::of(folder.path()).is_settled(now));
        assert!(Stamp::of(Path::new("/dev/null")).is_settled(now));
    }

    #[test]
    fn a_file_that_was_just_written_is_left_to_its_writer() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        wait_until_quiet(std::slice::from_ref(&path));
        for _ in 0..3 {
            fs::write(&path, "[ao]").expect("a file");
            wait_until_quiet(std::slice::from_ref(&path));
            let time = fs::metadata(&path).and_then(|meta| meta.modified()).expect("a time");
            assert!(time.elapsed().expect("a time of the past") >= QUIET);
        }
        // One from the future is not waited for, nor one that is written again and again.
        let future = SystemTime::now() + Duration::from_secs(3600);
        fs::File::open(&path).and_then(|file| file.set_modified(future)).expect("a time");
        wait_until_quiet(&[path]);
    }

    #[test]
    fn whole_seconds_need_a_longer_rest() {
        let time = |nanos| Stamp::File {
            file: (1, 1),
            size: 1,
            modified: (1_700_000_000, nanos),
            changed: (1_700_000_000, nanos),
        };
        let later = UNIX_EPOCH + Duration::from_secs(1_700_000_001);
        assert!(time(1).is_settled(later));
        assert!(!time(0).is_settled(later));
    }
}

use std::fmt;
use std::io;
use std::str::FromStr;

use super::{Probe, RuntimeError};
use crate::model::{ErrorKind, Recovery};

/// A process, distinguished from later processes with the same id by its start time.
///
/// Its text form is `<pid>@<stamp>`. On Linux, the stamp is the start time in clock ticks since
/// boot and the first digits of the boot id; elsewhere it is the start time of ps(1), in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pid: u32,
    stamp: String,
}

/// The text does not name a process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is not a process such as 4711@123456", .0.escape_debug())]
pub struct InvalidProcess(String);

impl InvalidProcess {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// What a process is the leader of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    Session,
    Group,
    Itself,
}

impl Process {
    /// Returns the current process.
    ///
    /// # Errors
    /// Fails if its start time cannot be read.
    pub fn current() -> Result<Self, RuntimeError> {
        let pid = std::process::id();
        Self::of(pid)?.ok_or_else(|| RuntimeError::Gone(pid.to_string()))
    }

    /// Returns the process that now has this id, or None if there is none or only a zombie.
    ///
    /// # Errors
    /// Fails if its start time cannot be read.
    pub fn of(pid: u32) -> Result<Option<Self>, RuntimeError> {
        let facts =
            facts(pid).map_err(|e| RuntimeError::io(format!("inspect process {pid}"), e))?;
        let alive = facts.filter(|facts| !facts.dead);
        Ok(alive.map(|facts| Self { pid, stamp: facts.stamp }))
    }

    /// Returns a child of this process that was not waited for: it exists even if it has ended.
    pub(super) fn of_child(pid: u32) -> Result<Self, RuntimeError> {
        let failed = |e| RuntimeError::io(format!("inspect process {pid}"), e);
        let facts = facts(pid).map_err(failed)?;
        let facts = facts.ok_or_else(|| RuntimeError::Gone(pid.to_string()))?;
        Ok(Self { pid, stamp: facts.stamp })
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns when it was started: on Linux, in clock ticks since boot.
    pub fn start(&self) -> &str {
        self.stamp.split_once('-').map_or(&self.stamp, |(ticks, _)| ticks)
    }

    /// Returns true if it is the calling process.
    pub fn is_current(&self) -> bool {
        self.pid == std::process::id()
    }

    /// Returns whether this very process is alive; another process with the same id does not count.
    pub fn probe(&self) -> Probe {
        match Self::of(self.pid) {
            Ok(Some(now)) if now == *self => Probe::Alive { pid: Some(self.pid) },
            Ok(_) => Probe::Gone,
            Err(error) => Probe::Unknown(error),
        }
    }

    pub(super) fn of_handle(runtime: &str, handle: &str) -> Result<Self, RuntimeError> {
        handle.parse().map_err(|_| RuntimeError::BadHandle {
            runtime: runtime.to_owned(),
            handle: handle.chars().take(64).collect(),
        })
    }

    pub(super) fn probe_handle(runtime: &str, handle: &str) -> Probe {
        Self::of_handle(runtime, handle).map_or_else(Probe::Unknown, |process| process.probe())
    }

    /// Returns the value that a variable had when the program of the process was started, or None if
    /// it was not set or cannot be read.
    #[cfg(target_os = "linux")]
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let all = std::fs::read(format!("/proc/{}/environ", self.pid)).ok()?;
        let mut all = all.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        all.find_map(|it| Some(it.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn variable(&self, _: &str) -> Option<String> {
        None
    }

    /// Returns true if the process is suspended, as by reading from a terminal that belongs to
    /// another process group.
    pub fn is_suspended(&self) -> bool {
        facts(self.pid).is_ok_and(|facts| facts.is_some_and(|facts| facts.suspended))
    }

    /// Returns the process group of the process.
    pub(super) fn group(&self) -> Option<u32> {
        facts(self.pid).ok()?.map(|facts| facts.group)
    }

    /// Returns the session of the process, if the system reports it.
    pub(super) fn session(&self) -> Option<u32> {
        facts(self.pid).ok()??.session
    }

    /// Returns what the process leads, and can thus be signalled together with it.
    ///
    /// Reads /proc instead of calling getsid(2), which returns 0 for a session whose leader is
    /// outside this pid namespace, as in a container.
    pub(super) fn leads(&self) -> Leads {
        match facts(self.pid) {
            Ok(Some(facts)) if facts.session == Some(self.pid) => Leads::Session,
            Ok(Some(facts)) if facts.group == self.pid => Leads::Group,
            _ => Leads::Itself,
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.pid, self.stamp)
    }
}

impl FromStr for Process {
    type Err = InvalidProcess;

    fn from_str(text: &str) -> Result<Self, InvalidProcess> {
        let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
        let (pid, stamp) = text
            .split_once('@')
            .filter(|(pid, stamp)| {
                pid.len() <= 10
                    && pid.chars().all(|c| c.is_ascii_digit())
                    && (1..=64).contains(&stamp.len())
                    && stamp.chars().all(ok)
            })
            .ok_or_else(|| InvalidProcess(text.chars().take(64).collect()))?;
        // Process 1 is init, and kill(2) takes 0 for the caller's own process group.
        let pid = pid.parse().ok().filter(|pid| (2..=i32::MAX as u32).contains(pid));
        let pid = pid.ok_or_else(|| InvalidProcess(text.chars().take(64).collect()))?;
        Ok(Self { pid, stamp: stamp.to_owned() })
    }
}

struct Facts {
    /// True for a zombie.
    dead: bool,
    suspended: bool,
    group: u32,
    /// None if the system does not report the session.
    session: Option<u32>,
    stamp: String,
}

/// Returns the facts of a process; None if there is none.
#[cfg(target_os = "linux")]
fn facts(pid: u32) -> io::Result<Option<Facts>> {
    let Some(stat) = stat(pid)? else { return Ok(None) };
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let boot = boot.get(..8).unwrap_or("0");
    let stamp = format!("{}-{boot}", stat.start);
    Ok(Some(Facts {
        dead: stat.dead,
        suspended: stat.suspended,
        group: stat.group,
        session: Some(stat.session),
        stamp,
    }))
}

#[cfg(target_os = "linux")]
struct Stat {
    dead: bool,
    suspended: bool,
    parent: u32,
    group: u32,
    session: u32,
    start: u64,
}

/// Returns true if the process exists although /proc does not show it: with `hidepid`, /proc omits
/// processes of other users (proc(5)).
#[cfg(target_os = "linux")]
fn is_hidden(pid: u32) -> bool {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed());
    let sent = pid.map(rustix::process::test_kill_process);
    matches!(sent, Some(Ok(()) | Err(rustix::io::Errno::PERM)))
}

/// Reads /proc/<pid>/stat, see proc_pid_stat(5).
#[cfg(target_os = "linux")]
fn stat(pid: u32) -> io::Result<Option<Stat>> {
    let gone = |e: &io::Error| {
        e.kind() == io::ErrorKind::NotFound
            || e.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error())
    };
    let text = match std::fs::read(format!("/proc/{pid}/stat")) {
        Ok(text) => text,
        Err(error) if gone(&error) => {
            // Fails if /proc is not mounted. Otherwise every process would seem to be gone.
            std::fs::metadata("/proc/self/stat")?;
            return if is_hidden(pid) {
                Err(io::ErrorKind::PermissionDenied.into())
            } else {
                Ok(None)
            };
        }
        Err(error) => return Err(error),
    };
    // The second field is the program's name in parentheses, which may contain any byte.
    let text = String::from_utf8_lossy(&text);
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |field: usize| {
        let text = fields.get(field - 3)?;
        text.parse::<u64>().ok()
    };
    let id = |field| number(field).and_then(|id| u32::try_from(id).ok());
    let stat = || {
        Some(Stat {
            dead: matches!(*fields.first()?, "Z" | "X" | "x"),
            suspended: *fields.first()? == "T",
            parent: id(4)?,
            group: id(5)?,
            session: id(6)?,
            start: number(22)?,
        })
    };
    stat().map(Some).ok_or_else(|| io::Error::other("cannot read its state"))
}

/// Returns the parent of a process: the one that started it, or that adopted it.
#[cfg(target_os = "linux")]
pub(super) fn parent(pid: u32) -> Option<u32> {
    Some(stat(pid).ok()??.parent)
}

/// Returns the processes of the session that `leader` leads or led, except the leader.
#[cfg(target_os = "linux")]
pub(super) fn members(leader: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|&pid| pid != leader)
        .filter(|&pid| {
            let stat = stat(pid).ok().flatten();
            stat.is_some_and(|stat| stat.session == leader && !stat.dead)
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn facts(pid: u32) -> io::Result<Option<Facts>> {
    let output = crate::git::Environment::inherited()
        .command("ps")
        .args(["-o", "pgid=,state=,lstart=", "-p", &pid.to_string()])
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut fields = text.split_ascii_whitespace();
    let (Some(group), Some(state)) = (fields.next(), fields.next()) else { return Ok(None) };
    let stamp = fields.collect::<Vec<_>>().join("_");
    let group = group.parse().map_err(|_| io::Error::other("cannot read its state"))?;
    let (dead, suspended) = (state.starts_with('Z'), state.starts_with('T'));
    Ok(Some(Facts { dead, suspended, group, session: None, stamp }))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn members(_: u32) -> Vec<u32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start_too() {
        let me = Process::current().unwrap();
        assert_eq!(me.to_string().parse::<Process>().unwrap(), me);
        assert!(matches!(me.probe(), Probe::Alive { pid } if pid == Some(std::process::id())));
        let earlier = Process { stamp: format!("1{}", me.stamp), ..me };
        assert!(matches!(earlier.probe(), Probe::Gone));
    }

    #[test]
    fn only_a_process_that_may_be_signalled_is_one() {
        for bad in [
            "",
            "4711",
            "@1",
            "0@1",
            "1@1",
            "-1@1",
            "+7@1",
            "4711@",
            "4294967295@1",
            "7@a b",
            "7@../x",
            "ao-7b6d11f9",
        ] {
            assert!(bad.parse::<Process>().is_err(), "{bad}");
        }
        assert_eq!("4711@123456".parse::<Process>().unwrap().pid(), 4711);
    }
}

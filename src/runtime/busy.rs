//! Whether a process computes.

use std::time::Duration;

use super::Process;

/// The part of the time above which it does.
const LEAST: u32 = 5;

impl Process {
    /// Watches the process, and those of its session, for this long. Returns true if they have run, or
    /// have waited for a processor, for a fifth of the time: how loaded the machine is makes no
    /// difference. Returns false where that cannot be known: not on Linux.
    pub(crate) fn is_busy(&self, during: Duration) -> bool {
        let before = wanted(self);
        std::thread::sleep(during);
        // A thread that has ended takes its time with it.
        let change = wanted(self).abs_diff(before);
        change > (during / LEAST).as_nanos()
    }
}

/// Returns the time that the threads have run or waited for a processor, in nanoseconds: the first two
/// fields of /proc/<pid>/task/<tid>/schedstat (Documentation/scheduler/sched-stats.rst in Linux).
#[cfg(target_os = "linux")]
fn wanted(process: &Process) -> u128 {
    use std::fs;

    let of_thread = |entry: fs::DirEntry| -> u128 {
        let text = fs::read_to_string(entry.path().join("schedstat")).unwrap_or_default();
        text.split_ascii_whitespace().take(2).filter_map(|field| field.parse::<u128>().ok()).sum()
    };
    let of_process = |pid: u32| -> u128 {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        threads.map(of_thread).sum()
    };
    let session = process.session().unwrap_or_else(|| process.pid());
    let others = super::process::members(session).into_iter().filter(|pid| *pid != process.pid());
    let all = others.filter(|pid| *pid != std::process::id()).chain([process.pid()]);
    all.map(of_process).sum()
}

#[cfg(not(target_os = "linux"))]
fn wanted(_: &Process) -> u128 {
    0
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Stdio;

    use super::*;
    use crate::git::Environment;

    #[test]
    fn one_that_computes_is_busy_and_one_that_waits_is_not() {
        for (script, is_busy) in [("while :; do :; done", true), ("exec cat", false)] {
            let mut command = Environment::inherited().command("setsid");
            let command = command.args(["sh", "-c", script]).stdin(Stdio::piped());
            let mut child = command.stdout(Stdio::null()).spawn().unwrap();
            let process = Process::of(child.id()).unwrap().unwrap();
            // It has started, however slow the machine is, when it behaves so.
            let is_so = || process.is_busy(Duration::from_millis(50)) == is_busy;
            let seen = (0..200).any(|_| is_so());
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(seen, "{script}");
        }
    }
}

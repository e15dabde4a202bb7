use std::thread;
use std::time::{Duration, Instant};

use super::{Probe, Process, RuntimeError};

/// Whether a process ended in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    Ended,
    TimedOut,
}

/// Waits until a process, which need not be a child, has ended, or until `limit` has passed.
pub(super) fn wait(process: &Process, limit: Duration) -> Result<Waited, RuntimeError> {
    #[cfg(target_os = "linux")]
    if let Some(waited) = linux::wait(process, limit)? {
        return Ok(waited);
    }
    poll(process, limit)
}

/// Polls, on systems that cannot wait for a process that is not a child.
fn poll(process: &Process, limit: Duration) -> Result<Waited, RuntimeError> {
    let end = Instant::now() + limit;
    loop {
        match process.probe() {
            Probe::Gone => return Ok(Waited::Ended),
            Probe::Unknown(error) => return Err(error),
            Probe::Alive { .. } if Instant::now() >= end => return Ok(Waited::TimedOut),
            Probe::Alive { .. } => thread::sleep(Duration::from_millis(20)),
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    use super::Waited;
    use crate::runtime::{Probe, Process, RuntimeError};

    /// Waits with a pidfd. Returns None if the kernel has none (before 5.3, or in some sandboxes).
    pub fn wait(process: &Process, limit: Duration) -> Result<Option<Waited>, RuntimeError> {
        let Some(pid) = Pid::from_raw(process.pid().cast_signed()) else {
            return Ok(Some(Waited::Ended));
        };
        let fd = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(fd) => fd,
            Err(Errno::SRCH) => return Ok(Some(Waited::Ended)),
            Err(_) => return Ok(None),
        };
        // Probed after opening: if the process still exists now, the descriptor refers to it and
        // not to a later process with the same id.
        match process.probe() {
            Probe::Alive { .. } => {}
            Probe::Gone => return Ok(Some(Waited::Ended)),
            Probe::Unknown(error) => return Err(error),
        }
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let left = Timespec {
                tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&left)) {
                Ok(0) => return Ok(Some(Waited::TimedOut)),
                Ok(_) => return Ok(Some(Waited::Ended)),
                Err(Errno::INTR) => {}
                Err(error) => return Err(RuntimeError::io("wait for the process", error)),
            }
        }
    }
}

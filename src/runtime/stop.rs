use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::process::{Leads, members};
use super::wait::{Waited, wait};
use super::{Probe, Process, RuntimeError, Stopped};

/// How long a killed process may take to disappear.
const AFTER_KILL: Duration = Duration::from_secs(5);

impl Process {
    /// Stops the process and its children: sends SIGTERM, and SIGKILL after `grace`.
    ///
    /// If the process leads its group or session, the whole group or session is stopped, even if
    /// the leader exits in time. Otherwise, as with a process that shares the user's terminal, only
    /// the process itself is stopped.
    ///
    /// # Errors
    /// Fails if the system refuses, or if the process does not exit.
    pub fn stop(&self, grace: Duration) -> Result<Stopped, RuntimeError> {
        match self.probe() {
            Probe::Alive { .. } => {}
            Probe::Gone => return Ok(Stopped::AlreadyGone),
            Probe::Unknown(error) => return Err(error),
        }
        let Some(pid) = Pid::from_raw(self.pid().cast_signed()) else {
            return Ok(Stopped::AlreadyGone);
        };
        let leads = self.leads();
        leads.signal(pid, Signal::TERM)?;
        // A suspended process handles the signal only after it is continued.
        leads.signal(pid, Signal::CONT)?;
        if wait(self, grace)? == Waited::Ended {
            leads.kill_rest(pid)?;
            return Ok(Stopped::Ended);
        }
        leads.signal(pid, Signal::KILL)?;
        leads.kill_rest(pid)?;
        match wait(self, AFTER_KILL)? {
            Waited::Ended => Ok(Stopped::Killed),
            Waited::TimedOut => Err(RuntimeError::Unkillable(self.pid())),
        }
    }
}

impl Leads {
    fn signal(self, pid: Pid, signal: Signal) -> Result<(), RuntimeError> {
        let sent = match self {
            Self::Session | Self::Group => kill_process_group(pid, signal),
            Self::Itself => kill_process(pid, signal),
        };
        ignore_gone(sent)
    }

    /// Kills the remaining members of the group or session. Repeats this for a session until it is
    /// empty, because a member may start a process just before it is killed.
    ///
    /// The id of a group or session is not reused while it has a member.
    fn kill_rest(self, pid: Pid) -> Result<(), RuntimeError> {
        if self == Self::Itself {
            return Ok(());
        }
        ignore_gone(kill_process_group(pid, Signal::KILL))?;
        if self != Self::Session {
            return Ok(());
        }
        let end = Instant::now() + AFTER_KILL;
        loop {
            let left = members(pid.as_raw_pid().cast_unsigned());
            if left.is_empty() || Instant::now() >= end {
                return Ok(());
            }
            for member in left.iter().filter_map(|member| Pid::from_raw(member.cast_signed())) {
                ignore_gone(kill_process(member, Signal::KILL))?;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn ignore_gone(sent: rustix::io::Result<()>) -> Result<(), RuntimeError> {
    match sent {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(error) => Err(RuntimeError::io("signal the process", error)),
    }
}

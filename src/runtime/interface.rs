use std::time::{Duration, Instant};

use super::{
    Attach, Exit, Probe, Process, ProcessSpec, RuntimeError, Started, Stopped, Terminal,
    TerminalKey,
};
use crate::model::{SessionId, TerminalState};

/// The pauses between two probes of a process that ends unnoticed.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Keeps an agent's process alive.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use git_ao::model::SessionId;
/// use git_ao::runtime::{Detached, ProcessSpec, Probe, Runtime, Started, Stopped};
///
/// let session = SessionId::random();
/// let plan = ProcessSpec::new(["sleep", "1000"], std::env::temp_dir());
/// let detached = Detached::default();
/// let Started::Running(handle) = detached.start(&session, &plan)? else {
///     panic!("it starts a process of its own");
/// };
/// assert!(matches!(detached.probe(&session, &handle), Probe::Alive { .. }));
/// assert_eq!(detached.stop(&session, &handle, Duration::from_secs(5))?, Stopped::Ended);
/// // This holds even if another process has the same number by now.
/// assert!(matches!(detached.probe(&session, &handle), Probe::Gone));
/// # Ok(()) }
/// ```
///
/// Handles come from records, and may name something that belongs to somebody else by now, or be any
/// text at all. Every method that takes a handle checks that it belongs to `session`; otherwise the
/// method fails, or treats the process as gone.
///
/// # What an implementation keeps
///
/// [`RuntimeLaws`](crate::testing::RuntimeLaws) checks it, law by law.
///
/// An engine calls a runtime of one's own on threads of their own. A call that panics, or does not
/// return in time (10 seconds for an answer, a minute for [`start`](Self::start) and
/// [`send`](Self::send), and 10 seconds beyond the patience of [`wait`](Self::wait) and the grace of
/// [`stop`](Self::stop)), is an error of the verb. A process that starts too late is stopped, and so
/// is one whose handle cannot be recorded.
pub trait Runtime: Send + Sync {
    /// Returns the name that records store, such as `tmux`.
    fn name(&self) -> &str;

    /// Checks that the runtime can be used here.
    ///
    /// # Errors
    /// Fails if something that it needs is missing or too old.
    fn check(&self) -> Result<(), RuntimeError> {
        Ok(())
    }

    /// Returns whether started processes have a terminal. By default, they have none.
    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }

    /// Starts a process. It outlives the caller if the runtime can do that.
    ///
    /// In an engine that supervises [in process](crate::ops::Supervisor::InProcess), the plan runs the
    /// agent itself, after its session was recorded: the program of the agent and the arguments of
    /// its [`Launch`](crate::agent::Launch), in the session's worktree, with AO_SESSION_ID and the
    /// like among the variables to set. The end is asked for with [`wait`](Self::wait), and
    /// [`stop`](Self::stop) is called after it. In other engines, the plan runs the supervisor,
    /// before the session is recorded.
    ///
    /// The handle is one line of at most [`LONGEST_HANDLE`](super::LONGEST_HANDLE) bytes without
    /// control characters.
    ///
    /// # Errors
    /// Fails if the process cannot be started, or exits at once. Nothing is then left running.
    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError>;

    /// Returns the socket of the server that was asked to start a process, or None if there is no
    /// server.
    fn socket(&self) -> Option<String> {
        None
    }

    /// Returns whether the process is alive.
    fn probe(&self, session: &SessionId, handle: &str) -> Probe;

    /// Probes many processes, in order, with less than one call each if possible.
    fn probe_all(&self, handles: &[(SessionId, &str)]) -> Vec<Probe> {
        handles.iter().map(|(session, handle)| self.probe(session, handle)).collect()
    }

    /// Returns the process behind a handle, which is alive and may be signalled, or None if there is
    /// none or it is not known.
    fn process(&self, _session: &SessionId, _handle: &str) -> Option<Process> {
        None
    }

    /// Waits at most `patience` for the end of the process, and returns how it ended. Returns None
    /// if it is still running or if that is not known.
    ///
    /// By default, the process is probed again and again, and its exit status is unknown.
    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        let end = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        loop {
            if let Probe::Gone = self.probe(session, handle) {
                return Some(Exit::Unknown);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            std::thread::sleep(pause.min(left));
            pause = LONGEST_PAUSE.min(2 * pause);
        }
    }

    /// Types a text into the process's terminal and submits it. A runtime without terminals may have
    /// another way to deliver it.
    ///
    /// # Errors
    /// Fails if the process is gone or if the text was not submitted, and says whether it was typed.
    /// Fails with [`RuntimeError::Unsupported`] if there is no way to deliver it, as by default.
    fn send(&self, _session: &SessionId, _handle: &str, _text: &str) -> Result<(), RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name().to_owned(), what: "send text" })
    }

    /// Presses keys in the process's terminal, one after the other.
    ///
    /// # Errors
    /// Fails if the process is gone. Fails with [`RuntimeError::Unsupported`] if it has no terminal,
    /// as by default.
    fn press(
        &self,
        _session: &SessionId,
        _handle: &str,
        _keys: &[TerminalKey],
    ) -> Result<(), RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name().to_owned(), what: "press keys" })
    }

    /// Asks the process to exit, and kills it after `grace`.
    ///
    /// A process that is already gone is not an error. Afterwards, neither its screen nor how it ended
    /// is kept.
    ///
    /// # Errors
    /// Fails if the process cannot be signalled or does not exit; it may still be running.
    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError>;

    /// Returns the last screen of the terminal in which this runtime started the calling process,
    /// or None if there is none or it is unknown.
    fn own_screen(&self) -> Option<String> {
        None
    }

    /// Returns the screen of the process's terminal, or None if there is none or it is unknown. The
    /// screen is still known after the end of a process that was started with
    /// [`ExitReport::Kept`](super::ExitReport::Kept).
    fn screen(&self, _session: &SessionId, _handle: &str) -> Option<String> {
        None
    }

    /// Returns what is known of the terminals of many processes, in order, with less than one call
    /// each if possible. By default, nothing is.
    fn terminals(&self, handles: &[(SessionId, &str)]) -> Vec<Option<TerminalState>> {
        handles.iter().map(|_| None).collect()
    }

    /// Returns the command that attaches a person to the process's terminal.
    ///
    /// # Errors
    /// Fails if the process is gone, or if it has no terminal. By default, it fails with
    /// [`RuntimeError::Unsupported`].
    fn attach(&self, _session: &SessionId, _handle: &str) -> Result<Attach, RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name().to_owned(), what: "attach" })
    }
}

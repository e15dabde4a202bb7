//! Runtimes: how an agent's process is started, observed and stopped.
//!
//! A runtime starts a command and returns a handle, a text that is stored in the record. With that
//! handle, it later checks whether the process is alive, sends text to it, or stops it.

mod ask;
mod carrier;
mod child;
mod detached;
mod error;
mod event;
mod exec;
mod foreground;
mod job;
mod lines;
mod log;
mod named;
mod none;
mod output;
mod process;
mod process_spec;
mod stop;
mod terminal_settings;
mod tmux;
mod wait;

pub use ask::ask;
pub use carrier::{Carrier, carriers};
pub use child::{Child, ChildStdio, SignalHandle};
pub use detached::Detached;
pub use error::RuntimeError;
pub use event::{Exit, ProcessEvent};
pub use foreground::Foreground;
pub use log::{LEAST_LOG, LOG_PARTS, Log};
pub use named::{NAMES, named};
pub use none::NoRuntime;
pub use process::{InvalidProcess, Process};
pub use process_spec::{Attach, Probe, ProcessSpec, Started, Stopped, Terminal};
pub use tmux::Tmux;

use std::time::Duration;

use crate::model::SessionId;

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
/// let plan = ProcessSpec {
///     argv: ["sleep", "1000"].map(Into::into).to_vec(),
///     cwd: std::env::temp_dir(),
///     ..ProcessSpec::default()
/// };
/// let Started::Running(handle) = Detached.start(&session, &plan)? else {
///     panic!("it starts a process of its own");
/// };
/// assert!(matches!(Detached.probe(&session, &handle), Probe::Alive { .. }));
/// assert_eq!(Detached.stop(&session, &handle, Duration::from_secs(5))?, Stopped::Ended);
/// // This holds even if another process has the same number by now.
/// assert!(matches!(Detached.probe(&session, &handle), Probe::Gone));
/// # Ok(()) }
/// ```
///
/// Handles come from records, and may name something that belongs to somebody else by now. Every
/// method that takes a handle checks that it belongs to `session`; otherwise the method fails, or
/// treats the process as gone.
pub trait Runtime: Send + Sync {
    /// Returns the name that records store.
    fn name(&self) -> &'static str;

    /// Returns whether started processes have a terminal.
    fn terminal(&self) -> Terminal;

    /// Starts a process, which outlives the caller.
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

    /// Types a text into the process's terminal and submits it.
    ///
    /// # Errors
    /// Fails if the process is gone, if it has no terminal, or if the text was not submitted. The
    /// error says whether it was typed.
    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError>;

    /// Asks the process to exit, and kills it after `grace`.
    ///
    /// A process that is already gone is not an error.
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

    /// Returns the command that attaches a person to the process's terminal.
    ///
    /// # Errors
    /// Fails if the process is gone, or if it has no terminal.
    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError>;
}

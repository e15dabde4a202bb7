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
mod settings;
mod stop;
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

/// What keeps an agent's process alive.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use git_ao::model::SessionId;
/// use git_ao::runtime::{Detached, Plan, Probe, Runtime, Started, Stopped};
///
/// let session = SessionId::random();
/// let plan = Plan {
///     argv: ["sleep", "1000"].map(Into::into).to_vec(),
///     cwd: std::env::temp_dir(),
///     ..Plan::default()
/// };
/// let Started::Running(handle) = Detached.start(&session, &plan)? else {
///     panic!("it starts a process of its own");
/// };
/// assert!(matches!(Detached.probe(&session, &handle), Probe::Alive { .. }));
/// assert_eq!(Detached.stop(&session, &handle, Duration::from_secs(5))?, Stopped::Ended);
/// // Also when the number of the process is somebody else's by now.
/// assert!(matches!(Detached.probe(&session, &handle), Probe::Gone));
/// # Ok(()) }
/// ```
///
/// Every method that takes a handle refuses, or sees as gone, what does not belong to `session`:
/// handles come from records, and what they named may be somebody else's by now.
pub trait Runtime: Send + Sync {
    /// The word that records hold.
    fn name(&self) -> &'static str;

    /// Whether what it starts has a terminal.
    fn terminal(&self) -> Terminal;

    /// Starts a process, which outlives this one.
    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError>;

    /// The socket of the server that was asked to start a process; None where there is no server.
    fn socket(&self) -> Option<String> {
        None
    }

    /// Whether the process is alive.
    fn probe(&self, session: &SessionId, handle: &str) -> Probe;

    /// The answers for many, in their order, for less than one call each where that is possible.
    fn probe_all(&self, handles: &[(SessionId, &str)]) -> Vec<Probe> {
        handles.iter().map(|(session, handle)| self.probe(session, handle)).collect()
    }

    /// Types a text and submits it.
    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError>;

    /// Asks the process to end, and ends it when it has not done so after `grace`.
    ///
    /// What was gone before is no error.
    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError>;

    /// What the terminal showed last in which the calling process was started by this runtime; None
    /// where it has none, or nobody can say.
    fn own_screen(&self) -> Option<String> {
        None
    }

    /// The command that brings a person to it.
    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError>;
}

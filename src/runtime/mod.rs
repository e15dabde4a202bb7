//! Runtimes: how an agent's process is started, observed and stopped.
//!
//! A runtime starts a command and returns a handle, a text that is stored in the record. With that
//! handle, it later checks whether the process is alive, sends text to it, or stops it.

mod ask;
mod busy;
mod carrier;
mod child;
mod detached;
mod error;
mod event;
mod exec;
mod foreground;
mod guarded;
mod interface;
mod job;
mod key;
mod lines;
mod log;
mod none;
mod output;
mod process;
mod process_spec;
mod runtimes;
mod stop;
mod terminal_settings;
mod tmux;
mod wait;

pub use ask::{ask, ask_as};
pub use carrier::{Carrier, carriers};
pub use child::{Child, ChildStdio, ErrorLines, SignalHandle};
pub use detached::Detached;
pub use error::RuntimeError;
pub use event::{Exit, ProcessEvent};
pub use foreground::Foreground;
pub use interface::Runtime;
pub use key::{InvalidKey, TerminalKey};
pub use log::{LEAST_LOG, LOG_PARTS, Log};
pub use none::NoRuntime;
pub use process::{InvalidProcess, Process};
pub use process_spec::{Attach, ExitReport, Probe, ProcessSpec, Started, Stopped, Terminal};
pub use runtimes::{NAMES, Runtimes};
pub use tmux::Tmux;

/// The length of the longest handle, in bytes.
pub const LONGEST_HANDLE: usize = 512;

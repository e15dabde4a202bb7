//! Supervises an agent as a child process.

use std::io;
use std::sync::Arc;

use git_ao::ops::{AgentOutput, Engine, Run};
use git_ao::runtime::{Exit, SignalHandle};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::interrupt;
use super::{CliError, ExitCode};

/// Runs the agent. Once no other process runs the session, signals to this program are forwarded to
/// the agent.
pub fn look_after(engine: &Engine, run: Run) -> Result<ExitCode, CliError> {
    let runner = engine.runner(run)?;
    let failed = |error: io::Error| CliError::fatal("cannot handle signals").because(&error);
    let passed = interrupt::heeded([SIGTERM, SIGHUP, SIGINT, SIGQUIT]);
    let mut signals = Some(Signals::new(passed).map_err(failed)?);
    // Do not die of SIGXFSZ if the log reaches a limit of setrlimit(2): the write fails instead.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map_err(failed)?;
    let mut watch = |handle: SignalHandle| {
        let Some(mut signals) = signals.take() else { return };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                // A signal that cannot be forwarded is dropped.
                let _ = handle.pass(signal);
            }
        });
    };
    match runner.run(engine, AgentOutput::Inherited, &mut watch)? {
        Exit::Code(0) => Ok(ExitCode::Done),
        Exit::Code(_) | Exit::Signal(_) | Exit::Unknown => Ok(ExitCode::Refused),
    }
}

//! Supervises an agent as a child process.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use git_ao::model::SessionId;
use git_ao::ops::{Engine, Output, Run, log_file};
use git_ao::runtime::{Exit, Log, SignalHandle};
use git_ao::store::Store;
use rustix::stdio::{dup2_stderr, dup2_stdout};
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
    let output = output(engine.store(), run.session);
    match runner.run(engine, output, &mut watch)? {
        Exit::Code(0) => Ok(ExitCode::Done),
        Exit::Code(_) | Exit::Signal(_) | Exit::Unknown => Ok(ExitCode::Refused),
    }
}

/// Returns where the output of an agent without a terminal goes: standard output, capped at
/// `ao.logLimit` if that is the session's log.
fn output(store: &Store, session: SessionId) -> Output {
    let repo = store.repository();
    let log = log_file(repo, session).ok().filter(|path| is_stdout(path));
    let log =
        log.and_then(|path| Log::open(&path, repo.settings().log_limit(), Box::new(go_on_in)).ok());
    match log {
        Some(log) => Output::Unattended(Box::new(log)),
        None => Output::Inherited,
    }
}

fn is_stdout(path: &Path) -> bool {
    let same = |file: File| {
        let (own, log) = (file.metadata()?, path.metadata()?);
        Ok::<_, io::Error>((own.dev(), own.ino()) == (log.dev(), log.ino()))
    };
    let own = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    own.and_then(same).unwrap_or(false)
}

/// Redirects this program's own output to the new log file.
fn go_on_in(file: &File) {
    // If this fails, the output goes to the previous file.
    let _ = dup2_stdout(file).and_then(|()| dup2_stderr(file));
}

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::program::Program;
use crate::model::Session;
use crate::ops::common::error::SetupError;
use crate::ops::common::session_env::command_env;
use crate::ops::common::start::GRACE;
use crate::ops::common::{Engine, OpsError};
use crate::runtime::{Child, ChildStdio, ErrorLines, Exit, ProcessEvent, ProcessSpec, Terminal};

/// How often to look at the clock.
const SLICE: Duration = Duration::from_millis(100);

/// Runs a program in a worktree until it ends, without a terminal and without input. What it leaves
/// running in the background is left alone, unless the program fails to end in time.
pub(super) fn run(
    engine: &Engine,
    session: &Session,
    top: &Path,
    (program, mut output): (Program, Box<dyn Write + Send>),
) -> Result<(), OpsError> {
    let repo = engine.repository();
    let limit = repo.settings().setup_timeout();
    let not_its = crate::git::LOCAL_ENV.into_iter().chain(repo.environment().set_by_git());
    let spec = ProcessSpec {
        argv: program.argv,
        cwd: top.to_owned(),
        environment: repo.environment().clone(),
        set: command_env(repo, session, top),
        remove: not_its.map(OsString::from).collect(),
        ..ProcessSpec::default()
    };
    // The log says whose output follows.
    let _ = writeln!(output, "git-ao: running {}", program.name);
    // Most programs say on standard error why they fail.
    let stdio = ChildStdio::new(Terminal::Absent).output(output).errors(ErrorLines::Received);
    let child = Child::start(&spec, stdio)?;
    let (what, start) = (program.name, Instant::now());
    let mut last = String::new();
    let stop = || child.process().map(|process| process.stop(GRACE)).transpose().map(drop);
    loop {
        match child.next(SLICE) {
            Some(ProcessEvent::Line(line)) if line.trim().is_empty() => {}
            Some(ProcessEvent::Line(line)) => last = line,
            Some(ProcessEvent::Ended(Exit::Code(0))) => return Ok(()),
            Some(ProcessEvent::Ended(end)) => {
                let end = describe(&end);
                return Err(SetupError::Failed { what, end, last }.into());
            }
            None if engine.interrupt().is_set() => {
                stop()?;
                return Err(OpsError::Interrupted);
            }
            None if child.process().is_some_and(|process| process.is_suspended()) => {
                stop()?;
                return Err(SetupError::NeedsTerminal { what, last }.into());
            }
            None => {}
        }
        if start.elapsed() >= limit {
            stop()?;
            return Err(SetupError::TimedOut { what, limit, last }.into());
        }
    }
}

fn describe(end: &Exit) -> String {
    match end {
        Exit::Code(code) => format!("failed with exit status {code}"),
        Exit::Signal(signal) => format!("was killed by signal {signal}"),
        Exit::Unknown => "failed".to_owned(),
    }
}

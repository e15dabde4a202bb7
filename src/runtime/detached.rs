use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::process::Leads;
use super::wait::{Waited, wait};
use super::{
    Exit, ExitReport, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started, Stopped,
    Terminal,
};
use crate::model::SessionId;

/// How long setsid(1) may take on a busy machine.
const ALONE: Duration = Duration::from_secs(2);

/// The variable that names the session of a process.
const OWNER: &str = "AO_DETACHED";

/// Runs a process without a terminal and logs its output. The handle is the process.
///
/// How a process ended is known only to the value that started it, and to its clones.
///
/// The session is in the environment of the process, in AO_DETACHED. On Linux, the handle of
/// another session's process is therefore refused; elsewhere, and for a process without this
/// variable, the handle alone counts.
#[derive(Debug, Clone, Default)]
pub struct Detached {
    children: Arc<Children>,
}

type Ends = HashMap<(SessionId, String), Option<Exit>>;

/// The processes whose end somebody will ask for; None for one that is still running.
#[derive(Debug, Default)]
struct Children {
    ends: Mutex<Ends>,
    changed: Condvar,
}

impl Children {
    fn ends(&self) -> std::sync::MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, child: &(SessionId, String), end: Option<Exit>) {
        self.ends().insert(child.clone(), end);
        self.changed.notify_all();
    }

    /// Forgets a child that has ended.
    fn forget(&self, child: &(SessionId, String)) {
        let mut ends = self.ends();
        if let Some(Some(_)) = ends.get(child) {
            ends.remove(child);
        }
    }

    /// Waits for the end of a child. Returns Err if it is not one.
    fn wait(
        &self,
        child: &(SessionId, String),
        patience: Duration,
    ) -> Result<Option<Exit>, NoChild> {
        let ends = self.ends();
        if !ends.contains_key(child) {
            return Err(NoChild);
        }
        let runs = |ends: &mut Ends| matches!(ends.get(child), Some(None));
        let waited = self.changed.wait_timeout_while(ends, patience, runs);
        let (ends, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Ok(ends.get(child).copied().flatten())
    }
}

struct NoChild;

impl Detached {
    /// Returns the process behind a handle, unless it belongs to another session.
    fn owned(&self, session: &SessionId, handle: &str) -> Result<Process, RuntimeError> {
        let process = Process::of_handle(self.name(), handle)?;
        match process.variable(OWNER) {
            Some(owner) if owner != *session.to_string() => {
                Err(RuntimeError::NotOurs(handle.to_owned()))
            }
            _ => Ok(process),
        }
    }
}

impl Runtime for Detached {
    fn name(&self) -> &str {
        "detached"
    }

    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        if !plan.cwd.is_dir() {
            return Err(RuntimeError::NoDirectory(plan.cwd.clone()));
        }
        let mut child = spawn(&plan.clone().env(OWNER, session.to_string()))?;
        let process = Process::of_child(child.id())?;
        wait_alone(&process);
        let handle = process.to_string();
        let has_ended = matches!(process.probe(), Probe::Gone);
        let asked = (plan.report == ExitReport::Kept).then(|| (*session, handle.clone()));
        if let Some(child) = &asked {
            self.children.note(child, None);
        }
        let children = Arc::clone(&self.children);
        // A long-lived caller would keep the ended process as a zombie otherwise.
        thread::spawn(move || {
            let ended = child.wait().map_or(Exit::Unknown, Exit::from);
            if let Some(child) = asked {
                children.note(&child, Some(ended));
            }
        });
        match plan.report {
            // Nobody will ask how it ended.
            ExitReport::Dropped if has_ended => Err(RuntimeError::EndedAtOnce(program(plan)?)),
            _ => Ok(Started::Running(handle)),
        }
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        match self.owned(session, handle) {
            Ok(process) => process.probe(),
            Err(RuntimeError::NotOurs(_)) => Probe::Gone,
            Err(error) => Probe::Unknown(error),
        }
    }

    fn process(&self, session: &SessionId, handle: &str) -> Option<Process> {
        let process = self.owned(session, handle).ok()?;
        matches!(process.probe(), Probe::Alive { .. }).then_some(process)
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        match self.children.wait(&(*session, handle.to_owned()), patience) {
            Ok(ended) => ended,
            Err(NoChild) => match self.owned(session, handle) {
                Ok(process) => {
                    let ended = wait(&process, patience);
                    matches!(ended, Ok(Waited::Ended)).then_some(Exit::Unknown)
                }
                Err(RuntimeError::NotOurs(_)) => Some(Exit::Unknown),
                Err(_) => None,
            },
        }
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError> {
        let stopped = self.owned(session, handle)?.stop(grace)?;
        self.children.forget(&(*session, handle.to_owned()));
        Ok(stopped)
    }
}

/// Starts the program in a new session with setsid(1), which then executes it.
///
/// Without setsid(1), the program gets only a process group of its own. A closing terminal sends no
/// signal to that group either, but the process keeps its controlling terminal.
fn spawn(plan: &ProcessSpec) -> Result<Child, RuntimeError> {
    let program = program(plan)?;
    // setsid would report a missing program only in the log.
    if program.contains('/') && !plan.cwd.join(&program).is_file() {
        return Err(RuntimeError::NotInstalled(program));
    }
    let mut alone = plan.command(OsStr::new("setsid"));
    alone.args(&plan.argv);
    match outfit(alone, plan)?.spawn() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut grouped = plan.command(&plan.argv[0]);
            grouped.args(&plan.argv[1..]).process_group(0);
            outfit(grouped, plan)?.spawn()
        }
        other => other,
    }
    .map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => RuntimeError::NotInstalled(program),
        _ => RuntimeError::io(format!("start '{program}'"), source),
    })
}

/// Waits until the process has left the caller's process group, so that ^C in the caller's terminal
/// no longer reaches it.
fn wait_alone(process: &Process) {
    let end = Instant::now() + ALONE;
    while process.leads() == Leads::Itself
        && matches!(process.probe(), Probe::Alive { .. })
        && Instant::now() < end
    {
        thread::sleep(Duration::from_millis(1));
    }
}

fn outfit(mut command: Command, plan: &ProcessSpec) -> Result<Command, RuntimeError> {
    let log = |file: &File| file.try_clone().map_err(|e| RuntimeError::io("open the log", e));
    let out = match &plan.log {
        Some(path) => OpenOptions::new().append(true).create(true).mode(0o600).open(path),
        None => OpenOptions::new().write(true).open("/dev/null"),
    };
    let out = out.map_err(|e| RuntimeError::io("open the log", e))?;
    let input = plan.input.as_deref().map(|bytes| input(plan, bytes)).transpose();
    let input = input.map_err(|e| RuntimeError::io("write the input", e))?;
    command.stdin(input.map_or_else(Stdio::null, Stdio::from));
    command.current_dir(&plan.cwd).stderr(log(&out)?).stdout(out);
    Ok(command)
}

/// Returns a file without a name that holds the input. Unlike a pipe, it needs nobody who writes to
/// it.
fn input(plan: &ProcessSpec, bytes: &[u8]) -> io::Result<File> {
    let folder = plan.log.as_deref().and_then(|log| log.parent()).unwrap_or(&plan.cwd);
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

fn program(plan: &ProcessSpec) -> Result<String, RuntimeError> {
    let program = plan.argv.first().map(|program| program.to_string_lossy().into_owned());
    program.ok_or_else(|| RuntimeError::NotInstalled(String::new()))
}

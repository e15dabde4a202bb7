use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::process::Leads;
use super::{
    Attach, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal,
};
use crate::model::SessionId;

/// How long setsid(1) may take on a busy machine.
const ALONE: Duration = Duration::from_secs(2);

/// Runs a process without a terminal and logs its output. The handle is the process.
#[derive(Debug, Clone, Copy)]
pub struct Detached;

impl Runtime for Detached {
    fn name(&self) -> &'static str {
        "detached"
    }

    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }

    fn start(&self, _: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        if !plan.cwd.is_dir() {
            return Err(RuntimeError::NoDirectory(plan.cwd.clone()));
        }
        let mut child = spawn(plan)?;
        let process = Process::of(child.id())?;
        if let Some(process) = &process {
            wait_alone(process);
        }
        // A long-lived caller would keep the ended process as a zombie otherwise.
        thread::spawn(move || child.wait());
        match process {
            Some(process) => Ok(Started::Running(process.to_string())),
            None => Err(RuntimeError::EndedAtOnce(program(plan)?)),
        }
    }

    fn probe(&self, _: &SessionId, handle: &str) -> Probe {
        Process::probe_handle(self.name(), handle)
    }

    fn send(&self, _: &SessionId, _: &str, _: &str) -> Result<(), RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name(), what: "send text" })
    }

    fn stop(&self, _: &SessionId, handle: &str, grace: Duration) -> Result<Stopped, RuntimeError> {
        Process::of_handle(self.name(), handle)?.stop(grace)
    }

    fn attach(&self, _: &SessionId, _: &str) -> Result<Attach, RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name(), what: "attach" })
    }
}

/// Starts the program in a session of its own with setsid(1), which then executes it.
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
    command.current_dir(&plan.cwd).stdin(Stdio::null()).stderr(log(&out)?).stdout(out);
    Ok(command)
}

fn program(plan: &ProcessSpec) -> Result<String, RuntimeError> {
    let program = plan.argv.first().map(|program| program.to_string_lossy().into_owned());
    program.ok_or_else(|| RuntimeError::NotInstalled(String::new()))
}

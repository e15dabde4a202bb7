use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::event::{Exit, ProcessEvent};
use super::output::{Backlog, LineSink, pass_on};
use super::terminal_settings::Settings;
use super::{Process, ProcessSpec, RuntimeError, Terminal, job};

/// How long to read output after the process has ended, because its children may keep the pipe
/// open.
const AFTER_END: Duration = Duration::from_secs(1);

/// A process that is supervised from its start to its end.
#[derive(Debug)]
pub struct Child {
    signals: SignalHandle,
    process: Option<Process>,
    events: Receiver<ProcessEvent>,
    backlog: Backlog,
}

/// The connections of a process.
#[non_exhaustive]
pub struct ChildStdio {
    /// Whether the process shares the caller's terminal, and with it the process group to which the
    /// terminal sends signals. Otherwise it gets its own process group.
    pub terminal: Terminal,
    /// The standard input. With None, the process inherits it, or has none if its output is
    /// captured.
    pub input: Option<Vec<u8>>,
    /// The destination of standard output and standard error; the caller also receives the lines of
    /// standard output. With None, the process inherits both.
    pub output: Option<Box<dyn Write + Send>>,
    /// Whether the lines of a captured standard error are received too.
    pub errors: ErrorLines,
}

/// What the caller receives of a captured standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorLines {
    /// Nothing.
    #[default]
    Dropped,
    /// Its lines, in the order in which both streams were written: they share a pipe.
    Received,
}

impl ChildStdio {
    /// Lets the process inherit the standard streams.
    pub fn new(terminal: Terminal) -> Self {
        Self { terminal, input: None, output: None, errors: ErrorLines::Dropped }
    }

    /// Sets the standard input.
    #[must_use]
    pub fn input(self, input: impl Into<Vec<u8>>) -> Self {
        Self { input: Some(input.into()), ..self }
    }

    /// Captures standard output and standard error.
    #[must_use]
    pub fn output(self, output: Box<dyn Write + Send>) -> Self {
        Self { output: Some(output), ..self }
    }

    /// Sets whether the lines of a captured standard error are received too.
    #[must_use]
    pub fn errors(self, errors: ErrorLines) -> Self {
        Self { errors, ..self }
    }
}

/// Forwards signals to a process as long as it is alive.
#[derive(Debug, Clone)]
pub struct SignalHandle(Arc<Mutex<Signalled>>);

#[derive(Debug)]
struct Signalled {
    /// None once the process has ended.
    target: Option<Target>,
    /// The last signal that asked it to exit.
    asked: Option<i32>,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    /// The process shares the terminal, whose keys send signals to it directly.
    Process(Pid),
    Group(Pid),
}

impl Child {
    /// Starts a process. When it ends, the settings of a shared terminal are restored.
    ///
    /// # Errors
    /// Fails if the program or the directory does not exist or cannot be used.
    pub fn start(plan: &ProcessSpec, stdio: ChildStdio) -> Result<Self, RuntimeError> {
        let Some(program) = plan.argv.first() else {
            return Err(RuntimeError::NotInstalled(String::new()));
        };
        let mut command = plan.command(program);
        command.args(&plan.argv[1..]).current_dir(&plan.cwd);
        if stdio.input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut shared = None;
        if stdio.output.is_some() {
            match stdio.errors {
                ErrorLines::Dropped => {
                    command.stdout(Stdio::piped()).stderr(Stdio::piped());
                }
                ErrorLines::Received => {
                    let pipe = |source| RuntimeError::io("make a pipe".to_owned(), source);
                    let (read, write) = io::pipe().map_err(pipe)?;
                    command.stdout(write.try_clone().map_err(pipe)?).stderr(write);
                    shared = Some(OwnedFd::from(read));
                }
            }
            if stdio.input.is_none() {
                // The output is captured, so nobody could answer a prompt.
                command.stdin(Stdio::null());
            }
        }
        if stdio.terminal == Terminal::Absent {
            command.process_group(0);
        }
        let settings = (stdio.terminal == Terminal::Present).then(Settings::now);
        let child = command.spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound if !plan.cwd.is_dir() => {
                RuntimeError::NoDirectory(plan.cwd.clone())
            }
            io::ErrorKind::NotFound => {
                RuntimeError::NotInstalled(program.to_string_lossy().into_owned())
            }
            _ => RuntimeError::io(format!("start '{}'", program.to_string_lossy()), source),
        })?;
        // It holds the writing end of a shared pipe.
        drop(command);
        Ok(Self::watch(child, (stdio, shared), settings))
    }

    fn watch(
        mut child: std::process::Child,
        (stdio, shared): (ChildStdio, Option<OwnedFd>),
        before: Option<Settings>,
    ) -> Self {
        let pid = Pid::from_child(&child);
        // The child has not been waited for, so its id cannot belong to another process.
        let process = Process::of(child.id()).ok().flatten();
        let (target, wait_for_end): (_, fn(Pid)) = match stdio.terminal {
            Terminal::Present => (Target::Process(pid), job::wait_for_end_of_job),
            Terminal::Absent => (Target::Group(pid), job::wait_for_end),
        };
        let signals = SignalHandle::to(target);
        if let (Some(input), Some(mut stdin)) = (stdio.input, child.stdin.take()) {
            // It is not an error if the process does not read all input.
            thread::spawn(move || stdin.write_all(&input));
        }
        let (send, events) = channel();
        let backlog = Backlog::default();
        let sink = LineSink { send: send.clone(), backlog: backlog.clone() };
        let [stdout, stderr] =
            [child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)];
        let pipes = [shared, stdout, stderr];
        let pipes = pipes.into_iter().flatten().collect();
        let reader = stdio.output.map(|output| pass_on(pipes, output, sink));
        let held = signals.clone();
        thread::spawn(move || {
            // Waits without reaping, so that the id stays valid until no more signals are sent.
            wait_for_end(pid);
            held.let_go();
            let status = child.wait();
            if let Some(reader) = reader {
                let _ = reader.recv_timeout(AFTER_END);
            }
            if let Some(before) = before {
                before.put_back();
            }
            let ended = status.map_or(Exit::Code(-1), Exit::from);
            let _ = send.send(ProcessEvent::Ended(ended));
        });
        Self { signals, process, events, backlog }
    }

    /// Returns the process, or None if it ended at once.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// Returns a handle that forwards signals to the process.
    pub fn signals(&self) -> SignalHandle {
        self.signals.clone()
    }

    /// Waits for the next event, or returns None after `patience`.
    pub fn next(&self, patience: Duration) -> Option<ProcessEvent> {
        match self.events.recv_timeout(patience) {
            Ok(event) => {
                if let ProcessEvent::Line(line) = &event {
                    self.backlog.heard(line);
                }
                Some(event)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(ProcessEvent::Ended(Exit::Code(-1))),
        }
    }
}

impl SignalHandle {
    fn to(target: Target) -> Self {
        Self(Arc::new(Mutex::new(Signalled { target: Some(target), asked: None })))
    }

    /// Sends a signal, by its number. A signal that a key of the terminal already sent to a process
    /// that shares the terminal is not sent again.
    ///
    /// # Errors
    /// Fails if the system refuses.
    pub fn pass(&self, signal: i32) -> Result<(), RuntimeError> {
        let Some(signal) = Signal::from_named_raw(signal) else { return Ok(()) };
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(signal, Signal::HUP | Signal::TERM) {
            state.asked = Some(signal.as_raw());
        }
        let sent = match state.target {
            None => Ok(()),
            Some(Target::Process(_)) if matches!(signal, Signal::INT | Signal::QUIT) => Ok(()),
            Some(Target::Process(pid)) => kill_process(pid, signal),
            Some(Target::Group(pid)) => kill_process_group(pid, signal),
        };
        match sent {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(RuntimeError::io("signal the process", error)),
        }
    }

    /// Asks the process to exit.
    ///
    /// # Errors
    /// Fails if the system refuses.
    pub fn end(&self) -> Result<(), RuntimeError> {
        self.pass(Signal::TERM.as_raw())
    }

    /// Returns the number of the last SIGTERM or SIGHUP that was passed.
    pub(crate) fn asked(&self) -> Option<i32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).asked
    }

    fn let_go(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).target = None;
    }
}

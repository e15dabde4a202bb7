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
use super::settings::Settings;
use super::{Process, ProcessSpec, RuntimeError, Terminal, job};

/// How long output is read on after the process has ended: what it started may hold the pipe.
const AFTER_END: Duration = Duration::from_secs(1);

/// A process that is looked after from its start to its end.
#[derive(Debug)]
pub struct Child {
    signals: SignalHandle,
    process: Option<Process>,
    events: Receiver<ProcessEvent>,
    backlog: Backlog,
}

/// What a process is connected to.
pub struct ChildStdio {
    /// Whether it shares the caller's terminal, and with that the process group that the terminal's
    /// keys send signals to. It gets a group of its own otherwise.
    pub terminal: Terminal,
    /// What it reads on standard input, which is closed after it. None leaves it the caller's, or
    /// nothing where its output is heard.
    pub input: Option<Vec<u8>>,
    /// Where its standard output and standard error go; the caller hears the lines of the first.
    /// None leaves them the caller's.
    pub output: Option<Box<dyn Write + Send>>,
}

/// What passes signals on to a process while it is alive, and to nobody afterwards.
#[derive(Debug, Clone)]
pub struct SignalHandle(Arc<Mutex<Option<Target>>>);

#[derive(Debug, Clone, Copy)]
enum Target {
    /// It shares the terminal, whose keys reach it without help.
    Process(Pid),
    Group(Pid),
}

impl Child {
    /// Starts a process. The terminal that it shares is as it was again when it ends.
    ///
    /// # Errors
    /// When the program or the directory is not there, or cannot be used.
    pub fn start(plan: &ProcessSpec, stdio: ChildStdio) -> Result<Self, RuntimeError> {
        let Some(program) = plan.argv.first() else {
            return Err(RuntimeError::NotInstalled(String::new()));
        };
        let mut command = plan.command(program);
        command.args(&plan.argv[1..]).current_dir(&plan.cwd);
        if stdio.input.is_some() {
            command.stdin(Stdio::piped());
        }
        if stdio.output.is_some() {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            if stdio.input.is_none() {
                // It is not there to be talked to.
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
        Ok(Self::watch(child, stdio, settings))
    }

    fn watch(mut child: std::process::Child, stdio: ChildStdio, before: Option<Settings>) -> Self {
        let pid = Pid::from_child(&child);
        // Nobody has collected it: also when it has ended, the number is not another one's.
        let process = Process::of(child.id()).ok().flatten();
        let (target, wait_for_end): (_, fn(Pid)) = match stdio.terminal {
            Terminal::Present => (Target::Process(pid), job::wait_for_end_of_job),
            Terminal::Absent => (Target::Group(pid), job::wait_for_end),
        };
        let signals = SignalHandle(Arc::new(Mutex::new(Some(target))));
        if let (Some(input), Some(mut stdin)) = (stdio.input, child.stdin.take()) {
            // A process that does not read to the end is no failure.
            thread::spawn(move || stdin.write_all(&input));
        }
        let (send, events) = channel();
        let backlog = Backlog::default();
        let sink = LineSink { send: send.clone(), backlog: backlog.clone() };
        let pipes =
            [child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)];
        let pipes = pipes.into_iter().flatten().collect();
        let reader = stdio.output.map(|output| pass_on(pipes, output, sink));
        let held = signals.clone();
        thread::spawn(move || {
            // Not collected: until the reins are gone its number is its own.
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

    /// The process; None where it ended at once.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// What passes signals on to it.
    pub fn signals(&self) -> SignalHandle {
        self.signals.clone()
    }

    /// Waits for the next thing it does; None where it does nothing for this long.
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
    /// Passes a signal on, by its number. What a key of the terminal sends reaches a process that
    /// shares it anyway, and is not sent twice.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pass(&self, signal: i32) -> Result<(), RuntimeError> {
        let Some(signal) = Signal::from_named_raw(signal) else { return Ok(()) };
        let target = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = match *target {
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

    /// Asks the process to end.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn end(&self) -> Result<(), RuntimeError> {
        self.pass(Signal::TERM.as_raw())
    }

    fn let_go(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

use std::ffi::OsString;
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Answer, Client, arg};
use super::panes::{self, Pane};
use super::{attach, press, screen, send, start, terminals};
use crate::git::Environment;
use crate::model::{SessionId, TerminalState};
use crate::runtime::wait::wait;
use crate::runtime::{
    Attach, Exit, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal,
    TerminalKey,
};

/// How often tmux is made to ask for the status of a process that has ended.
const NUDGES: u32 = 50;

/// The pause between two looks at a pane whose process has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs agents in sessions of a tmux server.
#[derive(Debug, Clone)]
pub struct Tmux {
    client: Client,
}

impl Tmux {
    /// Uses the server at `socket`: a name, a path if it contains a `/`, or None for the default
    /// server in `environment`.
    ///
    /// The server of the caller's terminal (`$TMUX`) is ignored, so that the result does not depend
    /// on where the caller runs.
    ///
    /// # Errors
    /// Fails if the path of the socket cannot be made absolute.
    pub fn new(socket: Option<&str>, environment: &Environment) -> Result<Self, RuntimeError> {
        Ok(Self { client: Client::new(socket, environment)? })
    }

    /// Uses another program instead of the `tmux` on PATH.
    pub fn with_program(mut self, program: impl Into<OsString>) -> Self {
        self.client.program = program.into();
        self
    }

    /// Sets how long the server may take to respond.
    pub fn with_limit(mut self, limit: Duration) -> Self {
        (self.client.limit, self.client.patience) = (limit, limit);
        self
    }

    /// Returns the pane in which the session's process runs, or None if it no longer runs.
    fn pane(&self, session: &SessionId, handle: &str) -> Result<Option<Pane>, RuntimeError> {
        let panes = panes::list(&self.client)?;
        if panes.iter().any(|pane| pane.name == handle && !pane.belongs_to(session)) {
            return Err(RuntimeError::NotOurs(handle.to_owned()));
        }
        Ok(panes.into_iter().find(|pane| pane.name == handle && pane.runs()))
    }
}

impl Runtime for Tmux {
    fn name(&self) -> &str {
        "tmux"
    }

    fn check(&self) -> Result<(), RuntimeError> {
        let program = self.client.program.to_string_lossy();
        if !program.contains('/') && self.client.environment.find_program(&program).is_none() {
            return Err(RuntimeError::NotInstalled(program.into_owned()));
        }
        start::check_version(&self.client.patient())
    }

    fn terminal(&self) -> Terminal {
        Terminal::Present
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        start::start(&self.client.patient(), session, plan).map(Started::Running)
    }

    fn socket(&self) -> Option<String> {
        match self.client.run(["display-message", "-p", "#{socket_path}"].map(arg)) {
            Ok(Answer::Done(path)) => Some(path.trim_end_matches('\n').to_owned()),
            _ => None,
        }
        .filter(|path| path.starts_with('/'))
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        self.probe_all(&[(*session, handle)]).pop().unwrap_or(Probe::Gone)
    }

    fn probe_all(&self, handles: &[(SessionId, &str)]) -> Vec<Probe> {
        let panes = panes::list(&self.client);
        let answer = |(session, handle): &(SessionId, &str)| match &panes {
            Ok(panes) => {
                let ours = |pane: &&Pane| pane.name == *handle && pane.belongs_to(session);
                let running = panes.iter().filter(ours).find(|pane| pane.runs());
                running.map_or(Probe::Gone, |pane| Probe::Alive { pid: Some(pane.pid) })
            }
            Err(error) => Probe::Unknown(error.again()),
        };
        handles.iter().map(answer).collect()
    }

    fn process(&self, session: &SessionId, handle: &str) -> Option<Process> {
        Process::of(self.pane(session, handle).ok()??.pid).ok()?
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        let end = Instant::now() + patience;
        let mut nudges = 0;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let panes = panes::list(&self.client);
            if let Ok(panes) = panes {
                let ours = |pane: &&Pane| pane.name == handle && pane.belongs_to(session);
                let mut ours = panes.iter().filter(ours).filter(|pane| pane.is_first());
                let Some(pane) = ours.next() else { return Some(Exit::Unknown) };
                match pane.ended {
                    // tmux may have missed the signal of its child's end. It asks for the status of
                    // every child when another one ends.
                    Some(Exit::Unknown) if nudges < NUDGES => {
                        nudges += 1;
                        let _ = self.client.run(["run-shell", "true"].map(arg));
                        thread::sleep(PAUSE);
                        continue;
                    }
                    Some(ended) => return Some(ended),
                    None => {}
                }
                if let Ok(Some(process)) = Process::of(pane.pid) {
                    // An error is met again by the next look.
                    let _ = wait(&process, left);
                }
            }
            if left.is_zero() {
                return None;
            }
            // The server may not have noticed the end yet.
            thread::sleep(PAUSE.min(left));
        }
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        let pane = self.pane(session, handle)?;
        let pane = pane.ok_or_else(|| RuntimeError::Gone(handle.to_owned()))?;
        send::send(&self.client.patient(), &pane.id, text)
    }

    fn press(
        &self,
        session: &SessionId,
        handle: &str,
        keys: &[TerminalKey],
    ) -> Result<(), RuntimeError> {
        let pane = self.pane(session, handle)?;
        let pane = pane.ok_or_else(|| RuntimeError::Gone(handle.to_owned()))?;
        press::press(&self.client.patient(), &pane.id, keys)
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError> {
        let stopped = match self.pane(session, handle)? {
            Some(pane) => match Process::of(pane.pid)? {
                Some(process) => process.stop(grace)?,
                None => Stopped::AlreadyGone,
            },
            None => Stopped::AlreadyGone,
        };
        // The session may still contain panes that a person opened, or a dead pane.
        let panes = panes::list(&self.client)?;
        if panes.iter().any(|pane| pane.name == handle && pane.belongs_to(session)) {
            let target = panes::target(handle);
            self.client.run_unless_gone([arg("kill-session"), arg("-t"), target.into()])?;
        }
        Ok(stopped)
    }

    fn own_screen(&self) -> Option<String> {
        screen::own(&self.client)
    }

    fn screen(&self, session: &SessionId, handle: &str) -> Option<String> {
        let panes = panes::list(&self.client).ok()?;
        let ours = |pane: &&Pane| pane.name == handle && pane.belongs_to(session);
        let pane = panes.iter().filter(ours).find(|pane| pane.is_first())?;
        screen::of(&self.client, &pane.id)
    }

    fn terminals(&self, handles: &[(SessionId, &str)]) -> Vec<Option<TerminalState>> {
        terminals::of(&self.client, handles)
    }

    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
        self.pane(session, handle)?.ok_or_else(|| RuntimeError::Gone(handle.to_owned()))?;
        attach::attach(&self.client, handle)
    }
}

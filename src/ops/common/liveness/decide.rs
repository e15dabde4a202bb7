use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::clone::processes;
use super::owner::{is_anothers, noted};
use super::{AgentFile, SupervisorProcess, of_placement};
use crate::git::{LockError, Repository};
use crate::model::{Placement, Session, SessionId};
use crate::ops::common::Engine;
use crate::runtime::{Probe, Runtime, RuntimeError};

/// How long a supervisor may take to exit after it has recorded the end.
const PARTING: Duration = Duration::from_secs(2);

/// Whether a session's agent is alive in this clone.
#[derive(Debug)]
pub enum Liveness {
    /// The agent is running.
    Alive {
        /// The supervisor's process; the agent's if it has no supervisor, or one that also does other
        /// work; None if the process is not known.
        pid: Option<u32>,
    },
    /// The agent is certainly gone.
    Gone,
    /// The state cannot be determined. It must not be treated as gone.
    Unknown(RuntimeError),
}

impl From<Probe> for Liveness {
    fn from(probe: Probe) -> Self {
        match probe {
            Probe::Alive { pid } => Self::Alive { pid },
            Probe::Gone => Self::Gone,
            Probe::Unknown(error) => Self::Unknown(error),
        }
    }
}

impl Liveness {
    /// Combines two pieces of evidence: alive if either says so, gone only if both do.
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Alive { .. } => self,
            Self::Gone => other(),
            Self::Unknown(_) => match other() {
                alive @ Self::Alive { .. } => alive,
                _ => self,
            },
        }
    }
}

impl Engine {
    /// Returns whether the session's agent is alive in this clone.
    pub fn liveness(&self, session: &Session) -> Liveness {
        let replica = self.store().known_replica();
        let looks = Looks::new(self, replica.as_deref(), &[session]);
        looks.run().pop().unwrap_or(Liveness::Gone)
    }
}

/// Does the same as [`Engine::liveness`] for a session that may have just ended. The supervisor exits
/// shortly after it has recorded the end, so this waits for it.
pub fn liveness_after_end(engine: &Engine, session: &Session) -> Liveness {
    let end = Instant::now() + PARTING;
    loop {
        let now = engine.liveness(session);
        let is_leaving = matches!(now, Liveness::Alive { .. })
            && session.status.is_terminal()
            && has_no_agent(engine.repository(), session.id);
        if !is_leaving || Instant::now() >= end {
            return now;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Returns true if, by the agent file, the agent itself is gone.
fn has_no_agent(repo: &Repository, session: SessionId) -> bool {
    match AgentFile::read(repo, session) {
        Ok(None) => true,
        Ok(Some(file)) if file.is_of_this_namespace() => {
            file.agent.is_some_and(|agent| matches!(agent.probe(), Probe::Gone))
        }
        Ok(Some(_)) | Err(_) => false,
    }
}

/// Returns the same as [`Engine::liveness`] for a session whose record may be unreadable. Without the
/// record, only the processes are examined.
pub fn liveness_of(engine: &Engine, id: SessionId, session: Option<&Session>) -> Liveness {
    match session {
        Some(session) => engine.liveness(session),
        None => of_processes(engine.repository(), id),
    }
}

/// Returns whether the agent is alive, judged by the lock and the agent file alone.
pub fn of_processes(repo: &Repository, session: SessionId) -> Liveness {
    witness(repo, session).unwrap_or(Liveness::Gone)
}

/// Checks the lock and the agent file. Returns None if there is neither.
fn witness(repo: &Repository, session: SessionId) -> Option<Liveness> {
    match repo.lock_holder(&format!("run/{session}")) {
        Ok(None) => {}
        Ok(Some(who)) => {
            let pid = who.parse().ok().and_then(|who| pid_of(repo, session, &who));
            return Some(Liveness::Alive { pid });
        }
        Err(LockError::Io { path, source }) => {
            return Some(Liveness::Unknown(RuntimeError::Unreadable { path, source }));
        }
        Err(LockError::Timeout { .. }) => return Some(Liveness::Alive { pid: None }),
    }
    left_behind(repo, session)
}

/// Returns the process to name for a session with this supervisor.
fn pid_of(repo: &Repository, session: SessionId, who: &SupervisorProcess) -> Option<u32> {
    match who {
        SupervisorProcess::Own(process) => Some(process.pid()),
        SupervisorProcess::Shared(_) => Some(AgentFile::read(repo, session).ok()??.agent?.pid()),
    }
}

/// Checks only the agent file, which stays if the supervisor was killed.
pub fn left_behind(repo: &Repository, session: SessionId) -> Option<Liveness> {
    match AgentFile::read(repo, session) {
        Ok(file) => file.map(|file| of_file(repo, &file, session)),
        Err(error) => Some(Liveness::Unknown(error)),
    }
}

fn of_file(repo: &Repository, file: &AgentFile, session: SessionId) -> Liveness {
    if !file.is_of_this_namespace() {
        let pid = file.agent.as_ref().unwrap_or(file.runner.process()).pid();
        return Liveness::Unknown(RuntimeError::Orphaned(pid));
    }
    let agent = match &file.agent {
        Some(agent) => agent.probe().into(),
        // The supervisor was killed before it recorded the agent, which may have started.
        None => match processes(repo, session).first() {
            Some(it) => Liveness::Unknown(RuntimeError::Orphaned(it.process.pid())),
            None if !AgentFile::is_visible(repo, session) => {
                Liveness::Unknown(RuntimeError::Orphaned(file.runner.process().pid()))
            }
            None => Liveness::Gone,
        },
    };
    match &file.runner {
        SupervisorProcess::Own(runner) => Liveness::from(runner.probe()).and(|| agent),
        // That such a process lives says nothing: it holds the lock as long as it supervises.
        SupervisorProcess::Shared(_) => agent,
    }
}

/// Prepared liveness checks that ask each runtime server only once. They can run on another thread.
pub struct Looks<'a> {
    answers: Vec<Liveness>,
    servers: BTreeMap<(&'a str, Option<&'a str>), Asked<'a>>,
}

struct Asked<'a> {
    runtime: Result<Arc<dyn Runtime>, RuntimeError>,
    handles: Vec<(SessionId, &'a str)>,
    places: Vec<usize>,
}

impl<'a> Looks<'a> {
    /// Prepares the checks. `replica` is this clone's name.
    pub fn new(engine: &Engine, replica: Option<&str>, sessions: &[&'a Session]) -> Self {
        let repo = engine.repository();
        let noted = noted(repo);
        let mut looks = Self { answers: Vec::new(), servers: BTreeMap::new() };
        for (place, session) in sessions.iter().enumerate() {
            // If the directory cannot be listed, try each file.
            let is_noted = noted.as_ref().map_or(true, |noted| noted.contains(&session.id));
            let answer = match is_noted {
                true => witness(repo, session.id),
                false => None,
            };
            let here = session.placement_in(replica);
            // If supervisor and agent are known to be gone, no server can have them.
            if matches!(answer, None | Some(Liveness::Unknown(_)))
                && let Some((name, handle, here)) = here.and_then(started)
                && !is_anothers(repo, session.id, handle)
            {
                let server = (name, here.socket.as_deref());
                let asked = looks.servers.entry(server).or_insert_with(|| Asked {
                    runtime: of_placement(engine, name, here),
                    handles: Vec::new(),
                    places: Vec::new(),
                });
                asked.handles.push((session.id, handle));
                asked.places.push(place);
            }
            looks.answers.push(answer.unwrap_or(Liveness::Gone));
        }
        looks
    }

    /// Asks the servers. The answers are in the order of the sessions.
    pub fn run(mut self) -> Vec<Liveness> {
        for asked in self.servers.into_values() {
            let probes = match asked.runtime {
                Ok(runtime) => runtime.probe_all(&asked.handles),
                Err(error) => asked.handles.iter().map(|_| Probe::Unknown(error.again())).collect(),
            };
            for (place, probe) in asked.places.into_iter().zip(probes) {
                let answer = std::mem::replace(&mut self.answers[place], Liveness::Gone);
                self.answers[place] = answer.and(|| probe.into());
            }
        }
        self.answers
    }
}

/// Returns the runtime and the handle of a placement whose agent was started.
fn started(placement: &Placement) -> Option<(&str, &str, &Placement)> {
    let name = placement.runtime.as_deref().filter(|name| *name != "none")?;
    Some((name, placement.handle.as_deref()?, placement))
}

use std::collections::BTreeMap;

use crate::git::Repository;
use crate::model::{Placement, Session, SessionId};
use crate::runtime::{self, Probe, Runtime, RuntimeError};

/// Whether a session's agent is alive, as far as this replica can tell.
#[derive(Debug)]
pub enum AgentState {
    /// It runs.
    Alive {
        /// The process that looks after it.
        pid: u32,
    },
    /// It does not run any more, and that is certain.
    Gone,
    /// It cannot be told; never to be taken for gone.
    Unknown(RuntimeError),
    /// It was never started here, or what starts it has not said yet what it started.
    NotStarted,
    /// It lives on another replica, where it cannot be seen from here.
    Elsewhere,
}

/// Whether the agents of sessions are alive, to be asked: each runtime once for all that it keeps.
/// It can be done beside other work, on another thread.
pub struct Probes<'a> {
    states: Vec<AgentState>,
    runtimes: BTreeMap<&'a str, Asked<'a>>,
}

struct Asked<'a> {
    runtime: Result<Box<dyn Runtime>, RuntimeError>,
    handles: Vec<(SessionId, &'a str)>,
    places: Vec<usize>,
}

impl<'a> Probes<'a> {
    /// `replica` is this clone's name.
    pub fn new(repo: &Repository, replica: Option<&str>, sessions: &[&'a Session]) -> Self {
        let socket = repo.config("ao.tmuxSocket");
        let mut probes = Self { states: Vec::new(), runtimes: BTreeMap::new() };
        for (place, session) in sessions.iter().enumerate() {
            let here = replica.and_then(|replica| session.placements.get(replica));
            let state = match here.map(started) {
                Some(Some((name, handle))) => {
                    let asked = probes.runtimes.entry(name).or_insert_with(|| Asked {
                        runtime: runtime::named(name, socket.as_deref()),
                        handles: Vec::new(),
                        places: Vec::new(),
                    });
                    asked.handles.push((session.id, handle));
                    asked.places.push(place);
                    AgentState::NotStarted
                }
                Some(None) => AgentState::NotStarted,
                None if session.placements.is_empty() => AgentState::NotStarted,
                None => AgentState::Elsewhere,
            };
            probes.states.push(state);
        }
        probes
    }

    /// The answers, in the order of the sessions.
    pub fn run(mut self) -> Vec<AgentState> {
        for (name, asked) in self.runtimes {
            let answers = match asked.runtime {
                Ok(runtime) => runtime.probe_all(&asked.handles),
                Err(_) => {
                    let unknown = || RuntimeError::Unknown(name.chars().take(64).collect());
                    asked.handles.iter().map(|_| Probe::Unknown(unknown())).collect()
                }
            };
            for (place, answer) in asked.places.into_iter().zip(answers) {
                self.states[place] = match answer {
                    Probe::Alive { pid } => AgentState::Alive { pid },
                    Probe::Gone => AgentState::Gone,
                    Probe::Unknown(error) => AgentState::Unknown(error),
                };
            }
        }
        self.states
    }
}

/// The runtime and the handle of what was started.
fn started(placement: &Placement) -> Option<(&str, &str)> {
    let name = placement.runtime.as_deref().filter(|name| *name != "none")?;
    Some((name, placement.handle.as_deref()?))
}

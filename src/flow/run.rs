//! Looking after a session's agent from its start to its end.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::brief::{Brief, brief, parent, taken_up};
use super::conversation::NOT_STARTED;
use super::liveness::{AgentFile, Liveness, left_behind};
use super::on_branch::catch_up;
use super::start::{PATIENCE, claim};
use super::{FlowError, Interrupt, Launcher, here, said, screen};
use crate::agent::{Action, Agent, Launch, Mode};
use crate::git::{Lock, LockError, Repository};
use crate::model::{Origin, Placement, Session, SessionId, SessionStatus, Timestamp};
use crate::runtime::{Child, Ended, Event, Foreground, Plan, Process, Reins, Runtime, Wires};
use crate::store::{Key, Store, StoreError};
use crate::workspace;

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The session.
    pub session: SessionId,
    /// What its agent is started for.
    pub action: Action,
    /// Who asked.
    pub turn: Turn,
}

/// Who asked for an agent to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A runtime, for somebody who is still writing the session down, with a placement of this time.
    Started(Option<Timestamp>),
    /// A person, at this terminal.
    ByHand,
}

/// How often an agent that tells its id to nobody is looked at, at first.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// How long it is not looked at, at most: it may ask for trust before it begins a conversation.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// The right to run a session's agent, which one process has at a time.
#[derive(Debug)]
pub struct Runner {
    run: Run,
    _alone: Lock,
}

impl Run {
    /// Waits until nobody else runs the session, and until whoever asked for it has written it
    /// down. A signal may end the caller meanwhile: nothing has been started.
    ///
    /// # Errors
    /// When the session is run already.
    pub fn wait_for_turn(self, repo: &Repository) -> Result<Runner, FlowError> {
        let patience =
            if matches!(self.turn, Turn::Started(_)) { PATIENCE } else { Duration::ZERO };
        let claimed = claim(repo, self.session, patience);
        let lock = claimed.and_then(|claim| {
            let lock = repo.lock_named(&format!("run/{}", self.session), patience);
            drop(claim);
            let mut lock = lock?;
            // Whom to end when nobody knows the session any more. It can be told without, too.
            if let Ok(process) = Process::current() {
                let _ = lock.sign(&process.to_string());
            }
            Ok(lock)
        });
        match lock {
            // The last one was killed, and its agent was not.
            Ok(_) if !matches!(left_behind(repo, self.session), None | Some(Liveness::Gone)) => {
                Err(FlowError::Running(self.session))
            }
            // The kernel releases it, however this process ends.
            Ok(alone) => Ok(Runner { run: self, _alone: alone }),
            Err(FlowError::Lock(LockError::Timeout { .. })) => {
                Err(FlowError::Running(self.session))
            }
            Err(error) => Err(error),
        }
    }
}

impl Runner {
    /// Starts the agent in its workspace and stays until it ends. The record tells when it works,
    /// how it ended, and its own id of the conversation.
    ///
    /// `output` is where the agent's output goes where it has no terminal. An interrupt counts until
    /// the agent is started. `watch` is called with what passes signals on, when there is somebody to
    /// pass them to.
    ///
    /// # Errors
    /// When the session has ended, or its agent cannot be started; the record tells the last.
    pub fn run(
        self,
        store: &Store,
        launcher: &Launcher,
        output: Box<dyn Write + Send>,
        interrupt: &Interrupt<'_>,
        watch: &mut dyn FnMut(Reins),
    ) -> Result<Ended, FlowError> {
        let key = own_key(store, self.run.session);
        let session = store.snapshot()?.session(key)?;
        if session.status.is_terminal() {
            return Err(FlowError::HasEnded { id: session.id, status: session.status });
        }
        let session = match self.run.turn {
            // Whoever asked for it was stopped before that was written down, and could not say so.
            Turn::Started(Some(at))
                if here::placement(store, &session).and_then(|it| it.at) != Some(at) =>
            {
                return Err(FlowError::Changed(session.id));
            }
            Turn::Started(_) => session,
            Turn::ByHand => place_here(store, &session)?,
        };
        let prepared = prepare(store, launcher, &self.run, &session, output);
        let begun = prepared.and_then(|prepared| {
            // From here on a signal is the agent's.
            interrupt.check()?;
            prepared.begin(store.repository())
        });
        match begun {
            Ok(agent) => {
                // It has been said by now.
                let _ = said::leave(store.repository(), session.id, None);
                agent.look_after(store, watch)
            }
            Err(error) => {
                let reason = format!("{NOT_STARTED}{error}");
                end(store, &key_of(&session), None, (&SessionStatus::Errored, &reason))?;
                Err(error)
            }
        }
    }
}

/// Notes that this very process is what keeps the agent alive.
fn place_here(store: &Store, session: &Session) -> Result<Session, FlowError> {
    let (replica, process) = (store.replica()?, Process::current()?);
    let placed = store.transaction("place", |tx| {
        tx.set_origin(Origin::Automatic);
        tx.update(key_of(session), |session| {
            let placement = session.placements.entry(replica.clone()).or_default();
            placement.runtime = Some(Foreground.name().to_owned());
            placement.handle = Some(process.to_string());
            placement.socket = None;
            Ok::<_, StoreError>(session.clone())
        })
    });
    Ok(placed?.value)
}

struct Running<'a> {
    agent: &'a dyn Agent,
    child: Child,
    session: Key,
    workspace: PathBuf,
    since: SystemTime,
    /// The agent's own id of the conversation, as far as it is known.
    conversation: Option<String>,
    here: Option<Placement>,
}

/// All that it takes to start an agent.
struct Prepared<'a> {
    agent: &'a dyn Agent,
    plan: Plan,
    wires: Wires,
    session: Key,
    workspace: PathBuf,
    conversation: Option<String>,
    here: Option<Placement>,
}

fn prepare<'a>(
    store: &Store,
    launcher: &'a Launcher,
    run: &Run,
    session: &Session,
    output: Box<dyn Write + Send>,
) -> Result<Prepared<'a>, FlowError> {
    let workspace = here::workspace(store, session)?;
    let agent = launcher.agents().find(session.agent.as_deref().unwrap_or_default())?;
    let program = launcher.installed(agent)?;
    let terminal = here::runtime(store, launcher, session)?.terminal();
    let parent = parent(store, session)?;
    let text = match run.turn {
        Turn::Started(_) => said::left(store.repository(), session.id)?,
        Turn::ByHand => None,
    };
    let told = Brief {
        store,
        agent,
        session,
        parent: parent.as_ref(),
        workspace: &workspace,
        action: run.action,
        terminal,
        text: text.as_deref(),
    };
    let (mode, launch) = brief(&told)?;
    launch.prepare()?;
    if let Some(id) = taken_up(&told) {
        agent.bring_conversation(id, &workspace, &|name| std::env::var_os(name))?;
    }
    let wires = Wires {
        terminal,
        input: launch.stdin.clone().map(String::into_bytes),
        output: (mode == Mode::Headless).then_some(output),
    };
    let plan = plan(session, &workspace, program, &launch);
    let conversation = launch.agent_session_id;
    let here = here::placement(store, session).cloned();
    Ok(Prepared { agent, plan, wires, session: key_of(session), workspace, conversation, here })
}

impl<'a> Prepared<'a> {
    fn begin(self, repo: &Repository) -> Result<Running<'a>, FlowError> {
        let note = |agent| match AgentFile::new(repo, agent)?.write(repo, self.session.id) {
            Ok(()) => Ok(()),
            Err(source) => {
                let path = AgentFile::path(repo, self.session.id);
                Err(FlowError::File { act: "write", path, source })
            }
        };
        // Who kills this process must not make the agent unknown.
        note(None)?;
        screen::forget(repo, self.session.id);
        // A file's time may be coarser than the clock.
        let since = SystemTime::now() - Duration::from_secs(2);
        let child = match Child::start(&self.plan, self.wires) {
            Ok(child) => child,
            Err(error) => {
                let _ = AgentFile::remove(repo, self.session.id);
                return Err(error.into());
            }
        };
        // Where this fails, the first note still says that there may be one.
        let _ = note(child.process().cloned());
        let Self { agent, session, workspace, conversation, here, .. } = self;
        Ok(Running { agent, child, session, workspace, since, conversation, here })
    }
}

fn plan(session: &Session, workspace: &Path, program: PathBuf, launch: &Launch) -> Plan {
    let text = |(name, value): &(String, String)| (name.into(), value.into());
    let mut set: Vec<(OsString, OsString)> = launch.env.iter().map(text).collect();
    let branch = session.branch.clone().unwrap_or_default();
    let [id, on] = super::SESSION_ENV;
    set.extend([(id.into(), session.id.to_string().into()), (on.into(), branch.into())]);
    let argv = std::iter::once(program.into()).chain(launch.args.iter().map(OsString::from));
    let remove = launch.remove.iter().map(OsString::from);
    let not_its = crate::git::LOCAL_ENV.into_iter().chain(crate::git::inherited());
    let remove = remove.chain(not_its.map(OsString::from)).collect();
    Plan { argv: argv.collect(), cwd: workspace.to_owned(), set, remove, log: None }
}

impl Running<'_> {
    fn look_after(
        mut self,
        store: &Store,
        watch: &mut dyn FnMut(Reins),
    ) -> Result<Ended, FlowError> {
        watch(self.child.reins());
        let mut trouble = self.tell(store).err();
        let mut patience = FIRST_LOOK;
        let ended = loop {
            let found = match self.child.next(patience) {
                Some(Event::Ended(ended)) => break ended,
                Some(Event::Line(line)) if self.conversation.is_none() => {
                    self.agent.id_in_output(&line)
                }
                Some(Event::Line(_)) => None,
                None => {
                    patience = LONGEST_LOOK.min(patience.saturating_mul(2));
                    self.look_for_id()
                }
            };
            if found.is_some() {
                self.conversation = found;
                trouble = self.tell(store).err().or(trouble);
            }
        };
        let repo = store.repository();
        if let Some(here) = &self.here {
            // Its end is to be told also where its words cannot be kept.
            let _ = screen::keep(repo, self.session.id, here);
        }
        let _ = AgentFile::remove(repo, self.session.id);
        if let Some(id) = self.look_for_id() {
            self.conversation = Some(id);
        }
        let (status, reason) = match ended {
            Ended::Exit(0) => (SessionStatus::Done, "agent_exited".to_owned()),
            Ended::Exit(code) => (SessionStatus::Errored, format!("agent_exited: status {code}")),
            Ended::Signal(signal) => {
                (SessionStatus::Errored, format!("agent_exited: signal {signal}"))
            }
        };
        end(store, &self.session, self.conversation.as_deref(), (&status, &reason))?;
        trouble.map_or(Ok(ended), Err)
    }

    /// Writes down that the agent works, and its id. One whose session has ended meanwhile is asked
    /// to end too.
    fn tell(&self, store: &Store) -> Result<(), FlowError> {
        let told = store.transaction("status", |tx| {
            tx.set_origin(Origin::Automatic);
            let what = tx.update(self.session.clone(), |session| {
                if self.conversation.is_some() {
                    session.agent_session_id.clone_from(&self.conversation);
                }
                if session.status.is_terminal() {
                    return Ok::<_, StoreError>(None);
                }
                let from = session.status.clone();
                if from == SessionStatus::Spawning || from == SessionStatus::Idle {
                    session.status = SessionStatus::Working;
                    session.status_reason = None;
                }
                Ok(Some(match session.status == from {
                    true => "agent's id".to_owned(),
                    false => format!("{from} -> {}", session.status),
                }))
            })?;
            if let Some(what) = &what {
                tx.describe(what);
            }
            Ok::<_, StoreError>(what.is_some())
        });
        match told {
            Ok(committed) if committed.value => Ok(()),
            Ok(_) | Err(StoreError::Archived(_) | StoreError::NotFound(_)) => {
                Ok(self.child.reins().end()?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn look_for_id(&self) -> Option<String> {
        if self.conversation.is_some() {
            return None;
        }
        let env = |name: &str| std::env::var_os(name);
        self.agent.id_in_transcripts(&self.workspace, self.since, &env)
    }
}

fn key_of(session: &Session) -> Key {
    Key { id: session.id, project: Some(session.project_id.clone()) }
}

/// Of two sessions with this id, in two projects, the one whose worktree this is.
fn own_key(store: &Store, session: SessionId) -> Key {
    let here = workspace::key_here(store.repository());
    here.filter(|key| key.id == session).unwrap_or_else(|| session.into())
}

/// Writes down how it ended, where its branch is, and its id of the conversation. A status that says
/// something else than what the agent does stays: a person's decision, or where the pull request
/// stands.
fn end(
    store: &Store,
    session: &Key,
    conversation: Option<&str>,
    (status, reason): (&SessionStatus, &str),
) -> Result<(), FlowError> {
    let ended = store.transaction("status", |tx| {
        tx.set_origin(Origin::Automatic);
        let what = tx.update(session.clone(), |session| {
            if let Some(id) = conversation {
                session.agent_session_id = Some(id.to_owned());
            }
            // What cannot be told of its branch is no reason to keep silent about its end.
            let _ = catch_up(store, session);
            if session.status.is_terminal() || !session.status.tells_activity() {
                return Ok::<_, FlowError>("agent exited".to_owned());
            }
            let what = format!("{} -> {status}", session.status);
            session.status = status.clone();
            session.status_reason = Some(reason.to_owned());
            Ok(what)
        })?;
        tx.describe(what);
        Ok(())
    });
    match ended {
        Ok(_) => Ok(()),
        Err(FlowError::Store(StoreError::Archived(_) | StoreError::NotFound(_))) => Ok(()),
        Err(error) => Err(error),
    }
}

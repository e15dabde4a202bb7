use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::Home;
use crate::agent::Agent;
use crate::git::Environment;
use crate::model::{Origin, Placement, SessionStatus};
use crate::ops::common::branch_sessions::catch_up;
use crate::ops::common::liveness::AgentFile;
use crate::ops::common::{OpsError, last_screen};
use crate::runtime::{Child, Exit, ProcessEvent, SignalHandle};
use crate::store::{Key, Store, StoreError};

/// The first interval between looks for the conversation id of an agent that does not print it.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// The longest interval between looks: an agent may ask for trust before it begins a conversation.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// A running agent.
pub(super) struct Running<'a> {
    pub agent: &'a dyn Agent,
    pub child: Child,
    pub session: Key,
    pub workspace: PathBuf,
    pub since: SystemTime,
    pub environment: Environment,
    /// The agent's own id of the conversation, if it is known.
    pub conversation: Option<String>,
    pub here: Option<Placement>,
}

impl Running<'_> {
    /// Supervises the agent until it ends, and records its status and its end. If the repository is
    /// gone by then, nothing is recorded.
    pub fn look_after(
        mut self,
        mut home: Home,
        watch: &mut dyn FnMut(SignalHandle),
    ) -> Result<Exit, OpsError> {
        watch(self.child.signals());
        let mut trouble = self.tell(&mut home).err();
        let mut patience = FIRST_LOOK;
        let ended = loop {
            let found = match self.child.next(patience) {
                Some(ProcessEvent::Ended(ended)) => break ended,
                Some(ProcessEvent::Line(line)) if self.conversation.is_none() => {
                    self.agent.id_in_output(&line)
                }
                Some(ProcessEvent::Line(_)) => None,
                None => {
                    patience = LONGEST_LOOK.min(patience.saturating_mul(2));
                    self.look_for_id()
                }
            };
            if found.is_some() {
                self.conversation = found;
                trouble = self.tell(&mut home).err().or(trouble);
            }
        };
        home.with(|store| {
            let repo = store.repository();
            if let Some(here) = &self.here {
                // Record the end even if the screen cannot be saved.
                let _ = last_screen::keep(repo, self.session.id, here);
            }
            let _ = AgentFile::remove(repo, self.session.id);
        });
        if let Some(id) = self.look_for_id() {
            self.conversation = Some(id);
        }
        let (status, reason) = match ended {
            Exit::Code(0) => (SessionStatus::Done, "agent_exited".to_owned()),
            Exit::Code(code) => (SessionStatus::Errored, format!("agent_exited: status {code}")),
            Exit::Signal(signal) => {
                (SessionStatus::Errored, format!("agent_exited: signal {signal}"))
            }
        };
        let told = home.with(|store| {
            end(store, &self.session, self.conversation.as_deref(), (&status, &reason))
        });
        told.transpose()?;
        trouble.map_or(Ok(ended), Err)
    }

    /// Records that the agent works, and its conversation id. Asks the agent to exit if its session
    /// has ended in the meantime.
    fn tell(&self, home: &mut Home) -> Result<(), OpsError> {
        match home.with(|store| self.tell_once(store)) {
            None | Some(Ok(true)) => Ok(()),
            Some(Ok(false) | Err(StoreError::Archived(_) | StoreError::NotFound(_))) => {
                Ok(self.child.signals().end()?)
            }
            Some(Err(error)) => Err(error.into()),
        }
    }

    /// Records the status and the id. Returns false if the session has ended.
    fn tell_once(&self, store: &Store) -> Result<bool, StoreError> {
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
        Ok(told?.value)
    }

    fn look_for_id(&self) -> Option<String> {
        if self.conversation.is_some() {
            return None;
        }
        self.agent.id_in_transcripts(&self.workspace, self.since, &self.environment)
    }
}

/// Records the end of the agent, its branch, and its conversation id. A status that does not
/// describe the agent's activity is kept: it is a person's decision, or the state of a pull
/// request.
pub(super) fn end(
    store: &Store,
    session: &Key,
    conversation: Option<&str>,
    (status, reason): (&SessionStatus, &str),
) -> Result<(), OpsError> {
    let ended = store.transaction("status", |tx| {
        tx.set_origin(Origin::Automatic);
        let what = tx.update(session.clone(), |session| {
            if let Some(id) = conversation {
                session.agent_session_id = Some(id.to_owned());
            }
            // Record the end even if the branch cannot be read.
            let _ = catch_up(store, session);
            if session.status.is_terminal() || !session.status.tells_activity() {
                return Ok::<_, OpsError>("agent exited".to_owned());
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
        Err(OpsError::Store(StoreError::Archived(_) | StoreError::NotFound(_))) => Ok(()),
        Err(error) => Err(error),
    }
}

//! Follows the conversations of agents that git-ao did not start, as their hooks tell of them.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::ImportError;
use crate::agent::{Agents, HookMoment};
use crate::git::{Adoption, FileError};
use crate::import::session_id;
use crate::model::{Origin, Session, SessionStatus};
use crate::ops::common::{Engine, HookTarget, OpsError};
use crate::runtime::{Detached, ProcessSpec, Runtime as _};
use crate::store::{Key, StoreError, Visibility};

/// How often a conversation is looked for that is not written down yet, and the pause in between.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

impl Engine {
    /// Notes what a hook of an agent was given that git-ao did not start, and lets a process in the
    /// background follow the conversation: the agent does not wait for that. Nothing happens unless
    /// `ao.adopt` is set in this repository.
    ///
    /// # Errors
    /// Fails if there is no such agent, or if the note cannot be written.
    pub fn hear_unstarted(&self, agent: &str, payload: &[u8]) -> Result<(), OpsError> {
        let repo = self.repository();
        if repo.settings().adopt() == Adoption::Off {
            return Ok(());
        }
        let agents = Agents::builtin();
        let Some(note) = agents.find(agent)?.hear(payload) else { return Ok(()) };
        let Some(conversation) = &note.conversation else { return Ok(()) };
        let id = session_id(agent, conversation);
        let target = HookTarget::of(repo, id);
        let path = target.path().to_owned();
        target.write(repo, note.clone()).map_err(|source| FileError {
            act: "write",
            path,
            source,
        })?;
        let moment = match note.moment {
            HookMoment::Ended => "ended",
            HookMoment::Began => return Ok(()),
            _ => "turn",
        };
        let (Some(program), Some(workspace)) = (self.supervisor().git_ao(), workspace(payload))
        else {
            return Ok(());
        };
        let argv = ["hook", "agent-turn", agent, conversation.as_str(), moment];
        let argv = std::iter::once(program.as_os_str()).chain(argv.iter().map(AsRef::as_ref));
        let plan = ProcessSpec::new(argv, workspace).environment(repo.environment().clone());
        // One that ends at once had nothing to do.
        let _ = Detached::default().start(&id, &plan);
        Ok(())
    }

    /// Does what [`hear_unstarted`](Self::hear_unstarted) has left to the background: records a new
    /// conversation, and the end of one, and captures what was said in between.
    ///
    /// # Errors
    /// Fails if the store or the transcripts cannot be written.
    pub fn follow(
        &self,
        (agent, conversation): (&str, &str),
        workspace: &Path,
        is_over: bool,
    ) -> Result<(), ImportError> {
        let visibility = match self.repository().settings().adopt() {
            Adoption::Off => return Ok(()),
            Adoption::Private => Visibility::Private,
            Adoption::Public => Visibility::Public,
        };
        let id = session_id(agent, conversation);
        let snapshot = self.store().snapshot()?;
        let here = snapshot.find(id)?.and_then(|entry| snapshot.load(&entry).ok());
        match here.filter(|session| !session.status.is_terminal()) {
            // Its record says all that lasts.
            Some(session) if is_over => self.note_end(&session)?,
            Some(session) => drop(self.capture_grown(&[&session])),
            // If it has already ended, there was no record of it while it was running.
            None if is_over => {}
            None => self.take_soon((agent, conversation), workspace, visibility)?,
        }
        Ok(())
    }

    /// Takes a conversation as soon as it is written down, which may be after the hook has run.
    fn take_soon(
        &self,
        conversation: (&str, &str),
        workspace: &Path,
        visibility: Visibility,
    ) -> Result<(), ImportError> {
        if !self.may_adopt(conversation, workspace)? {
            return Ok(());
        }
        for _ in 0..ATTEMPTS {
            if self.take_one(conversation, workspace, visibility)?.is_some() {
                break;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Records that the agent of a conversation is about to exit, as it says itself.
    fn note_end(&self, session: &Session) -> Result<(), ImportError> {
        self.capture_grown(&[session]);
        let key = Key { id: session.id, project: Some(session.project_id.clone()) };
        self.store().transaction("status", |tx| {
            tx.set_origin(Origin::Automatic);
            tx.update(key.clone(), |session| {
                session.status = SessionStatus::Done;
                Ok::<_, StoreError>(())
            })?;
            tx.describe(format!("{} -> done", session.status));
            Ok::<_, StoreError>(())
        })?;
        Ok(())
    }
}

/// Returns the directory in which the agent works.
fn workspace(payload: &[u8]) -> Option<PathBuf> {
    let payload: Value = serde_json::from_slice(payload).ok()?;
    payload["cwd"].as_str().map(PathBuf::from).filter(|path| path.is_absolute())
}

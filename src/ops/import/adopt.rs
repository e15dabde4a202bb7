//! Takes conversations that began without git-ao, also those that go on at this moment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::ImportError;
use super::history::HistoryScope;
use super::places::Places;
use super::report::ImportReport;
use super::save::ImportOutcome;
use super::taking::Taking;
use super::{HistoryRequest, history::no_copy};
use crate::agent::{Agent, KeptConversation, SourceRequest};
use crate::import::{ForeignContents, read_history, session_id};
use crate::model::{Session, SessionId, SessionStatus};
use crate::ops::common::Engine;
use crate::ops::common::launch_request::state_dir;
use crate::runtime::{Foreground, Process, Runtime as _};
use crate::store::Visibility;

/// What [`adopt`](Engine::adopt) takes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AdoptRequest {
    /// The agent; None for all that keep their conversations.
    pub agent: Option<String>,
    /// The agents' own ids, or their beginnings; empty for all conversations in this repository.
    pub conversations: Vec<String>,
    /// Who may see new sessions.
    pub visibility: Visibility,
}

impl Default for AdoptRequest {
    /// Takes all conversations in this repository, as private sessions.
    fn default() -> Self {
        Self { agent: None, conversations: Vec::new(), visibility: Visibility::Private }
    }
}

impl AdoptRequest {
    /// Sets the agent.
    #[must_use]
    pub fn agent(self, agent: impl Into<String>) -> Self {
        Self { agent: Some(agent.into()), ..self }
    }

    /// Adds a conversation: the agent's own id of it, or its beginning.
    #[must_use]
    pub fn conversation(mut self, id: impl Into<String>) -> Self {
        self.conversations.push(id.into());
        self
    }

    /// Sets who may see new sessions.
    #[must_use]
    pub fn visibility(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }
}

/// A conversation in this repository that no session has.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Adoptable {
    /// The record that it would become. Its status says whether the agent is running.
    pub session: Session,
    /// The directory in which it was begun.
    pub workspace: Option<PathBuf>,
    /// The number of messages.
    pub messages: usize,
}

impl Adoptable {
    /// Returns true if the agent reports that it is running.
    pub fn is_running(&self) -> bool {
        self.session.status == SessionStatus::Working
    }
}

impl Engine {
    /// Returns the conversations in this repository's worktrees that no session has, last used
    /// first.
    ///
    /// # Errors
    /// Fails like [`adopt`](Self::adopt).
    pub fn adoptable(&self, request: &AdoptRequest) -> Result<Vec<Adoptable>, ImportError> {
        let mut found = Vec::new();
        for agent in self.agents_with_history(request)? {
            let contents = self.conversations(&agent, request)?;
            let workspaces: Vec<_> =
                contents.sessions.iter().map(|found| found.workspace.clone()).collect();
            let report = self.plan(contents, request.visibility)?;
            let new = report.sessions.into_iter().zip(workspaces);
            let new = new.filter(|(found, _)| found.outcome == ImportOutcome::New);
            found.extend(new.map(|(found, workspace)| Adoptable {
                session: found.session,
                workspace,
                messages: found.messages,
            }));
        }
        found.sort_by_key(|it| std::cmp::Reverse(it.session.updated_at));
        Ok(found)
    }

    /// Makes sessions of conversations that began without git-ao, and captures their transcripts.
    /// Nothing is moved. A running one has the status `working`, and its agent's
    /// process is known if the agent tells it; it is looked at whenever somebody looks, and no
    /// supervisor records its end.
    ///
    /// Adopting again adds what is new, and duplicates nothing.
    ///
    /// # Errors
    /// Fails if there is no such agent or conversation, or if the store or the transcripts cannot be
    /// written.
    pub fn adopt(&self, request: &AdoptRequest) -> Result<ImportReport, ImportError> {
        self.store().replica()?;
        let mut all = ImportReport::default();
        for agent in self.agents_with_history(request)? {
            let contents = self.conversations(&agent, request)?;
            let how = Taking { from: &agent, conversation: &no_copy };
            let report = self.take(contents, request.visibility, &how)?;
            all.sessions.extend(report.sessions);
            all.skipped.extend(report.skipped);
        }
        for wanted in &request.conversations {
            let is_it = |session: &Session| {
                session.agent_session_id.as_deref().is_some_and(|own| own.starts_with(wanted))
            };
            if !all.sessions.iter().any(|found| is_it(&found.session)) {
                return Err(ImportError::NoConversation(wanted.chars().take(64).collect()));
            }
        }
        Ok(all)
    }

    /// Returns true if a conversation is in this repository, and no other session has it.
    pub(super) fn may_adopt(
        &self,
        (agent, conversation): (&str, &str),
        workspace: &Path,
    ) -> Result<bool, ImportError> {
        if Places::new(self).worktree_of(workspace)?.is_none() {
            return Ok(false);
        }
        let is_here = self.store().snapshot()?.find(session_id(agent, conversation))?.is_some();
        Ok(is_here || !self.known_conversations(agent)?.contains_key(conversation))
    }

    /// Takes one conversation; None if nothing was said in it yet.
    pub(super) fn take_one(
        &self,
        (agent, conversation): (&str, &str),
        workspace: &Path,
        visibility: Visibility,
    ) -> Result<Option<SessionId>, ImportError> {
        let id = session_id(agent, conversation);
        let agents = self.agents();
        let found = agents.find(agent)?;
        let request = SourceRequest::new(id, workspace, state_dir(self.repository()))
            .agent_session_id(conversation);
        let sources = found.sources(&request, self.repository().environment()).into_iter();
        let kept = sources.filter(|source| source.agent_session_id == conversation);
        let kept = kept.map(|source| KeptConversation {
            workspace: Some(workspace.to_owned()),
            workspace_hash: None,
            source,
        });
        self.store().replica()?;
        let mut contents = read_history(agent, kept.collect(), &self.import_defaults()?);
        self.note_running(found, &mut contents);
        let how = Taking { from: agent, conversation: &no_copy };
        let report = self.take(contents, visibility, &how)?;
        Ok(report.sessions.first().map(|taken| taken.session.id))
    }

    fn agents_with_history(&self, request: &AdoptRequest) -> Result<Vec<String>, ImportError> {
        let agents = self.agents();
        if let Some(name) = &request.agent {
            let agent = agents.find(name)?;
            return Ok(vec![agent.name().to_owned()]);
        }
        let all = agents.iter().filter(|agent| agent.keeps_transcripts());
        Ok(all.map(|agent| agent.name().to_owned()).collect())
    }

    fn conversations(
        &self,
        agent: &str,
        request: &AdoptRequest,
    ) -> Result<ForeignContents, ImportError> {
        let history = HistoryRequest::new(agent).scope(HistoryScope::Repository);
        let wanted = |id: &str| {
            let all = &request.conversations;
            all.is_empty() || all.iter().any(|wanted| id.starts_with(wanted.as_str()))
        };
        let mut contents = self.history_of(&history, &wanted)?;
        self.note_running(self.agents().find(agent)?, &mut contents);
        Ok(contents)
    }

    /// Marks the running conversations.
    fn note_running(&self, agent: &dyn Agent, contents: &mut ForeignContents) {
        let start_of = |pid| Process::of(pid).ok()?.map(|process| process.start().to_owned());
        let running = agent.running(self.repository().environment(), &start_of);
        let running: HashMap<_, _> =
            running.into_iter().flatten().map(|it| (it.agent_session_id, it.pid)).collect();
        for found in &mut contents.sessions {
            let own = found.session.agent_session_id.as_deref().unwrap_or_default();
            let Some(process) = running.get(own).and_then(|pid| Process::of(*pid).ok().flatten())
            else {
                continue;
            };
            found.session.status = SessionStatus::Working;
            found.process = Some(process.to_string());
        }
    }

    /// Records the process of an agent that git ao did not start.
    pub(super) fn note_process(&self, session: &mut Session, process: &str) {
        let Some(replica) = self.store().known_replica() else { return };
        if let Some(here) = session.placements.get_mut(&replica) {
            here.runtime = Some(Foreground.name().to_owned());
            here.handle = Some(process.to_owned());
        }
    }
}

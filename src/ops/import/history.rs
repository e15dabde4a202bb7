//! Takes the conversations that an agent keeps itself.

use std::collections::HashMap;
use std::io;

use super::error::ImportError;
use super::places::Places;
use super::report::ImportReport;
use super::taking::Taking;
use crate::agent::KeptConversation;
use crate::import::{
    ForeignContents, ForeignSession, SkipReason, SkippedFile, read_history, session_id,
};
use crate::model::{Filter, SessionId, Shelf, Timestamp};
use crate::ops::common::Engine;
use crate::ops::common::capture::Capturer;
use crate::store::{Query, Visibility};
use crate::transcript::TranscriptStore;

/// Which conversations of an agent [`import_history`](crate::ops::Engine::import_history) takes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HistoryRequest {
    /// The agent.
    pub agent: String,
    /// Where they were begun.
    pub scope: HistoryScope,
    /// The time before which they must not have ended.
    pub since: Option<Timestamp>,
    /// Who may see new sessions.
    pub visibility: Visibility,
}

/// Where the conversations of an agent were begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HistoryScope {
    /// In a worktree of this repository.
    #[default]
    Repository,
    /// Anywhere on this machine.
    Everywhere,
}

impl HistoryRequest {
    /// Takes the conversations in this repository's worktrees, as private sessions.
    pub fn new(agent: impl Into<String>) -> Self {
        let (scope, visibility) = (HistoryScope::default(), Visibility::Private);
        Self { agent: agent.into(), scope, since: None, visibility }
    }

    /// Sets where the conversations were begun.
    #[must_use]
    pub fn scope(self, scope: HistoryScope) -> Self {
        Self { scope, ..self }
    }

    /// Leaves out conversations that ended before a time.
    #[must_use]
    pub fn since(self, since: Timestamp) -> Self {
        Self { since: Some(since), ..self }
    }

    /// Sets who may see new sessions.
    #[must_use]
    pub fn visibility(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }
}

/// The conversations of an agent's history are in its own files.
pub(super) fn no_copy(_: &ForeignSession) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Engine {
    /// Returns what [`import_history`](Self::import_history) would do.
    ///
    /// # Errors
    /// Fails if there is no such agent, or if the store cannot be read.
    pub fn history_plan(&self, request: &HistoryRequest) -> Result<ImportReport, ImportError> {
        self.plan(self.history(request)?, request.visibility)
    }

    /// Makes sessions of the conversations that an agent keeps itself, and captures their
    /// transcripts. A conversation that a session has already is left out, also one that git-ao
    /// began: nothing is doubled.
    ///
    /// # Errors
    /// Fails if there is no such agent, or if the store or the transcripts cannot be written.
    pub fn import_history(&self, request: &HistoryRequest) -> Result<ImportReport, ImportError> {
        self.store().replica()?;
        let how = Taking { from: &request.agent, conversation: &no_copy };
        self.take(self.history(request)?, request.visibility, &how)
    }

    fn history(&self, request: &HistoryRequest) -> Result<ForeignContents, ImportError> {
        self.history_of(request, &|_| true)
    }

    /// Reads the conversations whose own ids are wanted.
    pub(super) fn history_of(
        &self,
        request: &HistoryRequest,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<ForeignContents, ImportError> {
        let agents = self.agents();
        let agent = agents.find(&request.agent)?;
        let known = self.known_conversations(&request.agent)?;
        let mut places = Places::new(self);
        let (mut wanted, mut skipped) = (Vec::new(), Vec::new());
        for mut kept in agent.history(self.repository().environment()) {
            if !is_wanted(&kept.source.agent_session_id)
                || !self.is_in_scope(&mut kept, request.scope, &mut places)?
            {
                continue;
            }
            match known.get(&kept.source.agent_session_id) {
                Some(id) => skipped.push(SkippedFile {
                    file: kept.source.file,
                    reason: SkipReason::Ignored,
                    why: format!("the conversation of session {}", id.short()),
                }),
                None => wanted.push(kept),
            }
        }
        let mut contents = read_history(&request.agent, wanted, &self.import_defaults()?);
        if let Some(since) = request.since {
            contents.sessions.retain(|found| found.session.updated_at >= since);
        }
        contents.skipped.extend(skipped);
        Ok(contents)
    }

    fn is_in_scope(
        &self,
        kept: &mut KeptConversation,
        scope: HistoryScope,
        places: &mut Places<'_>,
    ) -> Result<bool, ImportError> {
        if let (None, Some(hash)) = (&kept.workspace, &kept.workspace_hash) {
            kept.workspace = places.worktree_with(hash)?;
        }
        if scope == HistoryScope::Everywhere {
            return Ok(true);
        }
        let Some(path) = &kept.workspace else { return Ok(false) };
        Ok(places.worktree_of(path)?.is_some())
    }

    /// Returns the sessions that have a conversation of an agent, except those that an import has
    /// made of it, by the agent's own id of it. A session can have several: `/clear` begins another
    /// one.
    pub(super) fn known_conversations(
        &self,
        agent: &str,
    ) -> Result<HashMap<String, SessionId>, ImportError> {
        let store = self.store();
        let snapshot = store.snapshot()?;
        let query = Query::new(Filter::All).on([Shelf::Active, Shelf::Archived]);
        let all = snapshot.query(query).sessions.into_iter();
        let sessions = all.filter_map(|listed| listed.session.ok());
        let of_agent = sessions.filter(|session| session.agent.as_deref() == Some(agent));
        let replica = store.known_replica();
        let transcripts = TranscriptStore::open(store.repository())?;
        let mut known = HashMap::new();
        for session in of_agent {
            let own = session.agent_session_id.clone();
            if own.as_deref().is_some_and(|own| session_id(agent, own) == session.id) {
                continue;
            }
            let mut ids: Vec<_> = own.into_iter().collect();
            if let (Some(transcripts), Some(replica)) = (&transcripts, &replica) {
                let captured = transcripts.transcripts(session.id, replica)?.into_iter();
                ids.extend(captured.map(|it| it.agent_session_id));
            }
            // It may have begun one that is not captured yet.
            if session.lives_in(replica.as_deref())
                && let Ok(capturer) = Capturer::of(self, &session)
            {
                ids.extend(capturer.sources().into_iter().map(|it| it.agent_session_id));
            }
            known.extend(ids.into_iter().map(|id| (id, session.id)));
        }
        Ok(known)
    }
}

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::agent::{Agent, DirectoryUse, SourceRequest};
use crate::git::{Environment, Repository};
use crate::model::Session;
use crate::ops::common::agent_home::environment_of;
use crate::ops::common::conversation::since;
use crate::ops::common::known_values::known_values;
use crate::ops::common::launch_request::state_dir;
use crate::ops::common::{Engine, OpsError, lodging, placement};
use crate::store::Store;
use crate::transcript::{CaptureExtent, Captured, Source, TranscriptError, TranscriptStore};

/// What a capture of a session has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureOutcome {
    /// This was new.
    Captured(Captured),
    /// No transcript was found on this machine: nothing was said yet, or the agent has deleted it.
    NotFound,
    /// The agent keeps its conversations in no file that is known.
    NoTranscript,
}

/// Finds and captures the transcripts of one session in this clone.
#[derive(Clone)]
pub(in crate::ops) struct Capturer {
    agent: Arc<dyn Agent>,
    top: PathBuf,
    request: SourceRequest,
    environment: Environment,
}

impl Capturer {
    /// Makes one for a session whose agent works in a worktree.
    pub fn new(
        agent: Arc<dyn Agent>,
        session: &Session,
        top: &Path,
        store: &Store,
        environment: Environment,
    ) -> Self {
        let state_dir = state_dir(store.repository());
        let workspace = placement::folder_at(top, session);
        let directory_use = match lodging::is_alone(session, top) {
            true => DirectoryUse::Own,
            false => DirectoryUse::Shared,
        };
        let request = SourceRequest::new(session.id, workspace, state_dir);
        let request = request.since(since(session)).directory_use(directory_use);
        let mut capturer = Self { agent, top: top.to_owned(), request, environment };
        capturer.set_conversation(session.agent_session_id.as_deref());
        capturer
    }

    /// Makes one for a session from its record.
    pub fn of(engine: &Engine, session: &Session) -> Result<Self, OpsError> {
        let store = engine.store();
        let agent = engine.agents().shared(session.agent.as_deref().unwrap_or_default())?;
        let top = match placement::place(store, session) {
            Some(path) => path,
            // Its worktree was removed; the conversation may still be where it began.
            None => engine.worktrees().default_path(&session.project_id, session.id)?,
        };
        let environment = environment_of(store.repository(), session.id, &*agent);
        Ok(Self::new(agent, session, &top, store, environment))
    }

    /// Sets the agent's own id of the conversation.
    pub fn set_conversation(&mut self, id: Option<&str>) {
        self.request.agent_session_id = id.map(str::to_owned);
    }

    /// Returns true if the agent keeps its conversations in files that can be found.
    pub fn can_capture(&self) -> bool {
        self.agent.keeps_transcripts()
    }

    /// Finds the conversations.
    pub fn sources(&self) -> Vec<Source> {
        self.agent.sources(&self.request, &self.environment)
    }

    /// Captures what is new in them, if that is [turned on](crate::git::Settings::transcripts). One
    /// that cannot be captured does not prevent the capture of others.
    ///
    /// `patience` is how long to wait for others.
    pub fn capture(
        &self,
        store: &Store,
        sources: &[Source],
        extent: CaptureExtent,
        patience: Duration,
    ) -> Result<Captured, OpsError> {
        let (repo, session) = (store.repository(), self.request.session);
        let settings = repo.settings();
        let mut all = Captured::default();
        if sources.is_empty() || !settings.transcripts() {
            return Ok(all);
        }
        let transcripts = TranscriptStore::create(repo)?.with_patience(patience);
        let (replica, limit) = (store.replica()?, settings.transcript_max_size());
        let mut trouble = None;
        for source in sources {
            match transcripts.capture(session, &replica, source, extent, limit) {
                Ok(captured) => {
                    all.bytes += captured.bytes;
                    all.lines += captured.lines;
                }
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        if all.bytes > 0
            && let Err(error) = self.keep_values(repo, &transcripts)
        {
            trouble = trouble.or(Some(error));
        }
        trouble.map_or(Ok(all), |error| Err(error.into()))
    }

    /// Keeps the values that are known to be secret now: what was captured may have them, and they
    /// may be gone when it is shared.
    fn keep_values(
        &self,
        repo: &Repository,
        transcripts: &TranscriptStore,
    ) -> Result<(), TranscriptError> {
        let folders = [self.top.as_path(), repo.main_folder()];
        let known = known_values(repo, &self.environment, folders);
        transcripts.keep_values(repo, known.iter())
    }

    /// Returns the paths whose changes show that there is something new: the transcripts, and the
    /// folder in which a new one would be.
    pub fn watched(sources: &[Source]) -> Vec<PathBuf> {
        let mut paths: Vec<_> = sources.iter().flat_map(Source::watched).collect();
        paths.extend(sources.last().and_then(|last| Some(last.file.parent()?.to_owned())));
        paths
    }
}

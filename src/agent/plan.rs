//! Turns the description of an agent into a command.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::database::AgentDatabase;
use super::deletion::{self, Deletion};
use super::kept_conversation::KeptConversation;
use super::own_id::OwnId;
use super::put::SavedConversation;
use super::source_request::SourceRequest;
use super::spec::Spec;
use super::take_back::TakeBack;
use super::template::{Slot, Template};
use super::transcript::Transcripts;
use super::value::{MAX_ARGUMENT, check_id};
use super::{
    Action, ActivityInputs, Agent, AgentError, HookNote, IdSource, Launch, LaunchRequest, Mode,
    Prepare,
};
use super::{RunningConversation, StartOf};
use crate::git::Environment;
use crate::model::ActivityReport;
use crate::transcript::Source;

/// Variables that tell an agent's children that they run inside it.
///
/// They are removed, because the agent of a session is independent even if another agent started
/// it. Claude Code, for example, refuses to start inside itself.
const INSIDE: [&str; 7] = [
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CODEX_THREAD_ID",
    "GEMINI_CLI",
    "GEMINI_SESSION_ID",
    "CURSOR_AGENT",
];

impl Agent for Spec {
    fn name(&self) -> &str {
        &self.name
    }

    fn program(&self) -> &str {
        &self.program
    }

    fn version_args(&self) -> &[String] {
        &self.version
    }

    fn mode(&self, action: Action, wanted: Mode, prompt: &str) -> Option<Mode> {
        [wanted, wanted.other()].into_iter().find(|&mode| {
            let form = self.forms.get(&(action, mode));
            form.is_some_and(|form| PromptDelivery::of(form, mode, prompt).is_ok())
        })
    }

    fn plan(
        &self,
        action: Action,
        mode: Mode,
        request: &LaunchRequest,
    ) -> Result<Launch, AgentError> {
        let name = || self.name.clone();
        if self.program.is_empty() {
            return Err(AgentError::NoCommand { name: name() });
        }
        let form = self.forms.get(&(action, mode)).ok_or_else(|| AgentError::Unsupported {
            name: name(),
            action,
            mode,
        })?;
        request.check()?;
        let travel =
            PromptDelivery::of(form, mode, &request.prompt).map_err(|none| match none {
                Undeliverable::NoPlace => AgentError::NoPlaceForPrompt { name: name() },
                Undeliverable::NoPrompt => AgentError::NoPrompt { name: name() },
                Undeliverable::Required(slot) => AgentError::Missing { name: name(), slot },
            })?;

        if action == Action::Fork
            && form.uses(Slot::HistoryFile)
            && request.agent_session_id.is_none()
        {
            // Without it, the fork would be a new conversation.
            return Err(AgentError::Missing { name: name(), slot: Slot::AgentSessionId });
        }
        let id = match action {
            Action::Resume => request.agent_session_id.clone(),
            _ => self.new_id(form, request),
        };
        let paths = Paths::of(self, request, id.as_deref())?;
        let prompt = match travel {
            PromptDelivery::Reference => {
                format!("Read the file '{}' and do what it says.", paths.prompt)
            }
            _ => request.prompt.clone(),
        };
        let title: String = request.title.chars().filter(|c| !c.is_control()).collect();
        let workspace = text(&request.workspace)?;
        let args = self.args_with_hooks(mode, request);
        let filled = form.fill(&args, &|slot| match slot {
            Slot::Prompt => Some(prompt.clone()),
            Slot::PromptFile => Some(paths.prompt.clone()),
            Slot::AgentSessionId => request.agent_session_id.clone(),
            Slot::NewAgentSessionId => Some(request.fresh_id.clone()),
            Slot::HistoryFile => paths.history.clone(),
            Slot::Model => request.model.clone(),
            Slot::Title => Some(title.clone()),
            Slot::Workspace => Some(workspace.clone()),
            Slot::SessionId => Some(request.session.to_string()),
            Slot::Args => None,
        });
        let filled = filled.map_err(|slot| AgentError::Missing { name: name(), slot })?;

        let mut prepare = Vec::new();
        if matches!(travel, PromptDelivery::File | PromptDelivery::Reference) {
            prepare.push(Prepare::Directory(request.state_dir.clone()));
            let text = request.prompt.clone();
            prepare.push(Prepare::Write { path: paths.prompt.into(), text });
        }
        if let Some(history) = paths.history.filter(|_| form.uses(Slot::HistoryFile)) {
            prepare.push(Prepare::Directory(request.state_dir.clone()));
            let old = request.agent_session_id.as_deref().filter(|_| action == Action::Fork);
            if let Some(old) = old {
                let from = self.history(&request.state_dir, old);
                prepare.push(Prepare::Copy { from, to: history.into() });
            }
        }
        Ok(Launch {
            program: self.program.clone(),
            args: self.prefix.iter().cloned().chain(filled).collect(),
            env: self.env.clone(),
            remove: INSIDE.map(str::to_owned).to_vec(),
            stdin: matches!(travel, PromptDelivery::Stdin).then(|| request.prompt.clone()),
            prepare,
            agent_session_id: id,
        })
    }

    fn typed(&self, text: &str) -> String {
        match self.completes && may_be_completed(text) {
            true => format!("{text} "),
            false => text.to_owned(),
        }
    }

    fn id_source(&self) -> IdSource {
        match self.own_id {
            OwnId::Assigned | OwnId::HistoryFile => IdSource::Given,
            OwnId::FromJson(_) => IdSource::Learned,
            OwnId::Unknown if self.transcripts.is_some() => IdSource::Learned,
            OwnId::Unknown => IdSource::Unknown,
        }
    }

    fn id_in_output(&self, line: &str) -> Option<String> {
        self.own_id.in_output(line)
    }

    fn id_in_transcripts(
        &self,
        workspace: &Path,
        since: SystemTime,
        env: &Environment,
    ) -> Option<String> {
        let env = self.over(env);
        match self.database {
            Some(database) => database.newest_id(workspace, since, &env),
            None => self.transcripts.as_ref()?.newest_id(workspace, since, &env),
        }
    }

    fn has_conversation(&self, id: &str, state_dir: &Path, env: &Environment) -> Option<bool> {
        if self.own_id == OwnId::HistoryFile {
            return Some(check_id("id", id).is_ok() && self.history(state_dir, id).is_file());
        }
        if let Some(database) = self.database {
            return database.has(id, &self.over(env));
        }
        let kept = self.transcripts.as_ref()?;
        let found = kept.has(id, &self.over(env));
        (found || kept.complete).then_some(found)
    }

    fn bring_conversation(
        &self,
        id: &str,
        workspace: &Path,
        env: &Environment,
    ) -> Result<(), AgentError> {
        let Some(kept) = &self.transcripts else { return Ok(()) };
        kept.bring(id, workspace, &self.over(env)).map_err(|failed| AgentError::Prepare {
            path: failed.path,
            source: failed.source.into(),
        })
    }

    fn put_conversation(
        &self,
        saved: &SavedConversation,
        env: &Environment,
    ) -> Result<bool, AgentError> {
        let Some(transcripts) = &self.transcripts else { return Ok(false) };
        let put = transcripts.put(saved, &self.over(env));
        put.map_err(|failed| AgentError::Prepare {
            path: failed.path,
            source: failed.source.into(),
        })
    }

    fn take_back(&self, saved: &SavedConversation) -> Option<TakeBack> {
        (self.database?.take_back?)(saved)
    }

    fn takes_back(&self) -> bool {
        match self.database {
            Some(database) => database.take_back.is_some(),
            None => self.transcripts.as_ref().is_some_and(Transcripts::can_put),
        }
    }

    fn transcript(&self, agent_session_id: &str, env: &Environment) -> Option<PathBuf> {
        self.transcripts.as_ref()?.find(agent_session_id, &self.over(env))
    }

    fn keeps_transcripts(&self) -> bool {
        self.has_sources()
    }

    fn deletion(&self, project: &Path, env: &Environment) -> Option<Deletion> {
        deletion::of(self.transcripts.as_ref()?, project, &self.over(env))
    }

    fn sources(&self, request: &SourceRequest, env: &Environment) -> Vec<Source> {
        self.find_sources(request, &self.over(env))
    }

    fn history(&self, env: &Environment) -> Vec<KeptConversation> {
        self.find_history(&self.over(env))
    }

    fn home_variable(&self) -> Option<&str> {
        self.home_variables().into_iter().next()
    }

    fn home_variables(&self) -> Vec<&str> {
        let database = self.database.into_iter().flat_map(AgentDatabase::variables);
        let files = self.transcripts.iter().flat_map(|kept| kept.home.variables());
        let mut names: Vec<_> = database.chain(files).collect();
        names.dedup();
        names
    }

    fn activity(&self, inputs: &ActivityInputs<'_>, env: &Environment) -> Option<ActivityReport> {
        let source = self.activity?;
        let root = self.transcripts.as_ref().and_then(|kept| kept.root(&self.over(env)));
        (source.look)(inputs, root.as_deref())
    }

    fn tells_by_terminal(&self) -> bool {
        self.activity.is_none_or(|source| source.by_terminal)
    }

    fn running(
        &self,
        env: &Environment,
        start_of: StartOf<'_>,
    ) -> Option<Vec<RunningConversation>> {
        let find = self.activity?.running?;
        let root = self.transcripts.as_ref()?.root(&self.over(env))?;
        Some(find(&root, start_of))
    }

    fn hear(&self, payload: &[u8]) -> Option<HookNote> {
        (self.activity?.hear)(&serde_json::from_slice(payload).ok()?)
    }
}

impl Spec {
    /// Returns the environment of the agent: `env` with the agent's own variables set.
    fn over(&self, env: &Environment) -> Environment {
        self.env.iter().fold(env.clone(), |env, (name, value)| env.with(name, value))
    }

    /// Returns the user's arguments, and those for hooks. Nobody waits for an agent without a terminal.
    fn args_with_hooks(&self, mode: Mode, request: &LaunchRequest) -> Vec<String> {
        let with_hooks = self.activity.and_then(|source| source.with_hooks);
        match (with_hooks, &request.hook_program) {
            (Some(with_hooks), Some(program)) if self.hooks && mode == Mode::Interactive => {
                with_hooks(&self.args, program, &request.workspace)
            }
            _ => self.args.clone(),
        }
    }

    fn new_id(&self, form: &Template, request: &LaunchRequest) -> Option<String> {
        let assigned = match self.own_id {
            OwnId::Assigned => form.uses(Slot::NewAgentSessionId),
            OwnId::HistoryFile => form.uses(Slot::HistoryFile),
            OwnId::FromJson(_) | OwnId::Unknown => false,
        };
        assigned.then(|| request.fresh_id.clone())
    }

    pub(super) fn history(&self, state_dir: &Path, id: &str) -> PathBuf {
        state_dir.join(format!("{}-{id}.history", self.name))
    }
}

/// Returns true if Enter after this text might accept a completion of the last word or, after a
/// backslash, start a new line.
fn may_be_completed(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.contains('@') || last.starts_with('$') || last.ends_with('\\')
}

/// How a prompt is passed to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PromptDelivery {
    Nothing,
    Argument,
    /// In a file that the argument names, because the prompt is too long to be an argument.
    Reference,
    File,
    Stdin,
}

enum Undeliverable {
    NoPlace,
    NoPrompt,
    Required(Slot),
}

impl PromptDelivery {
    fn of(form: &Template, mode: Mode, prompt: &str) -> Result<Self, Undeliverable> {
        let argument = form.uses(Slot::Prompt);
        match mode {
            Mode::Headless if prompt.is_empty() => Err(Undeliverable::NoPrompt),
            Mode::Interactive if prompt.is_empty() => {
                let slots = [Slot::Prompt, Slot::PromptFile];
                let required = slots.into_iter().find(|slot| form.requires(*slot));
                required.map_or(Ok(Self::Nothing), |slot| Err(Undeliverable::Required(slot)))
            }
            _ if form.uses(Slot::PromptFile) => Ok(Self::File),
            _ if argument && prompt.len() > MAX_ARGUMENT => Ok(Self::Reference),
            _ if argument => Ok(Self::Argument),
            Mode::Headless => Ok(Self::Stdin),
            Mode::Interactive => Err(Undeliverable::NoPlace),
        }
    }
}

struct Paths {
    prompt: String,
    history: Option<String>,
}

impl Paths {
    fn of(spec: &Spec, request: &LaunchRequest, id: Option<&str>) -> Result<Self, AgentError> {
        let prompt = request.state_dir.join(format!("{}.prompt", request.session));
        let history = id.map(|id| text(&spec.history(&request.state_dir, id))).transpose()?;
        Ok(Self { prompt: text(&prompt)?, history })
    }
}

fn text(path: &Path) -> Result<String, AgentError> {
    path.to_str().map(str::to_owned).ok_or_else(|| AgentError::Path(path.to_owned()))
}

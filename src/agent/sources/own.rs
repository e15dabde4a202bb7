//! `ao.agent.<name>.transcript`: the file of an agent of the user's own.

use std::path::PathBuf;

use super::SourceRequest;
use crate::agent::spec::Spec;
use crate::agent::template::{Slot, Template};
use crate::git::Environment;
use crate::transcript::{Source, is_file_name};

/// The placeholders whose values are known after the start of an agent.
const SLOTS: [Slot; 4] =
    [Slot::AgentSessionId, Slot::SessionId, Slot::Workspace, Slot::HistoryFile];

/// The path of a transcript, with placeholders. One that starts with `~/` is below the home
/// directory, any other relative one below the workspace.
#[derive(Debug, Clone)]
pub(in crate::agent) struct FileTemplate(Template);

impl FileTemplate {
    /// Returns None if the template is not one path, or has a placeholder that has no value here.
    pub fn new(template: Template) -> Option<Self> {
        let fits = template.is_one_word() && template.slots().all(|slot| SLOTS.contains(&slot));
        fits.then_some(Self(template))
    }

    /// Returns the transcript. None if there is no file, or if the agent's own id is needed and not
    /// known.
    pub fn find(&self, spec: &Spec, request: &SourceRequest, env: &Environment) -> Option<Source> {
        let id = request.agent_session_id.as_deref();
        let filled = self.0.fill(&[], &|slot| match slot {
            Slot::AgentSessionId => id.map(str::to_owned),
            Slot::SessionId => Some(request.session.to_string()),
            Slot::Workspace => request.workspace.to_str().map(str::to_owned),
            Slot::HistoryFile => Some(spec.history(&request.state_dir, id?).to_str()?.to_owned()),
            _ => None,
        });
        let path = filled.ok()?.pop()?;
        let file = match path.strip_prefix("~/") {
            Some(below) => PathBuf::from(env.os("HOME")?).join(below),
            None => request.workspace.join(path),
        };
        if !super::is_something(&file) {
            return None;
        }
        let own = id.filter(|id| is_file_name(id)).map(str::to_owned);
        let own = own.unwrap_or_else(|| request.session.to_string());
        let format = spec.format().unwrap_or(match file.extension() {
            Some(extension) if extension == "jsonl" => "jsonl",
            _ => "text",
        });
        Some(spec.source(&own, format, file))
    }
}

//! `ao.agent.<name>.transcript`: the file of an agent of the user's own.

use std::path::{Path, PathBuf};

use super::source_request::SourceRequest;
use super::template::{Slot, Template};
use crate::git::Environment;

/// The placeholders whose values are known after the start of an agent.
const SLOTS: [Slot; 4] =
    [Slot::AgentSessionId, Slot::SessionId, Slot::Workspace, Slot::HistoryFile];

/// The path of a transcript, with placeholders. One that starts with `~/` is below the home
/// directory, any other relative one below the workspace.
#[derive(Debug, Clone)]
pub(super) struct FileTemplate(Template);

impl FileTemplate {
    /// Returns None if the template is not one path, or has a placeholder that has no value here.
    pub fn new(template: Template) -> Option<Self> {
        let fits = template.is_one_word() && template.slots().all(|slot| SLOTS.contains(&slot));
        fits.then_some(Self(template))
    }

    /// Returns the path. None if it needs a value that is not known. `history` is the history file
    /// of the conversation.
    pub fn path(
        &self,
        request: &SourceRequest,
        history: Option<&Path>,
        env: &Environment,
    ) -> Option<PathBuf> {
        let text = |path: &Path| path.to_str().map(str::to_owned);
        let filled = self.0.fill(&[], &|slot| match slot {
            Slot::AgentSessionId => request.agent_session_id.clone(),
            Slot::SessionId => Some(request.session.to_string()),
            Slot::Workspace => text(&request.workspace),
            Slot::HistoryFile => history.and_then(text),
            _ => None,
        });
        let path = filled.ok()?.pop()?;
        Some(match path.strip_prefix("~/") {
            Some(below) => PathBuf::from(env.os("HOME")?).join(below),
            None => request.workspace.join(path),
        })
    }
}

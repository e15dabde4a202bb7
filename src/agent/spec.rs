use std::collections::BTreeMap;

use super::action::{Action, Mode};
use super::error::AgentError;
use super::own_id::OwnId;
use super::template::Template;
use super::transcript::Transcripts;

/// An agent as the table or the config describes it.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub name: String,
    /// Empty when only the name is known.
    pub program: String,
    /// Words between the program and every form.
    pub prefix: Vec<String>,
    /// Words that the user adds where a form says `{args}`.
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    pub version: Vec<String>,
    /// Whether it completes words that are typed into its terminal.
    pub completes: bool,
    pub own_id: OwnId,
    pub transcripts: Option<Transcripts>,
    pub forms: BTreeMap<(Action, Mode), Template>,
    /// What git config says of it and cannot be used; it cannot be used either then.
    pub problems: Vec<AgentError>,
}

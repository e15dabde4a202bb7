use std::collections::BTreeMap;

use super::action::{Action, Mode};
use super::activity::ActivitySource;
use super::database::AgentDatabase;
use super::error::AgentError;
use super::own_file::FileTemplate;
use super::own_id::OwnId;
use super::template::Template;
use super::transcript::Transcripts;

/// An agent as described by the built-in table and the configuration.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub name: String,
    /// Empty if only the name is known.
    pub program: String,
    /// Arguments between the program and every form.
    pub prefix: Vec<String>,
    /// Arguments of the user, which replace `{args}` in a form.
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    pub version: Vec<String>,
    /// Whether Enter in its terminal may accept a completion instead of submitting the text.
    pub completes: bool,
    pub own_id: OwnId,
    pub transcripts: Option<Transcripts>,
    /// Where it keeps its conversations, if that is a database.
    pub database: Option<&'static AgentDatabase>,
    /// How it is learnt what it is doing; None if only its terminal tells.
    pub activity: Option<ActivitySource>,
    /// Whether it is started with hooks.
    pub hooks: bool,
    /// The file that the user has named for its transcripts.
    pub own_file: Option<FileTemplate>,
    pub forms: BTreeMap<(Action, Mode), Template>,
    /// The invalid settings of the agent. An agent with any cannot be used.
    pub problems: Vec<AgentError>,
}

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, Mode, Slot, TemplateError};

/// Why an agent cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AgentError {
    /// No agent has this name.
    #[error("unknown agent '{}'", .name.escape_debug())]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// None was named and none is installed.
    #[error("no agent is installed; looked for {}", .looked_for.join(", "))]
    NoneFound {
        /// The programs that were looked for.
        looked_for: Vec<String>,
    },
    /// None was named and there is a choice.
    #[error("{} agents are installed, and none is chosen: {}", .found.len(), .found.join(", "))]
    SeveralFound {
        /// The names of those that are installed.
        found: Vec<String>,
    },
    /// It has no program: only its name is known.
    #[error("agent '{name}' has no command")]
    NoCommand {
        /// The agent.
        name: String,
    },
    /// It has no way to do this.
    #[error("agent '{name}' cannot {action} {mode}")]
    Unsupported {
        /// The agent.
        name: String,
        /// What was asked.
        action: Action,
        /// In which mode.
        mode: Mode,
    },
    /// Its command has no place for a prompt.
    #[error("agent '{name}' takes no prompt when it has a terminal")]
    NoPlaceForPrompt {
        /// The agent.
        name: String,
    },
    /// Without a terminal nobody can type one.
    #[error("agent '{name}' needs a prompt when it has no terminal")]
    NoPrompt {
        /// The agent.
        name: String,
    },
    /// Its command needs something that the session does not have.
    #[error("agent '{name}' needs {{{slot}}}, which is not known")]
    Missing {
        /// The agent.
        name: String,
        /// What is missing.
        slot: Slot,
    },
    /// A value that must not become an argument.
    #[error("{what} '{}' is refused", .value.escape_debug())]
    Refused {
        /// What it is.
        what: &'static str,
        /// The value, cut to a readable length.
        value: String,
    },
    /// Git config from a place that may not name programs.
    #[error("'{key}' is set in a place that is not trusted to name programs")]
    Untrusted {
        /// The key.
        key: String,
    },
    /// Git config that cannot be understood.
    #[error("'{key}': {reason}")]
    Config {
        /// The key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A template that cannot be understood.
    #[error("cannot read '{key}'")]
    Template {
        /// The key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: TemplateError,
    },
    /// A path that cannot be passed as text.
    #[error("'{}' is not UTF-8", .0.display())]
    Path(PathBuf),
    /// A file that the agent needs could not be made.
    #[error("cannot write '{}'", .path.display())]
    Prepare {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Arc<io::Error>,
    },
}

impl AgentError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { name, known } => format!(
                "known are {}; git config ao.agent.{}.command adds one",
                known.join(", "),
                name.escape_debug()
            ),
            Self::NoneFound { .. } => "install one, or make any command one:\n  \
                 git config ao.agent.mine.command '<program> {prompt}'\n  \
                 git config ao.agent mine"
                .to_owned(),
            Self::SeveralFound { found } => {
                let name = found.first().map_or("<name>", String::as_str);
                format!(
                    "choose one for this repository: git config ao.agent {name}\n\
                     or for one session: --agent {name}"
                )
            }
            Self::NoCommand { name } => {
                format!("set it with git config ao.agent.{name}.command '<program> <arguments>'")
            }
            Self::NoPlaceForPrompt { name } => {
                format!("add {{prompt}} to ao.agent.{name}.launch")
            }
            Self::Untrusted { .. } => {
                "set it in your own git config (git config --global)".to_owned()
            }
            _ => return None,
        })
    }
}

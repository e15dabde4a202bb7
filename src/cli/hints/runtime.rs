use git_ao::model::error_chain;
use git_ao::runtime::RuntimeError;

use crate::cli::CliError;

impl From<RuntimeError> for CliError {
    fn from(error: RuntimeError) -> Self {
        let said = CliError::fatal(error_chain(&error));
        match hint(&error) {
            Some(hint) => said.hint(hint),
            None => said,
        }
    }
}

fn hint(error: &RuntimeError) -> Option<&'static str> {
    Some(match error {
        RuntimeError::NotInstalled(program) if program == "tmux" => {
            "install tmux, or use --runtime detached"
        }
        RuntimeError::TooOld { program: "tmux", .. } => {
            "install a newer tmux, or use --runtime detached"
        }
        RuntimeError::Unknown(_) => "the runtimes are tmux, detached, foreground and none",
        RuntimeError::Unsendable(_) => "only line breaks and tabs can be sent",
        RuntimeError::Unsupported { what: "attach", .. } => {
            "the agent has no terminal; its output is in its log"
        }
        RuntimeError::NoAnswer => "the tmux server may be suspended or busy; try again",
        _ => return None,
    })
}

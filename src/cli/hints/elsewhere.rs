use git_ao::model::error_chain;
use git_ao::ops::ElsewhereError;

use crate::cli::CliError;

impl From<ElsewhereError> for CliError {
    fn from(error: ElsewhereError) -> Self {
        let refused = CliError::of(error.kind(), error_chain(&error));
        match error {
            ElsewhereError::MayRun { .. } => refused.hint("to take it over anyway, use --force"),
            ElsewhereError::NotStoppable { .. } => refused
                .hint("run the command in that clone; --force only marks the session as ended"),
            ElsewhereError::NotReachable { id, .. } => refused.hint(format!(
                "run the command in that clone\nto continue here, in a new session: git ao fork {}",
                id.short()
            )),
            _ => refused,
        }
    }
}

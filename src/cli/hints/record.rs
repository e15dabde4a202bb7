use git_ao::model::{
    AssignmentError, RecordError, RuleError, SessionId, SessionStatus, close_status,
};
use git_ao::ops::{EditError, SetError};

use crate::cli::CliError;

const KEPT: &str = "it is maintained by git ao";

impl From<AssignmentError> for CliError {
    fn from(error: AssignmentError) -> Self {
        let (kind, message) = (error.kind(), error.to_string());
        match error {
            AssignmentError::NoAssignment(_) => CliError::usage(message)
                .hint("for example: status=done, context.key=value, tags+=ci"),
            AssignmentError::Unknown { similar: Some(similar), .. } => {
                CliError::of(kind, message).hint(format!("did you mean '{similar}'?"))
            }
            AssignmentError::Unknown { field, similar: None } => CliError::of(kind, message)
                .hint(format!("fields of your own belong under context: context.{field}=…")),
            AssignmentError::Fixed(_) => CliError::of(kind, message).hint(KEPT),
            AssignmentError::Mapping(field) => {
                CliError::of(kind, message).hint(format!("{field}.<key>=<value>"))
            }
            _ => CliError::of(kind, message),
        }
    }
}

/// Explains why a rule forbids the change of a record.
pub fn not_allowed(error: RuleError, id: SessionId) -> CliError {
    let refused = CliError::of(error.kind(), error.to_string());
    match error {
        RuleError::UnknownStatus(word) => refused.hint(match close_status(&word) {
            Some(status) => format!("did you mean '{status}'? --force accepts any word"),
            None => format!("the statuses are {}; --force accepts any word", statuses()),
        }),
        RuleError::Transition(_) => {
            refused.restore_hint("to restart it", id).hint("--force only changes the status")
        }
        RuleError::Fixed("fork" | "base" | "placements") => refused.hint(KEPT),
        RuleError::NotAWord(_) => refused.hint(error.hint()),
        _ => refused,
    }
}

impl From<RecordError> for CliError {
    fn from(error: RecordError) -> Self {
        CliError::refused(error.to_string())
    }
}

fn statuses() -> String {
    SessionStatus::ALL.map(|status| status.to_string()).join(", ")
}

/// Explains why `set` changed nothing.
pub fn not_set(error: SetError, id: SessionId) -> CliError {
    match error {
        SetError::Assignment(error) => error.into(),
        SetError::Rule(error) => not_allowed(error, id),
        SetError::Record(error) => error.into(),
        SetError::Store(error) => error.into(),
        SetError::Folder { .. } => {
            CliError::of(error.kind(), error.to_string()).hint("to set it anyway, use --force")
        }
        error => CliError::of(error.kind(), error.to_string()),
    }
}

/// Explains why `edit` changed nothing.
pub fn not_edited(error: EditError, id: SessionId) -> CliError {
    match error {
        EditError::Rule(error) => not_allowed(error, id),
        EditError::Record(error) => error.into(),
        EditError::Store(error) => error.into(),
        error => CliError::of(error.kind(), error.to_string()),
    }
}

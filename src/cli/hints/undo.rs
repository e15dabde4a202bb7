use git_ao::model::{Event, SessionId, error_chain};
use git_ao::store::UndoError;

use crate::cli::CliError;
use crate::cli::ui::escape;

impl From<UndoError> for CliError {
    fn from(error: UndoError) -> Self {
        let refused = CliError::of(error.kind(), error_chain(&error));
        match error {
            UndoError::Nothing => refused.hint("to list all events: git ao log"),
            UndoError::Unknown(_) => refused.hint("to list the events: git ao log"),
            UndoError::Merge(_) => {
                refused.hint("undo one of its events; to list them: git ao log --graph")
            }
            UndoError::Visibility { id, to: Some(to), .. } => refused.hint(format!(
                "to change the visibility: git ao set {} visibility={}",
                id.short(),
                to.name()
            )),
            UndoError::Conflicts { fields, .. } => {
                let line = |(id, field): &(SessionId, String)| {
                    format!("  {} {}", id.short(), escape::line(field))
                };
                let lines: Vec<_> = fields.iter().take(20).map(line).collect();
                refused.hint(format!("{}\nto undo it anyway, use --force", lines.join("\n")))
            }
            UndoError::SameSecond(events) => {
                let line = |event: &Event| {
                    let (id, subject) = (event.id.short(), escape::line(&event.message.subject));
                    format!("to undo '{subject}': git ao undo {id}")
                };
                refused.hint(events.iter().map(line).collect::<Vec<_>>().join("\n"))
            }
            UndoError::Store(error) => error.into(),
            _ => refused,
        }
    }
}

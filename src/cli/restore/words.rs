//! How restored sessions are printed.

use git_ao::agent::Action;
use git_ao::model::Session;
use git_ao::ops::RestorePlan;

use crate::cli::ui::escape;

/// Formats the line for a dry run.
pub fn would(plan: &RestorePlan) -> String {
    format!("would restore {}: {}", label(&plan.session), told(plan.action))
}

pub fn label(session: &Session) -> String {
    format!("{} ({})", session.id.short(), escape::line(&session.display_title()))
}

pub fn told(action: Option<Action>) -> &'static str {
    match action {
        None => "no agent",
        Some(Action::Resume) => "it resumes its conversation",
        Some(_) => "a new conversation",
    }
}

//! What is true of sessions now, on this replica: probed when it is asked for, and never stored.

mod agents;
mod base;
mod survey;

pub use agents::AgentState;
pub(super) use agents::Probes;
/// An error with its causes, each said once.
pub(super) fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}

pub use survey::{Live, Scope, survey};

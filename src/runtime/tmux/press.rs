use super::client::Client;
use super::send::{answered, run};
use crate::runtime::{RuntimeError, TerminalKey};

/// Presses keys in a pane, one after the other.
pub(super) fn press(client: &Client, pane: &str, keys: &[TerminalKey]) -> Result<(), RuntimeError> {
    // A pane in copy mode would interpret the keys itself.
    let leave_mode = ["copy-mode", "-q", "-t", pane];
    for key in keys {
        // tmux separates commands by a semicolon.
        let word = if key.as_str() == ";" { "\\;" } else { key.as_str() };
        let named = ["send-keys", "-t", pane, "--", word];
        let typed = ["send-keys", "-l", "-t", pane, "--", word];
        let send: &[&str] = if key.is_character() { &typed } else { &named };
        run(client, pane, &[&leave_mode, &answered(pane), send], Vec::new())?;
    }
    Ok(())
}

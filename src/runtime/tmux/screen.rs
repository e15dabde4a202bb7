use std::time::Duration;

use super::client::{Answer, Client};

/// How long tmux may take. It is short because the caller is about to exit.
const LIMIT: Duration = Duration::from_secs(2);

/// The start of the capture: this many lines of the scrollback.
const HISTORY: &str = "-200";

/// Returns the contents of the pane in which this process was started (`$TMUX_PANE`, see tmux(1)),
/// including recent scrollback. Wrapped lines are joined.
pub(super) fn own(client: &Client) -> Option<String> {
    of(client, client.environment.text("TMUX_PANE").filter(|pane| pane.starts_with('%'))?)
}

/// Returns the contents of a pane in the same way.
pub(super) fn of(client: &Client, pane: &str) -> Option<String> {
    let mut client = client.clone();
    client.limit = client.limit.min(LIMIT);
    let words = ["capture-pane", "-p", "-J", "-S", HISTORY, "-t", pane];
    match client.run(words.map(Into::into)) {
        Ok(Answer::Done(text)) => Some(text),
        _ => None,
    }
}

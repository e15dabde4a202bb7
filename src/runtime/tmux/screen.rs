use std::time::Duration;

use super::client::{Answer, Client};

/// How long tmux may take: whoever asks is about to end.
const LIMIT: Duration = Duration::from_secs(2);

/// How much is asked for of what has left the screen, in lines.
const HISTORY: &str = "-200";

/// What the pane shows in which this process was started (`$TMUX_PANE`, see tmux(1)), with what has
/// just left it; lines that were too wide are whole.
pub(super) fn own(client: &Client) -> Option<String> {
    let pane = client.environment.text("TMUX_PANE").filter(|pane| pane.starts_with('%'))?;
    let mut client = client.clone();
    client.limit = client.limit.min(LIMIT);
    let words = ["capture-pane", "-p", "-J", "-S", HISTORY, "-t", pane];
    match client.run(words.map(Into::into)) {
        Ok(Answer::Done(text)) => Some(text),
        _ => None,
    }
}

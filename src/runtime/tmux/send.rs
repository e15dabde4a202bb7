use super::client::{Answer, Client, is_gone};
use crate::runtime::RuntimeError;

/// Pastes a text into a pane, exactly, and presses Enter.
///
/// The text travels by standard input and a buffer, so neither tmux nor a shell reads it. It is
/// bracketed where the program in the pane asked for that: then its line breaks do not submit.
pub(super) fn send(client: &Client, pane: &str, text: &str) -> Result<(), RuntimeError> {
    let text = text.replace("\r\n", "\n");
    // Others are keys to a program: ESC could end the bracket, and ^C is no text.
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(RuntimeError::Unsendable(c));
    }
    let buffer = format!("ao-{}", uuid::Uuid::new_v4());
    // A pane that is scrolled back takes keys for itself.
    let leave_mode = ["copy-mode", "-q", "-t", pane];
    let enter = ["send-keys", "-t", pane, "Enter"];
    let load = ["load-buffer", "-b", &buffer, "-"];
    let paste = ["paste-buffer", "-d", "-p", "-r", "-b", &buffer, "-t", pane];
    let commands: &[&[&str]] = match text.is_empty() {
        true => &[&leave_mode, &enter],
        false => &[&load, &leave_mode, &paste, &enter],
    };
    let words = commands.join(&";");
    match client.call(|command| command.args(words), text.into_bytes())? {
        Answer::Done(_) => Ok(()),
        Answer::NoServer => Err(RuntimeError::Gone(pane.to_owned())),
        Answer::Failed(words) => {
            let _ = client.run(["delete-buffer", "-b", &buffer].map(Into::into));
            Err(match is_gone(&words) {
                true => RuntimeError::Gone(pane.to_owned()),
                false => RuntimeError::Tmux(words),
            })
        }
    }
}

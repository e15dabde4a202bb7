use std::thread;
use std::time::{Duration, Instant};

use super::client::{Answer, Client, is_gone};
use crate::runtime::RuntimeError;

/// How often the screen is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How long a program that was just started may take to show something: until it does, what is typed
/// may be lost.
const START: Duration = Duration::from_secs(10);

/// How long a program may take to show what was pasted.
const ECHO: Duration = Duration::from_secs(5);

/// How long it may go on changing its screen after that. One that is at work never stands still.
const REST: Duration = Duration::from_secs(2);

/// Pastes a text into a pane, exactly, and presses Enter when it is on the screen.
///
/// The text travels by standard input and a buffer, so neither tmux nor a shell reads it. It is
/// bracketed where the program in the pane asked for that: then its line breaks do not submit.
///
/// A program that takes a paste in by and by (Claude Code does) would have an Enter that comes at
/// once submit what it has so far: nothing. And where the text does not show at all there is no
/// field for it, but maybe a question that Enter would answer: it is not pressed.
pub(super) fn send(client: &Client, pane: &str, text: &str) -> Result<(), RuntimeError> {
    let text = text.replace("\r\n", "\n");
    // Others are keys to a program: ESC could end the bracket, and ^C is no text.
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(RuntimeError::Unsendable(c));
    }
    // A pane that is scrolled back takes keys for itself.
    let leave_mode = ["copy-mode", "-q", "-t", pane];
    let enter = ["send-keys", "-t", pane, "Enter"];
    if !text.is_empty() {
        let look = || screen(client, pane);
        let mut before = look()?;
        if before.is_blank() {
            changed(&look, &before, START.min(client.limit))?;
            before = still(&look)?;
        }
        paste(client, pane, &leave_mode, text)?;
        if !changed(&look, &before, ECHO.min(client.limit))? {
            return Err(RuntimeError::NotShown);
        }
        still(&look)?;
    }
    run(client, pane, &[&leave_mode, &enter], Vec::new()).map(drop)
}

fn paste(
    client: &Client,
    pane: &str,
    leave_mode: &[&str],
    text: String,
) -> Result<(), RuntimeError> {
    let buffer = format!("ao-{}", uuid::Uuid::new_v4());
    let load = ["load-buffer", "-b", &buffer, "-"];
    let paste = ["paste-buffer", "-d", "-p", "-r", "-b", &buffer, "-t", pane];
    let pasted = run(client, pane, &[&load, leave_mode, &paste], text.into_bytes());
    if pasted.is_err() {
        let _ = client.run(["delete-buffer", "-b", &buffer].map(Into::into));
    }
    pasted.map(drop)
}

/// What is to be seen, and where the cursor is.
#[derive(PartialEq)]
struct Screen(String);

impl Screen {
    fn is_blank(&self) -> bool {
        self.0.lines().skip(1).all(|line| line.trim().is_empty())
    }
}

fn screen(client: &Client, pane: &str) -> Result<Screen, RuntimeError> {
    let cursor = ["display-message", "-p", "-t", pane, "#{cursor_x},#{cursor_y}"];
    let text = ["capture-pane", "-p", "-t", pane];
    run(client, pane, &[&cursor, &text], Vec::new()).map(Screen)
}

/// Waits until the screen is another one; false when it stays as it is.
fn changed(
    look: &dyn Fn() -> Result<Screen, RuntimeError>,
    before: &Screen,
    limit: Duration,
) -> Result<bool, RuntimeError> {
    let end = Instant::now() + limit;
    while look()? == *before {
        if Instant::now() >= end {
            return Ok(false);
        }
        thread::sleep(LOOK);
    }
    Ok(true)
}

/// Waits until the screen is the same twice, and returns it.
fn still(look: &dyn Fn() -> Result<Screen, RuntimeError>) -> Result<Screen, RuntimeError> {
    let end = Instant::now() + REST;
    let mut last = look()?;
    loop {
        thread::sleep(LOOK);
        let now = look()?;
        if now == last || Instant::now() >= end {
            return Ok(now);
        }
        last = now;
    }
}

/// Runs commands for a pane one after the other, with `input` to read.
fn run(
    client: &Client,
    pane: &str,
    commands: &[&[&str]],
    input: Vec<u8>,
) -> Result<String, RuntimeError> {
    let words = commands.join(&";");
    match client.call(|command| command.args(words), input)? {
        Answer::Done(said) => Ok(said),
        Answer::NoServer => Err(RuntimeError::Gone(pane.to_owned())),
        Answer::Failed(words) if is_gone(&words) => Err(RuntimeError::Gone(pane.to_owned())),
        Answer::Failed(words) => Err(RuntimeError::Tmux(words)),
    }
}

use std::thread;
use std::time::{Duration, Instant};

use super::client::{Answer, Client, is_gone};
use super::input::Screen;
use crate::runtime::RuntimeError;

/// The interval between looks at the screen.
const LOOK: Duration = Duration::from_millis(50);

/// How long a program that was just started may take to show something, and then its input line.
/// Text that is typed earlier may be lost.
const START: Duration = Duration::from_secs(10);

/// How long the screen of such a program must stay unchanged if no input line is recognized.
const CALM: Duration = Duration::from_secs(2);

/// How long a program may take to show pasted text.
const ECHO: Duration = Duration::from_secs(5);

/// How long to wait after that for the screen to settle. The screen of a busy program never does.
const REST: Duration = Duration::from_secs(2);

/// How long text may stay in the input line before it counts as a draft, because a program shows
/// its first prompt there; after Enter, how long before the Enter counts as lost.
const STANDS: Duration = Duration::from_secs(3);

/// How often Enter is pressed at most.
const PRESSES: usize = 5;

/// Pastes a text into a pane, exactly, and presses Enter when it is on the screen.
///
/// The text is passed through standard input and a paste buffer, so neither tmux nor a shell
/// interprets it. If the program in the pane has requested bracketed paste, line breaks in the text
/// do not submit it.
///
/// A program may process a paste with a delay, as Claude Code does; an immediate Enter would then
/// submit an empty input line. If the text never appears, there is no input field, but maybe a
/// question that Enter would answer. Enter is therefore pressed only after the text has appeared.
///
/// A program that is still starting may show the text and lose the Enter. If the input line is
/// recognized, Enter is pressed again while the text stays in it.
pub(super) fn send(client: &Client, pane: &str, text: &str) -> Result<(), RuntimeError> {
    let text = text.replace("\r\n", "\n");
    // Other control characters act as keys: ESC could end the bracketed paste, and ^C interrupts.
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(RuntimeError::Unsendable(c));
    }
    // A pane in copy mode would interpret the keys itself.
    let leave_mode = ["copy-mode", "-q", "-t", pane];
    let enter = ["send-keys", "-t", pane, "Enter"];
    let press = || run(client, pane, &[&leave_mode, &answered(pane), &enter], Vec::new()).map(drop);
    if text.is_empty() {
        return press();
    }
    let look = || screen(client, pane);
    let before = ready(&look, client.limit)?;
    paste(client, pane, &leave_mode, text)?;
    let echo = ECHO.min(client.limit);
    let shown = match before.input {
        // The rest of the screen may change independently.
        Some(_) => until(&look, echo, |now| now.input.as_deref() != Some(""))?,
        None => until(&look, echo, |now| *now != before)?,
    };
    if !shown {
        return Err(RuntimeError::NotShown);
    }
    let typed = still(&look)?.input.filter(|typed| !typed.is_empty());
    press()?;
    match typed {
        Some(typed) => submitted(&look, &press, &typed, client.limit),
        None => Ok(()),
    }
}

/// The command that clears the bell of a program that is about to be answered: its next one is
/// another question. Despite its name, it ends nothing.
pub(super) fn answered(pane: &str) -> [&str; 4] {
    ["kill-session", "-C", "-t", pane]
}

/// Waits until a program that was just started accepts text. Fails if the input line holds a draft.
fn ready(look: &Look<'_>, limit: Duration) -> Result<Screen, RuntimeError> {
    let mut now = look()?;
    if now.is_blank() {
        until(look, START.min(limit), |now| !now.is_blank())?;
        let end = Instant::now() + START.min(limit);
        let mut calm = Instant::now();
        now = look()?;
        while now.input.is_none() && calm.elapsed() < CALM && Instant::now() < end {
            thread::sleep(LOOK);
            let next = look()?;
            if next != now {
                calm = Instant::now();
            }
            now = next;
        }
        now = still(look)?;
    }
    if holds_text(&now) {
        if !until(look, STANDS.min(limit), |now| !holds_text(now))? {
            return Err(RuntimeError::Draft);
        }
        now = still(look)?;
    }
    Ok(now)
}

fn holds_text(screen: &Screen) -> bool {
    screen.input.as_deref().is_some_and(|text| !text.is_empty())
}

/// Presses Enter again while the text stays in the input line. A superfluous Enter is harmless,
/// because it does nothing in an empty input line.
fn submitted(
    look: &Look<'_>,
    press: &dyn Fn() -> Result<(), RuntimeError>,
    typed: &str,
    limit: Duration,
) -> Result<(), RuntimeError> {
    for left in (0..PRESSES).rev() {
        match until(look, STANDS.min(limit), |now| now.input.as_deref() != Some(typed)) {
            Ok(false) if left > 0 => press()?,
            Ok(false) => break,
            // The text may have made the program exit.
            Ok(true) | Err(RuntimeError::Gone(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Err(RuntimeError::NotSubmitted)
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

type Look<'a> = dyn Fn() -> Result<Screen, RuntimeError> + 'a;

fn screen(client: &Client, pane: &str) -> Result<Screen, RuntimeError> {
    let cursor = ["display-message", "-p", "-t", pane, "#{cursor_x},#{cursor_y}"];
    let text = ["capture-pane", "-e", "-p", "-t", pane];
    run(client, pane, &[&cursor, &text], Vec::new()).map(|said| Screen::of(&said))
}

/// Waits until the screen satisfies `comes`. Returns false if it does not in time.
fn until(
    look: &Look<'_>,
    limit: Duration,
    comes: impl Fn(&Screen) -> bool,
) -> Result<bool, RuntimeError> {
    let end = Instant::now() + limit;
    while !comes(&look()?) {
        if Instant::now() >= end {
            return Ok(false);
        }
        thread::sleep(LOOK);
    }
    Ok(true)
}

/// Waits until the screen has settled, or [`REST`] has passed, and returns it.
fn still(look: &Look<'_>) -> Result<Screen, RuntimeError> {
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

/// Runs commands for a pane one after the other, with `input` as standard input.
pub(super) fn run(
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

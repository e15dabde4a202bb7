//! Notifies a person that an agent needs attention.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use crate::git::Environment;
use crate::model::{Activity, ActivityReport, SessionId};
use crate::runtime::{Child, ChildStdio, ProcessSpec, Terminal};

/// The largest text that is passed to another program, in characters.
const LONGEST: usize = 300;

/// How to notify a person: `ao.notify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) enum Notify {
    /// The bell of the agent's terminal, which tmux shows as an alert of the window.
    Bell,
    /// A desktop notification.
    Desktop,
    /// A shell command.
    Command(String),
}

impl Notify {
    pub fn of(setting: &str) -> Option<Self> {
        match setting.trim() {
            "" | "false" | "no" | "off" => None,
            "bell" => Some(Self::Bell),
            "desktop" => Some(Self::Desktop),
            command => Some(Self::Command(command.to_owned())),
        }
    }
}

/// The content of a notification.
pub(in crate::ops) struct Notice<'a> {
    pub session: SessionId,
    pub title: &'a str,
    pub report: &'a ActivityReport,
    pub workspace: &'a Path,
}

impl Notice<'_> {
    /// Sends the notification, without waiting for the program that shows it. Failures are ignored:
    /// they could be reported only on the agent's own terminal.
    pub fn tell(&self, how: &Notify, environment: &Environment) {
        let _ = match how {
            Notify::Bell => write_to_terminal("\x07"),
            Notify::Command(command) => self.run(["sh", "-c", command], environment),
            Notify::Desktop => self.on_desktop(environment),
        };
    }

    fn on_desktop(&self, environment: &Environment) -> io::Result<()> {
        let head = format!("{}: {}", self.session.short(), line(self.title));
        let text = match (self.verb(), self.what()) {
            (verb, what) if what.is_empty() => verb.to_owned(),
            (verb, what) => format!("{verb}: {what}"),
        };
        if environment.find_program("notify-send").is_some() {
            return self.run(["notify-send", "--app-name=git-ao", "--", &head, &text], environment);
        }
        if environment.find_program("osascript").is_some() {
            let script = "on run words\ndisplay notification (item 2 of words) with title (item 1 of words)\nend run";
            return self.run(["osascript", "-e", script, &head, &text], environment);
        }
        write_to_terminal(&format!("\x1b]9;{head}: {text}\x07"))
    }

    fn verb(&self) -> &'static str {
        match self.report.activity {
            Activity::WaitingInput => "asks",
            Activity::Blocked => "blocked",
            Activity::Ready | Activity::Idle => "ready",
            Activity::Exited => "ended",
            Activity::Active | Activity::Unknown => "works",
        }
    }

    fn what(&self) -> String {
        line(self.report.what.as_deref().unwrap_or_default())
    }

    fn run<const N: usize>(&self, argv: [&str; N], environment: &Environment) -> io::Result<()> {
        let mut plan = ProcessSpec::new(argv, self.workspace).environment(environment.clone());
        for (name, value) in [
            ("AO_SESSION_ID", self.session.to_string()),
            ("AO_ACTIVITY", self.report.activity.to_string()),
            ("AO_TITLE", line(self.title)),
            ("AO_WHAT", self.what()),
        ] {
            plan = plan.env(name, value);
        }
        // What it prints would be in the agent's screen.
        let stdio = ChildStdio::new(Terminal::Absent).output(Box::new(io::sink()));
        Child::start(&plan, stdio).map(drop).map_err(io::Error::other)
    }
}

/// Writes to the terminal of this process, which is the agent's.
fn write_to_terminal(text: &str) -> io::Result<()> {
    File::options().write(true).open("/dev/tty")?.write_all(text.as_bytes())
}

/// Returns a text as one line that is safe to show.
fn line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_says_how() {
        assert_eq!(Notify::of("bell"), Some(Notify::Bell));
        assert_eq!(Notify::of(" desktop "), Some(Notify::Desktop));
        assert_eq!(Notify::of("say hi"), Some(Notify::Command("say hi".to_owned())));
        assert_eq!((Notify::of(""), Notify::of("false")), (None, None));
        assert_eq!(line("a\x1b[31m\n b\tc "), "a [31m b c");
        assert_eq!(line(&"x".repeat(999)).len(), LONGEST);
    }
}

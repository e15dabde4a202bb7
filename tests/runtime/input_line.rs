//! What is sent to a program with an input line as Claude Code's.

use std::fs;
use std::process::Command;
use std::time::Duration;

use git_ao::model::SessionId;
use git_ao::runtime::{Runtime, RuntimeError};

use crate::tmux::Server;
use crate::{session, start, text};

/// Takes nothing for an Enter so many times, then appends what was typed to a file, and each Enter
/// to another.
const PROGRAM: &str = r#"exec bash -c '
    stty -echo -icanon; typed=$4; lost=$1
    draw() { printf "\033[2J\033[H\342\235\257\302\240%s" "$typed"; }
    draw; echo > "$3/ready"
    while IFS= read -rn1 key; do
        if test -n "$key"; then typed=$typed$key
        else
            echo Enter >> "$3/keys"
            if test $lost -gt 0; then lost=$((lost - 1))
            else echo "$typed" >> "$3/told"; test "$typed" = /exit && exit; typed=; fi
        fi
        draw
    done' sh "$1" "$2" "$3" "$4""#;

struct Typing {
    server: Server,
    id: SessionId,
    handle: String,
}

impl Typing {
    /// Where the program loses this many Enters and holds this draft.
    fn new(lost: &str, draft: &str) -> Option<Self> {
        let server = Server::new()?;
        Command::new("bash").arg("-c").arg("").output().ok().or_else(|| {
            eprintln!("skipped: bash is not installed");
            None
        })?;
        let id = session("7b6d11f9");
        let (_, ready) = server.place.pipe("ready");
        let dir = text(server.place.dir.path()).to_owned();
        let handle =
            start(&server.tmux, &id, &server.place.plan(PROGRAM, &[lost, "", &dir, draft]));
        ready.read();
        Some(Self { server, id, handle })
    }

    fn send(&self, text: &str) -> Result<(), RuntimeError> {
        self.server.tmux.send(&self.id, &self.handle, text)
    }

    /// Waits less: what is waited for never comes.
    fn send_at_once(&self, text: &str) -> Result<(), RuntimeError> {
        let impatient = self.server.tmux.clone().with_limit(Duration::from_secs(1));
        impatient.send(&self.id, &self.handle, text)
    }

    fn screen(&self) -> String {
        self.server.raw(&["capture-pane", "-p", "-t", &format!("={}:", self.handle)])
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.server.place.path(name)).unwrap_or_default()
    }
}

#[test]
fn an_enter_that_is_lost_is_pressed_again() {
    let Some(typing) = Typing::new("1", "") else { return };
    typing.send("early").unwrap();
    assert_eq!((typing.file("told").as_str(), typing.file("keys").lines().count()), ("early\n", 2));
    // One that is not lost is pressed once.
    typing.send("late").unwrap();
    assert_eq!(typing.file("told"), "early\nlate\n");
    typing.send("/exit").unwrap();
    assert_eq!(typing.file("told"), "early\nlate\n/exit\n");
    assert_eq!(typing.file("keys").lines().count(), 4);
}

#[test]
fn a_text_that_is_not_submitted_is_told() {
    let Some(typing) = Typing::new("1000", "") else { return };
    let refused = typing.send_at_once("never");
    assert!(matches!(refused, Err(RuntimeError::NotSubmitted)), "{refused:?}");
    assert!(typing.screen().contains("never"));
    assert_eq!((typing.file("told").as_str(), typing.file("keys").lines().count()), ("", 5));
    // It is a draft now.
    assert!(matches!(typing.send_at_once("more"), Err(RuntimeError::Draft)));
}

#[test]
fn a_draft_is_left_alone() {
    let Some(typing) = Typing::new("0", "half a thought") else { return };
    let refused = typing.send_at_once("text");
    assert!(matches!(refused, Err(RuntimeError::Draft)), "{refused:?}");
    assert_eq!(typing.screen().trim_end(), "❯\u{a0}half a thought");
    assert_eq!(typing.file("keys"), "");
    // A bare Enter submits it.
    typing.send("").unwrap();
}

use super::client::{Answer, Client, arg};
use crate::model::SessionId;
use crate::runtime::RuntimeError;

/// A pane of a tmux session.
#[derive(Debug, Clone)]
pub(super) struct Pane {
    /// tmux's own id of it.
    pub id: String,
    /// The process that was started in it.
    pub pid: u32,
    dead: bool,
    /// The pane in which the session's process was started.
    first: String,
    /// The session that owns it, empty where that is none of ours.
    owner: String,
    /// The tmux session's name.
    pub name: String,
}

/// What is asked of each pane. The name comes last: it alone may hold spaces.
const FORMAT: &str =
    "#{pane_id} #{pane_pid} #{pane_dead} #{@ao_pane} #{@ao_session} #{session_name}";

impl Pane {
    /// True when the tmux session carries this session's mark.
    pub fn belongs_to(&self, session: &SessionId) -> bool {
        self.owner == session.to_string()
    }

    /// True when the session's process is alive in it.
    ///
    /// Other panes are what a person opened beside it.
    pub fn runs(&self) -> bool {
        self.id == self.first && !self.dead
    }
}

/// The panes of all sessions; none where there is no server.
pub(super) fn list(client: &Client) -> Result<Vec<Pane>, RuntimeError> {
    let ask = || client.run(["list-panes", "-a", "-F", FORMAT].map(arg));
    let answer = match ask()? {
        // The server was ending just then: whether it has, the next answer tells.
        Answer::Failed(words) if words.contains("server exited") => ask()?,
        answer => answer,
    };
    match answer {
        Answer::Done(lines) => lines.lines().map(parse).collect(),
        Answer::NoServer => Ok(Vec::new()),
        // A server that stays without sessions (its option exit-empty) has no pane to begin at.
        Answer::Failed(words) if words.starts_with("no current ") => Ok(Vec::new()),
        Answer::Failed(words) => Err(RuntimeError::Tmux(words)),
    }
}

/// A session as a target: `=` wants the whole name, `:` says that it is no window.
pub(super) fn target(name: &str) -> String {
    format!("={name}:")
}

fn parse(line: &str) -> Result<Pane, RuntimeError> {
    let mut fields = line.splitn(6, ' ').map(str::to_owned);
    let mut pane = || {
        Some(Pane {
            id: fields.next()?,
            pid: fields.next()?.parse().ok()?,
            dead: fields.next()? == "1",
            first: fields.next()?,
            owner: fields.next()?,
            name: fields.next()?,
        })
    };
    pane().ok_or_else(|| RuntimeError::Tmux(format!("unexpected answer '{line}'")))
}

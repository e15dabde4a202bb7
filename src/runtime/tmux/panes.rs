use super::client::{Answer, Client, arg};
use crate::model::SessionId;
use crate::runtime::{Exit, RuntimeError};

/// A pane of a tmux session.
#[derive(Debug, Clone)]
pub(super) struct Pane {
    /// The id that tmux gave it.
    pub id: String,
    /// The process that was started in it.
    pub pid: u32,
    /// How the process ended; None if it is alive.
    pub ended: Option<Exit>,
    /// The pane in which the session's process was started.
    first: String,
    /// The owning session; empty if git-ao did not create the tmux session.
    owner: String,
    /// The tmux session's name.
    pub name: String,
}

/// The format of a pane. The name comes last, because only it may contain spaces.
const FORMAT: &str = "#{pane_id} #{pane_pid} #{pane_dead},#{pane_dead_status},#{pane_dead_signal} \
     #{@ao_pane} #{@ao_session} #{session_name}";

impl Pane {
    /// Returns true if the tmux session belongs to this session.
    pub fn belongs_to(&self, session: &SessionId) -> bool {
        self.owner == session.to_string()
    }

    /// Returns true if the session's process is alive in this pane. A person may have opened other
    /// panes beside it.
    pub fn runs(&self) -> bool {
        self.is_first() && self.ended.is_none()
    }

    /// Returns true if the session's process was started in this pane.
    pub fn is_first(&self) -> bool {
        self.id == self.first
    }
}

/// Returns the panes of all tmux sessions, or none if no server is running.
pub(super) fn list(client: &Client) -> Result<Vec<Pane>, RuntimeError> {
    let ask = || client.run(["list-panes", "-a", "-F", FORMAT].map(arg));
    let answer = match ask()? {
        // The server was just exiting; the next answer is definite.
        Answer::Failed(words) if words.contains("server exited") => ask()?,
        answer => answer,
    };
    match answer {
        Answer::Done(lines) => lines.lines().map(parse).collect(),
        Answer::NoServer => Ok(Vec::new()),
        // A server without sessions (see its option exit-empty) fails with this message.
        Answer::Failed(words) if words.starts_with("no current ") => Ok(Vec::new()),
        Answer::Failed(words) => Err(RuntimeError::Tmux(words)),
    }
}

/// Returns a target for a session: `=` requires an exact match, and `:` marks it as a session name.
pub(super) fn target(name: &str) -> String {
    format!("={name}:")
}

fn parse(line: &str) -> Result<Pane, RuntimeError> {
    let mut fields = line.splitn(6, ' ').map(str::to_owned);
    let mut pane = || {
        Some(Pane {
            id: fields.next()?,
            pid: fields.next()?.parse().ok()?,
            ended: ended(&fields.next()?),
            first: fields.next()?,
            owner: fields.next()?,
            name: fields.next()?,
        })
    };
    pane().ok_or_else(|| RuntimeError::Tmux(format!("unexpected answer '{line}'")))
}

/// Returns how a process ended. tmux before 3.3 does not know the signal.
fn ended(text: &str) -> Option<Exit> {
    let mut fields = text.split(',');
    if fields.next() != Some("1") {
        return None;
    }
    let mut number = || fields.next().and_then(|field| field.parse().ok());
    let (status, signal) = (number(), number());
    Some(match (status, signal) {
        (_, Some(signal)) => Exit::Signal(signal),
        (Some(status), None) => Exit::Code(status),
        (None, None) => Exit::Unknown,
    })
}

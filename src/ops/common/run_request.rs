use std::ffi::OsString;

use crate::agent::Action;
use crate::model::{ErrorKind, Session, SessionId, Timestamp};
use crate::store::Key;

/// A request to run a session's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// The session.
    pub session: SessionId,
    /// The action for which the agent is started.
    pub action: Action,
    /// The requester.
    pub turn: Caller,
}

/// Who requested the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A runtime, for a process that is still writing the record, with a placement of this time.
    Runtime(Option<Timestamp>),
    /// A person at this terminal.
    Terminal,
}

/// The arguments of a supervisor do not name a session, an action or a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunArgumentError {
    /// An argument is not one of a supervisor's.
    #[error("unexpected argument '{}' after 'run'", .0.escape_debug())]
    Unexpected(String),
    /// There is no session id.
    #[error("'run' needs the id of a session")]
    NoSession,
}

impl RunArgumentError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

impl Run {
    /// Requests an agent of a session, for an action.
    pub fn new(session: SessionId, action: Action, turn: Caller) -> Self {
        Self { session, action, turn }
    }

    /// Returns the arguments with which a supervisor is started:
    /// `run [--wait [--placed <time>]] [--resume | --fork] <session>`.
    pub fn to_args(self) -> Vec<OsString> {
        let mut args = vec!["run".to_owned()];
        if let Caller::Runtime(placed) = self.turn {
            args.push("--wait".to_owned());
            args.extend(placed.into_iter().flat_map(|at| ["--placed".to_owned(), at.to_string()]));
        }
        args.extend(match self.action {
            Action::Launch => None,
            Action::Resume => Some("--resume".to_owned()),
            Action::Fork => Some("--fork".to_owned()),
        });
        args.push(self.session.to_string());
        args.into_iter().map(OsString::from).collect()
    }

    /// Parses the arguments of this process, without its name, if it was started as a supervisor
    /// ([`Supervisor::Program`](crate::ops::Supervisor::Program)). Returns None if the first
    /// argument is not `run`.
    ///
    /// ```
    /// use git_ao::ops::Run;
    ///
    /// // At the start of main, with an engine that has the same agents and runtimes:
    /// // if let Some(run) = Run::from_args(std::env::args_os().skip(1))? {
    /// //     engine.supervise(run)?;
    /// //     return Ok(());
    /// // }
    /// # let args = ["run", "--wait", "--resume", "7b6d11f9-3a52-4c0e-8f0a-2f6b1c0d9e8f"];
    /// let run = Run::from_args(args).expect("valid arguments").expect("it begins with run");
    /// assert_eq!(run.to_args(), args);
    /// assert_eq!(Run::from_args(["--help"]), Ok(None));
    /// ```
    ///
    /// # Errors
    /// Fails if the other arguments are not those of a supervisor.
    pub fn from_args<A: Into<OsString>>(
        args: impl IntoIterator<Item = A>,
    ) -> Result<Option<Self>, RunArgumentError> {
        let mut args = args.into_iter().map(|arg| arg.into().to_string_lossy().into_owned());
        if args.next().as_deref() != Some("run") {
            return Ok(None);
        }
        let (mut session, mut action, mut turn) = (None, Action::Launch, Caller::Terminal);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--wait" => turn = Caller::Runtime(None),
                "--resume" => action = Action::Resume,
                "--fork" => action = Action::Fork,
                "--placed" => {
                    let at = args.next().unwrap_or_default();
                    let time = at.parse().map_err(|_| RunArgumentError::Unexpected(at))?;
                    turn = Caller::Runtime(Some(time));
                }
                id if session.is_none() => {
                    session =
                        Some(id.parse().map_err(|_| RunArgumentError::Unexpected(id.to_owned()))?);
                }
                other => return Err(RunArgumentError::Unexpected(other.to_owned())),
            }
        }
        let session = session.ok_or(RunArgumentError::NoSession)?;
        Ok(Some(Self { session, action, turn }))
    }
}

/// Returns the key of a session.
pub(in crate::ops) fn key_of(session: &Session) -> Key {
    Key { id: session.id, project: Some(session.project_id.clone()) }
}

use crate::git::{GitError, ObjectError, RefError};
use crate::ledger::LedgerError;
use crate::model::{ErrorKind, IllegalTransition, Recovery, RuleError, SessionId};

use super::{Key, RecordProblem};

/// Why an operation of the store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The session does not exist, or no longer exists.
    #[error("no session '{0}'")]
    NotFound(Key),
    /// A new session has the id of an existing one.
    #[error("session '{0}' already exists")]
    Exists(SessionId),
    /// The session is archived, and cannot be changed before it is unarchived.
    #[error("session '{0}' is archived")]
    Archived(Key),
    /// Two projects have a session with this id: specify one.
    #[error("session id '{0}' is used in more than one project")]
    InTwoProjects(SessionId),
    /// The record cannot be read. It is preserved.
    #[error("the record of session '{key}' {}: {problem}", corrupt(problem))]
    Corrupt {
        /// Which.
        key: Key,
        /// What is wrong with it.
        problem: RecordProblem,
    },
    /// The changed record would not be valid. Nothing was written.
    #[error("the changed record of session '{id}' is not valid: {problem}")]
    Invalid {
        /// Which.
        id: SessionId,
        /// What is wrong with it.
        problem: RecordProblem,
    },
    /// The status table does not allow this change.
    #[error("session '{id}' {source}")]
    Transition {
        /// Which.
        id: SessionId,
        /// The refused change.
        source: IllegalTransition,
    },
    /// The change breaks another rule for the fields of a session. Nothing was written.
    #[error("session '{id}': {source}")]
    Rule {
        /// Which.
        id: SessionId,
        /// The broken rule. It knows the field, and what to write instead.
        source: RuleError,
    },
    /// The store has a newer format.
    #[error("the store has format version {0}; this git ao supports {known}", known = super::FORMAT)]
    Newer(u64),
    /// The ref does not point to a store.
    #[error("'{name}' is not a session store: {why}")]
    NotAStore {
        /// The ref.
        name: String,
        /// The reason.
        why: String,
    },
    /// The private sessions cannot be read, and the requested session may be one of them.
    #[error("cannot read the private sessions: {0}")]
    PrivateUnread(String),
    /// Two stores share no history, and merging unrelated stores was not allowed.
    #[error("the two histories have no event in common")]
    Unrelated,
    /// The store was opened without the private sessions.
    #[error("the store at '{0}' has no private sessions")]
    NoPrivate(String),
    /// One transaction makes sessions private and others public.
    #[error("cannot make some sessions private and others public in one step")]
    BothWays,
    /// The handle matches no session, or more than one.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// `ao.project` is not a valid project name.
    #[error(transparent)]
    Project(#[from] crate::model::InvalidProject),
    /// `ao.replica` is not a valid name of a clone.
    #[error("'{0}' in ao.replica is not a valid name of a clone")]
    BadReplica(String),
    /// Its objects or refs cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl StoreError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Exists(_) => ErrorKind::Exists,
            Self::InTwoProjects(_) => ErrorKind::Ambiguous,
            Self::Archived(_) | Self::Transition { .. } | Self::Unrelated => ErrorKind::Refused,
            Self::Invalid { .. } | Self::NoPrivate(_) | Self::BothWays => ErrorKind::Invalid,
            Self::Corrupt { problem, .. } => problem.kind(),
            Self::Newer(_) => ErrorKind::Newer,
            Self::NotAStore { .. } | Self::PrivateUnread(_) => ErrorKind::Corrupt,
            Self::Project(_) | Self::BadReplica(_) => ErrorKind::Environment,
            Self::Resolve(error) => error.kind(),
            Self::Rule { source, .. } => source.kind(),
            Self::Ledger(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl StoreError {
    /// Returns the error for a session that breaks a rule.
    pub(super) fn rule(id: SessionId, rule: RuleError) -> Self {
        match rule {
            RuleError::Transition(source) => Self::Transition { id, source },
            source => Self::Rule { id, source },
        }
    }
}

impl From<ObjectError> for StoreError {
    fn from(error: ObjectError) -> Self {
        LedgerError::from(error).into()
    }
}

impl From<RefError> for StoreError {
    fn from(error: RefError) -> Self {
        LedgerError::from(error).into()
    }
}

impl From<GitError> for StoreError {
    fn from(error: GitError) -> Self {
        LedgerError::from(error).into()
    }
}

/// Why a handle does not resolve to one session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// Nothing matches.
    #[error("no session matches '{text}' (searched {searched} in '{name}')")]
    Nothing {
        /// The handle.
        text: String,
        /// The fields that were searched.
        searched: &'static str,
        /// The ref that was searched.
        name: String,
    },
    /// More than one matches.
    #[error("'{text}' is ambiguous: {} matches", candidates.len())]
    Ambiguous {
        /// The handle.
        text: String,
        /// The keys and titles of the candidates.
        candidates: Vec<(Key, String)>,
    },
    /// `@` outside a session's worktree.
    #[error("this worktree belongs to no session")]
    NotInSession,
    /// `latest` in an empty store.
    #[error("no sessions in '{0}' yet")]
    Empty(String),
}

impl ResolveError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Nothing { .. } | Self::NotInSession | Self::Empty(_) => ErrorKind::NotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

fn corrupt(problem: &RecordProblem) -> &'static str {
    if problem.is_newer() { "cannot be read" } else { "is corrupt" }
}

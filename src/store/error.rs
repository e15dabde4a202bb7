use crate::git::{GitError, LockError, ObjectError, RefError};
use crate::model::{IllegalTransition, Oid, SessionId};

use super::{Key, RecordProblem};

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such session (any more): look again.
    #[error("no session '{0}'")]
    NotFound(Key),
    /// A new session has the id of one that is there.
    #[error("session '{0}' already exists")]
    Exists(SessionId),
    /// An archived session is not changed; unarchive it first.
    #[error("session '{0}' is archived")]
    Archived(Key),
    /// Two projects hold this id; name one.
    #[error("session id '{0}' is used in more than one project")]
    InTwoProjects(SessionId),
    /// The record cannot be read, and is left as it is.
    #[error("the record of session '{key}' {}: {problem}", corrupt(problem))]
    Corrupt {
        /// Which.
        key: Key,
        /// What is wrong with it.
        problem: RecordProblem,
    },
    /// What was to be written is not a record that could be read again. Nothing was written.
    #[error("the changed record of session '{id}' is not valid: {problem}")]
    Invalid {
        /// Which.
        id: SessionId,
        /// What is wrong with it.
        problem: RecordProblem,
    },
    /// The table of statuses does not allow this.
    #[error("session '{id}' {source}")]
    Transition {
        /// Which.
        id: SessionId,
        /// From where to where.
        source: IllegalTransition,
    },
    /// The store is of a newer format.
    #[error("the store has format version {0}; this git-ao supports {known}", known = super::FORMAT)]
    Newer(u64),
    /// What the ref names is not a store.
    #[error("'{name}' is not a session store: {why}")]
    NotAStore {
        /// The ref.
        name: String,
        /// What is missing.
        why: String,
    },
    /// The private sessions cannot be read, and what is asked for may be one of them.
    #[error("cannot read the private sessions: {0}")]
    PrivateUnread(String),
    /// Two stores that were begun apart, and nobody said that they belong together.
    #[error("the two histories have no event in common")]
    Unrelated,
    /// The store was opened without the private sessions.
    #[error("the store at '{0}' has no private sessions")]
    NoPrivate(String),
    /// One transaction makes sessions private and others public.
    #[error("cannot make some sessions private and others public in one step")]
    BothWays,
    /// A handle that names no session, or more than one.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Others kept writing until the deadline.
    #[error("'{name}' kept changing for {seconds} seconds; nothing was written")]
    Contended {
        /// The ref.
        name: String,
        /// How long it was tried.
        seconds: u64,
    },
    /// A hook that runs before objects are accepted tries to write.
    #[error("cannot write to the store while git quarantines new objects")]
    Quarantined,
    /// `ao.project` holds what cannot be a project's name.
    #[error(transparent)]
    Project(#[from] crate::model::InvalidProject),
    /// `ao.replica` holds what cannot be a clone's name.
    #[error("'{0}' in ao.replica is not a valid name of a clone")]
    BadReplica(String),
    /// An object is missing or broken; `git ao fsck` says more.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// A ref cannot be read or moved.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// The lock was not had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Why a text does not name one session.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// Nothing matches.
    #[error("no session matches '{text}' ({searched} in '{name}')")]
    Nothing {
        /// What was typed.
        text: String,
        /// What was compared with it.
        searched: &'static str,
        /// The ref that was searched.
        name: String,
    },
    /// More than one matches.
    #[error("'{text}' is ambiguous: {} matches", candidates.len())]
    Ambiguous {
        /// What was typed.
        text: String,
        /// What it could mean: keys and titles.
        candidates: Vec<(Key, String)>,
    },
    /// `@` outside a session's worktree.
    #[error("this worktree belongs to no session")]
    NotInSession,
    /// `latest` in an empty store.
    #[error("no sessions in '{0}' yet")]
    Empty(String),
}

fn corrupt(problem: &RecordProblem) -> &'static str {
    if problem.is_newer() { "cannot be read" } else { "is corrupt" }
}

/// Turns gix's id into ours.
pub(super) fn oid(id: gix::ObjectId) -> Oid {
    id.to_string().parse().expect("git object ids are 40 or 64 lower-case hex digits")
}

/// Turns our id into gix's. Ids of another length than the repository's never name an object in
/// it, and come out as what they are.
pub(super) fn gix_id(id: &Oid) -> gix::ObjectId {
    gix::ObjectId::from_hex(id.as_str().as_bytes()).expect("an Oid is 40 or 64 hex digits")
}

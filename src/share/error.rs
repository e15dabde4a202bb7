use super::moved::is_moved;
use crate::git::{GitError, RefError};
use crate::model::{ErrorKind, Oid, Recovery};
use crate::store::StoreError;
use crate::transcript::TranscriptError;

/// Why sessions could not be shared. The store is unchanged, or contains what was fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// No remote is configured.
    #[error("no remote is configured")]
    NoRemote,
    /// There are several remotes, and none is selected.
    #[error("there are {} remotes, and none is selected", .0.len())]
    ManyRemotes(Vec<String>),
    /// There is no remote of this name.
    #[error("no such remote '{name}'")]
    UnknownRemote {
        /// The requested name.
        name: String,
        /// The configured remotes.
        known: Vec<String>,
    },
    /// `ao.remoteRef` is not a valid ref name.
    #[error("'{0}' in ao.remoteRef is not a full ref name such as 'refs/heads/ao-sessions'")]
    InvalidRef(String),
    /// `ao.pushTimeout` is not a number.
    #[error("'{0}' in ao.pushTimeout is not a number of seconds")]
    InvalidTimeout(String),
    /// Git could not communicate with the remote. The text is git's.
    #[error("cannot {verb} '{remote}':{}", crate::git::after_colon(message))]
    Transfer {
        /// `fetch from` or `push to`.
        verb: &'static str,
        /// The remote.
        remote: String,
        /// Git's message.
        message: String,
        /// The kind of failure, as far as it is known.
        failure: Failure,
    },
    /// The remote rejected the push.
    #[error("'{remote}' rejected '{name}': {reason}")]
    Rejected {
        /// The remote.
        remote: String,
        /// The ref there.
        name: String,
        /// The remote's reason.
        reason: String,
        /// The output of the remote's hooks. It may be empty, or already shown.
        said: String,
    },
    /// The push URL differs from the fetch URL, and has sessions that are unknown here.
    #[error("'{remote}' has different sessions at '{url}', its push URL")]
    Elsewhere {
        /// The remote.
        remote: String,
        /// The push URL, as git prints it.
        url: String,
        /// The URLs that accepted the push.
        taken: Vec<String>,
    },
    /// An object that the push needs cannot be read.
    #[error("cannot push to '{remote}': '{path}' is damaged (object {object})")]
    Damaged {
        /// The remote.
        remote: String,
        /// The object.
        object: Oid,
        /// The object's current or former path in the store.
        path: String,
    },
    /// Others kept pushing until the deadline.
    #[error("'{remote}' kept changing for {seconds} seconds; nothing was pushed")]
    Contended {
        /// The remote.
        remote: String,
        /// The time spent trying, in seconds.
        seconds: u64,
    },
    /// The remote's sessions cannot be merged.
    #[error("the sessions of '{remote}' cannot be merged")]
    Unmergeable {
        /// The remote.
        remote: String,
        /// The fetched tip.
        tip: Oid,
        /// The cause.
        #[source]
        source: Box<StoreError>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The transcript store failed, or what another clone shared is no transcript.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A ref could not be read.
    #[error(transparent)]
    Ref(#[from] RefError),
}

impl ShareError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownRemote { .. } => ErrorKind::NotFound,
            Self::ManyRemotes(_) => ErrorKind::Ambiguous,
            Self::NoRemote | Self::InvalidRef(_) | Self::InvalidTimeout(_) => {
                ErrorKind::Environment
            }
            Self::Rejected { .. } | Self::Elsewhere { .. } => ErrorKind::Refused,
            Self::Contended { .. } => ErrorKind::Contended,
            Self::Transfer { failure, .. } => match failure {
                Failure::Authentication => ErrorKind::Environment,
                Failure::Unreachable => ErrorKind::Unavailable,
                Failure::Malformed | Failure::Other => ErrorKind::Failed,
            },
            Self::Damaged { .. } => ErrorKind::Corrupt,
            Self::Unmergeable { source, .. } => source.kind(),
            Self::Store(error) => error.kind(),
            Self::Transcript(error) => error.kind(),
            Self::Git(error) => error.kind(),
            Self::Ref(error) => error.kind(),
        }
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

/// The kind of failure of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Authentication failed, or would have prompted.
    Authentication,
    /// The remote's URL does not exist or does not respond.
    Unreachable,
    /// The remote sent objects that git rejects.
    Malformed,
    /// Anything else.
    Other,
}

impl ShareError {
    /// Returns true if the remote has something else than what was expected.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self, Self::Rejected { reason, .. } if is_moved(reason))
    }

    /// Returns the error for a failed transfer, with git's message without its advice.
    pub(super) fn transfer(verb: &'static str, remote: &str, said: &str) -> Self {
        let advice = ["fatal: Could not read from remote", "Please make sure"];
        let is_advice = |line: &str| advice.iter().any(|start| line.starts_with(start));
        let told = said.trim().lines().take_while(|line| !is_advice(line));
        let told = told.collect::<Vec<_>>().join("\n");
        let told = match told.trim_end() {
            // Git prints nothing but advice if the remote hung up.
            "" if said.contains("Could not read from remote") => "the remote hung up",
            "" => said.trim(),
            told => told,
        };
        let plain = told.strip_prefix("fatal: ").or_else(|| told.strip_prefix("error: "));
        Self::Transfer {
            verb,
            remote: remote.to_owned(),
            message: plain.unwrap_or(told).to_owned(),
            failure: Failure::from_message(said),
        }
    }
}

impl Failure {
    /// Determines the kind of failure from git's untranslated message.
    fn from_message(message: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if has(&["could not read Username", "could not read Password", "Authentication failed"])
            || has(&["unable to get password"])
            || has(&["Permission denied (", "Host key verification failed", "returned error: 40"])
        {
            Self::Authentication
        } else if has(&["fsck error", "bad object", "invalid index-pack", "unpack-objects"]) {
            Self::Malformed
        } else if has(&["does not appear to be a git repository", "Could not resolve host"])
            || has(&["unable to connect", "Connection refused", "not found", "does not exist"])
            || has(&["Failed to connect", "Couldn't connect", "Connection timed out"])
        {
            Self::Unreachable
        } else {
            Self::Other
        }
    }
}

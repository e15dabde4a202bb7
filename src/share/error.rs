use crate::git::{GitError, RefError};
use crate::model::Oid;
use crate::store::StoreError;

/// Why sessions could not be shared. The store is as it was, or has what was fetched in it.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// There is no remote at all.
    #[error("no remote is configured")]
    NoRemote,
    /// There are several, and nothing says which.
    #[error("there are {} remotes, and none is selected", .0.len())]
    ManyRemotes(Vec<String>),
    /// There is no remote of this name.
    #[error("no such remote '{name}'")]
    UnknownRemote {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// `ao.remoteRef` cannot be the name of a ref.
    #[error("'{0}' in ao.remoteRef is not a full ref name such as 'refs/heads/ao-sessions'")]
    InvalidRef(String),
    /// `ao.pushTimeout` is no number.
    #[error("'{0}' in ao.pushTimeout is not a number of seconds")]
    InvalidTimeout(String),
    /// Git could not talk to the remote; the text is git's.
    #[error("cannot {verb} '{remote}':{}", crate::git::after_colon(message))]
    Transfer {
        /// `fetch from` or `push to`.
        verb: &'static str,
        /// The remote.
        remote: String,
        /// What git said.
        message: String,
        /// What sort of failure it was, as far as git says.
        failure: Failure,
    },
    /// The remote does not take the push.
    #[error("'{remote}' rejected '{name}': {reason}")]
    Rejected {
        /// The remote.
        remote: String,
        /// The ref there.
        name: String,
        /// What it says.
        reason: String,
        /// What its hooks say; may be empty, or have been shown already.
        said: String,
    },
    /// The remote is pushed to where it is not fetched from, and there it holds what is not here.
    #[error("'{remote}' has different sessions at '{url}', its push URL")]
    Elsewhere {
        /// The remote.
        remote: String,
        /// The address that has them, as git says it.
        url: String,
        /// The addresses that took the push.
        taken: Vec<String>,
    },
    /// An object that the push needs cannot be read here.
    #[error("cannot push to '{remote}': '{path}' is damaged (object {object})")]
    Damaged {
        /// The remote.
        remote: String,
        /// The object.
        object: Oid,
        /// Where it lies in the store, now or before.
        path: String,
    },
    /// Others kept pushing until the deadline.
    #[error("'{remote}' kept changing for {seconds} seconds; nothing was pushed")]
    Contended {
        /// The remote.
        remote: String,
        /// How long it was tried.
        seconds: u64,
    },
    /// What the remote has cannot be merged.
    #[error("the sessions of '{remote}' cannot be merged")]
    Unmergeable {
        /// The remote.
        remote: String,
        /// Its tip, which stays where it was fetched to.
        tip: Oid,
        /// Why.
        #[source]
        source: Box<StoreError>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A ref failed.
    #[error(transparent)]
    Ref(#[from] RefError),
}

/// What sort of failure a transfer ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The remote wants to know who asks, and nobody was there to say.
    Authentication,
    /// There is nothing at the remote's address, or it does not answer.
    Unreachable,
    /// It sent what git does not accept.
    Malformed,
    /// Anything else.
    Other,
}

impl ShareError {
    /// A transfer that failed, with what git says of it and without its advice.
    pub(super) fn transfer(verb: &'static str, remote: &str, said: &str) -> Self {
        let advice = ["fatal: Could not read from remote", "Please make sure"];
        let is_advice = |line: &str| advice.iter().any(|start| line.starts_with(start));
        let told = said.trim().lines().take_while(|line| !line.is_empty() && !is_advice(line));
        let told = told.collect::<Vec<_>>().join("\n");
        let told = match told.as_str() {
            // Advice alone is what git has for a remote that went away.
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
    /// Reads it from what git said, in its untranslated words.
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

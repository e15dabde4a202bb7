use std::fmt;
use std::str::FromStr;

use crate::model::{ErrorKind, Recovery};

/// A git hook that git-ao uses (githooks(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookName {
    /// Records the branch of a session's worktree.
    PostCheckout,
    /// Records the new commit of a session's branch.
    PostCommit,
    /// Does the same after an amend or a rebase, and notes which commits were replaced.
    PostRewrite,
    /// Does the same after a merge or a pull.
    PostMerge,
    /// Adds trailers that name the session to commits made in its worktree.
    PrepareCommitMsg,
    /// Pushes the sessions too if `ao.autoPush` is set.
    PrePush,
}

/// The name is not in [`HookName::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unsupported hook '{0}'")]
pub struct UnknownHook(String);

impl UnknownHook {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::NotFound
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl HookName {
    /// All hooks, in listing order.
    pub const ALL: [Self; 6] = [
        Self::PostCheckout,
        Self::PostCommit,
        Self::PostRewrite,
        Self::PostMerge,
        Self::PrepareCommitMsg,
        Self::PrePush,
    ];

    /// Returns git's name for the hook.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PostCheckout => "post-checkout",
            Self::PostCommit => "post-commit",
            Self::PostRewrite => "post-rewrite",
            Self::PostMerge => "post-merge",
            Self::PrepareCommitMsg => "prepare-commit-msg",
            Self::PrePush => "pre-push",
        }
    }

    /// Returns the script that calls git-ao, as a complete hook.
    pub fn script(self) -> &'static str {
        match self {
            Self::PostCheckout => include_str!("../../hooks/post-checkout"),
            Self::PostCommit => include_str!("../../hooks/post-commit"),
            Self::PostRewrite => include_str!("../../hooks/post-rewrite"),
            Self::PostMerge => include_str!("../../hooks/post-merge"),
            Self::PrepareCommitMsg => include_str!("../../hooks/prepare-commit-msg"),
            Self::PrePush => include_str!("../../hooks/pre-push"),
        }
    }
}

impl fmt::Display for HookName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for HookName {
    type Err = UnknownHook;

    fn from_str(text: &str) -> Result<Self, UnknownHook> {
        let found = Self::ALL.into_iter().find(|name| name.as_str() == text);
        found.ok_or_else(|| UnknownHook(text.to_owned()))
    }
}

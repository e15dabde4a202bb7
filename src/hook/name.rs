use std::fmt;
use std::str::FromStr;

/// A hook of git's that git-ao has something to do in (githooks(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookName {
    /// Records the branch that a session's worktree is on.
    PostCheckout,
    /// Records the new commit of a session's branch.
    PostCommit,
    /// Likewise, after an amend or a rebase.
    PostRewrite,
    /// Likewise, after a merge or a pull.
    PostMerge,
    /// Adds the trailer `Ao-Session` to commits made in a session's worktree.
    PrepareCommitMsg,
    /// Pushes the sessions along where `ao.autoPush` says so.
    PrePush,
}

/// A name that is not one of [`HookName::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unsupported hook '{0}'")]
pub struct UnknownHook(String);

impl HookName {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::PostCheckout,
        Self::PostCommit,
        Self::PostRewrite,
        Self::PostMerge,
        Self::PrepareCommitMsg,
        Self::PrePush,
    ];

    /// Git's name for it.
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

    /// The script that calls git-ao, as a hook of its own.
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

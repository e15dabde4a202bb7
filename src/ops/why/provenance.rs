use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Oid, Session, SessionId};

/// The session that a commit or a line comes from, and how that is known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Provenance {
    /// The session.
    pub id: SessionId,
    /// Its record, if it is in this clone.
    pub session: Option<Session>,
    /// The evidence.
    pub evidence: Evidence,
    /// How strong it is.
    pub strength: Strength,
    /// The session's own commit that the answer is based on, if it is another one: the commit
    /// before a rewrite, or the one with the same changes.
    pub via: Option<Oid>,
    /// The session's own commit that added the line, if a line was asked for and that is known.
    pub added_by: Option<Oid>,
}

impl Provenance {
    pub(super) fn new(id: SessionId, evidence: Evidence) -> Self {
        Self {
            id,
            session: None,
            evidence,
            strength: evidence.strength(),
            via: None,
            added_by: None,
        }
    }

    pub(super) fn via(self, commit: &Oid) -> Self {
        Self { via: Some(commit.clone()), ..self }
    }
}

/// What shows that a commit comes from a session, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// It is one of the commits of the session's branch, as its record says.
    Commit,
    /// Its message names the session in an `Ao-Session` trailer.
    Trailer,
    /// It replaced one of the session's commits in an amend or a rebase that the post-rewrite hook
    /// has seen.
    Rewrite,
    /// The record says that the session's work was landed with it.
    Landed,
    /// Its subject names the session's pull request.
    PullRequest,
    /// Its changes are those of one of the session's commits, to the byte.
    Patch,
    /// Its changes are all those of the session, to the byte.
    Work,
    /// The session's last commit has the line, and the session added it.
    Line,
}

impl Evidence {
    /// Returns how strong the evidence is.
    pub fn strength(self) -> Strength {
        match self {
            Self::Commit | Self::Trailer | Self::Rewrite => Strength::Exact,
            Self::Landed | Self::PullRequest | Self::Patch | Self::Work => Strength::Strong,
            Self::Line => Strength::Likely,
        }
    }

    /// Returns the word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Trailer => "trailer",
            Self::Rewrite => "rewrite",
            Self::Landed => "landed",
            Self::PullRequest => "pull_request",
            Self::Patch => "patch",
            Self::Work => "work",
            Self::Line => "line",
        }
    }
}

/// How strong evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// It was recorded when the commit was made.
    Exact,
    /// Somebody has said so, or the changes are the same.
    Strong,
    /// The text is the same.
    Likely,
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exact => "exact",
            Self::Strong => "strong",
            Self::Likely => "likely",
        })
    }
}

use serde::{Deserialize, Serialize};

use crate::model::{Oid, SessionId};
use crate::ops::{Evidence, Exchange, Provenance, Strength};
use crate::transcript::TranscriptEntry;

/// What `git ao why --json` says of a commit, a line or a pull request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WhyJson {
    /// The commit; null for a pull request, and for a line that is not committed.
    pub commit: Option<Oid>,
    /// The text of the line, if a line was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The number of the pull request, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pr_number: Option<u64>,
    /// The sessions that it comes from; empty if that is not known.
    pub found: Vec<ProvenanceJson>,
}

/// A session that a commit comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProvenanceJson {
    /// The session.
    pub session: SessionId,
    /// Its title; null if its record is not here.
    pub title: Option<String>,
    /// Its agent.
    pub agent: Option<String>,
    /// The evidence.
    pub evidence: Evidence,
    /// How strong it is.
    pub strength: Strength,
    /// The session's own commit from which it is known, if it is another one.
    pub via: Option<Oid>,
    /// The session's own commit that added the line, if a line was asked for and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_by: Option<Oid>,
    /// What was said before the commit, if that was asked for and is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<ExchangeJson>,
}

/// A prompt, and what the agent answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExchangeJson {
    /// The prompt.
    pub prompt: Option<TranscriptEntry>,
    /// The last thing that the agent said before the commit.
    pub answer: Option<TranscriptEntry>,
}

impl WhyJson {
    /// Makes the shape for a commit or none.
    pub fn new(commit: Option<Oid>, found: Vec<ProvenanceJson>) -> Self {
        Self { commit, found, ..Self::default() }
    }

    /// Adds the text of the line.
    #[must_use]
    pub fn text(self, text: Option<String>) -> Self {
        Self { text, ..self }
    }

    /// Adds the number of the pull request.
    #[must_use]
    pub fn pull_request(self, pr_number: Option<u64>) -> Self {
        Self { pr_number, ..self }
    }
}

impl ProvenanceJson {
    /// Makes the shape of an answer.
    pub fn new(found: &Provenance, exchange: Option<Exchange>) -> Self {
        let session = found.session.as_ref();
        Self {
            session: found.id,
            title: session.map(|session| session.display_title()),
            agent: session.and_then(|session| session.agent.clone()),
            evidence: found.evidence,
            strength: found.strength,
            via: found.via.clone(),
            added_by: found.added_by.clone(),
            exchange: exchange.map(|Exchange { prompt, answer }| ExchangeJson { prompt, answer }),
        }
    }
}

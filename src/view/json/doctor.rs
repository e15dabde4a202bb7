use serde::{Deserialize, Serialize};

use crate::ops::{Finding, FixOutcome, FixResult, Weight};

/// What `doctor --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DoctorJson {
    /// The version of the format.
    pub version: u64,
    /// The findings.
    pub findings: Vec<FindingJson>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FindingJson {
    /// The severity.
    pub weight: Weight,
    /// The problem.
    pub what: String,
    /// The remedy.
    pub fix: String,
    /// The outcome; only `doctor --fix` has it.
    #[serde(flatten)]
    pub outcome: Option<OutcomeJson>,
}

/// The outcome of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutcomeJson {
    /// `fixed`, `planned`, `failed` or `left`.
    pub outcome: String,
    /// How it was or would be fixed, or why it was not.
    pub detail: Option<String>,
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> Self {
        let (what, fix) = (finding.what.clone(), finding.fix.clone());
        Self { weight: finding.weight, what, fix, outcome: None }
    }
}

impl From<&FixResult> for FindingJson {
    fn from(FixResult { finding, outcome }: &FixResult) -> Self {
        let (outcome, detail) = match outcome {
            FixOutcome::Fixed(how) => ("fixed", Some(how.as_str())),
            FixOutcome::Planned(how) => ("planned", Some(how.as_str())),
            FixOutcome::Failed(why) => ("failed", Some(why.as_str())),
            FixOutcome::Left => ("left", finding.why_left()),
        };
        let (outcome, detail) = (outcome.to_owned(), detail.map(str::to_owned));
        Self { outcome: Some(OutcomeJson { outcome, detail }), ..finding.into() }
    }
}

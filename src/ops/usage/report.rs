use serde::{Deserialize, Serialize};

use crate::model::Tokens;

/// By what usage is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum UsageKey {
    #[default]
    Session,
    /// The day of each answer, in UTC.
    Day,
    Agent,
    Model,
    Issue,
    Pr,
    Branch,
    Project,
    /// The person who created the session.
    Author,
}

impl UsageKey {
    /// All keys, by name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("session", Self::Session),
        ("day", Self::Day),
        ("agent", Self::Agent),
        ("model", Self::Model),
        ("issue", Self::Issue),
        ("pr", Self::Pr),
        ("branch", Self::Branch),
        ("project", Self::Project),
        ("author", Self::Author),
    ];

    /// Returns the key with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, key)| key)
    }
}

/// What was used, added up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UsageRow {
    /// The session's id, the day, the name of the agent and so on; None if it is unknown.
    pub key: Option<String>,
    /// The title of the session, if the rows are sessions.
    pub title: Option<String>,
    /// The number of sessions.
    pub sessions: u64,
    /// The number of prompts.
    pub turns: u64,
    /// The time from the first to the last of the answers and prompts, added up over the sessions,
    /// in seconds.
    pub seconds: u64,
    /// The number of answers.
    pub calls: u64,
    /// The number of answers whose usage the agent did not report.
    pub calls_without_usage: u64,
    /// The tokens of the others; None if there are none.
    pub tokens: Option<Tokens>,
    /// The price in US dollars of what has one; None if nothing has.
    pub cost_usd: Option<f64>,
}

/// Usage by key, and all of it.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct UsageReport {
    /// The rows: sessions in the order in which they were made, anything else by its name.
    pub rows: Vec<UsageRow>,
    /// The sum of all.
    pub total: UsageRow,
}

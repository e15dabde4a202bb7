use crate::model::SessionId;
use crate::transcript::{TranscriptEntry, TranscriptError};

/// What was found in a session.
#[derive(Debug)]
#[non_exhaustive]
pub struct SessionMatches {
    /// The session.
    pub session: SessionId,
    /// The texts with matches.
    pub matches: Vec<Match>,
    /// Transcripts that could not be read to their end.
    pub problems: Vec<TranscriptError>,
}

/// A text in which the pattern matches.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Match {
    /// Where it is.
    pub place: MatchPlace,
    /// The text.
    pub text: String,
    /// The matching lines, counted from 0.
    pub lines: Vec<usize>,
}

/// Where a text is.
#[derive(Debug, Clone, PartialEq)]
pub enum MatchPlace {
    /// It is the session's title.
    Title,
    /// It is the session's task.
    Task,
    /// It is what this entry says. Of a call of a tool, its name and all texts in its input.
    Entry(Box<TranscriptEntry>),
}

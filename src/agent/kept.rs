/// A conversation that was kept, as the agent's program wrote it, to be given back to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct KeptConversation {
    /// The transcript.
    pub transcript: Vec<u8>,
    /// The transcripts of the subagents, with their names.
    pub subagents: Vec<(String, Vec<u8>)>,
}

impl KeptConversation {
    /// Names the transcript.
    pub fn new(transcript: impl Into<Vec<u8>>) -> Self {
        Self { transcript: transcript.into(), subagents: Vec::new() }
    }
}

/// How much of a file is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureExtent {
    /// Complete lines: the agent may be writing the last one.
    Lines,
    /// All of it: the agent has ended. The part that was captured before is compared as a whole.
    All,
}

/// Whether a verb refuses what it has objections to. What it checks is said with the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checks {
    /// It refuses.
    #[default]
    All,
    /// It acts in any case.
    Skip,
}

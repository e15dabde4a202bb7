/// Whether a verb enforces its checks. Each verb documents what it checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checks {
    /// A failed check is an error.
    #[default]
    All,
    /// The checks are skipped.
    Skip,
}

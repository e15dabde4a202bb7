/// Whether upper and lower case differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// They differ.
    #[default]
    Sensitive,
    /// They are the same.
    Ignored,
}

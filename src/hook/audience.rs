/// Who reads the output of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person, at a terminal.
    Person,
    /// Nobody, as far as known.
    Nobody,
}

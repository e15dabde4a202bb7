use std::time::Instant;

/// Who reads the output of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person, until this time.
    Person(Instant),
    /// Nobody, as far as known.
    Nobody,
}

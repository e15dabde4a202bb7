use std::time::Instant;

/// Who reads what a hook prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person, who may be told more; until then.
    Person(Instant),
    /// Nobody that is known.
    Nobody,
}

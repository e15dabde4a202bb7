/// Something to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It works without.
    Note,
    /// Something is wrong.
    Wrong,
    /// Something is wrong that [`mend`](super::mend) puts right.
    Fixable,
}

impl Finding {
    /// It works without.
    pub fn note(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { weight: Weight::Note, what: what.into(), fix: fix.into() }
    }

    /// Something is wrong.
    pub fn wrong(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { weight: Weight::Wrong, what: what.into(), fix: fix.into() }
    }

    pub(super) fn fixable(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { weight: Weight::Fixable, what: what.into(), fix: fix.into() }
    }
}

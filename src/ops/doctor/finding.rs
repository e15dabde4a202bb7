use super::remedy::Remedy;

/// A finding of the doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The severity.
    pub weight: Weight,
    /// The problem.
    pub what: String,
    /// The remedy.
    pub fix: String,
    pub(super) means: Means,
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A note: everything works without a fix.
    Note,
    /// A problem.
    Wrong,
    /// A problem that [`fix`](super::fix) fixes.
    Fixable,
}

/// What can put a finding right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Means {
    /// Somebody has to decide.
    Person,
    /// Likewise, and what is suggested cannot be undone.
    Irreversible,
    /// The program.
    Program(Remedy),
}

impl Finding {
    /// It works without.
    pub fn note(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Weight::Note, what.into(), fix.into(), Means::Person)
    }

    /// Something is wrong.
    pub fn wrong(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Weight::Wrong, what.into(), fix.into(), Means::Person)
    }

    /// Something is wrong that the program can put right.
    pub(super) fn fixable(what: impl Into<String>, fix: impl Into<String>, remedy: Remedy) -> Self {
        Self::new(Weight::Fixable, what.into(), fix.into(), Means::Program(remedy))
    }

    /// The same, where what is suggested removes something for good.
    pub(super) fn irreversible(self) -> Self {
        Self { means: Means::Irreversible, ..self }
    }

    /// Returns true if the remedy cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        self.means == Means::Irreversible
    }

    pub(super) fn remedy(&self) -> Option<&Remedy> {
        match &self.means {
            Means::Program(remedy) => Some(remedy),
            Means::Person | Means::Irreversible => None,
        }
    }

    fn new(weight: Weight, what: String, fix: String, means: Means) -> Self {
        Self { weight, what, fix, means }
    }
}

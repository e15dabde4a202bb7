use super::remedy::Remedy;

/// Something to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub fix: String,
    pub(super) means: Means,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It works without.
    Note,
    /// Something is wrong.
    Wrong,
    /// Something is wrong that [`fix`](super::fix) puts right.
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

    /// Whether what is suggested cannot be undone.
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

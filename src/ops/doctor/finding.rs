use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// A note: everything works without a fix.
    Note,
    /// A problem.
    Wrong,
    /// A problem that [`fix`](crate::ops::Engine::doctor_fix) fixes.
    Fixable,
}

/// How a finding can be fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Means {
    /// By a person, who has to decide.
    Person,
    /// By a person, and the suggested fix cannot be undone.
    Irreversible,
    /// By the program.
    Program(Remedy),
}

impl Finding {
    /// Makes a note.
    pub fn note(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Weight::Note, what.into(), fix.into(), Means::Person)
    }

    /// Makes a problem.
    pub fn wrong(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Weight::Wrong, what.into(), fix.into(), Means::Person)
    }

    /// Makes a problem that the program can fix.
    pub(super) fn fixable(what: impl Into<String>, fix: impl Into<String>, remedy: Remedy) -> Self {
        Self::new(Weight::Fixable, what.into(), fix.into(), Means::Program(remedy))
    }

    /// Marks the suggested fix as irreversible.
    pub(super) fn irreversible(self) -> Self {
        Self { means: Means::Irreversible, ..self }
    }

    /// Returns true if the remedy cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        self.means == Means::Irreversible
    }

    /// Returns why [`fix`](crate::ops::Engine::doctor_fix) leaves the finding, if there is a reason other than that a
    /// person has to decide.
    pub fn why_left(&self) -> Option<&'static str> {
        self.is_irreversible().then_some("its fix cannot be undone")
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

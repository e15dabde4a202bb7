use crate::ops::common::OpsError;
use crate::workspace::Progress;

/// Tells a long operation to stop and roll back, and shows its progress.
pub struct Interrupt<'a> {
    is_set: &'a dyn Fn() -> bool,
    progress: Option<Progress<'a>>,
}

impl<'a> Interrupt<'a> {
    /// Makes an interrupt from a function that is called between steps.
    pub fn new(is_set: &'a dyn Fn() -> bool) -> Self {
        Self { is_set, progress: None }
    }

    /// Passes git's progress to a function, as text with its line terminators.
    pub fn with_progress(self, show: Progress<'a>) -> Self {
        Self { progress: Some(show), ..self }
    }

    pub(in crate::ops) fn progress(&self) -> Option<Progress<'a>> {
        self.progress
    }

    /// Returns an interrupt that never fires.
    pub const fn never() -> Interrupt<'static> {
        Interrupt { is_set: &|| false, progress: None }
    }

    /// Returns true if the operation should stop.
    pub fn is_set(&self) -> bool {
        (self.is_set)()
    }

    /// Checks whether the operation should stop.
    ///
    /// # Errors
    /// Fails with [`OpsError::Interrupted`] if it should.
    pub fn check(&self) -> Result<(), OpsError> {
        if self.is_set() { Err(OpsError::Interrupted) } else { Ok(()) }
    }
}

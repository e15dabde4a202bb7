use crate::ops::common::OpsError;

/// Tells a long operation to stop and roll back.
pub struct Interrupt<'a>(&'a dyn Fn() -> bool);

impl<'a> Interrupt<'a> {
    /// Makes an interrupt from a function that is called between steps.
    pub fn new(is_set: &'a dyn Fn() -> bool) -> Self {
        Self(is_set)
    }

    /// Returns an interrupt that never fires.
    pub const fn never() -> Interrupt<'static> {
        Interrupt(&|| false)
    }

    /// Returns true if the operation should stop.
    pub fn is_set(&self) -> bool {
        (self.0)()
    }

    /// Checks whether the operation should stop.
    ///
    /// # Errors
    /// Fails with [`OpsError::Interrupted`] if it should.
    pub fn check(&self) -> Result<(), OpsError> {
        if self.is_set() { Err(OpsError::Interrupted) } else { Ok(()) }
    }
}

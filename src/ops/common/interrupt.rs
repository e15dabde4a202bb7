use std::fmt;
use std::sync::Arc;

use crate::ops::common::OpsError;
use crate::workspace::Progress;

type IsSet = dyn Fn() -> bool + Send + Sync;
type Show = dyn Fn(&str) + Send + Sync;

/// Tells a long operation to stop and roll back, and shows its progress.
#[derive(Clone, Default)]
pub struct Interrupt {
    is_set: Option<Arc<IsSet>>,
    progress: Option<Arc<Show>>,
}

impl Interrupt {
    /// Makes an interrupt from a function that is called between steps.
    pub fn new(is_set: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { is_set: Some(Arc::new(is_set)), progress: None }
    }

    /// Returns an interrupt that never fires.
    pub fn never() -> Self {
        Self::default()
    }

    /// Passes git's progress to a function, as text with its line terminators.
    #[must_use]
    pub fn with_progress(self, show: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Arc::new(show)), ..self }
    }

    pub(in crate::ops) fn progress(&self) -> Option<Progress<'_>> {
        self.progress.as_deref().map(|show| show as Progress<'_>)
    }

    /// Returns true if the operation should stop.
    pub fn is_set(&self) -> bool {
        self.is_set.as_ref().is_some_and(|is_set| is_set())
    }

    /// Checks whether the operation should stop.
    ///
    /// # Errors
    /// Fails with [`OpsError::Interrupted`] if it should.
    pub fn check(&self) -> Result<(), OpsError> {
        if self.is_set() { Err(OpsError::Interrupted) } else { Ok(()) }
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupt").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}

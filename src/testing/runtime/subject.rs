use std::time::Duration;

use super::super::workload::{ShellWorkload, Workload};
use crate::runtime::Runtime;

/// A busy machine may take that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Checks what every [`Runtime`] keeps.
///
/// ```
/// use git_ao::runtime::Detached;
/// use git_ao::testing::RuntimeLaws;
///
/// RuntimeLaws::new(&Detached::default()).check();
/// ```
///
/// A runtime whose processes are not processes of this system needs a [`Workload`] of its own; see
/// the example of [`Runtime`].
#[derive(Clone, Copy)]
pub struct RuntimeLaws<'a> {
    pub(super) runtime: &'a dyn Runtime,
    pub(super) workload: &'a dyn Workload,
    pub(super) only: Option<&'a str>,
    pub(super) starts: bool,
    pub(super) patience: Duration,
}

impl<'a> RuntimeLaws<'a> {
    /// Checks a runtime that starts processes of this system.
    pub fn new(runtime: &'a dyn Runtime) -> Self {
        Self { runtime, workload: &ShellWorkload, only: None, starts: true, patience: PATIENCE }
    }

    /// Starts these processes.
    #[must_use]
    pub fn workload(self, workload: &'a dyn Workload) -> Self {
        Self { workload, ..self }
    }

    /// Says that the runtime starts no processes, but lets its caller run them or has none, as
    /// [`Started::Here`](crate::runtime::Started::Here) and
    /// [`Started::Nothing`](crate::runtime::Started::Nothing) say.
    #[must_use]
    pub fn starts_nothing(self) -> Self {
        Self { starts: false, ..self }
    }

    /// Sets how long a process may take to do what it is waited for. The default is a minute.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Checks only the law of this name.
    #[must_use]
    pub fn only(self, name: &'a str) -> Self {
        Self { only: Some(name), ..self }
    }
}

impl std::fmt::Debug for RuntimeLaws<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuntimeLaws").field("runtime", &self.runtime.name()).finish_non_exhaustive()
    }
}

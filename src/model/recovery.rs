use serde::{Deserialize, Serialize};

/// What the caller of a failed operation can do about the failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Try again later with the same arguments: another process was in the way.
    Retry,
    /// Change the arguments, the settings or the environment, and try again. A missing program, a
    /// full disk and a read-only directory belong to the environment.
    FixInput,
    /// Repair the repository, for example with `git ao fsck --repair`, and try again.
    Repair,
    /// Report the error: neither another attempt nor a repair helps.
    GiveUp,
}

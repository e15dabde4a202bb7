//! The laws of [`Runtime`](crate::runtime::Runtime), [`Agent`](crate::agent::Agent) and
//! [`Workspace`](crate::workspace::Workspace), to be checked by the tests of whoever implements one.
//!
//! Each law has a name and is one sentence. An implementation that breaks one makes the test panic,
//! with the law, what was expected and what was seen:
//!
//! ```
//! use git_ao::runtime::Detached;
//! use git_ao::testing::RuntimeLaws;
//!
//! RuntimeLaws::new(&Detached::default()).check();
//! for law in RuntimeLaws::laws() {
//!     println!("{}: {}", law.name, law.text);
//! }
//! ```
//!
//! The laws use what they check as an [`Engine`](crate::ops::Engine) does: they start real processes,
//! and stop them in the end. A method that never returns makes the test hang.
//!
//! This module needs no feature and no dependency of its own. A program that does not use it does
//! not contain it.

mod agent;
mod law;
mod runtime;
mod workload;
mod workspace;

pub use agent::AgentLaws;
pub use law::Law;
pub use runtime::RuntimeLaws;
pub use workload::{Received, ShellWorkload, Workload};
pub use workspace::WorkspaceLaws;

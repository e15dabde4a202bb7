use std::fmt;
use std::sync::Arc;

use super::guarded::Guarded;
use super::{Detached, Foreground, NoRuntime, Runtime, RuntimeError, Tmux};
use crate::git::Environment;

/// The names of the built-in runtimes.
pub const NAMES: [&str; 4] = ["tmux", "detached", "foreground", "none"];

/// The known runtimes: the built-in ones, and those of the library's user.
#[derive(Clone, Default)]
pub struct Runtimes {
    own: Vec<Arc<dyn Runtime>>,
    detached: Detached,
}

impl Runtimes {
    /// Adds a runtime. It takes precedence over an earlier one of the same name.
    ///
    /// It is called on threads of its own, so that one that panics or does not return makes only
    /// the present call fail.
    pub fn add(&mut self, runtime: Arc<dyn Runtime>) {
        self.own.insert(0, Arc::new(Guarded::new(runtime)));
    }

    /// Returns the names, those of the user's runtimes first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(|runtime| runtime.name()).chain(NAMES)
    }

    /// Returns the runtime with this name. `tmux_socket` is the tmux server, if it is not the
    /// user's default one; tmux is started with `environment`.
    ///
    /// # Errors
    /// Fails if there is no runtime of this name, or if the path of the socket cannot be made
    /// absolute.
    pub fn named(
        &self,
        name: &str,
        tmux_socket: Option<&str>,
        environment: &Environment,
    ) -> Result<Arc<dyn Runtime>, RuntimeError> {
        if let Some(own) = self.own.iter().find(|runtime| runtime.name() == name) {
            return Ok(Arc::clone(own));
        }
        Ok(match name {
            "tmux" => Arc::new(Tmux::new(tmux_socket, environment)?),
            "detached" => Arc::new(self.detached.clone()),
            "foreground" => Arc::new(Foreground),
            "none" => Arc::new(NoRuntime),
            other => return Err(RuntimeError::Unknown(other.chars().take(64).collect())),
        })
    }
}

impl fmt::Debug for Runtimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

use crate::git::Environment;

use super::{Detached, Foreground, NoRuntime, Runtime, RuntimeError, Tmux};

/// The names of the runtimes.
pub const NAMES: [&str; 4] = ["tmux", "detached", "foreground", "none"];

/// The runtime of this name; `tmux_socket` is the tmux server to use if not the user's own, and
/// `environment` is what tmux is started with.
pub fn named(
    name: &str,
    tmux_socket: Option<&str>,
    environment: &Environment,
) -> Result<Box<dyn Runtime>, RuntimeError> {
    Ok(match name {
        "tmux" => Box::new(Tmux::new(tmux_socket, environment)?),
        "detached" => Box::new(Detached),
        "foreground" => Box::new(Foreground),
        "none" => Box::new(NoRuntime),
        other => return Err(RuntimeError::Unknown(other.chars().take(64).collect())),
    })
}

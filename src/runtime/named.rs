use crate::git::Environment;

use super::{Detached, Foreground, NoRuntime, Runtime, RuntimeError, Tmux};

/// The names of the runtimes.
pub const NAMES: [&str; 4] = ["tmux", "detached", "foreground", "none"];

/// Returns the runtime with this name. `tmux_socket` is the tmux server, if it is not the user's
/// default one; tmux is started with `environment`.
///
/// # Errors
/// Fails if there is no runtime of this name, or if the path of the socket cannot be made absolute.
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

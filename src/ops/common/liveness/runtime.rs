use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::git::Repository;
use crate::model::Placement;
use crate::runtime::{self, Runtime, RuntimeError};

/// The runtime that a placement of this clone names, on the server that it names.
///
/// # Errors
/// When there is no such runtime, or the server is not the user's own.
pub fn of_placement(
    repo: &Repository,
    name: &str,
    placement: &Placement,
) -> Result<Box<dyn Runtime>, RuntimeError> {
    let socket = match placement.socket.as_deref().filter(|_| name == "tmux") {
        Some(socket) => {
            check_owner(Path::new(socket))?;
            Some(socket.to_owned())
        }
        None => repo.settings().tmux_socket(),
    };
    runtime::named(name, socket.as_deref(), repo.environment())
}

/// A record comes from others too, and a server can have its client run commands.
fn check_owner(socket: &Path) -> Result<(), RuntimeError> {
    let path = || PathBuf::from(socket);
    if !socket.is_absolute() {
        let handle = socket.to_string_lossy().chars().take(64).collect();
        return Err(RuntimeError::BadHandle { runtime: "tmux", handle });
    }
    match std::fs::metadata(socket) {
        Ok(meta) if meta.uid() == rustix::process::geteuid().as_raw() => Ok(()),
        Ok(_) => Err(RuntimeError::NotOurServer(path())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(RuntimeError::Unreadable { path: path(), source }),
    }
}

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::Placement;
use crate::ops::common::Engine;
use crate::runtime::{Runtime, RuntimeError};

/// Returns the runtime that a placement of this clone names, on the server that it names.
///
/// # Errors
/// Fails if there is no such runtime, or if the server belongs to another user.
pub fn of_placement(
    engine: &Engine,
    name: &str,
    placement: &Placement,
) -> Result<Arc<dyn Runtime>, RuntimeError> {
    let socket = match placement.socket.as_deref().filter(|_| name == "tmux") {
        Some(socket) => {
            check_owner(Path::new(socket))?;
            Some(socket)
        }
        None => None,
    };
    engine.runtime_named(name, socket)
}

/// Checks that the server belongs to this user. A record may come from somebody else, and a tmux
/// server can make its client run commands.
fn check_owner(socket: &Path) -> Result<(), RuntimeError> {
    let path = || PathBuf::from(socket);
    if !socket.is_absolute() {
        let handle = socket.to_string_lossy().chars().take(64).collect();
        return Err(RuntimeError::BadHandle { runtime: "tmux".to_owned(), handle });
    }
    match std::fs::metadata(socket) {
        Ok(meta) if meta.uid() == rustix::process::geteuid().as_raw() => Ok(()),
        Ok(_) => Err(RuntimeError::NotOurServer(path())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(RuntimeError::Unreadable { path: path(), source }),
    }
}

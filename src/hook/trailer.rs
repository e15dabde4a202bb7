//! prepare-commit-msg: adds the session to a commit message.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::HookError;
use crate::store::Store;
use crate::workspace::session_here;

/// Adds the trailer `Ao-Session`, unless the message already has one.
///
/// Adds nothing if an editor opens on an empty message or a template. Leaving such a message
/// unchanged aborts the commit, and a trailer would prevent that.
pub fn run(store: &Store, args: &[OsString]) -> Result<(), HookError> {
    let repo = store.repository();
    let Some(id) = session_here(repo) else { return Ok(()) };
    let (Some(file), Some(source)) = (args.first(), args.get(1)) else { return Ok(()) };
    if source == OsStr::new("template") || source.is_empty() {
        return Ok(());
    }
    let here = std::env::current_dir().map_err(HookError::io("read", Path::new(".")))?;
    let path = here.join(file);
    let message = std::fs::read(&path).map_err(HookError::io("read", &path))?;
    let says = |line: &[u8]| !line.trim_ascii().is_empty() && !line.starts_with(b"#");
    if !message.split(|byte| *byte == b'\n').any(says) {
        return Ok(());
    }
    let git = repo.git_in(&here, "interpret-trailers").args(["--in-place", "--if-exists"]);
    let git = git.arg("doNothing").arg("--trailer").arg(format!("Ao-Session: {id}")).arg(path);
    git.run()?;
    Ok(())
}

//! Gathers the values that are known to be secret.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::git::{Environment, Repository};
use crate::redact::KnownValues;

/// The largest `.env` file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Returns the values of the `.env` files that git does not track in worktrees, and those of the
/// environment variables that are named after a secret.
pub(in crate::ops) fn known_values<'p>(
    repo: &Repository,
    environment: &Environment,
    folders: impl IntoIterator<Item = &'p Path>,
) -> KnownValues {
    let mut known = KnownValues::default();
    for (name, value) in environment.iter() {
        if let (Some(name), Some(value)) = (name.to_str(), value.to_str()) {
            known.add_variable(name, value);
        }
    }
    for folder in folders {
        // Ignored folders are not looked into: they are full of other people's files.
        for of in [&["--exclude-standard"][..], &["--exclude-standard", "--ignored", "--directory"]]
        {
            let git = repo.git_in(folder, "ls-files").args(["-z", "--others"]).args(of);
            let git = git.args(["--", ":(glob)**/.env", ":(glob)**/.env.*"]);
            // A worktree may be missing.
            let Ok(listed) = git.run() else { continue };
            for name in listed.bytes().split(|byte| *byte == 0) {
                let path = folder.join(OsStr::from_bytes(name));
                if let Some(text) = read(&path) {
                    known.add_env_file(&text);
                }
            }
        }
    }
    known
}

fn read(path: &Path) -> Option<String> {
    let meta = path.metadata().ok()?;
    if !meta.is_file() || meta.len() > LARGEST {
        return None;
    }
    Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
}

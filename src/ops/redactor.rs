//! Makes the redactor of a repository.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::git::Repository;
use crate::ops::{Engine, OpsError};
use crate::redact::{Images, KnownValues, Redactor};

/// The largest `.env` file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

impl Engine {
    /// Makes a redactor with the rules of this repository: those that are built in, those of
    /// `ao.redact.<name>`, and as known values those of the `.env` files that git does not track in
    /// the worktrees, and of the environment variables that are named after a
    /// secret.
    ///
    /// # Errors
    /// Fails if a rule of the user's cannot be used.
    pub fn redactor(&self, images: Images) -> Result<Redactor, OpsError> {
        let repo = self.store().repository();
        let entries = repo.config_entries("ao");
        let own: Vec<_> = entries
            .iter()
            .filter_map(|entry| Some((entry.key.strip_prefix("ao.redact.")?, entry.value.as_str())))
            .collect();
        Ok(Redactor::new(own, &self.known_values())?.images(images))
    }

    fn known_values(&self) -> KnownValues {
        let repo = self.store().repository();
        let mut known = KnownValues::default();
        for (name, value) in repo.environment().iter() {
            if let (Some(name), Some(value)) = (name.to_str(), value.to_str()) {
                known.add_variable(name, value);
            }
        }
        for folder in worktrees(repo) {
            // Ignored folders are not looked into: they are full of other people's files.
            for of in
                [&["--exclude-standard"][..], &["--exclude-standard", "--ignored", "--directory"]]
            {
                let git = repo.git_in(&folder, "ls-files").args(["-z", "--others"]).args(of);
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
}

/// Returns the folders of all worktrees.
fn worktrees(repo: &Repository) -> Vec<PathBuf> {
    let listed = repo.git("worktree").args(["list", "--porcelain", "-z"]).run();
    let listed = listed.map(|output| output.bytes().to_vec()).unwrap_or_default();
    let paths = listed.split(|byte| *byte == 0).filter_map(|line| line.strip_prefix(b"worktree "));
    paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect()
}

fn read(path: &Path) -> Option<String> {
    let meta = path.metadata().ok()?;
    if !meta.is_file() || meta.len() > LARGEST {
        return None;
    }
    Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
}

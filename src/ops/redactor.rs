//! Makes the redactor of a repository.

use std::path::Path;

use crate::ops::{Engine, OpsError};
use crate::redact::{Images, KnownValues, Redactor};

/// The largest `.env` file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

impl Engine {
    /// Makes a redactor with the rules of this repository: those that are built in, those of
    /// `ao.redact.<name>`, and as known values those of the `.env` files that git does not track in
    /// this worktree and the main one, and of the environment variables that are named after a
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
        let mut folders: Vec<_> = repo.work_dir().into_iter().collect();
        folders.push(repo.main_folder().to_owned());
        folders.dedup();
        for folder in folders {
            let git = repo.git_in(&folder, "ls-files").args(["-z", "--others", "--"]);
            // Without a worktree there are none.
            let Ok(listed) = git.args([":(glob)**/.env", ":(glob)**/.env.*"]).run() else {
                continue;
            };
            for name in listed.bytes().split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
                if let Ok(name) = std::str::from_utf8(name)
                    && let Some(text) = read(&folder.join(name))
                {
                    known.add_env_file(&text);
                }
            }
        }
        known
    }
}

fn read(path: &Path) -> Option<String> {
    let meta = path.metadata().ok()?;
    if !meta.is_file() || meta.len() > LARGEST {
        return None;
    }
    Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
}

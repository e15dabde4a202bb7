use std::fs;
use std::time::SystemTime;

use crate::ops::common::{Engine, OpsError};
use crate::store::Watch;

/// Watches for signs that a record or an agent's activity has changed.
///
/// A look takes a few system calls. A sign says neither what has changed nor that it matters. An
/// agent without a supervisor causes none.
#[derive(Debug)]
#[must_use]
pub struct Signs {
    records: Watch,
    directories: Vec<(std::path::PathBuf, Option<SystemTime>)>,
}

impl Engine {
    /// Watches for signs from now on.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub fn signs(&self) -> Result<Signs, OpsError> {
        let dir = self.repository().ao_dir();
        let directories = ["activity", "run"].map(|name| dir.join(name)).into_iter();
        let directories = directories.map(|path| (path.clone(), modified(&path))).collect();
        let store = self.store();
        Ok(Signs { records: store.watch(store.newest()?), directories })
    }
}

impl Signs {
    /// Returns true if there was a sign since the last look. An unreadable store counts as a sign,
    /// so that the caller looks closer and gets the error.
    pub fn seen(&mut self) -> bool {
        let mut is_new = false;
        for (path, stamp) in &mut self.directories {
            // Files in it are replaced as a whole, which changes the directory.
            let now = modified(path);
            is_new |= now != *stamp;
            *stamp = now;
        }
        !matches!(self.records.poll(), Ok(None)) || is_new
    }
}

fn modified(path: &std::path::Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|it| it.modified()).ok()
}

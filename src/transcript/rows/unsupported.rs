//! What stands for a database where the library was built without SQLite.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::transcript::TranscriptError;

/// There is none.
pub(crate) enum Database {}

impl Database {
    /// Fails.
    pub fn open(path: &Path) -> Result<Option<Self>, TranscriptError> {
        let why = "built without SQLite (the feature 'sqlite')";
        let source = io::Error::new(io::ErrorKind::Unsupported, why);
        Err(TranscriptError::Io { act: "read", path: path.to_owned(), source })
    }

    pub fn log(path: &Path) -> PathBuf {
        path.to_owned()
    }

    pub fn select(&self, _: &str, _: &[&str]) -> Result<Vec<Vec<Value>>, TranscriptError> {
        match *self {}
    }

    pub fn row(&self, _: &str, _: i64) -> Result<Option<Map<String, Value>>, TranscriptError> {
        match *self {}
    }

    pub fn was_consistent(&self) -> bool {
        match *self {}
    }
}

//! Passes a prompt to a restarted agent in a file, so that it may be long and does not show in
//! process lists.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::git::{FileError, Repository, uninterrupted};
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::ops::common::launch_request::state_dir;

fn file(repo: &Repository, session: SessionId) -> PathBuf {
    state_dir(repo).join(format!("{session}.text"))
}

/// Leaves a text for the next run of the session, or removes it. The caller must hold the session's
/// claim.
pub(in crate::ops) fn leave(
    repo: &Repository,
    session: SessionId,
    text: Option<&str>,
) -> Result<(), OpsError> {
    let path = file(repo, session);
    let result = match text {
        Some(text) => repo.make_ao_dir("agent").and_then(|_| write(&path, text)),
        None => match uninterrupted(|| fs::remove_file(&path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
    };
    Ok(result.map_err(|source| FileError { act: "write", path, source })?)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?
        .write_all(text.as_bytes())
}

/// Returns the text that was left for the session, if there is one.
pub(in crate::ops) fn left(
    repo: &Repository,
    session: SessionId,
) -> Result<Option<String>, OpsError> {
    let path = file(repo, session);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError { act: "read", path, source }.into()),
    }
}

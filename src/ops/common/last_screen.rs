//! Keeps an agent's last screen, which is otherwise lost with its terminal.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::git::{FileError, Repository, replace};
use crate::model::{Placement, SessionId};
use crate::ops::common::liveness::of_placement;
use crate::ops::common::{Engine, OpsError};

/// The maximum number of lines to keep.
const LINES: usize = 200;

/// The maximum number of bytes to keep and to read.
const BYTES: u64 = 64 * 1024;

fn file(repo: &Repository, session: SessionId) -> PathBuf {
    repo.ao_dir().join(format!("log/{session}.screen"))
}

/// Returns the screen of the terminal in which the calling process supervised the session's agent.
pub(in crate::ops) fn own(engine: &Engine, here: &Placement) -> Option<String> {
    of_placement(engine, here.runtime.as_deref()?, here).ok()?.own_screen()
}

/// Saves the last screen of the session's agent.
pub(in crate::ops) fn keep(repo: &Repository, session: SessionId, text: &str) -> io::Result<()> {
    let text = end_of(text);
    if text.is_empty() {
        return Ok(());
    }
    let mut new = tempfile::NamedTempFile::new_in(repo.make_ao_dir("log")?)?;
    io::Write::write_all(&mut new, text.as_bytes())?;
    replace(&file(repo, session), new.into_temp_path())
}

/// Removes the saved screen of the session's previous agent.
pub(in crate::ops) fn forget(repo: &Repository, session: SessionId) {
    // A file that cannot be removed is replaced when the agent ends.
    let _ = fs::remove_file(file(repo, session));
}

/// Returns the last output of the session's agent in this clone, with or without a terminal, or
/// None if there is none. It may contain anything that an agent prints, including control
/// characters.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn last_output(repo: &Repository, session: SessionId) -> Result<Option<String>, OpsError> {
    for path in [file(repo, session), repo.ao_dir().join(format!("log/{session}.log"))] {
        match tail(&path) {
            Ok(text) => return Ok(Some(end_of(&text)).filter(|text| !text.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(FileError { act: "read", path, source }.into()),
        }
    }
    Ok(None)
}

/// Returns the last screen that was kept, or None.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn last_screen(repo: &Repository, session: SessionId) -> Result<Option<String>, OpsError> {
    let path = file(repo, session);
    match tail(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError { act: "read", path, source }.into()),
    }
}

fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the last lines of the text, without trailing blank lines.
fn end_of(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
    let mut kept = 0;
    let mut bytes = 0;
    for line in lines.iter().rev().take(LINES) {
        bytes += line.len() as u64 + 1;
        if bytes > BYTES {
            break;
        }
        kept += 1;
    }
    let end = lines[lines.len() - kept..].join("\n");
    if end.is_empty() { end } else { end + "\n" }
}

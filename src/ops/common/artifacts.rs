//! The files of a session in the git directory: its agent's output, prompts and history, and what its
//! agent is doing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::git::{FileError, Repository, uninterrupted};
use crate::model::SessionId;
use crate::ops::common::OpsError;
use crate::ops::common::liveness::{AgentFile, Liveness, left_behind};
use crate::ops::common::start::claim;
use crate::runtime::LOG_PARTS;
use crate::store::{Named, Store};

/// How long a file without an owner is kept: the owner's record may not be written yet.
const AGE: Duration = Duration::from_secs(3600);

/// Which files of a session are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// Output and prompts, which a restore does not need.
    Output,
    /// Also the conversation that the agent would resume.
    All,
}

/// One file of a session.
pub(in crate::ops) struct File {
    path: PathBuf,
    owner: Owner,
}

enum Owner {
    Session(SessionId),
    /// The session, for as long as its conversation can be resumed.
    Resumable(SessionId),
    /// The conversation, by the agent's own id.
    Conversation(String),
}

impl File {
    /// Derives the owner from the file name. Returns None for a name that has no owner.
    fn at(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let owner = match name.rsplit_once('.')? {
            (id, "hook" | "json" | "log" | "prompt" | "screen" | "text") => {
                Owner::Session(id.parse().ok()?)
            }
            (id, part) if LOG_PARTS.contains(&part) => Owner::Session(id.parse().ok()?),
            (id, "home") => Owner::Resumable(id.parse().ok()?),
            // `<agent>-<uuid>`, and a UUID has 36 characters.
            (stem, "history") => {
                let at = stem.len().checked_sub(36)?;
                Owner::Conversation(stem.get(at..)?.to_owned())
            }
            _ => return None,
        };
        Some(Self { path, owner })
    }

    fn all(repo: &Repository) -> Result<Vec<Self>, OpsError> {
        let mut all = Vec::new();
        for folder in ["log", "agent", "activity"] {
            all.extend(entries(&repo.ao_dir().join(folder))?.into_iter().filter_map(Self::at));
        }
        Ok(all)
    }

    /// Moves a file to `ao/set-aside/` unless the agent of its session is alive; returns its new
    /// path.
    pub fn set_aside_unless_alive(
        repo: &Repository,
        path: &Path,
    ) -> Result<Option<PathBuf>, OpsError> {
        let Some(file) = Self::at(path.to_owned()) else { return Ok(None) };
        let _alone = match file.owner {
            Owner::Session(id) | Owner::Resumable(id) => {
                match repo.lock_named(&format!("run/{id}"), Duration::ZERO) {
                    Ok(lock) if matches!(left_behind(repo, id), None | Some(Liveness::Gone)) => {
                        Some(lock)
                    }
                    _ => return Ok(None),
                }
            }
            Owner::Conversation(_) => None,
        };
        set_aside(repo, path)
    }
}

/// Removes files of a session. If the session is being started or its agent is alive, the files
/// stay.
///
/// # Errors
/// Fails if the files cannot be read or removed.
pub fn purge(
    store: &Store,
    session: SessionId,
    conversation: Option<&str>,
    what: Purge,
) -> Result<(), OpsError> {
    let Ok(_claim) = claim(store.repository(), session, Duration::ZERO) else { return Ok(()) };
    discard_claimed(store, session, conversation, what)
}

/// Does the same as [`purge`] for a caller that already holds the claim.
pub(in crate::ops) fn discard_claimed(
    store: &Store,
    session: SessionId,
    conversation: Option<&str>,
    what: Purge,
) -> Result<(), OpsError> {
    let repo = store.repository();
    // The agent's supervisor holds this lock.
    let Ok(_alone) = repo.lock_named(&format!("run/{session}"), Duration::ZERO) else {
        return Ok(());
    };
    // The supervisor may have been killed while the agent still runs.
    if !matches!(left_behind(repo, session), None | Some(Liveness::Gone)) {
        return Ok(());
    }
    // The agent is gone, so the file of a killed supervisor is obsolete.
    remove(&AgentFile::path(repo, session))?;
    // A record may name another session's conversation, so keep a conversation that is in use.
    let conversation = match what {
        Purge::Output => None,
        Purge::All => match conversation {
            Some(id) => {
                let used = conversations(store, &BTreeSet::from([id.to_owned()]));
                used.is_ok_and(|used| used.is_some_and(|used| used.is_empty())).then_some(id)
            }
            None => None,
        },
    };
    for file in File::all(repo)? {
        let goes = match &file.owner {
            Owner::Session(id) => *id == session,
            Owner::Resumable(id) => *id == session && what == Purge::All,
            Owner::Conversation(id) => Some(id.as_str()) == conversation,
        };
        if goes {
            remove(&file.path)?;
        }
    }
    Ok(())
}

/// Returns the files of sessions that are no longer in the store. Without a store, no file is known
/// to be stray.
pub(in crate::ops) fn strays(store: &Store) -> Result<Vec<PathBuf>, OpsError> {
    if store.tip()?.is_none() {
        return Ok(Vec::new());
    }
    let snapshot = store.snapshot()?;
    let mut files = File::all(store.repository())?;
    files.retain(|file| is_old(&file.path));
    let named = files.iter().filter_map(|file| match &file.owner {
        Owner::Conversation(id) => Some(id.clone()),
        Owner::Session(_) | Owner::Resumable(_) => None,
    });
    let used = conversations(store, &named.collect())?;
    let mut strays = Vec::new();
    for file in files {
        let is_stray = match &file.owner {
            Owner::Session(id) | Owner::Resumable(id) => !snapshot.contains(*id)?,
            Owner::Conversation(id) => used.as_ref().is_some_and(|used| !used.contains(id)),
        };
        if is_stray {
            strays.push(file.path);
        }
    }
    strays.sort();
    Ok(strays)
}

/// Returns old temporary files of writers that were killed.
pub(in crate::ops) fn old_tips(repo: &Repository) -> Result<Vec<PathBuf>, OpsError> {
    old(repo, "tip.")
}

/// Returns old texts that were edited but could not be saved.
pub(in crate::ops) fn old_drafts(repo: &Repository) -> Result<Vec<PathBuf>, OpsError> {
    old(repo, "edit-")
}

fn old(repo: &Repository, prefix: &str) -> Result<Vec<PathBuf>, OpsError> {
    let named = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    };
    let all = entries(&repo.ao_dir())?.into_iter();
    Ok(all.filter(named).filter(|path| is_old(path)).collect())
}

/// Returns those of these conversations that records name, or None if a record cannot be read.
fn conversations(
    store: &Store,
    ids: &BTreeSet<String>,
) -> Result<Option<BTreeSet<String>>, OpsError> {
    if ids.is_empty() {
        return Ok(Some(BTreeSet::new()));
    }
    Ok(store.snapshot()?.in_use(Named::Conversation, ids))
}

fn is_old(path: &Path) -> bool {
    let changed = fs::symlink_metadata(path).and_then(|meta| meta.modified());
    changed.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > AGE))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, OpsError> {
    let failed = |source| FileError { act: "read", path: folder.to_owned(), source };
    let entries = match uninterrupted(|| fs::read_dir(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let paths: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// Moves a file to `ao/set-aside/`, from where it can be restored.
pub(in crate::ops) fn set_aside(
    repo: &Repository,
    path: &Path,
) -> Result<Option<PathBuf>, OpsError> {
    let failed = |source| FileError { act: "move", path: path.to_owned(), source };
    Ok(repo.set_aside(path, "set-aside").map_err(failed)?)
}

fn remove(path: &Path) -> Result<(), OpsError> {
    match uninterrupted(|| fs::remove_file(path)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError { act: "remove", path: path.to_owned(), source }.into())
        }
        _ => Ok(()),
    }
}

//! Keeps broken state for later inspection.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::{Store, StoreError, Visibility};
use crate::git::{Expected, ObjectError, RefMove, RefState, gix_id, replace, uninterrupted};
use crate::model::Timestamp;

/// The prefix of the refs that keep broken tips.
const BROKEN: &str = "refs/ao/broken/";

/// The folder below `ao/` that keeps what a ref cannot.
pub const FOLDER: &str = "broken";

/// Returns the path of [`FOLDER`].
pub fn folder(store: &Store) -> PathBuf {
    store.repository().ao_dir().join(FOLDER)
}

/// Keeps the old value of a ref: under another ref if it is an intact object, otherwise in a file.
/// Returns the name of the ref or file.
///
/// # Errors
/// Fails if it cannot be written.
pub fn keep(
    store: &Store,
    visibility: Visibility,
    state: &RefState,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let repo = store.repository();
    match state {
        RefState::Missing => Ok(None),
        RefState::At(tip) if repo.verified(gix_id(tip)).is_ok() => {
            let kept = repo.refs_below(BROKEN);
            for name in &kept {
                // An interrupted repair has kept it already.
                if repo.ref_state(name)? == *state {
                    return Ok(Some(name.clone()));
                }
            }
            let name = free(&format!("{BROKEN}{}", stem(visibility, now)), |name| {
                kept.iter().any(|kept| kept == name)
            });
            let (name, expected, new) = (name.as_str(), Expected::Missing, gix_id(tip));
            let to = RefMove { name, expected, new, message: "ao: repair".to_owned() };
            // Its durability does not matter: a power failure may lose the kept tip, but not the
            // repaired ref.
            let _ = repo.move_refs(&[to], &repo.signatures(now)?)?;
            Ok(Some(name.to_owned()))
        }
        RefState::At(tip) => keep_file(store, visibility, format!("{tip}\n").as_bytes(), now),
        RefState::Unreadable { content, .. } => keep_file(store, visibility, content, now),
    }
}

fn keep_file(
    store: &Store,
    visibility: Visibility,
    content: &[u8],
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let folder = folder(store);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| write_error(&path, error)
    };
    store.repository().make_ao_dir(FOLDER).map_err(failed(&folder))?;
    for entry in uninterrupted(|| fs::read_dir(&folder)).map_err(failed(&folder))?.flatten() {
        if fs::read(entry.path()).is_ok_and(|kept| kept == content) {
            return Ok(Some(entry.path().display().to_string()));
        }
    }
    let stem = folder.join(stem(visibility, now)).display().to_string();
    let path = PathBuf::from(free(&stem, |name| Path::new(name).exists()));
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(failed(&folder))?;
    file.write_all(content).map_err(failed(&path))?;
    replace(&path, file.into_temp_path()).map_err(failed(&path))?;
    Ok(Some(path.display().to_string()))
}

/// Returns a name such as `20261120T172032Z` or `20261120T172032Z-private`.
fn stem(visibility: Visibility, now: Timestamp) -> String {
    let text = now.to_string();
    let text: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let time = text.split('.').next().unwrap_or(&text).trim_end_matches('Z');
    match visibility {
        Visibility::Public => format!("{time}Z"),
        Visibility::Private => format!("{time}Z-private"),
    }
}

fn free(stem: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let more = (2..).map(|n| format!("{stem}-{n}"));
    let mut names = std::iter::once(stem.to_owned()).chain(more);
    names.find(|name| !is_taken(name)).unwrap_or_else(|| stem.to_owned())
}

/// Keeps a copy of a reflog before entries are removed from it.
///
/// # Errors
/// Fails if it cannot be written.
pub fn keep_reflog(
    store: &Store,
    name: &str,
    visibility: Visibility,
    now: Timestamp,
) -> Result<(), StoreError> {
    let from = store.repository().reflog_path(name);
    let folder = folder(store);
    let to = folder.join(format!("{}.reflog", stem(visibility, now)));
    if !from.is_file() || to.exists() {
        return Ok(());
    }
    let made = store.repository().make_ao_dir(FOLDER);
    let copied = made.and_then(|_| fs::copy(&from, &to));
    copied.map(drop).map_err(|error| write_error(&to, error))
}

pub fn write_error(path: &Path, error: io::Error) -> StoreError {
    ObjectError::Write { path: path.to_owned(), source: error.into() }.into()
}

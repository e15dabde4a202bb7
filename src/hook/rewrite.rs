//! post-rewrite: notes which commits replaced others.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use super::HookError;
use crate::store::Store;
use crate::workspace::note_rewrites;

/// The most that is read, in bytes.
const MOST: u64 = 1 << 20;

/// Notes what git has written to standard input: a line with an old and a new commit for each.
pub fn run(store: &Store) -> Result<(), HookError> {
    let input = std::io::stdin();
    if input.is_terminal() || store.is_unwritten()? {
        return Ok(());
    }
    let mut bytes = Vec::new();
    let repo = store.repository();
    input.take(MOST).read_to_end(&mut bytes).map_err(HookError::io("read", Path::new("-")))?;
    let path = repo.ao_dir().join("rewrites");
    note_rewrites(repo, &String::from_utf8_lossy(&bytes)).map_err(HookError::io("write", &path))
}

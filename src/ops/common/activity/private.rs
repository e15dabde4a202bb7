use std::io::{self, Write as _};
use std::path::Path;

use crate::git::replace;

/// Replaces a file that only this user may read, because it quotes a conversation. Its directory
/// exists: it is never recreated in the old place of a repository that was moved.
pub(super) fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::Builder::new().prefix("note-").tempfile_in(folder)?;
    file.write_all(text)?;
    replace(path, file.into_temp_path())
}

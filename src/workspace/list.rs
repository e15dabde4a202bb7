use std::path::{Path, PathBuf};

use super::worktree_race::{is_half_made, retry_on_worktree_race};
use super::{WorkspaceError, Worktrees};
use crate::model::Oid;

/// A worktree as git lists it. The first one is the main worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorktreeEntry {
    /// The directory, with symbolic links resolved.
    pub path: PathBuf,
    /// The current commit; None before the first commit and in a bare repository.
    pub head: Option<Oid>,
    /// The current branch, without `refs/heads/`.
    pub branch: Option<String>,
    /// The reason if it is locked; may be empty.
    pub locked: Option<String>,
    /// Why git would prune it, if it would.
    pub prunable: Option<String>,
    /// True for a bare repository, which has no worktree here.
    pub bare: bool,
}

impl Worktrees<'_> {
    /// Returns all worktrees of this repository, the main one first.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn list(&self) -> Result<Vec<WorktreeEntry>, WorkspaceError> {
        // A rollback after ^C needs the list, so another ^C must not kill git.
        let list =
            || self.repo.git("worktree").shielded().args(["list", "--porcelain", "-z"]).run();
        let output = match retry_on_worktree_race(list) {
            // After all retries the entry is still incomplete, so nobody is working on it.
            Err(error) if is_half_made(&error) => {
                self.mend_half_made()?;
                list()?
            }
            output => output?,
        };
        Ok(parse(output.bytes()))
    }
}

/// Parses the list, in which NUL ends lines and an empty line ends entries (git-worktree(1)).
fn parse(bytes: &[u8]) -> Vec<WorktreeEntry> {
    let mut all = Vec::new();
    for line in bytes.split(|byte| *byte == 0) {
        let split = line.iter().position(|byte| *byte == b' ');
        let (word, value) = split.map_or((line, &[][..]), |at| (&line[..at], &line[at + 1..]));
        if word == b"worktree" {
            all.push(WorktreeEntry::at(path_from(value)));
        } else if let Some(last) = all.last_mut() {
            last.read(word, value);
        }
    }
    all
}

impl WorktreeEntry {
    fn at(path: PathBuf) -> Self {
        Self { path, head: None, branch: None, locked: None, prunable: None, bare: false }
    }

    fn read(&mut self, word: &[u8], value: &[u8]) {
        let text = || String::from_utf8_lossy(value).into_owned();
        match word {
            b"HEAD" => self.head = text().parse().ok().filter(|id: &Oid| !id.is_null()),
            b"branch" => {
                let name = text();
                self.branch = Some(name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned());
            }
            b"locked" => self.locked = Some(text()),
            b"prunable" => self.prunable = Some(text()),
            b"bare" => self.bare = true,
            _ => {}
        }
    }
}

#[cfg(unix)]
pub(super) fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes)).to_owned()
}

#[cfg(not(unix))]
pub(super) fn path_from(bytes: &[u8]) -> PathBuf {
    Path::new(String::from_utf8_lossy(bytes).as_ref()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_porcelain_format_is_read() {
        let id = "1".repeat(40);
        let zeros = "0".repeat(40);
        let text = format!(
            "worktree /a b\nc\0HEAD {id}\0branch refs/heads/ao/x\0locked\0\0\
             worktree /d\0HEAD {zeros}\0detached\0locked two words\0prunable gone\0new-word x\0\0\
             worktree /e\0bare\0\0"
        );
        let all = parse(text.as_bytes());
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].path.to_str(), Some("/a b\nc"));
        assert_eq!(all[0].head.as_ref().map(|id| id.as_str()), Some(id.as_str()));
        assert_eq!(all[0].branch.as_deref(), Some("ao/x"));
        assert_eq!(all[0].locked.as_deref(), Some(""));
        assert_eq!((all[1].head.clone(), all[1].branch.clone()), (None, None));
        assert_eq!(all[1].locked.as_deref(), Some("two words"));
        assert_eq!(all[1].prunable.as_deref(), Some("gone"));
        assert!(all[2].bare && !all[0].bare);
    }
}

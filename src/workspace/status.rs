//! `git status --porcelain=v2 --branch -z`, which reads without taking the index's lock.

use std::path::Path;

use super::{Changes, Divergence, Worktrees};
use crate::git::GitCommand;

/// The status of one worktree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub changes: Changes,
    pub upstream: Option<Divergence>,
    /// Submodules with uncommitted changes of their own.
    pub submodules: Vec<Vec<u8>>,
    /// Ignored paths, if they were requested. A directory of ignored files counts once.
    pub ignored: Vec<Vec<u8>>,
    /// The number of missing files that are the same in HEAD and the index.
    missing: usize,
}

impl Worktrees<'_> {
    /// Returns `git status` with options that override settings of the user, so that nothing that
    /// could be lost is hidden.
    pub(super) fn status(&self, path: &Path) -> GitCommand {
        let git = self.repo.git_in(path, "status").args(["--porcelain=v2", "--branch", "-z"]);
        git.args(["--untracked-files=normal", "--ignore-submodules=none"])
    }
}

impl Status {
    pub fn parse(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        let mut lines = bytes.split(|byte| *byte == 0);
        while let Some(line) = lines.next() {
            match line.first() {
                Some(b'#') => status.header(line),
                Some(b'1') => status.entry(line, 8),
                Some(b'2') => {
                    status.entry(line, 9);
                    // The old name follows as a line of its own.
                    lines.next();
                }
                Some(b'u') => status.changes.conflicted += 1,
                Some(b'?') => status.changes.untracked += 1,
                Some(b'!') => status.ignored.extend(line.get(2..).map(<[u8]>::to_vec)),
                _ => {}
            }
        }
        status
    }

    /// Does not count missing files as changes, because HEAD has their contents.
    pub fn pass_over_missing(&mut self) {
        self.changes.unstaged -= std::mem::take(&mut self.missing);
    }

    fn header(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let Some(counts) = text.strip_prefix("# branch.ab +") else { return };
        let Some((ahead, behind)) = counts.split_once(" -") else { return };
        let parse = |text: &str| text.parse().unwrap_or_default();
        self.upstream = Some(Divergence { ahead: parse(ahead), behind: parse(behind) });
    }

    /// Reads an entry `1 <XY> <sub> …` or `2 …`, in which the path follows this many fields.
    fn entry(&mut self, line: &[u8], fields: usize) {
        let mut words = line.splitn(fields + 1, |byte| *byte == b' ').skip(1);
        let [x, y] = words.next().unwrap_or_default() else { return };
        self.changes.staged += usize::from(*x != b'.');
        self.changes.unstaged += usize::from(*y != b'.');
        self.missing += usize::from([*x, *y] == *b".D");
        let submodule = words.next().unwrap_or_default();
        if matches!(submodule, [b'S', _, b'M', _] | [b'S', _, _, b'U']) {
            self.submodules.extend(words.last().map(<[u8]>::to_vec));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_porcelain_format_is_read() {
        let text = "# branch.oid 11\0# branch.head x\0# branch.upstream o/x\0# branch.ab +2 -3\0\
                    1 M. N... 100644 100644 100644 1 1 a b\0\
                    1 MM N... 100644 100644 100644 1 1 c\0\
                    1 .M S.MU 160000 160000 160000 1 1 sub mod\0\
                    2 R. N... 100644 100644 100644 1 1 R100 new\0? old\0\
                    u UU N... 100644 100644 100644 100644 1 1 1 both\0? dir/\0! ignored\0";
        let status = Status::parse(text.as_bytes());
        let changes = Changes { staged: 3, unstaged: 2, untracked: 1, conflicted: 1 };
        assert_eq!(status.changes, changes);
        assert_eq!(status.upstream, Some(Divergence { ahead: 2, behind: 3 }));
        assert_eq!(status.submodules, [b"sub mod"]);
        assert_eq!(status.ignored, [b"ignored"]);
        assert_eq!(Status::parse(b"# branch.oid (initial)\0"), Status::default());
    }
}

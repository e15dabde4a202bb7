//! Excludes worktrees inside the repository with `info/exclude` (gitignore(5)), because `git add`
//! in the surrounding worktree would treat them as embedded repositories.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::exposed::{Exclusion, Exposed, has_line};
use super::list::path_from;
use super::registry::common_dir_of;
use super::worktrees::real_path;
use super::{WorkspaceError, Worktrees, marker};

/// How long to wait for another process that is writing the same file.
const PATIENCE: Duration = Duration::from_secs(10);

impl Worktrees<'_> {
    /// Returns the directories of these worktrees that git does not ignore in the surrounding
    /// worktree, each once. Runs no git for worktrees that are not inside another one.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn exposed<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p Path>,
    ) -> Result<Vec<Exposed>, WorkspaceError> {
        let mut found: Vec<Exposed> = Vec::new();
        for path in paths {
            let path = real_path(path);
            if found.iter().any(|exposed| path.starts_with(&exposed.folder)) {
                continue;
            }
            if let Some(top) = self.worktree_around(&path)
                && !self.is_ignored(&top, &path)?
            {
                found.push(self.exposed_below(&top, &path)?);
            }
        }
        Ok(found)
    }

    /// Makes git ignore a worktree, which need not exist yet, in the surrounding worktree. Returns
    /// None if there is no surrounding worktree, or if the worktree is already ignored. A failure
    /// is part of the result and does not prevent the worktree's creation.
    pub fn exclude(&self, path: &Path) -> Option<Exclusion> {
        let exposed = self.exposed([path]).ok()?.pop()?;
        let lock = match self.repo.lock_named("exclude", PATIENCE) {
            Ok(lock) => lock,
            Err(error) => return Some(Exclusion::Failed(exposed, reason(&error))),
        };
        // Asked again: another process may have written its line, and begun its worktree, which
        // looked like a file of the user's if the line was not there yet.
        let exposed = self.exposed([path]).ok()?.pop()?;
        let written = self.write_exclusion(exposed, path);
        drop(lock);
        Some(written)
    }

    fn write_exclusion(&self, exposed: Exposed, path: &Path) -> Exclusion {
        if let Err(error) = add_line(&exposed.file, &exposed.pattern) {
            let why = format!("cannot write '{}': {error}", exposed.file.display());
            return Exclusion::Failed(exposed, why);
        }
        // A .gitignore takes precedence over info/exclude.
        match self.exposed([path]).map(|exposed| exposed.is_empty()) {
            Ok(true) => Exclusion::Written(exposed),
            Ok(false) => {
                let why = format!("a .gitignore overrides '{}'", exposed.file.display());
                Exclusion::Failed(exposed, why)
            }
            Err(error) => Exclusion::Failed(exposed, reason(&error)),
        }
    }

    /// Returns the top of the worktree of this repository that contains a folder.
    fn worktree_around(&self, path: &Path) -> Option<PathBuf> {
        let top = path.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
        let git_dir = marker::git_dir_of(top).unwrap_or_else(|| top.join(".git"));
        let is_ours = common_dir_of(&git_dir)? == self.repo.common_dir();
        // A bare repository has no worktree, even if a `.git` file beside it points to it.
        let is_bare = || !top.join(".git").is_dir() && self.is_bare_at(top);
        (is_ours && !is_bare()).then(|| top.to_owned())
    }

    fn is_bare_at(&self, top: &Path) -> bool {
        let inside = self.repo.git_in(top, "rev-parse").arg("--is-inside-work-tree").run();
        !inside.is_ok_and(|output| output.text() == "true")
    }

    /// Returns true if git ignores the directory. Asks about a path inside it, because git cannot
    /// tell that a missing path is a directory, and patterns such as `x/` would not match.
    fn is_ignored(&self, top: &Path, path: &Path) -> Result<bool, WorkspaceError> {
        let git = self.repo.git_in(top, "check-ignore").args(["--quiet", "--no-index", "--"]);
        Ok(git.arg(path.join("x")).find()?.is_some())
    }

    /// Returns the highest folder, at most `ao.worktreeDir`, that contains only worktrees: no other
    /// file in it is tracked, or untracked and not ignored.
    fn exposed_below(&self, top: &Path, path: &Path) -> Result<Exposed, WorkspaceError> {
        let root = self.root().ok().map(|root| real_path(&root));
        let root = root.filter(|root| path.starts_with(root)).unwrap_or_else(|| path.to_owned());
        let known: BTreeSet<_> = self.registered()?.into_iter().map(|known| known.path).collect();
        let mut folder = path;
        for above in path.ancestors().take_while(|it| it.starts_with(&root) && *it != top) {
            if self.holds_more(top, above, &known)? {
                break;
            }
            folder = above;
        }
        let file = self.repo.common_dir().join("info/exclude");
        let pattern = pattern(folder.strip_prefix(top).unwrap_or(folder));
        Ok(Exposed { folder: folder.to_owned(), pattern, file, top: top.to_owned() })
    }

    fn holds_more(
        &self,
        top: &Path,
        folder: &Path,
        worktrees: &BTreeSet<PathBuf>,
    ) -> Result<bool, WorkspaceError> {
        let git = self.repo.git_in(top, "ls-files");
        let git = git.args(["-z", "--cached", "--others", "--exclude-standard", "--"]);
        let output = git.env("GIT_LITERAL_PATHSPECS", "1").arg(folder).run()?;
        let mut files = output.bytes().split(|byte| *byte == 0).filter(|name| !name.is_empty());
        // Git lists an embedded repository as its folder.
        Ok(files.any(|name| !worktrees.contains(&real_path(&top.join(path_from(name))))))
    }
}

fn reason(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Appends a line unless the file already contains it. If the write fails halfway, the file is
/// truncated to its previous length.
fn add_line(path: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    if has_line(&text, line) {
        return Ok(());
    }
    let end = if text.is_empty() || text.ends_with(b"\n") { "" } else { "\n" };
    let added = file.write_all(format!("{end}{line}\n").as_bytes());
    added.inspect_err(|_| undo(&file, text.len()))
}

/// Truncates the file, because part of a pattern could ignore something else.
fn undo(file: &File, length: usize) {
    let _ = file.set_len(length as u64);
}

/// Returns an anchored pattern that matches one folder, with the special characters of
/// gitignore(5) escaped. A pattern cannot contain a newline, so `?` stands for it.
fn pattern(folder: &Path) -> String {
    let mut pattern = String::new();
    for part in folder.components() {
        let Component::Normal(name) = part else { continue };
        pattern.push('/');
        for c in name.to_string_lossy().chars() {
            match c {
                '*' | '?' | '[' | '\\' => pattern.extend(['\\', c]),
                '\n' => pattern.push('?'),
                c => pattern.push(c),
            }
        }
    }
    pattern + "/"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_one_folder() {
        for (folder, expected) in [
            (".worktrees", "/.worktrees/"),
            ("a b/c ", "/a b/c /"),
            ("#a/!b", "/#a/!b/"),
            ("a*[b]?\\", "/a\\*\\[b]\\?\\\\/"),
            ("a\nb", "/a?b/"),
        ] {
            assert_eq!(pattern(Path::new(folder)), expected);
        }
    }

    #[test]
    fn lines_of_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("info/exclude");
        for (before, after) in [
            (None, "/x/\n"),
            (Some(""), "/x/\n"),
            (Some("*.o"), "*.o\n/x/\n"),
            (Some("*.o\r\n"), "*.o\r\n/x/\n"),
            (Some("/x/\n*.o"), "/x/\n*.o"),
        ] {
            let _ = fs::remove_dir_all(dir.path().join("info"));
            if let Some(text) = before {
                fs::create_dir(dir.path().join("info")).unwrap();
                fs::write(&path, text).unwrap();
            }
            for _ in 0..2 {
                add_line(&path, "/x/").unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), after);
            }
        }
    }
}

//! Chooses the files to copy: those that the patterns match and that git ignores, in the old
//! worktree and in the new one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use super::{Included, Skipped};
use crate::git::Repository;
use crate::workspace::WorkspaceError;
use crate::workspace::list::path_from;
use crate::workspace::parallel::run_all;

/// Paths as git prints them, relative to the top; a folder ends with a slash.
type Paths = BTreeSet<Vec<u8>>;

/// Returns what to copy, relative to the top. A folder stands for everything in it.
pub(super) fn choose(
    repo: &Repository,
    (from, to): (&Path, &Path),
    patterns: &Path,
    included: &mut Included,
) -> Result<Vec<PathBuf>, WorkspaceError> {
    let ls = || {
        let git = repo.git_in(from, "ls-files");
        // Whole folders, so that node_modules is one line.
        git.args(["--others", "--ignored", "--directory", "-z"])
    };
    let mut exclude_from = std::ffi::OsString::from("--exclude-from=");
    exclude_from.push(patterns);
    let mut lists = Vec::with_capacity(2);
    for list in run_all(vec![ls().arg("--exclude-standard"), ls().arg(exclude_from)]) {
        lists.push(parse(list?.bytes()));
    }
    let matched = lists.pop().unwrap_or_default();
    let ignored = lists.pop().unwrap_or_default();
    let both: Paths = covered(&matched, &ignored).chain(covered(&ignored, &matched)).collect();
    let (open, blocked): (Paths, Paths) = both.into_iter().partition(|path| is_open(to, path));
    for path in blocked.iter().filter(|path| !path.ends_with(b"/")) {
        included.skip(Skipped::Blocked, &path_from(path));
    }
    let safe = ignored_in(repo, to, &open)?;
    for path in open.difference(&safe) {
        // A folder whose contents alone are ignored is followed by them.
        let is_listed_below = path.ends_with(b"/")
            && open.range(path.clone()..).nth(1).is_some_and(|next| next.starts_with(path));
        if !is_listed_below && fs::symlink_metadata(to.join(path_from(path))).is_err() {
            included.skip(Skipped::NotIgnored, &path_from(path));
        }
    }
    Ok(tops(&safe).map(|path| path_from(path)).collect())
}

/// Returns those lines of the patterns that can match nothing, because git matches them below the
/// top of the worktree only.
pub(super) fn void_lines(patterns: &Path) -> Vec<String> {
    let text = fs::read(patterns).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let leads_out = |line: &&str| {
        let pattern = line.strip_prefix('!').unwrap_or(line);
        let has = |part| Path::new(pattern).components().any(|it| it == part);
        !line.starts_with('#') && (has(Component::ParentDir) || pattern.starts_with("~/"))
    };
    text.lines().map(str::trim_end).filter(leads_out).map(str::to_owned).collect()
}

fn parse(bytes: &[u8]) -> Paths {
    bytes.split(|byte| *byte == 0).filter(|path| is_plain(path)).map(<[u8]>::to_vec).collect()
}

fn is_plain(path: &[u8]) -> bool {
    let is_normal = |part: Component<'_>| matches!(part, Component::Normal(_));
    !path.is_empty() && Path::new(std::ffi::OsStr::from_bytes(path)).components().all(is_normal)
}

/// Returns the paths of `some` that are in `others`, or below a folder in there.
fn covered<'a>(some: &'a Paths, others: &'a Paths) -> impl Iterator<Item = Vec<u8>> + 'a {
    let is_covered = |path: &&Vec<u8>| {
        let folders = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        others.contains(*path) || folders.into_iter().any(|(at, _)| others.contains(&path[..=at]))
    };
    some.iter().filter(is_covered).cloned()
}

/// Returns those that are not below another one.
fn tops(paths: &Paths) -> impl Iterator<Item = &Vec<u8>> {
    let mut above: Option<&Vec<u8>> = None;
    paths.iter().filter(move |path| {
        if above.is_some_and(|above| above.ends_with(b"/") && path.starts_with(above)) {
            return false;
        }
        above = Some(path);
        true
    })
}

/// Returns true if each parent folder of the path is a folder in the new worktree, or missing. Git
/// refuses to look beyond a symbolic link.
fn is_open(to: &Path, path: &[u8]) -> bool {
    let relative = path_from(path);
    let mut folder = to.to_owned();
    let parents = relative.parent().into_iter().flat_map(Path::components);
    for part in parents {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return false,
            Err(error) => return error.kind() == io::ErrorKind::NotFound,
        }
    }
    true
}

/// Returns the paths that git ignores in this worktree. Tracked files are not ignored.
fn ignored_in(repo: &Repository, to: &Path, paths: &Paths) -> Result<Paths, WorkspaceError> {
    let mut input = Vec::new();
    for path in paths {
        input.extend_from_slice(path);
        input.push(0);
    }
    if input.is_empty() {
        return Ok(Paths::new());
    }
    let git = repo.git_in(to, "check-ignore").args(["-z", "--stdin"]).input(input);
    Ok(git.find()?.map(|output| parse(output.bytes())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &[&str]) -> Paths {
        list.iter().map(|path| path.as_bytes().to_vec()).collect()
    }

    #[test]
    fn only_what_both_lists_cover_is_copied() {
        let ignored = paths(&["a/", "b/x.o", "c", "e/", "e/f"]);
        let matched = paths(&["a/deep/.env", "b/", "c/", "e/"]);
        let both: Paths = covered(&matched, &ignored).chain(covered(&ignored, &matched)).collect();
        assert_eq!(both, paths(&["a/deep/.env", "b/x.o", "e/", "e/f"]));
        assert_eq!(tops(&both).cloned().collect::<Paths>(), paths(&["a/deep/.env", "b/x.o", "e/"]));
    }

    #[test]
    fn paths_that_lead_out_are_dropped() {
        assert_eq!(parse(b"../x\0/etc/passwd\0a/../b\0\0a/b\0"), paths(&["a/b"]));
    }
}

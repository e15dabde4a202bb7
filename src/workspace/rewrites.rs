//! Keeps which commits git has replaced by others in amends and rebases (githooks(5), post-rewrite).

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _, Write as _};

use crate::git::Repository;
use crate::model::Oid;

/// The file below `ao/` in the common git directory. Each line has an old and a new commit.
const NAME: &str = "rewrites";

/// Beyond this size in bytes, the older half of the file is dropped.
const MOST: u64 = 1 << 20;

/// Adds lines of `<old> <new>`, as git gives them to its hook. Other lines are left out.
///
/// # Errors
/// Fails if the file cannot be written.
pub fn note_rewrites(repo: &Repository, lines: &str) -> io::Result<()> {
    let text: String = lines
        .lines()
        .filter_map(|line| parse(line).filter(|(old, new)| old != new))
        .map(|(old, new)| format!("{old} {new}\n"))
        .collect();
    if text.is_empty() {
        return Ok(());
    }
    let path = repo.make_ao_dir("")?.join(NAME);
    let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
    // One call, so that the lines of several worktrees do not mix.
    file.write_all(text.as_bytes())?;
    if file.metadata()?.len() > MOST {
        let kept = read(repo)?;
        let half = kept.len() / 2;
        let from = kept[half..].find('\n').map_or(kept.len(), |end| half + end + 1);
        repo.write_note(NAME, &kept[from..])?;
    }
    Ok(())
}

/// Returns the commits that each new commit has replaced in this clone. A file that cannot be read
/// has none.
pub fn rewrites(repo: &Repository) -> HashMap<Oid, Vec<Oid>> {
    let text = read(repo).unwrap_or_default();
    let mut replaced: HashMap<Oid, Vec<Oid>> = HashMap::new();
    for (old, new) in text.lines().filter_map(parse) {
        let olds = replaced.entry(new).or_default();
        if !olds.contains(&old) {
            olds.push(old);
        }
    }
    replaced
}

fn read(repo: &Repository) -> io::Result<String> {
    let mut bytes = Vec::new();
    repo.open_file(NAME)?.take(2 * MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse(line: &str) -> Option<(Oid, Oid)> {
    let mut words = line.split(' ');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

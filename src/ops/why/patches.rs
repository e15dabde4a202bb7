//! Compares the changes of a commit with those of sessions.

use std::collections::HashSet;

use super::works::SessionWork;
use super::{Evidence, Provenance};
use crate::git::{CommitFacts, Descent, GitError};
use crate::model::{Oid, Session};
use crate::ops::common::{Engine, OpsError};

/// The most paths with which git is told what to compare at first.
const MOST_PATHS: usize = 200;

/// What two commits differ in.
type Pair = (Oid, Oid);

/// Returns the sessions of which a commit has the same changes as one of their commits, or as all of
/// them. Every byte counts: two commits that differ only in white space are not the same.
pub fn matches(
    engine: &Engine,
    descent: &mut Descent<'_>,
    (commit, facts): (&Oid, &CommitFacts),
    works: &[(Session, SessionWork)],
) -> Result<Vec<Provenance>, OpsError> {
    let [parent] = &facts.parents[..] else { return Ok(Vec::new()) };
    let repo = engine.repository();
    if !repo.has_commit(parent) {
        return Ok(Vec::new());
    }
    let asked = (commit.clone(), parent.clone());
    let mut candidates = Vec::new();
    for (n, (session, work)) in works.iter().enumerate() {
        if facts.time < session.created_at.as_seconds() {
            continue;
        }
        for pair in work.diffs(descent) {
            let its = repo.commit_facts(&pair.0);
            let is_earlier = its.is_some_and(|its| is_earlier(&its, &pair.1, facts));
            if is_earlier && pair.0 != *commit && repo.has_commit(&pair.1) {
                candidates.push((pair, n));
            }
        }
    }
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let paths = paths(engine, &asked)?;
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let pairs = |candidates: &[(Pair, usize)]| {
        let all = candidates.iter().map(|(pair, _)| pair.clone());
        std::iter::once(asked.clone()).chain(all).collect::<Vec<_>>()
    };
    if paths.len() <= MOST_PATHS {
        let same = same(engine, &pairs(&candidates), &paths)?;
        candidates.retain(|(pair, _)| same.contains(&pair.0));
    }
    let mut found: Vec<Provenance> = Vec::new();
    for chunk in candidates.chunk_by(|a, b| a.1 == b.1) {
        let (session, _) = &works[chunk[0].1];
        if found.iter().any(|one| one.id == session.id) {
            continue;
        }
        // A commit may be compared with several others, so each pair is asked for alone.
        for candidate in chunk {
            if !same(engine, &pairs(std::slice::from_ref(candidate)), &[])?.is_empty() {
                let (pair, n) = candidate;
                let is_single = descent_parent(engine, &pair.0).as_ref() == Some(&pair.1);
                let evidence = if is_single { Evidence::Patch } else { Evidence::Work };
                found.push(Provenance::new(&works[*n].0, evidence).via(&pair.0));
                break;
            }
        }
    }
    Ok(found)
}

/// Returns true if a commit can have been made from the session's: it is not older, and not a copy of
/// the same second, of which nobody knows which one was first.
fn is_earlier(its: &CommitFacts, from: &Oid, asked: &CommitFacts) -> bool {
    let is_single = its.parents.first() == Some(from);
    let may_be_copied = is_single && its.authored == asked.authored;
    its.time < asked.time || its.time == asked.time && !may_be_copied
}

fn descent_parent(engine: &Engine, commit: &Oid) -> Option<Oid> {
    engine.repository().commit_facts(commit)?.parents.into_iter().next()
}

fn paths(engine: &Engine, (commit, parent): &Pair) -> Result<Vec<Vec<u8>>, OpsError> {
    let git = engine.repository().git("diff-tree").args(["-r", "-z", "--name-only"]);
    let output = git.args(["--no-renames", parent.as_str(), commit.as_str()]).run()?;
    let paths = output.bytes().split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(<[u8]>::to_vec).collect())
}

/// Returns the later commits of the pairs that differ in the same way as the first pair does, except
/// those of the first itself; only in some paths if there are any.
fn same(engine: &Engine, pairs: &[Pair], paths: &[Vec<u8>]) -> Result<HashSet<Oid>, OpsError> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let repo = engine.repository();
    let input: String = pairs.iter().map(|(to, from)| format!("{to} {from}\n")).collect();
    let git = repo.git("diff-tree").env("GIT_LITERAL_PATHSPECS", "1");
    let git = git.args(["--stdin", "-r", "-p", "--binary", "--full-index", "--no-renames"]);
    let git = git.args(["--no-ext-diff", "--no-textconv", "--no-color", "--"]);
    let git = git.args(paths.iter().map(|path| OsStr::from_bytes(path)));
    let patches = git.input(input).run()?;
    let ids = match repo.git("patch-id").arg("--verbatim").input(patches.bytes()).run() {
        // An older git only has patch ids that ignore white space.
        Err(GitError::Failed { status: Some(129), .. }) => return Ok(HashSet::new()),
        ids => ids?.text(),
    };
    let parse = |line: &str| {
        let (patch, commit) = line.split_once(' ')?;
        Some((patch.to_owned(), commit.parse::<Oid>().ok()?))
    };
    let ids: Vec<_> = ids.lines().filter_map(parse).collect();
    let first = ids.iter().find(|(_, commit)| *commit == pairs[0].0);
    let Some((wanted, first)) = first else { return Ok(HashSet::new()) };
    let same = ids.iter().filter(|(patch, commit)| patch == wanted && commit != first);
    Ok(same.map(|(_, commit)| commit.clone()).collect())
}

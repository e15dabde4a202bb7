//! Compares the changes of commits with those of sessions.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;

use super::answers::{Answers, Asked};
use super::works::{CommitPair, Work};
use super::{Evidence, Provenance};
use crate::git::{CommitFacts, Descent, Repository};
use crate::model::Oid;
use crate::ops::common::OpsError;

/// The most paths to limit git's first comparison to.
const MOST_PATHS: usize = 200;

/// What to search for in the work of sessions.
pub struct Look<'l> {
    /// Commits with the same changes.
    pub asked: &'l Asked,
    /// The paths that matter. Each commit that is asked for changes one of them.
    pub paths: BTreeSet<&'l OsStr>,
    /// Lines that are added.
    pub texts: HashSet<&'l [u8]>,
    /// For each work, whether it may change one of the paths.
    pub is_near: Vec<bool>,
}

/// What was seen.
#[derive(Default)]
pub struct Sight {
    /// For each commit, the sessions that made the same changes in one of their commits, or in all
    /// of them. Every byte counts: two commits that differ only in white space are not the same.
    pub found: Answers,
    /// For each line, the numbers of the works that add it.
    pub adding: HashMap<Vec<u8>, BTreeSet<usize>>,
}

/// Two commits between which there is work of a session.
struct Candidate {
    pair: CommitPair,
    work: usize,
    is_whole: bool,
}

impl Look<'_> {
    /// Looks at all works.
    pub fn at(
        &self,
        repo: &Repository,
        descent: &mut Descent<'_>,
        works: &[Work],
    ) -> Result<Sight, OpsError> {
        let (candidates, mut sight) = (self.candidates(descent, works), Sight::default());
        if candidates.is_empty() || self.paths.is_empty() {
            return Ok(sight);
        }
        let asked: Vec<(CommitPair, &CommitFacts)> = asked_pairs(repo, self.asked).collect();
        let mut numbers = HashMap::new();
        let mut pairs: Vec<&CommitPair> = asked.iter().map(|(pair, _)| pair).collect();
        for candidate in &candidates {
            numbers.entry(&candidate.pair).or_insert_with(|| {
                pairs.push(&candidate.pair);
                pairs.len() - 1
            });
        }
        let paths: Vec<&OsStr> = self.paths.iter().copied().take(MOST_PATHS).collect();
        let (mut wanted, mut similar, mut added) = (HashSet::new(), HashSet::new(), HashMap::new());
        each_patch(repo, &pairs, &paths, |at, patch| {
            if at < asked.len() {
                wanted.insert(patch.to_vec());
            } else {
                if wanted.contains(patch) {
                    similar.insert(at);
                }
                let texts = added_lines(patch).filter(|text| self.texts.contains(text));
                let texts: HashSet<Vec<u8>> = texts.map(<[u8]>::to_vec).collect();
                added.insert(at, texts);
            }
        })?;
        for candidate in candidates.iter().filter(|candidate| candidate.is_whole) {
            for text in added.get(&numbers[&candidate.pair]).into_iter().flatten() {
                sight.adding.entry(text.clone()).or_default().insert(candidate.work);
            }
        }
        let similar = candidates.iter().filter(|it| similar.contains(&numbers[&it.pair])).collect();
        sight.found = same(repo, &asked, similar, works)?;
        Ok(sight)
    }

    fn candidates(&self, descent: &mut Descent<'_>, works: &[Work]) -> Vec<Candidate> {
        let newest = self.asked.values().map(|facts| facts.time).max().unwrap_or(i64::MIN);
        let mut candidates = Vec::new();
        for (work, its) in works.iter().enumerate() {
            let is_near = self.is_near.get(work) != Some(&false);
            if !is_near || newest < its.created_at {
                continue;
            }
            let (singles, whole) = its.commits.diffs(descent);
            let singles = singles.into_iter().map(|pair| (pair, false));
            for (pair, is_whole) in singles.chain(whole.map(|pair| (pair, true))) {
                let is_old = descent.time(&pair.0).is_some_and(|time| time <= newest);
                if (is_whole || is_old) && descent.time(&pair.1).is_some() {
                    candidates.push(Candidate { pair, work, is_whole });
                }
            }
        }
        candidates
    }
}

/// Returns the sessions for which a commit has exactly the changes of a candidate.
fn same(
    repo: &Repository,
    asked: &[(CommitPair, &CommitFacts)],
    candidates: Vec<&Candidate>,
    works: &[Work],
) -> Result<Answers, OpsError> {
    let mut answers = Answers::new();
    if candidates.is_empty() {
        return Ok(answers);
    }
    let pairs = asked.iter().map(|(pair, _)| pair);
    let pairs: Vec<&CommitPair> = pairs.chain(candidates.iter().map(|it| &it.pair)).collect();
    let (mut wanted, mut same) = (HashMap::<Vec<u8>, Vec<usize>>::new(), Vec::new());
    each_patch(repo, &pairs, &[], |at, patch| match at.checked_sub(asked.len()) {
        None if says_something(patch) => wanted.entry(patch.to_vec()).or_default().push(at),
        None => {}
        Some(candidate) => {
            let alike = wanted.get(patch).into_iter().flatten();
            same.extend(alike.map(|at| (candidates[candidate], &asked[*at])));
        }
    })?;
    for (candidate, ((commit, _), facts)) in same {
        let work = &works[candidate.work];
        let (own, from) = &candidate.pair;
        let its = repo.commit_facts(own).filter(|its| is_earlier(its, from, facts));
        let Some(its) = its.filter(|_| facts.time >= work.created_at) else {
            continue;
        };
        let found = answers.entry(commit.clone()).or_default();
        if own != commit && !found.iter().any(|one| one.id == work.session) {
            let is_single = its.parents.first() == Some(from);
            let evidence = if is_single { Evidence::Patch } else { Evidence::Work };
            found.push(Provenance::new(work.session, evidence).via(own));
        }
    }
    answers.retain(|_, found| !found.is_empty());
    Ok(answers)
}

/// Returns true if a commit can have been made from the session's: it is not older, and not a copy
/// of the same second, where it is unknown which one was first.
fn is_earlier(its: &CommitFacts, from: &Oid, asked: &CommitFacts) -> bool {
    let is_single = its.parents.first() == Some(from);
    let may_be_copied = is_single && its.authored == asked.authored;
    its.time < asked.time || its.time == asked.time && !may_be_copied
}

/// Returns the paths that commits change.
pub fn paths(repo: &Repository, asked: &Asked) -> Result<BTreeSet<Vec<u8>>, OpsError> {
    let pairs = asked_pairs(repo, asked);
    let input: String = pairs.map(|((to, from), _)| format!("{to} {from}\n")).collect();
    if input.is_empty() {
        return Ok(BTreeSet::new());
    }
    let git = repo.git("diff-tree").args(["--stdin", "--no-commit-id", "-r", "-z", "--name-only"]);
    let output = git.arg("--no-renames").input(input).run()?;
    let paths = output.bytes().split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(<[u8]>::to_vec).collect())
}

/// Returns commits with their parents. A merge has no changes of its own.
fn asked_pairs<'a>(
    repo: &Repository,
    asked: &'a Asked,
) -> impl Iterator<Item = (CommitPair, &'a CommitFacts)> {
    let pairs = asked.iter().filter_map(|(commit, facts)| match &facts.parents[..] {
        [parent] => Some(((commit.clone(), parent.clone()), facts)),
        _ => None,
    });
    pairs.filter(|((_, parent), _)| repo.has_commit(parent))
}

/// Calls `each` with the number of each pair and its patch, without what depends on the place at
/// which it is applied, as `git patch-id --verbatim` does. Only changes of some paths count if
/// there are any.
fn each_patch(
    repo: &Repository,
    pairs: &[&CommitPair],
    paths: &[&OsStr],
    mut each: impl FnMut(usize, &[u8]),
) -> Result<(), OpsError> {
    let input: String = pairs.iter().map(|(to, from)| format!("{to} {from}\n")).collect();
    let git = repo.git("diff-tree").env("GIT_LITERAL_PATHSPECS", "1");
    let git = git.args(["--stdin", "--always", "-r", "-p", "--full-index"]);
    let git = git.args(["--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--"]);
    let output = git.args(paths).input(input).run()?;
    let (mut patch, mut index, mut next) = (Vec::new(), &b""[..], 0);
    for line in output.bytes().split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        if pairs.get(next).is_some_and(|(to, _)| text == to.as_str().as_bytes()) {
            if next > 0 {
                each(next - 1, &patch);
            }
            patch.clear();
            next += 1;
        } else if text.starts_with(b"index ") {
            index = line;
        } else if text.starts_with(b"@@ ") {
            patch.extend_from_slice(b"@@\n");
        } else {
            // Git only says that a binary file differs; the ids say how.
            if is_binary(text) {
                patch.extend_from_slice(index);
            }
            patch.extend_from_slice(line);
        }
    }
    if next > 0 {
        each(next - 1, &patch);
    }
    Ok(())
}

/// Returns the lines in the hunks of a patch with the signs before them.
fn hunk_lines(patch: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut is_in_hunk = false;
    patch.split(|byte| *byte == b'\n').filter(move |line| {
        is_in_hunk &= !line.starts_with(b"diff --git ");
        let was_in_hunk = is_in_hunk;
        is_in_hunk |= *line == b"@@";
        was_in_hunk
    })
}

fn added_lines(patch: &[u8]) -> impl Iterator<Item = &[u8]> {
    hunk_lines(patch).filter_map(|line| line.strip_prefix(b"+"))
}

/// Returns true if a patch changes more than modes and the presence of empty files.
fn says_something(patch: &[u8]) -> bool {
    let is_change = |line: &[u8]| matches!(line.first(), Some(b'+' | b'-'));
    hunk_lines(patch).any(is_change) || patch.split(|byte| *byte == b'\n').any(is_binary)
}

/// Returns true for the line that stands for the change of a binary file. The lines of a text have a
/// sign before them.
fn is_binary(line: &[u8]) -> bool {
    line.starts_with(b"Binary files ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_headers_are_no_changes() {
        let patch = b"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@\n+one\n+@@\n\
            \\ No newline\n@@\n--- x\n+++ y\ndiff --git a/y b/y\nold mode 100644\nnew mode 100755\n";
        let added: Vec<_> = added_lines(patch).collect();
        assert_eq!(added, [&b"one"[..], b"@@", b"++ y"]);
        assert!(says_something(patch));
        let empty = b"diff --git a/x b/x\nnew file mode 100644\n";
        assert!(!says_something(empty));
        assert!(says_something(
            b"diff --git a/x b/x\nindex 1..2\nBinary files a/x and b/x differ\n"
        ));
    }
}

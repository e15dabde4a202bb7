//! Finds where the lines of a file come from.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;

use super::patches::Look;
use super::records::Traces;
use super::works::{SessionWork, Work};
use super::{Blame, BlameLine, Evidence, Provenance, ProvenanceSearch};
use crate::git::Ancestry;
use crate::model::Oid;
use crate::ops::common::OpsError;

/// A line with fewer letters and digits is no evidence: it may have been written twice.
const TELLING: usize = 8;

impl ProvenanceSearch<'_> {
    /// Finds the sessions that the commits of the lines come from, and those that have added the
    /// lines of other commits.
    pub fn of_lines(&mut self, blame: &mut Blame) -> Result<(), OpsError> {
        let repo = self.engine().repository();
        let mut asked = HashMap::new();
        for (id, commit) in &blame.commits {
            let Some(facts) = repo.commit_facts(id) else { continue };
            // Git names the commit at which it stops, whoever added the line.
            if !commit.is_boundary || facts.parents.is_empty() {
                asked.insert(id.clone(), facts);
            }
        }
        let mut answers = self.of_commits(&asked)?;
        asked.retain(|commit, _| !answers.contains_key(commit));
        if !asked.is_empty() {
            let works = self.works()?;
            let lines = blame.lines.iter().filter(|line| asked.contains_key(&line.commit));
            let telling = lines.clone().filter(|line| is_telling(&line.text));
            let paths: BTreeSet<_> = lines.map(|line| line.original_path.as_os_str()).collect();
            let bytes: Vec<&[u8]> = paths.iter().map(|path| path.as_encoded_bytes()).collect();
            let look = Look {
                is_near: self.near(&works, &bytes)?,
                asked: &asked,
                paths,
                texts: telling.map(|line| line.text.as_slice()).collect(),
            };
            let sight = self.look(&look, &works)?;
            asked.retain(|commit, _| !sight.found.contains_key(commit));
            answers.extend(sight.found);
            let mut own = OwnLines::new(self, &works);
            for line in &mut blame.lines {
                let Some(facts) = asked.get(&line.commit) else { continue };
                if let Some(adding) = sight.adding.get(&line.text) {
                    line.likely = own.only_one_that_adds(line, facts.time, adding)?;
                }
            }
        }
        for (commit, found) in answers {
            blame.commits.entry(commit).or_default().found = found;
        }
        let found = blame.commits.values_mut().flat_map(|commit| &mut commit.found);
        self.complete(found.chain(blame.lines.iter_mut().filter_map(|line| line.likely.as_mut())))
    }

    /// Notes which of the sessions' own commits added a line, where it is known from a commit that
    /// has the work of several, such as a squash.
    ///
    /// # Errors
    /// Fails if git or the store cannot be read.
    pub fn tell_own_commits(
        &mut self,
        found: &mut [Provenance],
        line: &BlameLine,
    ) -> Result<(), OpsError> {
        use Evidence::{Landed, PullRequest, Trailer, Work};
        let has_several =
            |one: &&mut Provenance| matches!(one.evidence, Landed | PullRequest | Trailer | Work);
        for one in found.iter_mut().filter(has_several) {
            let session = self.sessions().iter().find(|session| session.id() == one.id);
            let recorded = session.and_then(Traces::work);
            one.added_by = recorded.and_then(|work| self.only_commit(&work, line));
            if one.added_by.is_none() {
                let mut present = self.present()?.into_iter();
                let present = present.find(|work| work.session == one.id);
                one.added_by = present.and_then(|work| self.only_commit(&work.commits, line));
            }
        }
        Ok(())
    }

    /// Returns the only other commit of some work that added a line.
    fn only_commit(&mut self, work: &SessionWork, line: &BlameLine) -> Option<Oid> {
        let mut added = self.added_by(work, &line.original_path);
        let only = added.remove(&line.text).and_then(|adding| adding.only);
        only.filter(|commit| *commit != line.commit)
    }

    fn added_by(&mut self, work: &SessionWork, path: &OsString) -> AddedLines {
        let engine = self.engine();
        let repo = engine.repository();
        let top = repo.work_dir();
        let range = format!("{}..{}", work.start, work.head).into();
        let operands = [range, "--".into(), path.clone()];
        // Somebody's list of commits to ignore does not count here.
        let options = ["--ignore-revs-file=".into()];
        let Ok(blame) = engine.git_blame(top.as_deref(), &options, &operands) else {
            return AddedLines::new();
        };
        // What a merge brought in was added by others.
        let own = self.commits_of(work);
        let mut added = AddedLines::new();
        for line in blame.lines.into_iter().filter(|line| own.contains(&line.commit)) {
            let time = repo.commit_facts(&line.commit).map_or(i64::MAX, |facts| facts.time);
            let first = || Adding { oldest: time, only: Some(line.commit.clone()) };
            let known = added.entry(line.text).or_insert_with(first);
            known.oldest = time.min(known.oldest);
            known.only.take_if(|only| *only != line.commit);
        }
        added
    }
}

fn is_telling(text: &[u8]) -> bool {
    let tells = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte > 127;
    text.iter().filter(tells).count() >= TELLING
}

/// The lines that a session's own commits have added to a file.
type AddedLines = HashMap<Vec<u8>, Adding>;

/// What added a line.
struct Adding {
    /// The time of the oldest commit that did, in seconds.
    oldest: i64,
    /// The only commit that did.
    only: Option<Oid>,
}

/// What sessions have added to files.
struct OwnLines<'l, 'e> {
    search: &'l mut ProvenanceSearch<'e>,
    works: &'l [Work],
    /// For each work and path, the lines that the session's own commits have added.
    added: HashMap<(usize, OsString), AddedLines>,
    ancestry: Option<Ancestry<'e>>,
    /// Whether a commit is in the history of some work.
    is_before: HashMap<(Oid, usize), bool>,
}

impl<'l, 'e> OwnLines<'l, 'e> {
    fn new(search: &'l mut ProvenanceSearch<'e>, works: &'l [Work]) -> Self {
        let ancestry = Ancestry::new(search.engine().repository());
        Self { search, works, added: HashMap::new(), ancestry, is_before: HashMap::new() }
    }

    /// Returns the only session that added a line, if the line's commit was made later. If that
    /// commit is in the history of the session's work, somebody else added the line earlier.
    fn only_one_that_adds(
        &mut self,
        line: &BlameLine,
        time: i64,
        adding: &BTreeSet<usize>,
    ) -> Result<Option<Provenance>, OpsError> {
        let mut found: Option<Provenance> = None;
        for work in adding {
            let Work { session, commits, .. } = &self.works[*work];
            if found.as_ref().is_some_and(|one| one.id == *session) {
                continue;
            }
            let Some(added) = self.added(*work, &line.original_path).get(&line.text) else {
                continue;
            };
            let (oldest, only) = (added.oldest, added.only.clone());
            if oldest > time || self.is_before(&line.commit, *work)? {
                continue;
            }
            if found.is_some() {
                return Ok(None);
            }
            let one = Provenance::new(*session, Evidence::Line).via(&commits.head);
            found = Some(Provenance { added_by: only, ..one });
        }
        Ok(found)
    }

    fn added(&mut self, work: usize, path: &OsString) -> &AddedLines {
        let (search, works) = (&mut *self.search, self.works);
        let added = || search.added_by(&works[work].commits, path);
        self.added.entry((work, path.clone())).or_insert_with(added)
    }

    fn is_before(&mut self, commit: &Oid, work: usize) -> Result<bool, OpsError> {
        let key = (commit.clone(), work);
        if let Some(known) = self.is_before.get(&key) {
            return Ok(*known);
        }
        let head = &self.works[work].commits.head;
        let sides = self.ancestry.as_mut().and_then(|ancestry| ancestry.compare(commit, head));
        let is_before = match sides {
            Some(sides) => sides.ahead() == 0,
            None => {
                let git = self.search.engine().repository().git("merge-base");
                let git = git.args(["--is-ancestor", commit.as_str(), head.as_str()]);
                git.find()?.is_some()
            }
        };
        self.is_before.insert(key, is_before);
        Ok(is_before)
    }
}

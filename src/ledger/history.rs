//! The commits behind a ref, newest first.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

use gix::objs::Commit;

use super::commit_time;
use crate::git::{ObjectError, Repository, gix_id, oid};
use crate::model::{Oid, Timestamp};

/// Commits, newest first, read as they are asked for.
///
/// What cannot be read is one error; the commits behind it that can be reached another way still
/// follow.
#[derive(Debug)]
pub(crate) struct Commits<'r> {
    repo: &'r Repository,
    queue: BinaryHeap<Waiting>,
    seen: HashSet<Oid>,
    /// The parents of the last one, which are read when the next one is asked for.
    parents: Vec<(Oid, Option<Timestamp>)>,
    problems: Vec<ObjectError>,
}

#[derive(Debug)]
struct Waiting {
    id: Oid,
    commit: Commit,
    /// Its time, or that of a commit after it if that is earlier: a clock may have been ahead.
    time: Timestamp,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Waiting {}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.cmp(&other.time).then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'r> Commits<'r> {
    /// All that these have, and they themselves.
    pub fn new<'t>(repo: &'r Repository, tips: impl IntoIterator<Item = &'t Oid>) -> Self {
        let parents = tips.into_iter().map(|tip| (tip.clone(), None)).collect();
        let (queue, seen, problems) = (BinaryHeap::new(), HashSet::new(), Vec::new());
        Self { repo, queue, seen, parents, problems }
    }

    /// Lets this one be the last.
    pub fn stop(&mut self) {
        self.queue.clear();
        self.parents.clear();
    }

    fn visit(&mut self, id: Oid, before: Option<Timestamp>) {
        if !self.seen.insert(id.clone()) {
            return;
        }
        match self.repo.read_commit(gix_id(&id)) {
            Ok(commit) => {
                let own = commit_time(&commit);
                let time = before.map_or(own, |before| own.min(before));
                self.queue.push(Waiting { id, commit, time });
            }
            Err(error) => self.problems.push(error),
        }
    }
}

impl Iterator for Commits<'_> {
    type Item = Result<(Oid, Commit), ObjectError>;

    fn next(&mut self) -> Option<Self::Item> {
        for (id, before) in std::mem::take(&mut self.parents) {
            self.visit(id, before);
        }
        if let Some(problem) = self.problems.pop() {
            return Some(Err(problem));
        }
        let Waiting { id, commit, time } = self.queue.pop()?;
        self.parents = commit.parents.iter().map(|parent| (oid(*parent), Some(time))).collect();
        Some(Ok((id, commit)))
    }
}

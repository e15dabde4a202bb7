//! Compares the histories of two commits in this process.

use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;

use super::Repository;
use super::objects::{LinkReader, gix_id};
use crate::model::Oid;

/// The most commits that one comparison visits. Git is faster in a long history: it uses the
/// commit-graph.
const MOST: usize = 10_000;

/// How many more commits are visited after the end, to notice a wrong clock. Git visits 5
/// (revision.c, SLOP).
const SLOP: usize = 8;

const OURS: u8 = 1;
const THEIRS: u8 = 2;
/// An ancestor of a common commit.
const STALE: u8 = 4;

/// The commits that were read for comparisons, each once.
pub(crate) struct Ancestry<'r> {
    reader: LinkReader<'r>,
    numbers: HashMap<ObjectId, usize>,
    commits: Vec<Commit>,
}

struct Commit {
    id: ObjectId,
    /// None if the commit was not read yet.
    links: Option<Links>,
}

#[derive(Clone)]
struct Links {
    parents: Vec<usize>,
    time: i64,
}

/// The commits of two histories that only one of them has.
pub(crate) struct Sides<'a> {
    numbers: &'a HashMap<ObjectId, usize>,
    flags: Vec<u8>,
    /// How many commits were visited.
    pub visited: usize,
}

impl<'r> Ancestry<'r> {
    /// Prepares comparisons. Returns None if only git knows the parents of all commits: in a
    /// shallow clone, and with grafts or replaced objects.
    pub fn new(repo: &'r Repository) -> Option<Self> {
        let (numbers, commits) = (HashMap::new(), Vec::new());
        let new = || Self { reader: LinkReader::new(repo), numbers, commits };
        (!repo.has_other_parents() && !repo.is_shallow()).then(new)
    }

    /// Compares two histories, as `git rev-list --left-right ours...theirs`. Returns None if git
    /// has to do it: a commit cannot be read, or is older than its parent, or the histories are
    /// long.
    ///
    /// Like git's paint_down_to_common (commit-reach.c), this visits the newest commits first. It
    /// ends when the rest is common and older than all that is not.
    pub fn compare(&mut self, ours: &Oid, theirs: &Oid) -> Option<Sides<'_>> {
        let mut walk = Walk { horizon: i64::MAX, ..Walk::default() };
        for (id, side) in [(ours, OURS), (theirs, THEIRS)] {
            let number = self.number(gix_id(id));
            walk.paint(number, side, self.links(number)?.time);
        }
        let mut after = 0;
        while let Some((time, number)) = walk.queue.pop() {
            let mut flags = walk.leave(number);
            if walk.fresh == 0 && flags & STALE != 0 && time < walk.horizon {
                after += 1;
                if after > SLOP {
                    break;
                }
            }
            if flags == OURS | THEIRS {
                flags |= STALE;
            } else if flags & STALE == 0 {
                walk.horizon = walk.horizon.min(time);
            }
            walk.visited += 1;
            for parent in self.links(number)?.parents.clone() {
                let older = self.links(parent)?.time;
                if older > time || walk.visited > MOST {
                    return None;
                }
                walk.paint(parent, flags, older);
            }
        }
        let Walk { flags, visited, .. } = walk;
        Some(Sides { numbers: &self.numbers, flags, visited })
    }

    fn number(&mut self, id: ObjectId) -> usize {
        let commits = &mut self.commits;
        *self.numbers.entry(id).or_insert_with(|| {
            commits.push(Commit { id, links: None });
            commits.len() - 1
        })
    }

    /// Reads a commit, if it was not read yet.
    fn links(&mut self, number: usize) -> Option<&Links> {
        if self.commits[number].links.is_none() {
            let id = self.commits[number].id;
            let (parents, time) = self.reader.read(id)?;
            let parents = parents.into_iter().map(|parent| self.number(parent)).collect();
            self.commits[number].links = Some(Links { parents, time });
        }
        self.commits[number].links.as_ref()
    }
}

impl Sides<'_> {
    /// Returns how many commits only ours has.
    pub fn ahead(&self) -> u64 {
        self.count(OURS)
    }

    /// Returns how many commits only theirs has.
    pub fn behind(&self) -> u64 {
        self.count(THEIRS)
    }

    /// Returns true if only ours has the commit.
    pub fn is_ahead(&self, commit: &Oid) -> bool {
        let number = self.numbers.get(&gix_id(commit));
        number.and_then(|number| self.flags.get(*number)) == Some(&OURS)
    }

    fn count(&self, side: u8) -> u64 {
        self.flags.iter().filter(|flags| **flags == side).count() as u64
    }
}

/// A walk from the newest commit to older ones.
#[derive(Default)]
struct Walk {
    /// What each commit, by its number, is known to be an ancestor of.
    flags: Vec<u8>,
    is_waiting: Vec<bool>,
    queue: BinaryHeap<(i64, usize)>,
    /// The number of queued commits that are not stale.
    fresh: usize,
    /// The time of the oldest visited commit that is not common.
    horizon: i64,
    visited: usize,
}

impl Walk {
    fn paint(&mut self, number: usize, with: u8, time: i64) {
        if self.flags.len() <= number {
            self.flags.resize(number + 1, 0);
            self.is_waiting.resize(number + 1, false);
        }
        let (old, new) = (self.flags[number], self.flags[number] | with);
        if old == new {
            return;
        }
        self.flags[number] = new;
        let was_waiting = std::mem::replace(&mut self.is_waiting[number], true);
        self.fresh += usize::from(new & STALE == 0);
        self.fresh -= usize::from(was_waiting && old & STALE == 0);
        if !was_waiting {
            self.queue.push((time, number));
        }
    }

    /// Takes note that a commit is no longer queued, and returns its flags.
    fn leave(&mut self, number: usize) -> u8 {
        self.is_waiting[number] = false;
        self.fresh -= usize::from(self.flags[number] & STALE == 0);
        self.flags[number]
    }
}

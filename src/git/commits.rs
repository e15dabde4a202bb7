//! Follows the first parents of commits, in this process.

use std::collections::{HashMap, HashSet};

use gix::ObjectId;

use super::Repository;
use super::objects::{LinkReader, gix_id, oid};
use crate::model::Oid;

/// The longest descent. A session's work is shorter.
const MOST: usize = 20_000;

/// How much older than its child a commit with a wrong clock may seem, in seconds.
pub(crate) const CLOCK_SLACK: i64 = 24 * 60 * 60;

/// A commit and its first parent.
type Pair = (Oid, Oid);

/// What is needed of a commit to say where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct CommitFacts {
    pub parents: Vec<Oid>,
    pub tree: Oid,
    /// The committer's time, in seconds.
    pub time: i64,
    /// The author's time, in seconds.
    pub authored: i64,
    pub message: String,
}

impl CommitFacts {
    /// Returns the first line of the message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// The commits that are looked for.
pub(crate) struct Wanted {
    ids: HashSet<ObjectId>,
    /// The times of the oldest and the newest of them, in seconds.
    times: (i64, i64),
}

impl Wanted {
    pub fn new<'o>(commits: impl IntoIterator<Item = (&'o Oid, i64)>) -> Self {
        let mut wanted = Self { ids: HashSet::new(), times: (i64::MAX, i64::MIN) };
        for (id, time) in commits {
            wanted.ids.insert(gix_id(id));
            wanted.times = (wanted.times.0.min(time), wanted.times.1.max(time));
        }
        wanted
    }

    /// Returns true if none of the commits can be newer than this time, in seconds.
    pub fn are_before(&self, time: i64) -> bool {
        self.times.1.saturating_add(CLOCK_SLACK) < time
    }
}

/// Descents along first parents, which read each commit once.
///
/// Neither grafts nor replaced objects count: what a record names was so when it was written, and with
/// another parent the commits of others may come between.
pub(crate) struct Descent<'r> {
    reader: LinkReader<'r>,
    links: HashMap<ObjectId, Option<(Vec<ObjectId>, i64)>>,
}

impl<'r> Descent<'r> {
    pub fn new(repo: &'r Repository) -> Self {
        Self { reader: LinkReader::new(repo), links: HashMap::new() }
    }

    /// Returns those of the wanted commits that are on the way from `head` down to `start`, which
    /// itself does not count. If `start` is not on the way, none are.
    pub fn find(&mut self, head: &Oid, start: &Oid, wanted: &Wanted) -> Vec<Oid> {
        let (start, mut at, mut found) = (gix_id(start), gix_id(head), Vec::new());
        for _ in 0..MOST {
            if at == start {
                return found.into_iter().map(oid).collect();
            }
            if wanted.ids.contains(&at) {
                found.push(at);
            }
            let Some((parents, time)) = self.links(at) else { break };
            if found.is_empty() && time.saturating_add(CLOCK_SLACK) < wanted.times.0 {
                break;
            }
            let Some(parent) = parents.first() else { break };
            at = *parent;
        }
        Vec::new()
    }

    /// Returns the commits on the way from `head` down to `start`, newest first, each with its parent,
    /// and the second parent of the newest merge on the way. Merges themselves are left out: their
    /// changes are those of others. None if `start` is not on the way.
    pub fn commits(&mut self, head: &Oid, start: &Oid) -> Option<(Vec<Pair>, Option<Oid>)> {
        let (start, mut at) = (gix_id(start), gix_id(head));
        let (mut commits, mut merged, mut steps) = (Vec::new(), None, 0);
        while at != start {
            let (parents, _) = self.links(at)?;
            let (parent, second) = (*parents.first()?, parents.get(1).copied());
            match second {
                None => commits.push((oid(at), oid(parent))),
                Some(second) => merged = merged.or(Some(oid(second))),
            }
            at = parent;
            steps += 1;
            if steps > MOST {
                return None;
            }
        }
        Some((commits, merged))
    }

    /// Returns the first commit on the way down from `head` for which `passes` is false.
    pub fn first_without(&mut self, head: &Oid, passes: impl Fn(&Oid) -> bool) -> Option<Oid> {
        let mut at = head.clone();
        for _ in 0..MOST {
            if !passes(&at) {
                return Some(at);
            }
            at = oid(*self.links(gix_id(&at))?.0.first()?);
        }
        None
    }

    /// Returns the time of a commit, in seconds; None if it is not here.
    pub fn time(&mut self, commit: &Oid) -> Option<i64> {
        self.links(gix_id(commit)).map(|(_, time)| *time)
    }

    fn links(&mut self, id: ObjectId) -> Option<&(Vec<ObjectId>, i64)> {
        self.links.entry(id).or_insert_with(|| self.reader.read(id)).as_ref()
    }
}

impl Repository {
    /// Returns the parents, the time and the message of a commit; None if it is not here.
    pub(crate) fn commit_facts(&self, id: &Oid) -> Option<CommitFacts> {
        let commit = self.read_commit(gix_id(id)).ok()?;
        Some(CommitFacts {
            parents: commit.parents.iter().map(|parent| oid(*parent)).collect(),
            tree: oid(commit.tree),
            time: commit.committer.time.seconds,
            authored: commit.author.time.seconds,
            message: String::from_utf8_lossy(&commit.message).into_owned(),
        })
    }
}

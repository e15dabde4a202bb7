//! The comparison of tips, with clocks that are wrong.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use gix::ObjectId;

use super::super::{Graph, Ledger};
use super::{git, ledger};
use crate::git::{RawTree, gix_id, oid};
use crate::model::Timestamp;

const NOW: i64 = 1_700_000_000;

/// A history: the parents of each commit are before it.
struct Made {
    tree: ObjectId,
    ids: Vec<ObjectId>,
    parents: Vec<Vec<usize>>,
}

impl Made {
    fn new(ledger: &Ledger) -> Self {
        let tree = ledger.write_tree(&RawTree::empty(), []).unwrap();
        Self { tree, ids: Vec::new(), parents: Vec::new() }
    }

    /// Commits of which some are dated before their parents, one by a second or by years.
    fn random(ledger: &Ledger, random: &mut fastrand::Rng, size: usize) -> Self {
        let mut made = Self::new(ledger);
        let mut times: Vec<i64> = Vec::new();
        for n in 0..size {
            let parents: BTreeSet<usize> = match random.u32(..10) {
                _ if n == 0 => BTreeSet::new(),
                0 => BTreeSet::new(),
                1..5 => [n - 1].into(),
                5..8 => [random.usize(n.saturating_sub(4)..n)].into(),
                _ => [random.usize(..n), n - 1].into(),
            };
            let last = parents.iter().map(|parent| times[*parent]).max().unwrap_or(NOW);
            let time = match random.u32(..8) {
                0 => last - [1, 60, 10_000, 1_000_000_000][random.usize(..4)],
                1 => last + [1, 60, 10_000, 300_000_000][random.usize(..4)],
                2 => last,
                _ => last + random.i64(0..3),
            };
            times.push(time);
            made.add(ledger, parents.into_iter().collect(), time, random.u64(..));
        }
        made
    }

    fn add(&mut self, ledger: &Ledger, parents: Vec<usize>, time: i64, unique: u64) {
        let time = Timestamp::from_millis(time * 1000);
        let of = parents.iter().map(|parent| self.ids[*parent]);
        let id = ledger.write_commit(self.tree, of, &unique.to_string(), (time, None)).unwrap();
        self.ids.push(gix_id(&id));
        self.parents.push(parents);
    }

    /// The commits that are reached from these, found without dates.
    fn reached(&self, tips: &[usize]) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut left = tips.to_vec();
        while let Some(next) = left.pop() {
            if reached.insert(next) {
                left.extend(&self.parents[next]);
            }
        }
        reached
    }

    /// Those only in the first, those only in the second, and the merge bases.
    fn truth(&self, first: &[usize], second: usize) -> [BTreeSet<ObjectId>; 3] {
        let (ours, theirs) = (self.reached(first), self.reached(&[second]));
        let common: BTreeSet<usize> = &ours & &theirs;
        let below =
            |id: usize| common.iter().any(|it| *it != id && self.reached(&[*it]).contains(&id));
        let bases = common.iter().copied().filter(|id| !below(*id));
        let ids = |of: BTreeSet<usize>| of.into_iter().map(|n| self.ids[n]).collect();
        [ids(&ours - &theirs), ids(&theirs - &ours), ids(bases.collect())]
    }

    fn check(&self, ledger: &Ledger, random: &mut fastrand::Rng, what: &str) {
        for _ in 0..3 {
            let mut some = || random.usize(self.ids.len() / 2..self.ids.len());
            let (first, second) = (vec![some(), some()], some());
            let first = &first[..if second % 3 == 0 { 2 } else { 1 }];
            let tips: Vec<_> = first.iter().map(|n| self.ids[*n]).collect();
            let mut graph = Graph::new(ledger.repository(), |_| false).unwrap();
            let found = graph.relation(&tips, self.ids[second]).unwrap();
            let sets = [found.ahead, found.behind, found.bases].map(BTreeSet::from_iter);
            let truth = self.truth(first, second);
            if let [tip] = tips[..] {
                let mut graph = Graph::new(ledger.repository(), |_| false).unwrap();
                let contained = graph.contains(tip, self.ids[second]).unwrap();
                assert_eq!(contained, truth[1].is_empty(), "{what}: {tip} {}", self.ids[second]);
            }
            assert_eq!(sets, truth, "{what}: {tips:?} {}", self.ids[second]);
        }
    }
}

/// Writes git's commit-graph file with these commits and their ancestors.
fn write_commit_graph(folder: &Path, commits: &[ObjectId]) {
    write_commit_graph_in(folder, commits, &[]);
}

fn write_commit_graph_in(folder: &Path, commits: &[ObjectId], layout: &[&str]) {
    let mut write = Command::new("git")
        .current_dir(folder)
        .args(["commit-graph", "write", "--stdin-commits"])
        .args(layout)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines: String = commits.iter().map(|id| format!("{id}\n")).collect();
    write.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(write.wait().unwrap().success());
}

fn said(folder: &Path, args: &[&str]) -> BTreeSet<String> {
    let output = Command::new("git").current_dir(folder).args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn tips_are_compared_right_whatever_the_clocks_say() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), "files").unwrap();
    let mut random = fastrand::Rng::with_seed(11);
    let sizes = [4, 6, 8, 12, 20];
    let histories: Vec<_> =
        (0..700).map(|n| Made::random(&ledger, &mut random, sizes[n % sizes.len()])).collect();
    histories.iter().for_each(|made| made.check(&ledger, &mut random, "without numbers"));
    // Some histories are in the file whole, some in part, some not at all.
    let known: Vec<_> =
        histories.iter().flat_map(|made| random.choice(&made.ids)).copied().collect();
    write_commit_graph(folder.path(), &known);
    histories.iter().for_each(|made| made.check(&ledger, &mut random, "with some numbers"));
    let all: Vec<_> = histories.iter().flat_map(|made| &made.ids).copied().collect();
    write_commit_graph(folder.path(), &all);
    histories.iter().for_each(|made| made.check(&ledger, &mut random, "with all numbers"));

    // Git agrees, where it has numbers as well.
    for made in histories.iter().rev().take(10) {
        let [first, second] = [made.ids.len() - 1, made.ids.len() - 3].map(|n| made.ids[n]);
        let mut graph = Graph::new(ledger.repository(), |_| false).unwrap();
        let found = graph.relation(&[first], second).unwrap();
        let (first, second) = (first.to_string(), second.to_string());
        let bases: BTreeSet<_> = found.bases.iter().map(ObjectId::to_string).collect();
        assert_eq!(bases, said(folder.path(), &["merge-base", "--all", &first, &second]));
        let ahead = found.ahead.iter().map(|id| format!("<{id}"));
        let sides = ahead.chain(found.behind.iter().map(|id| format!(">{id}"))).collect();
        let range = format!("{first}...{second}");
        assert_eq!(said(folder.path(), &["rev-list", "--left-right", &range]), sides);
    }
}

/// A long history, and on top of it one commit here, and some of somebody whose clock is behind.
#[test]
fn a_clock_that_is_behind_does_not_lead_to_the_roots() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), "files").unwrap();
    const LONG: usize = 3000;
    let mut made = Made::new(&ledger);
    for n in 0..LONG {
        let parents = n.checked_sub(1).into_iter().collect();
        made.add(&ledger, parents, NOW + n as i64, n as u64);
    }
    made.add(&ledger, vec![LONG - 1], NOW + LONG as i64, 1);
    let ours = made.ids[LONG];
    for (count, behind) in [(1, 0), (1, 90), (1, 100_000_000), (50, 100_000_000)] {
        made.ids.truncate(LONG + 1);
        made.parents.truncate(LONG + 1);
        for n in 0..count {
            let parent = if n == 0 { LONG - 1 } else { LONG + n };
            made.add(&ledger, vec![parent], NOW + LONG as i64 - behind, behind as u64);
        }
        let theirs = *made.ids.last().unwrap();
        let reads = || {
            let mut graph = Graph::new(ledger.repository(), |_| false).unwrap();
            let found = graph.relation(&[ours], theirs).unwrap();
            assert_eq!(found.bases, [made.ids[LONG - 1]]);
            assert_eq!((found.ahead.len(), found.behind.len()), (1, count));
            graph.nodes.len()
        };
        let most = if behind == 0 { 300 } else { 2600 };
        let read = reads();
        assert!(read < most, "{count} commits, {behind} s behind: {read} read");
        write_commit_graph(folder.path(), &[made.ids[LONG - 10]]);
        let read = reads();
        assert!(read < count + 30, "{count} commits, {behind} s behind: {read} read, with numbers");
        std::fs::remove_file(ledger.repository().objects_dir().join("info/commit-graph")).unwrap();
        // A merge of both, as a pull makes it, is seen to have theirs without a walk of the past.
        let tips = [ours, theirs].map(|id| made.ids.iter().position(|it| *it == id).unwrap());
        made.add(&ledger, tips.to_vec(), NOW + LONG as i64, 0);
        let merge = *made.ids.last().unwrap();
        let mut graph = Graph::new(ledger.repository(), |_| false).unwrap();
        assert!(graph.contains(merge, theirs).unwrap());
        let read = graph.nodes.len();
        assert!(read < 10, "{count} commits, {behind} s behind: {read} read, of a merge");
    }
}

/// Git does not use the file where it cannot, and neither do we; one that is broken is no error.
#[test]
fn a_commit_graph_is_used_only_where_git_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), "files").unwrap();
    let mut made = Made::new(&ledger);
    made.add(&ledger, Vec::new(), NOW, 0);
    made.add(&ledger, vec![0], NOW, 1);
    write_commit_graph(folder.path(), &made.ids);
    let number = || {
        let repo = crate::git::Repository::discover(folder.path()).unwrap();
        repo.commit_graph().generation(made.ids[1])
    };
    assert_eq!(number(), Some(2));
    git(folder.path(), &["config", "core.commitGraph", "false"]);
    assert_eq!(number(), None);
    git(folder.path(), &["config", "--unset", "core.commitGraph"]);
    let [old, new] = [0, 1].map(|n| oid(made.ids[n]));
    git(folder.path(), &["replace", new.as_str(), old.as_str()]);
    assert_eq!(number(), None);
    git(folder.path(), &["replace", "-d", new.as_str()]);
    std::fs::write(folder.path().join(".git/shallow"), format!("{old}\n")).unwrap();
    assert_eq!(number(), None);
    std::fs::remove_file(folder.path().join(".git/shallow")).unwrap();
    let file = folder.path().join(".git/objects/info/commit-graph");
    let bytes = std::fs::read(&file).unwrap();
    for length in (0..bytes.len()).step_by(7) {
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, &bytes[..length]).unwrap();
        number();
    }
    // Maintenance writes it in parts.
    std::fs::remove_file(&file).unwrap();
    write_commit_graph_in(folder.path(), &made.ids, &["--split"]);
    assert_eq!(number(), Some(2));
}

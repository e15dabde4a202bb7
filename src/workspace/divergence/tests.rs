use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::git::Repository;

/// A repository with a generated history, and all its commits.
struct History {
    dir: tempfile::TempDir,
    commits: Vec<Oid>,
}

/// The times of the commits of a history.
#[derive(Clone, Copy, PartialEq)]
enum Clock {
    Right,
    /// All commits are of the same second.
    Stopped,
    /// Some commits are older than their parents.
    Wrong,
}

/// A small generator, so that each history can be made again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn git(dir: &Path, args: &[&str], input: &str) -> String {
    let mut git = Command::new("git");
    git.current_dir(dir).args(["-c", "user.name=A", "-c", "user.email=a@b", "-c", "gc.auto=0"]);
    git.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

impl History {
    /// Forks, merges of up to four parents, criss-crosses, and further roots.
    fn generate(seed: u64, count: usize, clock: Clock) -> Self {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "-q"], "");
        let mut dice = Dice(seed);
        let mut input = String::new();
        for number in 1..=count {
            let time = match clock {
                Clock::Right => 1_000_000_000 + number * 60,
                Clock::Stopped => 1_000_000_000,
                Clock::Wrong => 1_000_000_000 + dice.below(count) * 60,
            };
            input += &format!("commit refs/heads/b{number}\nmark :{number}\n");
            input += &format!("committer A <a@b> {time} +0000\ndata 1\n{}\n", number % 10);
            let parents = if number == 1 || dice.below(40) == 0 {
                0
            } else {
                1 + dice.below(8) / 5 * (1 + dice.below(3))
            };
            let mut from = BTreeSet::new();
            while from.len() < parents.min(number - 1) {
                // Mostly recent ones, so that lines of development run beside each other.
                from.insert(number - 1 - dice.below(number.min(6).min(number - 1)));
            }
            for (place, parent) in from.into_iter().enumerate() {
                input += &format!("{} :{parent}\n", if place == 0 { "from" } else { "merge" });
            }
            input += "\n";
        }
        git(dir.path(), &["fast-import", "--quiet", "--force"], &input);
        let text = git(dir.path(), &["for-each-ref", "--format=%(objectname)"], "");
        let commits: BTreeSet<Oid> = text.lines().map(|line| line.parse().unwrap()).collect();
        Self { dir, commits: commits.into_iter().collect() }
    }

    fn repo(&self) -> Repository {
        Repository::discover(self.dir.path()).unwrap()
    }

    fn git(&self, args: &[&str]) -> String {
        git(self.dir.path(), args, "")
    }

    fn pairs(&self, dice: &mut Dice, count: usize) -> Vec<Pair> {
        let mut any = || self.commits[dice.below(self.commits.len())].clone();
        (0..count).map(|_| (any(), any())).collect()
    }

    fn asked_of_git(&self, pairs: &[Pair]) -> Vec<Option<Divergence>> {
        let ask = |(ours, theirs): &Pair| {
            let range = format!("{ours}...{theirs}");
            parse(&self.git(&["rev-list", "--left-right", "--count", &range, "--"]))
        };
        pairs.iter().map(ask).collect()
    }
}

#[test]
fn the_counts_are_those_of_git() {
    for (seed, clock) in
        [(1, Clock::Right), (2, Clock::Stopped), (3, Clock::Wrong), (4, Clock::Right)]
    {
        let history = History::generate(seed, 120, clock);
        let repo = history.repo();
        let worktrees = Worktrees::new(&repo);
        let pairs = history.pairs(&mut Dice(seed), 60);
        let right = history.asked_of_git(&pairs);
        assert_eq!(worktrees.divergences_from(&pairs, usize::MAX).unwrap(), right, "seed {seed}");
        let mut ancestry = Ancestry::new(&repo).unwrap();
        let here = pairs.iter().filter(|(a, b)| ancestry.compare(a, b).is_some()).count();
        assert!(clock == Clock::Wrong || here == pairs.len(), "{here} of {}", pairs.len());
        for _ in 0..2 {
            // All answers are kept, and then taken from the file.
            assert_eq!(worktrees.divergences_from(&pairs, 0).unwrap(), right, "seed {seed}");
        }
        for pair in pairs.iter().take(10) {
            let (tip, start) = pair;
            let range = format!("{start}..{tip}");
            let since = history.git(&["rev-list", &range]);
            let one = &history.commits[history.commits.len() / 2];
            let has = worktrees.has_any_since(start, tip, &BTreeSet::from([one])).unwrap();
            assert_eq!(has, since.lines().any(|line| line == one.as_str()));
        }
    }
}

#[test]
fn a_long_history_is_left_to_git() {
    let history = History::generate(5, 20, Clock::Right);
    let tip = history.git(&["rev-parse", "b20"]).trim().to_owned();
    let mut input = String::new();
    for number in 0..10_050 {
        input += &format!(
            "commit refs/heads/long\ncommitter A <a@b> {} +0000\ndata 1\nx\n",
            2_000_000_000 + number
        );
        input += if number == 0 { "from refs/heads/b20\n\n" } else { "\n" };
    }
    git(history.dir.path(), &["fast-import", "--quiet"], &input);
    let repo = history.repo();
    let long = repo.read_ref("refs/heads/long").unwrap().unwrap();
    let pair = (long, tip.parse().unwrap());
    assert!(Ancestry::new(&repo).unwrap().compare(&pair.0, &pair.1).is_none());
    for _ in 0..2 {
        let found = Worktrees::new(&repo).divergences(std::slice::from_ref(&pair)).unwrap();
        assert_eq!(found, [Some(Divergence { ahead: 10_050, behind: 0 })]);
    }
    assert!(repo.ao_dir().join("divergence").is_file());
}

#[test]
fn a_damaged_file_is_not_used() {
    let history = History::generate(6, 60, Clock::Right);
    let repo = history.repo();
    let worktrees = Worktrees::new(&repo);
    let pairs = history.pairs(&mut Dice(6), 2);
    let right = history.asked_of_git(&pairs);
    let file = repo.ao_dir().join("divergence");
    assert_eq!(worktrees.divergences_from(&pairs, 0).unwrap(), right);
    let whole = fs::read(&file).unwrap();
    let ask = || worktrees.divergences_from(&pairs, usize::MAX).unwrap();
    for at in 0..whole.len() {
        for flip in [1, 0x80] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            fs::write(&file, damaged).unwrap();
            assert_eq!(ask(), right, "byte {at}");
        }
        fs::write(&file, &whole[..at]).unwrap();
        assert_eq!(ask(), right, "{at} bytes");
    }
    for other in ["", "\n", "\n\n", "something else\n", "ao divergence 2\n"] {
        fs::write(&file, other).unwrap();
        assert_eq!(ask(), right, "{other:?}");
    }
    // It is rewritten, and then used: an answer that only the file has comes from the file.
    assert_eq!(worktrees.divergences_from(&pairs, 0).unwrap(), right);
    assert_eq!(fs::read(&file).unwrap(), whole);
    let lines = String::from_utf8(whole).unwrap();
    let mut lines: Vec<_> = lines.lines().map(str::to_owned).collect();
    lines.pop();
    lines[1] = lines[1].rsplitn(3, ' ').last().unwrap().to_owned() + " 77 88";
    let content = lines.join("\n") + "\n";
    let id = repo.blob_id(content.as_bytes()).unwrap();
    fs::write(&file, format!("{content}{id}\n")).unwrap();
    assert!(ask().contains(&Some(Divergence { ahead: 77, behind: 88 })));
    // A folder in its place, or another writer, is no error.
    fs::remove_file(&file).unwrap();
    let writing = repo.lock_named("divergence.lock", std::time::Duration::ZERO).unwrap();
    assert_eq!(worktrees.divergences_from(&pairs, 0).unwrap(), right);
    assert!(!file.exists());
    drop(writing);
    fs::create_dir(&file).unwrap();
    assert_eq!(worktrees.divergences_from(&pairs, 0).unwrap(), right);
}

#[test]
fn the_file_has_an_end() {
    let history = History::generate(7, 60, Clock::Right);
    let repo = history.repo();
    let all: Vec<Pair> = history
        .commits
        .iter()
        .flat_map(|ours| history.commits.iter().map(|theirs| (ours.clone(), theirs.clone())))
        .collect();
    let count = || fs::read_to_string(repo.ao_dir().join("divergence")).unwrap().lines().count();
    let worktrees = Worktrees::new(&repo);
    worktrees.divergences_from(&all, 0).unwrap();
    assert_eq!(count(), 60 * 59 + 2);
    // 3540 pairs are in it, so not all of as many others have a place.
    let more = History::generate(8, 60, Clock::Right);
    history.git(&["fetch", "-q", more.dir.path().to_str().unwrap(), "+refs/heads/*:refs/more/*"]);
    let pairs = more.pairs(&mut Dice(8), 700);
    let kept: BTreeSet<_> = pairs.iter().filter(|(ours, theirs)| ours != theirs).collect();
    worktrees.divergences_from(&pairs, 0).unwrap();
    assert_eq!(count(), (60 * 59 + kept.len()).min(4096) + 2);
    let cache = PairCache::<Divergence>::read(&repo, |pair| kept.contains(pair));
    assert!(kept.iter().all(|pair| cache.find(pair).is_some()), "the latest ones are kept");
}

#[test]
fn a_changed_history_is_asked_of_git() {
    let history = History::generate(9, 40, Clock::Right);
    let text = history.git(&["rev-list", "--all", "--parents", "--max-count=1", "--min-parents=1"]);
    let (middle, parent) = text.trim().split_once(' ').unwrap();
    let mut pairs = history.pairs(&mut Dice(9), 20);
    let parent = parent.split(' ').next().unwrap();
    pairs.push((middle.parse().unwrap(), parent.parse().unwrap()));
    let repo = history.repo();
    let before = Worktrees::new(&repo).divergences_from(&pairs, 0).unwrap();
    assert_eq!(before, history.asked_of_git(&pairs));
    let check = |what: &str| {
        let repo = history.repo();
        assert!(Ancestry::new(&repo).is_none(), "{what}");
        let found = Worktrees::new(&repo).divergences_from(&pairs, 0).unwrap();
        assert_eq!(found, history.asked_of_git(&pairs), "{what}");
        found
    };
    history.git(&["replace", "--graft", middle]);
    assert_ne!(check("replace"), before);
    history.git(&["replace", "-d", middle]);
    fs::write(history.dir.path().join(".git/shallow"), format!("{middle}\n")).unwrap();
    assert_ne!(check("shallow"), before);
    fs::remove_file(history.dir.path().join(".git/shallow")).unwrap();
    fs::create_dir_all(history.dir.path().join(".git/info")).unwrap();
    fs::write(history.dir.path().join(".git/info/grafts"), format!("{middle}\n")).unwrap();
    assert_ne!(check("grafts"), before);
    fs::remove_file(history.dir.path().join(".git/info/grafts")).unwrap();
    let repo = history.repo();
    assert_eq!(Worktrees::new(&repo).divergences_from(&pairs, 0).unwrap(), before);
}

#[test]
fn what_is_missing_is_not_compared() {
    let history = History::generate(10, 20, Clock::Right);
    let repo = history.repo();
    let missing: Oid = "1".repeat(40).parse().unwrap();
    let blob = git(history.dir.path(), &["hash-object", "-w", "--stdin"], "x");
    let blob: Oid = blob.trim().parse().unwrap();
    let one = history.commits[0].clone();
    let two = history.commits[1].clone();
    let pairs =
        [(one.clone(), missing.clone()), (missing, one.clone()), (one.clone(), blob), (one, two)];
    let found = Worktrees::new(&repo).divergences(&pairs).unwrap();
    assert_eq!(found[..3], [None; 3]);
    assert_eq!(found[3..], history.asked_of_git(&pairs[3..]));
}

/// Branches that move, are deleted and are reset, with the file and without it.
#[test]
fn moved_branches_are_counted_anew() {
    let history = History::generate(11, 80, Clock::Right);
    let repo = history.repo();
    let worktrees = Worktrees::new(&repo);
    let mut dice = Dice(11);
    let mut branches: BTreeMap<usize, Oid> = BTreeMap::new();
    for _ in 0..60 {
        let branch = dice.below(6);
        if dice.below(5) == 0 {
            branches.remove(&branch);
        } else {
            branches.insert(branch, history.commits[dice.below(80)].clone());
        }
        if dice.below(10) == 0 {
            let _ = fs::remove_file(repo.ao_dir().join("divergence"));
        }
        let tips: Vec<_> = branches.values().cloned().collect();
        let pairs: Vec<Pair> =
            tips.windows(2).map(|two| (two[0].clone(), two[1].clone())).collect();
        assert_eq!(worktrees.divergences_from(&pairs, 0).unwrap(), history.asked_of_git(&pairs));
    }
}

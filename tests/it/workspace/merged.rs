//! What is merged: as commits, as a squash, rebased; and never what is not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use git_ao::git::Repository;
use git_ao::model::Oid;
use git_ao::workspace::{TrialMerge, Worktrees};

use crate::support::{Repo, alone};

fn tip(repo: &Repo, name: &str) -> Oid {
    repo.git(["rev-parse", &format!("refs/heads/{name}")]).trim().parse().unwrap()
}

fn merged(repo: &Repo, head: &str, base: &str) -> Option<String> {
    let git = Repository::discover(repo.dir()).unwrap();
    let found = Worktrees::new(&git).merged_at(&tip(repo, head), &tip(repo, base)).unwrap();
    found.map(|commit| commit.as_str().to_owned())
}

fn lines(numbers: std::ops::Range<u32>, change: impl Fn(u32) -> Option<String>) -> String {
    let line = |n| change(n).unwrap_or_else(|| format!("line {n}")) + "\n";
    numbers.map(line).collect()
}

#[test]
fn a_squash_is_found_after_the_base_went_on_in_the_same_lines() {
    alone(|| {
        let repo = Repo::new();
        repo.commit("f", &lines(0..20, |_| None));
        repo.git(["switch", "-q", "-c", "work"]);
        for (n, word) in [(5, "five"), (15, "fifteen")] {
            let before = std::fs::read_to_string(repo.dir().join("f")).unwrap();
            repo.commit("f", &before.replace(&format!("line {n}\n"), &format!("{word}\n")));
        }
        assert_eq!(merged(&repo, "work", "main"), None);
        repo.git(["switch", "-q", "main"]);
        repo.commit("other", "x");
        repo.git(["merge", "-q", "--squash", "work"]);
        repo.git(["commit", "-q", "-m", "squashed"]);
        let squash = tip(&repo, "main").as_str().to_owned();
        assert_eq!(merged(&repo, "work", "main").as_ref(), Some(&squash));
        for word in ["once", "twice"] {
            repo.commit("f", &lines(0..20, |n| (n == 5).then(|| word.to_owned())));
            assert_eq!(merged(&repo, "work", "main").as_ref(), Some(&squash));
        }
        // As commits it is found as itself.
        repo.git(["merge", "-q", "-s", "ours", "-m", "merge", "work"]);
        assert_eq!(merged(&repo, "work", "main").unwrap(), tip(&repo, "work").as_str());
    });
}

/// The same patch id, and yet not the same work.
#[test]
fn an_indentation_is_work() {
    alone(|| {
        let repo = Repo::new();
        repo.commit("f.py", "if x:\n    a()\n");
        repo.git(["switch", "-q", "-c", "work"]);
        repo.commit("f.py", "if x:\n    a()\n    b()\n");
        repo.git(["switch", "-q", "main"]);
        repo.commit("f.py", "if x:\n    a()\nb()\n");
        assert_eq!(merged(&repo, "work", "main"), None);
    });
}

#[test]
fn a_driver_that_keeps_the_base_merges_nothing() {
    alone(|| {
        let repo = Repo::new();
        repo.config("merge.keep.driver", "true");
        std::fs::write(repo.common_dir().join("info/attributes"), "f merge=keep\n").unwrap();
        repo.commit("f", "one\n");
        repo.git(["switch", "-q", "-c", "work"]);
        repo.commit("f", "two\n");
        repo.git(["switch", "-q", "main"]);
        repo.commit("f", "three\n");
        assert_eq!(merged(&repo, "work", "main"), None);
    });
}

#[test]
fn histories_without_a_common_commit_are_not_merged() {
    alone(|| {
        let repo = Repo::new();
        repo.git(["switch", "-q", "--orphan", "work"]);
        repo.commit("README", "other\n");
        assert_eq!(merged(&repo, "work", "main"), None);
        let git = Repository::discover(repo.dir()).unwrap();
        let worktrees = Worktrees::new(&git);
        worktrees.try_merge(&tip(&repo, "main"), &tip(&repo, "work")).unwrap_err();
        repo.git(["switch", "-q", "-c", "more", "main"]);
        repo.commit("README", "more\n");
        repo.git(["switch", "-q", "main"]);
        repo.commit("README", "less\n");
        let tried = worktrees.try_merge(&tip(&repo, "main"), &tip(&repo, "more")).unwrap();
        assert_eq!(tried, TrialMerge::Conflicts(vec!["README".to_owned()]));
    });
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % limit
    }
}

type Files = Vec<Vec<String>>;

/// A base and work that began at the same commit.
struct History {
    start: Files,
    work: Files,
    /// The marks of the base's commits, and what they have.
    commits: Vec<(u32, Files)>,
}

/// Writes histories for `git fast-import`.
#[derive(Default)]
struct Import {
    text: String,
    marks: u32,
}

impl Import {
    fn commit(&mut self, branch: &str, parents: &[u32], files: &Files) -> u32 {
        self.marks += 1;
        let who = "A U Thor <a@example.com> 1767225600 +0000";
        let mark = self.marks;
        write!(self.text, "commit refs/heads/{branch}\nmark :{mark}\ncommitter {who}\n").unwrap();
        // No two histories have a commit in common.
        writeln!(self.text, "data {}\n{branch}", branch.len()).unwrap();
        for (n, parent) in parents.iter().enumerate() {
            let word = if n == 0 { "from" } else { "merge" };
            writeln!(self.text, "{word} :{parent}").unwrap();
        }
        for (n, lines) in files.iter().enumerate() {
            let content: String = lines.iter().map(|line| format!("{line}\n")).collect();
            write!(self.text, "M 100644 inline f{n}\ndata {}\n{content}\n", content.len()).unwrap();
        }
        self.marks
    }
}

/// One edit: of a line, of its indentation alone, a line more or less.
fn edit(files: &mut Files, dice: &mut Dice, serial: &mut u32) {
    let file = dice.below(files.len() as u64) as usize;
    let line = dice.below(files[file].len() as u64) as usize;
    *serial += 1;
    match dice.below(5) {
        0 => files[file].insert(line, format!("new {serial}")),
        1 if files[file].len() > 3 => drop(files[file].remove(line)),
        2 => files[file][line].insert(0, ' '),
        _ => files[file][line] = format!("edited {serial}"),
    }
}

/// What `to` has that `from` has not, each line with the number of its file.
fn news<'f>(from: &Files, to: &'f Files) -> BTreeSet<(usize, &'f str)> {
    let all = to.iter().enumerate().flat_map(|(n, lines)| lines.iter().map(move |it| (n, it)));
    all.filter(|(n, line)| !from[*n].contains(line)).map(|(n, line)| (n, line.as_str())).collect()
}

/// Applies the work to a base as far as that works, as a squash or a cherry-pick does.
fn apply(start: &Files, work: &Files, base: &Files) -> Files {
    let mut result = base.clone();
    for (n, lines) in work.iter().enumerate() {
        if base[n] == start[n] {
            result[n].clone_from(lines);
        }
    }
    result
}

#[test]
fn unmerged_work_is_never_called_merged() {
    alone(|| {
        let repo = Repo::new();
        let (mut import, mut dice, mut serial) = (Import::default(), Dice(7), 0);
        let mut histories = Vec::new();
        for number in 0..300 {
            let start: Files =
                (0..3).map(|f| (0..8).map(|n| format!("line {f} {n}")).collect()).collect();
            let (base_name, work_name) = (format!("base{number}"), format!("work{number}"));
            let first = import.commit(&base_name, &[], &start);
            let (mut base, mut base_tip) = (start.clone(), first);
            let (mut work, mut work_tip) = (start.clone(), first);
            let mut commits = vec![(first, start.clone())];
            for _ in 0..2 + dice.below(8) {
                match dice.below(7) {
                    0..=2 => {
                        edit(&mut work, &mut dice, &mut serial);
                        work_tip = import.commit(&work_name, &[work_tip], &work);
                    }
                    3 | 4 => edit(&mut base, &mut dice, &mut serial),
                    // As much as fits is taken over; now and then all of it is taken back.
                    5 => base = apply(&start, &work, &base),
                    _ => base.clone_from(&commits[dice.below(commits.len() as u64) as usize].1),
                }
                base_tip = import.commit(&base_name, &[base_tip], &base);
                commits.push((base_tip, base.clone()));
            }
            if work_tip == first {
                edit(&mut work, &mut dice, &mut serial);
                import.commit(&work_name, &[first], &work);
            }
            histories.push(History { start, work, commits });
        }
        let marks = repo.env().path("marks");
        let export = format!("--export-marks={}", marks.display());
        let run = repo.env().git(repo.dir(), ["fast-import", "--quiet", &export]);
        run.input(import.text).run().ok();
        let marks = std::fs::read_to_string(marks).unwrap();
        let mark_of = |id: &str| {
            let line = marks.lines().find(|line| line.ends_with(id)).unwrap();
            line[1..].split_once(' ').unwrap().0.parse::<u32>().unwrap()
        };
        let mut found = 0;
        for (number, History { start, work, commits }) in histories.iter().enumerate() {
            let at = merged(&repo, &format!("work{number}"), &format!("base{number}"));
            let Some(at) = at else { continue };
            found += 1;
            let mark = mark_of(&at);
            let (_, there) = commits.iter().find(|(commit, _)| *commit == mark).unwrap();
            let (added, removed) = (news(start, work), news(work, start));
            let has = |(n, line): &(usize, &str)| there[*n].iter().any(|it| it == line);
            assert!(added.iter().all(has), "history {number}: {added:?} in {there:?}");
            assert!(!removed.iter().any(has), "history {number}: {removed:?} in {there:?}");
        }
        assert!((30..290).contains(&found), "{found} of 300 are merged");
    });
}

//! A base branch with thousands of merges since the sessions began.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use super::world::{blamed, cleans_up, commits, differs, outlooks, squashes, standings};
use crate::support::{Combo, Objects, Refs, Repo, TestEnv};
use crate::why::world::{Work, each, is_from, is_unknown, tip};

/// How many merges there are, each of a branch that began two merges before.
const MERGES: usize = 3000;

/// The input of `git fast-import`, which goes on with the main branch.
struct Stream {
    text: String,
    marks: usize,
    time: u64,
}

impl Stream {
    /// Adds a commit with a changed file. Returns its mark.
    fn commit(&mut self, parents: &[String], file: &str, content: &str) -> String {
        self.marks += 1;
        let (mark, text) = (format!(":{}", self.marks), &mut self.text);
        writeln!(text, "commit refs/heads/import\nmark {mark}").unwrap();
        writeln!(text, "committer Pat People <pat@example.com> {} +0000", self.time).unwrap();
        writeln!(text, "data 6\npeople").unwrap();
        for (number, parent) in parents.iter().enumerate() {
            writeln!(text, "{} {parent}", if number == 0 { "from" } else { "merge" }).unwrap();
        }
        writeln!(text, "M 100644 inline {file}\ndata {}\n{content}", content.len()).unwrap();
        mark
    }

    fn name(&mut self, name: &str, mark: &str) {
        writeln!(self.text, "reset refs/{name}\nfrom {mark}\n").unwrap();
    }
}

fn lines(at: usize, changed: &str) -> String {
    let line = |n| if n == at { format!("{changed}\n") } else { format!("line number {n}\n") };
    (0..40).map(line).collect()
}

/// Sessions that begin before the merges.
struct World {
    repo: Repo,
    /// Merged, as one of the many.
    merged: Work,
    /// Put on the main branch as one commit. The file was changed since, elsewhere.
    squashed: Work,
    /// Half of it is on the main branch.
    half: Work,
    /// Nothing of it is there.
    open: Work,
    /// The line that it changes was changed by others.
    late: Work,
    /// Where all of them began.
    base: String,
}

impl World {
    fn new(combo: Combo) -> Self {
        let repo = TestEnv::new().repo(combo);
        repo.commit("shared", &lines(40, ""));
        let [merged, squashed, half, open, late] =
            ["Merged", "Squashed", "Half", "Open", "Late"].map(|title| Work::begin(&repo, title));
        merged.tree.commit("merged", "a line of the merged one\n");
        squashed.tree.commit("shared", &lines(5, "by the squashed one"));
        half.tree.commit("first", "the first half of two\n");
        half.tree.commit("second", "the second half of two\n");
        open.tree.commit("open", "a first line that is open\n");
        open.tree.commit("open", "a first line that is open\nand a second one\n");
        late.tree.commit("shared", &lines(30, "by the late one"));
        let base = tip(&repo, "main");
        let world = Self { repo, merged, squashed, half, open, late, base };
        world.go_on();
        world
    }

    /// Writes the merges, between which others put work of sessions on the main branch.
    fn go_on(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        // A copy of the same second could be the first one.
        let mut stream = Stream { text: String::new(), marks: 0, time: now.as_secs() + 1 };
        let start = "refs/heads/main^0".to_owned();
        let mut tips = [start.clone(), start];
        for number in 0..MERGES {
            let [before, last] = tips;
            let (file, content) = (format!("file-{}", number % 50), format!("number {number}\n"));
            let side = stream.commit(&[before], &file, &content);
            let mut merge = stream.commit(&[last.clone(), side.clone()], &file, &content);
            match number {
                500 => {
                    let branch = format!("refs/heads/{}^0", self.merged.branch);
                    let line = "a line of the merged one\n";
                    merge = stream.commit(&[merge, branch], "merged", line);
                    stream.name("tags/merge", &merge);
                }
                1000 => {
                    merge = stream.commit(&[merge], "shared", &lines(5, "by the squashed one"));
                    stream.name("tags/squash", &merge);
                }
                1500 => merge = stream.commit(&[merge], "first", "the first half of two\n"),
                2000 => {
                    let both = lines(5, "by the squashed one");
                    let both = both.replace("line number 30\n", "by somebody else\n");
                    merge = stream.commit(&[merge], "shared", &both);
                }
                2500 => stream.name("tags/side", &side),
                _ => {}
            }
            tips = [last, merge];
        }
        stream.name("heads/main", &tips[1]);
        let git = self.repo.env().git(self.repo.dir(), ["fast-import", "--quiet"]);
        git.input(stream.text).run().ok();
        self.repo.git(["branch", "-q", "-D", "import"]);
        self.repo.git(["reset", "-q", "--hard"]);
    }

    fn all(&self) -> [&Work; 5] {
        [&self.merged, &self.squashed, &self.half, &self.open, &self.late]
    }
}

#[test]
fn commits_and_lines_are_told_apart() {
    let world = World::new(Combo::PLAIN);
    let World { repo, merged, squashed, half, open, .. } = &world;
    for work in world.all() {
        is_from(repo, &work.branch, work, "commit");
        let own = repo.git(["rev-list", &work.branch, "--not", &world.base]);
        assert_eq!(commits(repo, work), own.lines().collect::<Vec<_>>());
    }
    is_from(repo, &format!("{}^", open.branch), open, "commit");
    is_from(repo, "squash", squashed, "patch");
    for people in ["merge", "merge^", "side", "side^", "main", "main^2", "squash^"] {
        is_unknown(repo, people);
    }
    assert_eq!(blamed(repo, "merged"), [merged.id.as_str()]);
    assert_eq!(blamed(repo, "first"), [half.id.as_str()]);
    let mut expected = vec![String::new(); 40];
    expected[5].clone_from(&squashed.id);
    assert_eq!(blamed(repo, "shared"), expected);
    assert_eq!(blamed(repo, "file-7"), [""]);
}

#[test]
fn what_is_merged_is_known_and_the_rest_lands() {
    let strange = Combo { objects: Objects::Sha256, refs: Refs::Reftable, ..Combo::PLAIN };
    let world = World::new(strange);
    let World { repo, merged, squashed, half, open, late, base } = &world;
    // Two for each merge, the four others, and that of the merged session.
    let since = 2 * MERGES as u64 + 4 + 1;
    let expected = [
        (true, [0, since - 1]),
        (true, [1, since]),
        (false, [2, since]),
        (false, [2, since]),
        (false, [1, since]),
    ];
    assert_eq!(standings(repo, &world.all()), expected);
    let mut expected = [(half, "clean"), (open, "clean"), (late, "conflicts")]
        .map(|(work, outlook)| (work.id.clone(), outlook.to_owned()));
    expected.sort();
    assert_eq!(outlooks(repo), expected);
    differs(repo, open, base);
    squashes(repo, open, base);
    cleans_up(repo, &[merged, squashed, half, late], &[merged, squashed]);
}

#[test]
fn a_session_that_has_merged_all_of_them_has_only_its_own() {
    let world = World::new(Combo::PLAIN);
    let World { repo, open, .. } = &world;
    let before = tip(repo, &open.branch);
    open.tree.git(["merge", "-q", "--no-edit", "main"]);
    let merge = tip(repo, &open.branch);
    let after = open.tree.commit("after", "a line after the merge\n");
    assert_eq!(commits(repo, open), [after, before.clone(), tip(repo, &format!("{before}^"))]);
    is_from(repo, &merge, open, "commit");
    for people in ["main", "main^", "main^2", "side", "squash^"] {
        is_unknown(repo, people);
    }
    assert_eq!(standings(repo, &[open]), [(false, [4, 0])]);
    differs(repo, open, "main");
    squashes(repo, open, "main");
    assert_eq!(blamed(repo, "file-7"), [""]);
    let own = &open.id;
    assert_eq!(
        (blamed(repo, "after"), blamed(repo, "open")),
        (vec![own.clone()], vec![own.clone(); 2])
    );
}

/// The session and its base have merged each other: there are two merge bases.
#[test]
fn merges_may_cross() {
    each(|repo| {
        let work = Work::begin(repo, "Work");
        let first = work.tree.commit("own", "a line of the session\n");
        let theirs = repo.commit("people", "a line of people\n");
        repo.git(["merge", "-q", "--no-edit", &first]);
        work.tree.git(["merge", "-q", "--no-edit", &theirs]);
        let merge = tip(repo, &work.branch);
        let last = work.tree.commit("own", "a line of the session\nand one after the merge\n");
        let bases = repo.git(["merge-base", "--all", "main", &work.branch]);
        assert_eq!(bases.lines().count(), 2);

        for own in [&first, &merge, &last] {
            is_from(repo, own, &work, "commit");
        }
        for people in ["main", &theirs] {
            is_unknown(repo, people);
        }
        assert_eq!(commits(repo, &work), [last, first]);
        assert_eq!(standings(repo, &[&work]), [(false, [2, 1])]);
        assert_eq!(outlooks(repo), [(work.id.clone(), "clean".to_owned())]);
        let gits = repo.git(["diff", &format!("main...{}", work.branch)]);
        assert_eq!(repo.ao(["diff", "--committed", &work.id]).ok().stdout, gits);
        cleans_up(repo, &[&work], &[]);
        repo.ao(["restore", "--no-agent", &work.id]).ok();
        // The base has the first commit already.
        squashes(repo, &work, "main");
        assert_eq!(blamed(repo, "own"), [work.id.as_str(); 2]);
        assert_eq!(blamed(repo, "people"), [""]);
    });
}

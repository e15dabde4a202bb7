//! Work that is in the base as a squash or a rebase, in the status.

use std::fs;

use crate::support::{Combo, Objects, Refs, Repo, TestEnv, write_script};

/// A session without an agent, and its worktree.
struct Work {
    id: String,
    branch: String,
    tree: Repo,
}

impl Work {
    fn begin(repo: &Repo, title: &str) -> Self {
        let made = repo.ao(["spawn", "--json", "--no-agent", title]).ok().json();
        let text = |at: &serde_json::Value| at.as_str().unwrap().to_owned();
        let tree = repo.within(text(&made["workspace"]));
        Self { id: text(&made["session"]["id"]), branch: text(&made["session"]["branch"]), tree }
    }

    /// A session that has changed the middle of a file with many lines.
    fn done(repo: &Repo, title: &str) -> Self {
        let work = Self::begin(repo, title);
        work.tree.commit("file", &lines("middle"));
        work
    }

    /// What the column BASE says, in `--json`, too.
    #[track_caller]
    fn base(&self, repo: &Repo) -> String {
        let live = repo.ao(["status", "--json", &self.id]).ok().json();
        let is_merged = live["sessions"][0]["live"]["base"]["merged"].as_bool().unwrap();
        let out = repo.ao(["status", &self.id]).ok();
        let (head, row) = (out.lines()[0].to_owned(), out.lines()[1].to_owned());
        let (from, to) = (head.find("BASE").unwrap(), head.find("TITLE").unwrap());
        let column = row[from..to].trim().to_owned();
        assert_eq!(column == "merged", is_merged, "{out}");
        column
    }
}

fn lines(changed: &str) -> String {
    (0..40).map(|n| if n == 20 { format!("{changed}\n") } else { format!("{n}\n") }).collect()
}

fn repo(combo: Combo) -> Repo {
    let repo = TestEnv::new().repo(combo);
    repo.commit("file", &lines("20"));
    repo
}

/// Commits what a branch has changed as one commit.
fn squash(repo: &Repo, branch: &str) {
    repo.git(["merge", "-q", "--squash", branch]);
    repo.git(["commit", "-q", "-m", "squashed"]);
}

#[test]
fn a_squash_and_a_rebase_are_merged() {
    let strange = Combo { objects: Objects::Sha256, refs: Refs::Reftable, ..Combo::PLAIN };
    for combo in [Combo::PLAIN, strange] {
        let repo = repo(combo);
        let (one, two) = (Work::done(&repo, "One"), Work::begin(&repo, "Two"));
        two.tree.commit("a", "1");
        two.tree.commit("b", "2");
        assert_eq!((one.base(&repo), two.base(&repo)), ("+1".into(), "+2".into()));
        squash(&repo, &one.branch);
        assert_eq!((one.base(&repo), two.base(&repo)), ("merged".into(), "+2 -1".into()));
        repo.git(["cherry-pick", &format!("main..{}", two.branch)]);
        assert_eq!(two.base(&repo), "merged");
        // The base goes on, also in the same file.
        repo.commit("file", &(lines("middle") + "end\n"));
        assert_eq!((one.base(&repo), two.base(&repo)), ("merged".into(), "merged".into()));
        // It was seen there, and the commit with it is still there.
        repo.commit("file", "all is different\n");
        assert_eq!(one.base(&repo), "merged");
        // What is committed later is not in the base.
        one.tree.commit("later", "1");
        assert_eq!(one.base(&repo), "+2 -5");
    }
}

#[test]
fn nothing_else_is_merged() {
    let repo = repo(Combo::PLAIN);
    let half = Work::done(&repo, "Half");
    half.tree.commit("other", "1");
    let indented = Work::begin(&repo, "Indented");
    indented.tree.commit("p.py", "if a:\n    b\n    c\n");
    let empty = Work::begin(&repo, "Empty");
    empty.tree.git(["commit", "-q", "--allow-empty", "-m", "nothing"]);
    let undone = Work::done(&repo, "Undone");
    undone.tree.commit("file", &lines("20"));
    let stray = Work::begin(&repo, "Stray");
    stray.tree.git(["checkout", "-q", "--orphan", "stray"]);
    stray.tree.git(["commit", "-q", "-m", "no history in common"]);
    stray.tree.git(["branch", "-q", "-M", "stray", &stray.branch]);
    // The message differs: a commit at the same second would be the same one.
    repo.write("file", &lines("middle"));
    repo.git(["commit", "-q", "-a", "-m", "on main"]);
    repo.commit("p.py", "if a:\n    b\nc\n");
    assert_eq!(half.base(&repo), "+2 -2");
    assert_eq!(indented.base(&repo), "+1 -2");
    assert_eq!(empty.base(&repo), "+1 -2");
    assert_eq!(undone.base(&repo), "+2 -2");
    assert_ne!(stray.base(&repo), "merged");
    // A base that is catching up with a branch that has merged it, and has changed nothing.
    empty.tree.git(["merge", "-q", "--no-edit", "main"]);
    repo.commit("more", "1");
    assert_eq!(empty.base(&repo), "+2 -1");
    // All of them together, with one that is merged.
    let one = Work::begin(&repo, "One");
    one.tree.commit("one", "1");
    squash(&repo, &one.branch);
    let all = repo.ao(["status", "--json"]).ok().json();
    let merged = all["sessions"].as_array().unwrap().iter();
    let merged = merged.filter(|it| it["live"]["base"]["merged"] == true);
    assert_eq!(merged.map(|it| &it["id"]).collect::<Vec<_>>(), [one.id.as_str()]);
}

#[test]
fn a_base_that_was_taken_back_does_not_have_it() {
    let repo = repo(Combo::PLAIN);
    let one = Work::done(&repo, "One");
    squash(&repo, &one.branch);
    assert_eq!(one.base(&repo), "merged");
    repo.git(["reset", "-q", "--hard", "HEAD^"]);
    repo.commit("other", "1");
    assert_eq!(one.base(&repo), "+1 -1");
}

/// A git that is too old, or was stopped, is no answer.
#[test]
fn what_git_did_not_say_is_asked_again() {
    let repo = repo(Combo::PLAIN);
    let one = Work::done(&repo, "One");
    squash(&repo, &one.branch);
    let folder = repo.env().path("old");
    let path = std::env::var("PATH").unwrap();
    let script = format!(
        "case \" $* \" in *' merge-tree '*) exit 129;; esac\nPATH='{path}' exec git \"$@\""
    );
    write_script(&folder.join("git"), &script);
    let path = format!("{}:{path}", folder.display());
    let out = repo.ao_run(["status", &one.id]).env("PATH", path).run().ok();
    assert!(!out.stdout.contains("merged"), "{out}");
    assert_eq!(one.base(&repo), "merged");
}

#[test]
fn what_is_known_is_not_asked_again() {
    let repo = repo(Combo::PLAIN);
    let all: Vec<_> = (0..5).map(|n| Work::begin(&repo, &format!("Number {n}"))).collect();
    for (n, work) in all.iter().enumerate() {
        work.tree.commit(&format!("file-{n}"), "1");
    }
    squash(&repo, &all[0].branch);
    let trace = repo.env().path("trace");
    let merges = || {
        let _ = fs::remove_file(&trace);
        repo.ao_run(["status"]).env("GIT_TRACE", &trace).run().ok();
        let text = fs::read_to_string(&trace).unwrap_or_default();
        text.lines().filter(|line| line.contains("built-in: git merge-tree")).count()
    };
    assert_eq!([merges(), merges()], [1, 0]);
    repo.commit("more", "1");
    assert_eq!([merges(), merges()], [1, 0]);
    let file = repo.common_dir().join("ao/merged");
    let text = fs::read_to_string(&file).unwrap();
    let damaged = text.replace(" merged\n", " open\n");
    assert_ne!(damaged, text);
    fs::write(&file, damaged).unwrap();
    assert_eq!(all[0].base(&repo), "merged", "a damaged file is not used");
    assert_eq!(all[1].base(&repo), "+1 -2");
}

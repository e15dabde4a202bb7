//! Git's hooks, with real git: what they record, and that git does what it does without them.

mod environment;
mod foreign;
mod install;
mod others;
mod post_checkout;
mod problems;
mod scripts;
mod terminal;

use std::fs;
use std::path::PathBuf;

use git_ao::git::Repository;
use git_ao::model::{Project, Session, SessionId, Timestamp};
use git_ao::store::Store;

use crate::support::{Combo, Kind, Out, Repo, Run, TestEnv};

const BRANCH: &str = "ao/7b6d11f9-fix";

fn id() -> SessionId {
    "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap()
}

fn store(repo: &Repo) -> Store {
    Store::new(Repository::discover(repo.dir()).unwrap())
}

/// A repository with a session on `ao/7b6d11f9-fix`.
struct Bed {
    repo: Repo,
    /// The session's worktree.
    work: Repo,
}

impl Bed {
    /// The session has a worktree.
    fn new() -> Self {
        let bed = Self::of(Combo::PLAIN);
        bed.repo.git(["worktree", "add", "-q", "../work", BRANCH]);
        let marker =
            bed.work.git(["rev-parse", "--path-format=absolute", "--git-path", "AO_SESSION"]);
        fs::write(marker.trim(), format!("{}\n", id())).unwrap();
        bed
    }

    /// The session has no worktree yet.
    fn of(combo: Combo) -> Self {
        let repo = TestEnv::new().repo(combo);
        repo.git(["branch", BRANCH, "main"]);
        let work = repo.within("../work");
        let bed = Self { repo, work };
        bed.add_session(id(), BRANCH);
        bed
    }

    /// Likewise, with hooks.
    fn hooked(self, hooks: &[&str]) -> Self {
        self.repo.ao(["hooks", "install", "--file"].iter().chain(hooks)).ok();
        self
    }

    fn add_session(&self, id: SessionId, branch: &str) {
        let project: Project = "demo".parse().unwrap();
        let mut session = Session::new(id, project, Timestamp::from_millis(1_767_225_600_000));
        session.branch = Some(branch.to_owned());
        store(&self.repo).create(&session).unwrap();
    }

    fn session(&self) -> Session {
        store(&self.repo).snapshot().unwrap().session(id()).unwrap()
    }

    fn branch(&self) -> String {
        self.session().branch.unwrap()
    }

    fn events(&self) -> usize {
        self.repo.git(["rev-list", "--count", "refs/ao/sessions"]).trim().parse().unwrap()
    }

    fn last_event(&self) -> String {
        self.repo.git(["log", "-1", "--format=%s", "refs/ao/sessions"]).trim().to_owned()
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.repo.common_dir().join("hooks").join(name)
    }

    /// A git command in the session's worktree.
    fn run(&self, args: &[&str]) -> Run {
        self.repo.env().git(self.work.dir(), args)
    }
}

/// Runs a scenario in a repository with hooks and in one without; git has to say and do the same
/// in both. Returns the one with hooks.
#[track_caller]
fn same_as_without(
    hooks: &[&str],
    make: impl Fn() -> Bed,
    scenario: impl Fn(&Bed) -> Vec<Out>,
) -> Bed {
    let (with, without) = (make().hooked(hooks), make());
    let ran = [&with, &without].map(|bed| {
        let outs = scenario(bed);
        let root = bed.repo.env().root().to_string_lossy().into_owned();
        let plain = |text: &str| without_ids(&text.replace(&root, "ROOT"));
        let said = outs.iter().map(|out| (out.status, plain(&out.stdout), plain(&out.stderr)));
        (said.collect::<Vec<_>>(), outcome(bed))
    });
    assert_eq!(ran[0], ran[1], "left: with hooks, right: without");
    with
}

/// What git has in the end: branches, worktrees and what is in them.
fn outcome(bed: &Bed) -> Vec<String> {
    let mut state =
        vec![bed.repo.git(["for-each-ref", "--format=%(refname) %(subject)", "refs/heads"])];
    let has_tree = bed.repo.combo().kind != Kind::Bare;
    let trees = [(&bed.repo, has_tree), (&bed.work, bed.work.dir().exists())];
    for (tree, _) in trees.into_iter().filter(|(_, there)| *there) {
        state.push(tree.git(["status", "--porcelain", "--branch"]));
        state.push(tree.git(["ls-files", "--stage"]));
        state.push(tree.git(["log", "-g", "--format=%gs", "HEAD"]));
    }
    state.into_iter().map(|text| without_ids(&text)).collect()
}

/// Commits of two repositories differ in time.
fn without_ids(text: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("Date: "));
    let text: String = lines.collect();
    let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit());
    let plain = words.map(|word| match word.trim_end_matches(|c: char| !c.is_ascii_hexdigit()) {
        id if id.len() >= 7 && id != "7b6d11f9" => word.replace(id, "ID"),
        _ => word.to_owned(),
    });
    plain.collect()
}

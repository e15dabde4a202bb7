//! Clones whose history ends early.

use super::world::{blamed, cleans_up, commits, outlooks, standings};
use crate::support::Repo;
use crate::why::world::{Work, hub, is_from, is_unknown, tip};

const REST: &str = "git fetch --unshallow";

/// A session with three commits, on a base that went on, and the repository of the team.
struct World {
    repo: Repo,
    work: Work,
    hub: String,
}

impl World {
    fn new() -> Self {
        let repo = Repo::new();
        repo.commit("old", "an old line of people\n");
        repo.commit("gone", "a line that goes\n");
        let work = Work::begin(&repo, "Work");
        for number in 1..=3 {
            let lines = (1..=number).map(|n| format!("own line number {n}\n"));
            work.tree.commit("own", &lines.collect::<String>());
        }
        repo.ao(["reconcile"]).ok();
        repo.git(["rm", "-q", "gone"]);
        repo.git(["commit", "-q", "-m", "gone"]);
        repo.commit("new", "a new line of people\n");
        let hub = hub(&repo).display().to_string();
        repo.ao(["push"]).ok();
        Self { repo, work, hub: format!("file://{hub}") }
    }

    /// A clone with the session's branch and its record.
    fn cut(&self, depth: u32) -> (Repo, Work) {
        let (env, name) = (self.repo.env(), format!("cut-{depth}"));
        let clone = Repo::found(env, env.path(&name));
        let depth = format!("--depth={depth}");
        let args = ["clone", "-q", "--no-single-branch", &depth, &self.hub, &name];
        env.git(&env.root(), args).run().ok();
        clone.ao(["pull"]).ok();
        let Work { id, branch, path, .. } = &self.work;
        clone.git(["branch", "-q", "--no-track", branch, &format!("origin/{branch}")]);
        let (id, branch, path) = (id.clone(), branch.clone(), path.clone());
        let tree = clone.within(".");
        (clone, Work { id, branch, path, tree })
    }
}

/// The commit at which the session began, and one of its own, are not there.
#[test]
fn what_is_below_the_cut_is_not_guessed() {
    let world = World::new();
    let (clone, work) = world.cut(2);
    let own = [work.branch.clone(), format!("{}^", work.branch)];
    for commit in own.iter().map(String::as_str).chain(["main", "main^"]) {
        is_unknown(&clone, commit);
        clone.ao(["why", commit]).code(1).stderr_has(REST);
    }
    clone.git(["switch", "-q", &work.branch]);
    assert_eq!(blamed(&clone, "own"), ["", "", ""]);
    assert_eq!(blamed(&clone, "old"), [""]);
    clone.git(["switch", "-q", "main"]);
    assert_eq!(commits(&clone, &work), [""; 0]);
    clone.ao(["log", "--commits", &work.id]).ok().stderr_has(REST);
    let start = tip(&world.repo, "main~2");
    clone.ao(["diff", &work.id]).code(1).stderr_has(&start[..7]).stderr_has(REST);
    clone.ao(["show", &work.id]).ok().stderr_has(REST);

    // Git counts what is there.
    assert_eq!(standings(&clone, &[&work]), [(false, [2, 2])]);
    assert_eq!(outlooks(&clone), [(work.id.clone(), "unrelated".to_owned())]);
    clone.ao(["land", "--check"]).ok().stdout_has("no common history").stderr_has(REST);
    let before = clone.git(["for-each-ref"]);
    for way in ["--merge", "--squash", "--rebase", "--ff", "--dry-run"] {
        let out = clone.ao(["land", way, &work.id]).code(1);
        out.stderr_has("do not meet in this shallow clone").stderr_has(REST);
    }
    assert_eq!(clone.git(["for-each-ref"]), before);
    assert_eq!(clone.git(["status", "--porcelain"]), "");

    clone.git(["fetch", "-q", "--unshallow"]);
    for commit in &own {
        is_from(&clone, commit, &work, "commit");
    }
    let expected = world.repo.git(["rev-list", &work.branch, "--not", "main"]);
    assert_eq!(commits(&clone, &work), expected.lines().collect::<Vec<_>>());
    assert_eq!(standings(&clone, &[&work]), [(false, [3, 2])]);
    assert_eq!(outlooks(&clone), [(work.id.clone(), "clean".to_owned())]);
    let gits = world.repo.git(["diff", &start, &work.branch]);
    clone.ao(["diff", &work.id]).ok().stdout_is(&gits);
    clone.ao(["land", "--squash", &work.id]).ok();
    assert_eq!(clone.git(["ls-tree", "--name-only", "main"]), "README\nnew\nold\nown\n");
}

/// All of the session's commits are there, but not their parent: each of them names it.
#[test]
fn commits_are_known_down_to_the_cut() {
    let world = World::new();
    let (clone, work) = world.cut(3);
    let own = world.repo.git(["rev-list", &work.branch, "--not", "main"]);
    let own: Vec<_> = own.lines().collect();
    for commit in &own {
        is_from(&clone, commit, &work, "commit");
    }
    for people in ["main", "main^", "main~2"] {
        is_unknown(&clone, people);
    }
    assert_eq!(commits(&clone, &work), own);
    clone.git(["switch", "-q", &work.branch]);
    // Git says of all lines of the oldest commit that they are its own.
    let id = work.id.as_str();
    assert_eq!(
        (blamed(&clone, "own"), blamed(&clone, "old")),
        (vec![String::new(), id.to_owned(), id.to_owned()], vec![String::new()])
    );
    clone.git(["switch", "-q", "main"]);
    clone.ao(["land", "--rebase", &work.id]).code(1).stderr_has(REST);
}

/// The histories meet above the cut.
#[test]
fn work_above_the_cut_is_as_in_a_full_clone() {
    let world = World::new();
    let (clone, work) = world.cut(4);
    let start = tip(&world.repo, "main~2");
    assert_eq!(standings(&clone, &[&work]), [(false, [3, 2])]);
    let gits = world.repo.git(["diff", &start, &work.branch]);
    clone.ao(["diff", &work.id]).ok().stdout_is(&gits);
    assert_eq!(outlooks(&clone), [(work.id.clone(), "clean".to_owned())]);
    clone.git(["merge", "-q", "--squash", &work.branch]);
    clone.git(["commit", "-q", "-m", "squashed"]);
    assert_eq!(standings(&clone, &[&work]), [(true, [3, 3])]);
    assert_eq!(outlooks(&clone), []);
    clone.git(["reset", "-q", "--hard", "HEAD^"]);
    clone.ao(["land", "--rebase", &work.id]).ok();
    assert_eq!(clone.git(["ls-tree", "--name-only", "main"]), "README\nnew\nold\nown\n");
}

/// What no remote has is not lost, wherever the history ends.
#[test]
fn unmerged_work_stays() {
    let world = World::new();
    for depth in [1, 2, 3] {
        let (clone, work) = world.cut(depth);
        clone.git(["remote", "remove", "origin"]);
        cleans_up(&clone, &[&work], &[]);
    }
}

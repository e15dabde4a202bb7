//! Worktrees, repositories and branches that are not where, or what, the record says.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use git_ao::model::SessionId;

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, record, spawn, traces, wait_working, workspace};

fn start(repo: &Repo) -> SessionId {
    let id = spawn(repo, &["--agent", "mine", "--runtime", "detached", "--branch", "b1", "x"]);
    wait_working(repo, id);
    id
}

fn ended(repo: &Repo) -> SessionId {
    let id = start(repo);
    repo.ao(["kill", &id.short()]).ok();
    id
}

fn restored(repo: &Repo, id: SessionId) {
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_working(repo, id);
    repo.ao(["kill", &id.short()]).ok();
}

#[test]
fn a_worktree_on_another_file_system() {
    let repo = Repo::new();
    let device = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).ok();
    let shm = Path::new("/dev/shm");
    if device(shm).is_none() || device(shm) == device(repo.dir()) {
        eprintln!("skipped: /dev/shm is no other file system");
        return;
    }
    let other = tempfile::Builder::new().prefix("git-ao-").tempdir_in(shm).unwrap();
    repo.config("ao.worktreeDir", other.path().to_str().unwrap());
    agent(&repo, "mine", STAYS);
    let id = ended(&repo);
    let path = workspace(&repo, id);
    assert!(path.starts_with(other.path()));
    restored(&repo, id);

    // Git moves none across. Whoever does it by hand tells git.
    let here = repo.env().path("here");
    let [from, to] = [&path, &here].map(|path| path.to_str().unwrap());
    let root = repo.env().root();
    for (from, to) in [(from, to), (to, from)] {
        repo.git_result(["worktree", "move", from, to]).code(128).stderr_has("cross-device");
        repo.env().run(&root, "cp", ["-a", from, to]).run().ok();
        fs::remove_dir_all(from).unwrap();
        repo.git(["worktree", "repair", to]);
        repo.ao(["reconcile"]).ok().stdout_has("worktree at");
        assert_eq!(workspace(&repo, id), Path::new(to));
        restored(&repo, id);
    }

    fs::write(path.join("new"), "work\n").unwrap();
    repo.ao(["cleanup"]).code(1).stdout_has("keep");
    repo.ao(["cleanup", "--force"]).ok();
    assert!(!path.exists());
    assert_eq!(repo.git(["show", &format!("refs/ao/backup/{id}:new")]), "work\n");
    restored(&repo, id);
}

#[test]
fn a_repository_that_was_renamed_finds_its_worktrees_again() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = ended(&repo);
    let path = workspace(&repo, id);
    fs::write(path.join("work"), "not committed\n").unwrap();
    let there = repo.env().path("renamed");
    fs::rename(repo.dir(), &there).unwrap();
    let repo = repo.within(&there);
    let before = traces(&repo);
    let repair = format!("git worktree repair '{}'", path.display());
    let out = repo.ao(["status", "--all"]).ok().stdout_has("not registered as a worktree");
    out.stderr_has(&repair);
    repo.ao(["restore", "--fresh", &id.short()]).code(1).stderr_has(&repair);
    repo.ao(["cleanup", "--force"]).code(1).stdout_has("keep");
    repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
    assert_eq!(traces(&repo), before);
    let out = repo.ao(["doctor"]).code(1).stdout_has("points to the repository's old location");
    out.stdout_has(&repair);
    repo.ao(["doctor", "--fix"]).ok().stdout_lacks("fixable");
    repo.ao(["status", "--all"]).ok().stdout_has(" ready ").stderr_is("");
    assert_eq!(fs::read_to_string(path.join("work")).unwrap(), "not committed\n");
    restored(&repo, id);
}

#[test]
fn a_copy_of_the_repository_does_not_take_over_its_worktrees() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let first = ended(&repo);
    let second = spawn(&repo, &["--no-agent", "y"]);
    let copy = repo.env().path("copy");
    let [from, to] = [repo.dir(), &copy].map(|path| path.to_str().unwrap());
    repo.env().run(&repo.env().root(), "cp", ["-a", from, to]).run().ok();
    // One of the worktrees leads nowhere, so that there is something to repair.
    fs::write(workspace(&repo, second).join(".git"), "gitdir: /no/such/place\n").unwrap();
    let dot_git = workspace(&repo, first).join(".git");
    let before = fs::read_to_string(&dot_git).unwrap();
    let copied = repo.within(&copy);
    let out = copied.ao(["doctor", "--fix"]).code(1);
    out.stdout_has(
        "points to the repository's old location: another repository uses a worktree of",
    )
    .stdout_has("not fixed: the worktree '");
    assert_eq!(fs::read_to_string(&dot_git).unwrap(), before);
    repo.ao(["doctor", "--fix"]).ok();
    restored(&repo, first);
}

#[test]
fn the_folder_above_the_worktree_was_renamed() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = ended(&repo);
    let path = workspace(&repo, id);
    let above = path.parent().unwrap();
    let moved = above.with_file_name("moved");
    fs::rename(above, &moved).unwrap();
    repo.ao(["status", "--all"]).ok().stdout_has("missing, but still registered");
    repo.ao(["doctor"]).code(1).stdout_has("git worktree repair <new path>");
    let place = moved.join(path.file_name().unwrap());
    repo.git(["worktree", "repair", place.to_str().unwrap()]);
    repo.ao(["reconcile"]).ok().stdout_has("worktree at");
    assert_eq!(workspace(&repo, id), place);
    restored(&repo, id);
}

#[test]
fn what_is_no_worktree_any_more_can_be_moved_away() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = ended(&repo);
    let path = workspace(&repo, id);
    fs::remove_file(path.join(".git")).unwrap();
    repo.ao(["restore", "--fresh", &id.short()]).code(1).stderr_has("hint: move it away");
    fs::rename(&path, repo.env().path("away")).unwrap();
    restored(&repo, id);
}

#[test]
fn a_branch_that_is_in_use_elsewhere_is_named_with_its_place() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = ended(&repo);
    let path = workspace(&repo, id);
    repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
    let other = repo.env().path("other");
    repo.git(["worktree", "add", "-q", other.to_str().unwrap(), "b1"]);
    let before = traces(&repo);
    let out = repo
        .ao(["restore", "--fresh", &id.short()])
        .code(128)
        .stderr_has("branch 'b1' is already used by worktree at");
    let free = format!("git -C '{}' switch --detach", other.display());
    out.stderr_has(&free).stderr_has("git ao fork");
    assert_eq!(traces(&repo), before);
    assert!(!path.exists());
    repo.env().run(repo.dir(), "sh", ["-c", &free]).run().ok();
    restored(&repo, id);
}

#[test]
fn a_branch_that_was_deleted_or_renamed() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = ended(&repo);
    let path = workspace(&repo, id);
    let short = id.short();
    // Renamed in its worktree.
    repo.git(["branch", "-m", "b1", "b2"]);
    restored(&repo, id);
    assert_eq!(record(&repo, id).branch.as_deref(), Some("b2"));

    // On another one, which it has not made.
    let strange = repo.git(["commit-tree", "-m", "x", "HEAD^{tree}"]);
    repo.git(["branch", "b3", strange.trim()]);
    let there = repo.within(&path);
    there.git(["switch", "-q", "b3"]);
    let out = repo.ao(["restore", "--fresh", &short]).code(1).stderr_has("the worktree '");
    out.stderr_has("is on branch 'b3'").stderr_has("git ao reconcile").stderr_lacks("missing");
    there.git(["switch", "-q", "b2"]);

    // Deleted beneath its worktree: a commit there would begin a new history.
    let head = repo.git(["rev-parse", "b2"]);
    repo.git(["update-ref", "-d", "refs/heads/b2"]);
    let back = format!("git update-ref refs/heads/b2 {}", head.trim());
    repo.ao(["restore", "--fresh", &short])
        .code(1)
        .stderr_has("'b2' of its worktree no longer exists")
        .stderr_has(&back);
    repo.env().run(repo.dir(), "sh", ["-c", &back]).run().ok();
    restored(&repo, id);

    // Deleted with its worktree: it is made again from the last commit seen.
    repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
    repo.git(["branch", "-q", "-D", "b2"]);
    restored(&repo, id);
    assert_eq!(repo.git(["rev-parse", "b2"]), head);

    // And where that commit is not here either.
    repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
    repo.git(["branch", "-q", "-D", "b2"]);
    repo.ao(["set", &short, &format!("head={}", "1".repeat(40))]).ok();
    let before = traces(&repo);
    let out = repo.ao(["restore", "--fresh", &short]).code(128).stderr_has("no branch named 'b2'");
    out.stderr_has("git fetch <remote> b2:b2");
    assert_eq!(traces(&repo), before);
}

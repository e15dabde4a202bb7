//! `path`, `exec` and `diff`: a session's worktree, and what was done in it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Combo, Repo, TestEnv, alone};

fn spawn(repo: &Repo, args: &[&str]) -> (String, PathBuf) {
    let all = ["spawn", "--json", "--no-agent"].iter().chain(args);
    let made: Value = repo.ao(all.copied()).ok().json();
    let path = made["workspace"].as_str().unwrap_or_default().into();
    (made["session"]["id"].as_str().unwrap().to_owned(), path)
}

fn commit(repo: &Repo, worktree: &Path, file: &str, text: &str) {
    fs::write(worktree.join(file), text).unwrap();
    let dir = worktree.to_str().unwrap();
    repo.git(["-C", dir, "add", file]);
    repo.git(["-C", dir, "commit", "-q", "-m", "work"]);
}

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    fs::write(repo.dir().join("old.txt"), "old\n").unwrap();
    repo.git(["add", "."]);
    repo.git(["commit", "-q", "-m", "first"]);
    repo
}

#[test]
fn the_path_stands_alone_and_is_where_commands_run() {
    alone(|| {
        let repo = repo();
        let (id, path) = spawn(&repo, &["One"]);
        let line = format!("{}\n", path.display());
        assert_eq!(repo.ao(["path", &id]).ok().stdout, line);
        assert_eq!(repo.ao(["exec", &id, "--", "pwd"]).ok().stdout, line);
        assert_eq!(repo.ao(["exec", &id, "sh", "-c", "exit 7"]).code(7).stdout, "");
        let made = repo.ao(["spawn", "--no-agent", "--print-path", "Two"]).ok();
        let path = PathBuf::from(made.stdout.strip_suffix('\n').unwrap());
        assert!(path.join("old.txt").is_file(), "{path:?}");
        assert_eq!(repo.within(&path).ao(["path"]).ok().stdout, made.stdout);
        repo.ao(["spawn", "--print-path", "--json", "Three"]).code(129);
        repo.ao(["exec", &id, "no-such-program"]).code(127).stderr_has("no-such-program");
    });
}

#[test]
fn a_session_without_a_worktree_has_no_path() {
    alone(|| {
        let repo = repo();
        let (id, path) = spawn(&repo, &["One"]);
        fs::remove_dir_all(&path).unwrap();
        repo.ao(["path", &id]).code(1).stderr_has("worktree missing").stdout_is("");
        let (other, _) = spawn(&repo, &["--no-worktree", "Two"]);
        repo.ao(["path", &other]).code(1).stderr_has("has no worktree in this clone");
        repo.ao(["exec", &other, "true"]).code(1).stderr_has("git ao restore");
        repo.ao(["path"]).code(1);
    });
}

#[test]
fn a_command_is_not_told_about_another_worktree() {
    alone(|| {
        let repo = repo();
        let (id, path) = spawn(&repo, &["One"]);
        repo.config("alias.there", &format!("!{} exec", env!("CARGO_BIN_EXE_git-ao")));
        let top = repo.git(["there", &id, "git", "rev-parse", "--show-toplevel"]);
        assert_eq!(top.trim(), path.to_str().unwrap());
    });
}

#[test]
fn a_diff_has_commits_changes_and_new_files() {
    alone(|| {
        let repo = repo();
        let (id, path) = spawn(&repo, &["One"]);
        commit(&repo, &path, "done.txt", "done\n");
        fs::write(path.join("old.txt"), "changed\n").unwrap();
        fs::write(path.join("new.txt"), "new\n").unwrap();
        fs::write(path.join("ignored.log"), "no\n").unwrap();
        fs::write(repo.common_dir().join("info/exclude"), "*.log\n").unwrap();
        // The base goes on.
        fs::write(repo.dir().join("base.txt"), "base\n").unwrap();
        repo.git(["add", "."]);
        repo.git(["commit", "-q", "-m", "base"]);
        let git_dir = repo.within(&path).git(["rev-parse", "--absolute-git-dir"]);
        let git_dir = PathBuf::from(git_dir.trim());
        let index = || fs::read(git_dir.join("index")).unwrap();
        let before = index();
        let names = |args: &[&str]| repo.ao(args).ok().stdout;
        assert_eq!(names(&["diff", &id, "--name-only"]), "done.txt\nnew.txt\nold.txt\n");
        assert_eq!(names(&["diff", "--committed", &id, "--name-only"]), "done.txt\n");
        assert_eq!(names(&["diff", &id, "--committed", "--name-only"]), "done.txt\n");
        assert_eq!(names(&["diff", "--name-only", &id, "--", "new.txt"]), "new.txt\n");
        assert_eq!(index(), before, "the worktree's own index is as it was");
        assert!(names(&["diff", &id]).contains("+new\n"));
        let here = repo.within(&path).ao(["diff", "--name-status"]).ok();
        assert_eq!(here.stdout, "A\tdone.txt\nA\tnew.txt\nM\told.txt\n");
        let named = repo.within(&path).ao(["diff", "--name-only", "-w", "--", "new.txt"]).ok();
        assert_eq!(named.stdout, "new.txt\n");
        let stat = names(&["diff", &id, "--stat=60", "-U0", "--", "new.txt"]);
        assert!(stat.contains(" 1 file changed"), "{stat}");
        repo.ao(["diff", &id, "--quiet"]).code(1);
        repo.ao(["diff", &id, "--no-such-option"]).code(129);
        let left = fs::read_dir(repo.common_dir().join("ao")).unwrap();
        let left = left.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert_eq!(left.filter(|name| name.starts_with("index-")).count(), 0);
    });
}

#[test]
fn what_was_merged_is_still_shown_and_two_are_compared() {
    alone(|| {
        let repo = repo();
        let ((one, first), (two, second)) = (spawn(&repo, &["One"]), spawn(&repo, &["Two"]));
        commit(&repo, &first, "a.txt", "a\n");
        commit(&repo, &second, "b.txt", "b\n");
        let between = repo.ao(["diff", &one, &two, "--name-status"]).ok();
        assert_eq!(between.stdout, "D\ta.txt\nA\tb.txt\n");
        let branch = repo.git(["-C", first.to_str().unwrap(), "branch", "--show-current"]);
        repo.git(["merge", "-q", branch.trim()]);
        assert_eq!(repo.ao(["diff", &one, "--name-only"]).ok().stdout, "a.txt\n");
        // Without the worktree, what was committed is left.
        fs::write(second.join("c.txt"), "c\n").unwrap();
        fs::remove_dir_all(&second).unwrap();
        assert_eq!(repo.ao(["diff", &two, "--name-only"]).ok().stdout, "b.txt\n");
        let branch = format!(
            "refs/heads/{}",
            repo.ao(["show", &two, "--json"]).ok().json()["session"]["branch"].as_str().unwrap()
        );
        repo.git(["worktree", "prune"]);
        repo.git(["update-ref", "-d", &branch]);
        repo.ao(["diff", &two, "--stat"])
            .ok()
            .stderr_has("is not here; its last recorded commit is used");
        let paths = "paths come after '--'";
        repo.ao(["diff", "nobody"]).code(1).stderr_lacks(paths);
        repo.ao(["diff", "old.txt"]).code(1).stderr_has(paths);
        repo.ao(["diff", &one, "old.txt"]).code(1).stderr_has(paths);
        let third = repo.ao(["diff", &one, &two, &one]).code(129);
        third.stderr_has("one session too many").stderr_has("paths after '--'");
        repo.ao(["diff"]).code(1);
    });
}

#[test]
fn two_are_compared_with_what_they_have_not_committed() {
    alone(|| {
        let repo = repo();
        let ((one, first), (two, second)) = (spawn(&repo, &["One"]), spawn(&repo, &["Two"]));
        commit(&repo, &first, "a.txt", "a\n");
        commit(&repo, &second, "b.txt", "b\n");
        let names = |args: &[&str]| repo.ao(args).ok().stdout;
        let committed = "D\ta.txt\nA\tb.txt\n";
        assert_eq!(names(&["diff", "--name-status", &one, &two]), committed);
        fs::write(first.join("old.txt"), "changed\n").unwrap();
        fs::write(first.join("new.txt"), "one\n").unwrap();
        let objects = || repo.git(["count-objects"]);
        let before = (objects(), repo.within(&first).git(["status", "--porcelain"]));
        let one_has = "D\ta.txt\nA\tb.txt\nD\tnew.txt\nM\told.txt\n";
        assert_eq!(names(&["diff", "--name-status", &one, &two]), one_has);
        fs::write(second.join("new.txt"), "two\n").unwrap();
        fs::write(second.join("c.txt"), "c\n").unwrap();
        let both_have = "D\ta.txt\nA\tb.txt\nA\tc.txt\nM\tnew.txt\nM\told.txt\n";
        assert_eq!(names(&["diff", &one, &two, "--name-status"]), both_have);
        assert!(names(&["diff", "-U0", &one, &two, "--", "new.txt"]).contains("-one\n+two\n"));
        for args in [
            ["--committed", "--name-status", &one, &two],
            ["--name-status", &one, &two, "--committed"],
        ] {
            assert_eq!(names(&[&["diff"], &args[..]].concat()), committed);
        }
        let after = (objects(), repo.within(&first).git(["status", "--porcelain"]));
        assert_eq!(after, before, "neither the repository nor the worktree has changed");
        let left = fs::read_dir(repo.common_dir().join("ao")).unwrap();
        let mut left = left.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert!(!left.any(|name| name.starts_with("index-")));
        // What is here of a session whose worktree is gone.
        fs::remove_dir_all(&first).unwrap();
        let gone = "D\ta.txt\nA\tb.txt\nA\tc.txt\nA\tnew.txt\n";
        assert_eq!(names(&["diff", &one, &two, "--name-status"]), gone);
    });
}

#[test]
fn a_path_with_a_colon_is_one_path() {
    alone(|| {
        let repo = Repo::create(&TestEnv::new(), "a:b \"c\"", Combo::PLAIN);
        repo.config("ao.worktreeDir", repo.env().path("trees").to_str().unwrap());
        let ((one, first), (two, _)) = (spawn(&repo, &["One"]), spawn(&repo, &["Two"]));
        fs::write(first.join("new.txt"), "one\n").unwrap();
        let between = repo.ao(["diff", "--name-status", &one, &two]).ok();
        assert_eq!(between.stdout, "D\tnew.txt\n");
    });
}

#[test]
fn show_lists_the_commits_and_the_files_that_they_changed() {
    alone(|| {
        let repo = repo();
        let (id, path) = spawn(&repo, &["One"]);
        let before = repo.ao(["show", &id]).ok();
        before.stdout_lacks("changed");
        for (n, file) in ["a.txt", "b.txt"].into_iter().enumerate() {
            commit(&repo, &path, file, &"line\n".repeat(n + 1));
        }
        // The base goes on.
        fs::write(repo.dir().join("base.txt"), "base\n").unwrap();
        repo.git(["add", "."]);
        repo.git(["commit", "-q", "-m", "not of the session"]);
        let tip = repo.within(&path).git(["rev-parse", "HEAD"]);
        let out = repo.ao(["show", &id]).ok();
        let out = out.stdout_has(&format!("    {} work\n", &tip[..7]));
        let out = out.stdout_has("    a.txt | 1 +\n").stdout_has("    b.txt | 2 ++\n");
        out.stdout_has("2 files changed, 3 insertions(+)").stdout_lacks("not of the session");
        for n in 0..12 {
            commit(&repo, &path, "c.txt", &n.to_string());
        }
        let out = repo.ao(["show", &id]).ok();
        assert_eq!(out.stdout.matches(" work\n").count(), 10, "{out}");
        out.stdout_has("    …\n");
    });
}

#[test]
fn a_teammate_without_the_commits_sees_what_was_landed() {
    alone(|| {
        let repo = repo();
        let hub = repo.env().path("hub.git");
        repo.git(["clone", "-q", "--bare", ".", hub.to_str().unwrap()]);
        repo.git(["remote", "add", "origin", hub.to_str().unwrap()]);
        let mut made = Vec::new();
        for how in ["--squash", "--rebase"] {
            let (id, path) = spawn(&repo, &[&how[2..]]);
            commit(&repo, &path, &format!("a{how}"), "one\n");
            commit(&repo, &path, &format!("b{how}"), "two\n");
            fs::write(repo.dir().join(format!("main{how}")), "on main\n").unwrap();
            repo.git(["add", "."]);
            repo.git(["commit", "-q", "-m", "on main"]);
            repo.ao(["land", how, &id]).ok();
            made.push((id, how));
        }
        let (open, path) = spawn(&repo, &["Open"]);
        commit(&repo, &path, "open", "x\n");
        repo.ao(["complete", &open]).ok();
        repo.git(["push", "-q", "origin", "main"]);
        repo.ao(["push"]).ok();
        let mate = Repo::found(repo.env(), repo.env().path("mate"));
        repo.git(["clone", "-q", hub.to_str().unwrap(), mate.dir().to_str().unwrap()]);
        mate.ao(["pull"]).ok();
        let (squashed, how) = &made[0];
        let out = mate.ao(["diff", "--name-only", squashed]).ok();
        out.stdout_is(&format!("a{how}\nb{how}\n")).stderr_has("it was landed with ");
        // Nobody knows where the work begins, or where it is.
        let (rebased, _) = &made[1];
        let none = "nor its last commit is in this clone";
        for (id, way) in [(rebased, "git show "), (&open, "git fetch <remote> ao/")] {
            mate.ao(["diff", id]).code(1).stderr_has(none).stderr_has(way);
            mate.ao(["path", id]).code(1).stderr_has(none).stderr_has(way);
        }
    });
}

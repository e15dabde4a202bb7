//! What `land` refuses, before it and `land --dry-run` and `land --check` change anything.

use std::path::{Path, PathBuf};

use git_ao::model::{Session, SessionStatus};

use crate::support::agents::record;
use crate::support::{Repo, alone};

const WAYS: [&str; 4] = ["merge", "squash", "rebase", "ff"];

/// A session with these commits: files and contents.
fn session(repo: &Repo, title: &str, commits: &[(&str, &str)]) -> (String, PathBuf) {
    let made = repo.ao(["spawn", "--json", "--no-agent", "--base", "main", title]).ok().json();
    let path: PathBuf = made["workspace"].as_str().unwrap().into();
    for (file, content) in commits {
        repo.within(&path).commit(file, content);
    }
    (made["session"]["id"].as_str().unwrap().to_owned(), path)
}

fn repo() -> Repo {
    let repo = Repo::new();
    repo.commit("f", "one\ntwo\nthree\n");
    repo
}

fn now(repo: &Repo, id: &str) -> Session {
    record(repo, id.parse().unwrap())
}

/// Everything that must stay as it is: refs, records, files, and the bytes of the index.
fn state(repo: &Repo, worktree: &Path) -> (String, String, String, Vec<u8>) {
    let there = repo.within(worktree);
    (
        repo.git(["for-each-ref"]),
        repo.git(["status", "--porcelain=v2", "--branch"]),
        there.git(["status", "--porcelain=v2", "--branch"]),
        std::fs::read(repo.dir().join(".git/index")).unwrap(),
    )
}

/// Checks that a landing is refused in the same words with and without `--dry-run`.
#[track_caller]
fn is_refused(repo: &Repo, worktree: &Path, args: &[&str], words: &str) {
    let before = state(repo, worktree);
    for dry in [Some("-n"), None] {
        let args = ["land"].iter().chain(dry.iter()).chain(args);
        repo.ao(args).code(1).stderr_has(words);
        assert_eq!(state(repo, worktree), before, "{dry:?}");
    }
}

#[test]
fn a_base_that_was_reset_does_not_get_the_dropped_commits_back() {
    alone(|| {
        for is_here in [true, false] {
            let repo = repo();
            let secret = repo.commit("secret", "s");
            let (id, path) = session(&repo, "One", &[("w", "1"), ("x", "1")]);
            repo.git(["reset", "-q", "--hard", "HEAD^"]);
            repo.commit("base", "went on");
            if !is_here {
                repo.git(["switch", "-q", "-c", "other"]);
            }
            let words = format!("'main' does not contain {}, the commit where", &secret[..7]);
            for how in ["merge", "squash", "ff"] {
                is_refused(&repo, &path, &[&format!("--{how}"), "--force", &id], &words);
            }
            let out = repo.ao(["land", &id]).code(1).stderr_has("use --rebase");
            out.stderr_has(&format!("merge {}", &secret[..7]));
            repo.ao(["land", "--check"]).ok().stdout_has(&format!("refused: {words}"));
            let check = repo.ao(["land", "--check", "--json"]).ok().json();
            assert_eq!(check["sessions"][0]["result"], "refused", "{check}");
            // What is shown as the session's is what will be landed.
            let shown = repo.ao(["show", &id]).ok();
            shown.stdout_has(" x\n").stdout_lacks("secret");
            repo.ao(["log", "--commits", &id]).ok().stdout_lacks("secret");
            repo.ao(["diff", "--stat", &id]).ok().stdout_lacks("secret");
            let dry = repo.ao(["land", "-n", "--rebase", &id]).ok();
            dry.stdout_has("would land in 'main' (rebase): 2 commits");
            repo.ao(["land", "--rebase", &id]).ok().stderr_lacks("kept");
            let files = repo.git(["ls-tree", "--name-only", "main"]);
            assert_eq!(files, "README\nbase\nf\nw\nx\n");
            let log = repo.git(["log", "--format=%s", "main", "--", "secret"]);
            assert_eq!(log, "");
            assert_eq!(now(&repo, &id).status, SessionStatus::Merged);
            assert!(!path.exists());
        }
    });
}

#[test]
fn the_session_can_bring_the_dropped_commits_if_the_base_takes_them_first() {
    alone(|| {
        let repo = repo();
        let secret = repo.commit("secret", "s");
        let (id, _) = session(&repo, "One", &[("w", "1")]);
        repo.git(["reset", "-q", "--hard", "HEAD^"]);
        repo.git(["merge", "-q", &secret]);
        repo.ao(["land", &id]).ok();
        assert_eq!(repo.git(["ls-tree", "--name-only", "main"]), "README\nf\nsecret\nw\n");
    });
}

#[test]
fn an_unrelated_base_gets_only_the_sessions_commits() {
    alone(|| {
        let repo = repo();
        repo.commit("old", "1");
        let (id, path) = session(&repo, "One", &[("w", "1")]);
        repo.git(["switch", "-q", "--orphan", "new"]);
        repo.commit("g", "new");
        repo.git(["branch", "-q", "-f", "main"]);
        is_refused(&repo, &path, &["--merge", &id], "'main' does not contain");
        repo.ao(["land", "--rebase", &id]).ok();
        assert_eq!(repo.git(["ls-tree", "--name-only", "main"]), "g\nw\n");
    });
}

/// What came in by a pull is not the session's either, once the base has dropped it.
#[test]
fn commits_that_came_in_later_are_not_brought_back() {
    alone(|| {
        let repo = repo();
        let start = repo.git(["rev-parse", "HEAD"]).trim().to_owned();
        let (id, path) = session(&repo, "One", &[]);
        repo.commit("secret", "s");
        let there = repo.within(&path);
        there.git(["merge", "-q", "main"]);
        there.commit("w", "1");
        repo.ao(["status"]).ok();
        repo.git(["reset", "-q", "--hard", &start]);
        is_refused(&repo, &path, &["--squash", &id], "'main' does not contain");
        repo.ao(["land", "--rebase", &id]).ok();
        assert_eq!(repo.git(["ls-tree", "--name-only", "main"]), "README\nf\nw\n");
    });
}

/// A session begins with the remote's commits where the local branch is behind, and a fork with the
/// work of its parent, which may be squashed by now.
#[test]
fn commits_that_the_base_has_elsewhere_are_no_reason() {
    alone(|| {
        let repo = repo();
        let (parent, path) = session(&repo, "Parent", &[("a", "1"), ("b", "1")]);
        let made = repo.ao(["fork", "--json", "--no-agent", &parent]).ok().json();
        let fork = made["session"]["id"].as_str().unwrap().to_owned();
        let place: PathBuf = made["workspace"].as_str().unwrap().into();
        repo.within(&place).commit("c", "1");
        repo.ao(["land", "--squash", &parent]).ok();
        assert!(!path.exists());
        let dry = repo.ao(["land", "-n", "--rebase", "--into", "main", &fork]).ok();
        dry.stdout_has("(rebase): 1 commit");
        repo.ao(["land", "--into", "main", &fork]).ok();
        assert_eq!(repo.git(["ls-tree", "--name-only", "main"]), "README\na\nb\nc\nf\n");
        // The remote is ahead.
        let ahead = repo.commit("ahead", "1");
        let remote = repo.env().path("remote");
        repo.git(["clone", "-q", "--bare", ".", remote.to_str().unwrap()]);
        repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
        repo.git(["fetch", "-q", "origin"]);
        repo.git(["branch", "-q", "--set-upstream-to=origin/main", "main"]);
        let made = repo.ao(["spawn", "--json", "--no-agent", "--base", &ahead, "x"]).ok().json();
        let place: PathBuf = made["workspace"].as_str().unwrap().into();
        repo.within(&place).commit("d", "1");
        repo.git(["reset", "-q", "--hard", "HEAD^"]);
        let id = made["session"]["id"].as_str().unwrap();
        repo.ao(["land", "--into", "main", id]).ok();
    });
}

#[test]
fn a_dry_run_and_a_landing_refuse_the_same() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("f", "one\nmine\nthree\n"), ("new", "1")]);
        let check = |words: &str| {
            repo.ao(["land", "--check"]).ok().stdout_has(words);
        };
        check("+2 -0 main: clean");
        // Files in the way.
        repo.write("f", "not committed");
        for how in WAYS {
            let way = format!("--{how}");
            is_refused(&repo, &path, &[&way, &id], "are in the way: f");
        }
        check("refused: changes in");
        repo.git(["checkout", "-q", "f"]);
        repo.write("new", "untracked");
        is_refused(&repo, &path, &[&id], "are in the way: new");
        std::fs::remove_file(repo.dir().join("new")).unwrap();
        // The index.
        repo.write("staged", "x");
        repo.git(["add", "staged"]);
        is_refused(&repo, &path, &["--merge", &id], "has staged changes");
        is_refused(&repo, &path, &["--squash", &id], "has staged changes");
        check("has staged changes");
        repo.ao(["land", "-n", "--ff", &id]).ok();
        repo.git(["rm", "-q", "-f", "staged"]);
        // An operation in the base's worktree.
        repo.git(["bisect", "start"]);
        is_refused(&repo, &path, &[&id], "in the middle of a bisect");
        check("in the middle of a bisect");
        repo.git(["bisect", "reset"]);
        // The session's worktree.
        repo.within(&path).write("later", "1");
        is_refused(&repo, &path, &[&id], "uncommitted changes");
        check("refused: '");
        std::fs::remove_file(path.join("later")).unwrap();
        // The base went on.
        repo.commit("base", "went on");
        is_refused(&repo, &path, &["--ff", &id], "diverged");
        repo.ao(["land", "-n", "--rebase", &id]).ok().stdout_has("2 commits");
        repo.commit("f", "one\ntheirs\nthree\n");
        for how in ["merge", "squash", "rebase"] {
            is_refused(&repo, &path, &[&format!("--{how}"), &id], "conflicts with 'main': f");
        }
        check("conflicts: f");
    });
}

/// The commits conflict one by one, and the sum does not.
#[test]
fn a_dry_run_of_a_rebase_looks_at_each_commit() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(
            &repo,
            "One",
            &[("f", "one\nmine\nthree\n"), ("f", "one\ntwo\nthree\n"), ("a", "1")],
        );
        repo.commit("f", "one\ntheirs\nthree\n");
        is_refused(&repo, &path, &["--rebase", &id], "conflicts with 'main': f");
        repo.ao(["land", "-n", "--merge", &id]).ok();
        repo.ao(["land", "--merge", &id]).ok();
    });
}

/// The hook refuses to move the base, or also to set it to where it is.
#[test]
fn a_base_that_a_hook_protects_stays_as_it_is() {
    alone(|| {
        for even_the_same in [false, true] {
            let repo = repo();
            let (id, path) =
                session(&repo, "One", &[("f", "one\nmine\nthree\n"), ("n", "1"), ("d/e", "1")]);
            repo.write("README", "not committed\n");
            repo.write("untracked", "1");
            let differs = if even_the_same { "true" } else { "[ $old != $new ]" };
            let script = format!(
                "[ $1 = prepared ] || exit 0; while read old new ref; do \
                 if [ $ref = refs/heads/main ] && {differs}; then echo protected >&2; exit 1; fi; \
                 done"
            );
            let before = state(&repo, &path);
            for how in WAYS {
                let hook = repo.hook("reference-transaction", &script);
                let out = repo.ao(["land", &format!("--{how}"), &id]).code(1);
                out.stderr_has("refused: protected").stderr_lacks("not be restored");
                std::fs::remove_file(hook).unwrap();
                let after = state(&repo, &path);
                assert_eq!((&after.0, &after.1), (&before.0, &before.1), "{how}");
                let left = ["MERGE_HEAD", "MERGE_MSG", "SQUASH_MSG"];
                let left = left.map(|name| repo.dir().join(".git").join(name).exists());
                assert_eq!(left, [false; 3], "{how}");
            }
            // What is staged, and not touched by a fast-forward, stays, too.
            repo.git(["add", "README"]);
            let before = repo.git(["status", "--porcelain=v2"]);
            let hook = repo.hook("reference-transaction", &script);
            repo.ao(["land", "--ff", &id]).code(1).stderr_has("refused: protected");
            std::fs::remove_file(hook).unwrap();
            assert_eq!(repo.git(["status", "--porcelain=v2"]), before);
            repo.ao(["land", "--ff", &id]).ok();
        }
    });
}

#[test]
fn a_base_branch_that_was_renamed_or_landed_is_found() {
    alone(|| {
        let repo = repo();
        let (parent, _) = session(&repo, "Parent", &[("a", "1")]);
        let fork = |of: &str, file: &str| {
            let made = repo.ao(["fork", "--json", "--no-agent", of]).ok().json();
            let path = made["workspace"].as_str().unwrap();
            repo.within(Path::new(path)).commit(file, "1");
            made["session"]["id"].as_str().unwrap().to_owned()
        };
        let child = fork(&parent, "b");
        let grandchild = fork(&child, "c");
        repo.ao(["land", "--into", "refs/heads/main", &parent]).ok();
        repo.git(["branch", "-q", "-m", "main", "trunk"]);
        let check = repo.ao(["land", "--check"]).ok();
        check.stdout_has(&format!("{} +1 -1 trunk: clean", &child[..8]));
        repo.ao(["land", "-n", &child]).ok().stdout_has("would land in 'trunk'");
        let landed = repo.ao(["land", &child]).ok().stdout_has("in 'trunk'");
        landed.stderr_has("no longer exists");
        repo.ao(["land", "--squash", &grandchild]).ok().stdout_has("in 'trunk'");
        let files = repo.git(["ls-tree", "--name-only", "trunk"]);
        assert_eq!(files, "README\na\nb\nc\nf\n");
    });
}

#[test]
fn a_base_branch_that_is_gone_is_no_reason_to_hide_work() {
    alone(|| {
        let repo = repo();
        let (id, _) = session(&repo, "One", &[("a", "1")]);
        repo.git(["switch", "-q", "-c", "release"]);
        repo.git(["branch", "-q", "-D", "main"]);
        let check = repo.ao(["land", "--check"]).ok();
        check.stdout_has("+1 -0 main: refused: there is no branch 'main' to land in");
        repo.ao(["land", &id]).code(1).stderr_has("--into 'release'");
        repo.ao(["land", "-n", "--into", "relaese", &id]).code(1).stderr_has("--into 'release'");
        repo.ao(["land", "--into", "release", &id]).ok().stderr_lacks("no longer");
    });
}

#[test]
fn conflicts_of_a_rebase_have_a_way_out() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("f", "one\nmine\nthree\n"), ("a", "1")]);
        let (other, place) = session(&repo, "Two", &[("f", "one\nother\nthree\n")]);
        repo.commit("f", "one\ntheirs\nthree\n");
        let refused = repo.ao(["land", "--rebase", &id]).code(1);
        refused.stderr_has(&format!("git -C '{}' rebase 'main'", path.display()));
        // By a rebase in the worktree.
        let there = repo.within(&path);
        there.git_result(["rebase", "main"]);
        there.write("f", "one\nboth\nthree\n");
        there.git(["add", "f"]);
        there.git(["-c", "core.editor=true", "rebase", "--continue"]);
        repo.ao(["land", "--rebase", &id]).ok();
        assert_eq!(repo.git(["show", "main:f"]), "one\nboth\nthree\n");
        // By a merge, which a rebase would drop.
        let there = repo.within(&place);
        let conflict = repo.ao(["land", "--in-worktree", &other]).code(1);
        conflict.stderr_has("land again with --merge or --squash");
        there.write("f", "one\nall\nthree\n");
        there.git(["commit", "-q", "-a", "--no-edit"]);
        let refused = repo.ao(["land", "--rebase", &other]).code(1);
        refused.stderr_has("already contains 'main': use --merge, --squash or --ff");
        let again = repo.ao(["land", "--in-worktree", &other]).ok();
        again.stdout_has("already contains the base branch").stderr_has("--merge");
        repo.ao(["land", "--ff", &other]).ok();
        assert_eq!(repo.git(["show", "main:f"]), "one\nall\nthree\n");
    });
}

#[test]
fn what_git_and_hooks_say_is_passed_on_as_it_is() {
    alone(|| {
        let repo = repo();
        let (id, _) = session(&repo, "One", &[("a", "1")]);
        repo.commit("base", "went on");
        let hook = repo.hook("pre-merge-commit", "echo one >&2; echo two >&2; exit 1");
        let place = repo.dir().display().to_string();
        let refused = repo.ao(["land", &id]).code(1);
        let words = format!("error: git merge in '{place}' refused: one\n  two\n");
        refused.stderr_has(&words).stderr_lacks("Not committing").stderr_lacks(";");
        std::fs::remove_file(hook).unwrap();
        // An editor that fails, or leaves no message.
        for (editor, way) in [("false", "--merge"), ("false", "--squash"), (":>", "--squash")] {
            let edit = repo.ao_run(["land", "--edit", way, &id]).env("GIT_EDITOR", editor);
            let out = edit.run().code(1);
            out.stderr_has("refused: git said why above").stdout_lacks("Squash commit");
            assert_eq!(repo.git(["status", "--porcelain"]), "");
        }
        let done = repo.ao(["land", "--json", &id]).ok().json();
        assert_eq!(done["session"]["here"], false, "{done}");
        assert_eq!(done["session"]["workspace_path"].as_str(), None, "{done}");
    });
}

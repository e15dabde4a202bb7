//! What git does by itself in a landing: signatures, merge drivers, recorded resolutions and hooks.

use std::fs;
use std::path::PathBuf;

use crate::support::{Repo, alone, skipped};

const WAYS: [&str; 3] = ["merge", "squash", "rebase"];

/// A session with these commits: files and contents.
fn session(repo: &Repo, title: &str, commits: &[(&str, &str)]) -> (String, PathBuf) {
    let made = repo.ao(["spawn", "--json", "--no-agent", "--base", "main", title]).ok().json();
    let path: PathBuf = made["workspace"].as_str().unwrap().into();
    for (file, content) in commits {
        repo.within(&path).commit(file, content);
    }
    (made["session"]["id"].as_str().unwrap().to_owned(), path)
}

/// Runs a test with the base checked out, and with it nowhere checked out.
fn here_and_nowhere(test: impl Fn(&Repo)) {
    for is_elsewhere in [false, true] {
        let repo = Repo::new();
        repo.commit("f", "one\n");
        if is_elsewhere {
            repo.git(["switch", "-q", "-c", "other"]);
        }
        test(&repo);
    }
}

/// Commits on the base, whether it is checked out or not.
fn on_base(repo: &Repo, file: &str, content: &str) {
    let place = repo.env().path("base");
    repo.git(["worktree", "add", "-q", "--detach", place.to_str().unwrap(), "main"]);
    let commit = repo.within(&place).commit(file, content);
    repo.git(["worktree", "remove", place.to_str().unwrap()]);
    match repo.git(["branch", "--show-current"]).trim() {
        "main" => repo.git(["merge", "-q", "--ff-only", &commit]),
        _ => repo.git(["branch", "-q", "-f", "main", &commit]),
    };
}

#[test]
fn commits_are_signed() {
    alone(|| {
        here_and_nowhere(|repo| {
            let key = repo.env().path("key");
            let keygen = ["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()];
            let made = repo.env().run(repo.dir(), "ssh-keygen", keygen);
            if !made.command().status().is_ok_and(|status| status.success()) {
                return skipped("ssh-keygen is not installed");
            }
            let public = fs::read_to_string(key.with_extension("pub")).unwrap();
            let email = repo.git(["log", "-1", "--format=%ce"]);
            let signers = repo.env().path("signers");
            fs::write(&signers, format!("{} {public}", email.trim())).unwrap();
            repo.config("gpg.format", "ssh");
            repo.config("gpg.ssh.allowedSignersFile", signers.to_str().unwrap());
            repo.config("user.signingKey", key.to_str().unwrap());
            for how in WAYS {
                let (id, _) = session(repo, how, &[(how, "1")]);
                on_base(repo, &format!("base-{how}"), "went on");
                repo.config("commit.gpgSign", "true");
                repo.ao(["land", &format!("--{how}"), &id]).ok();
                assert_eq!(repo.git(["log", "-1", "--format=%G?", "main"]), "G\n", "{how}");
                repo.config("commit.gpgSign", "false");
            }
            // Without the key, nothing is landed.
            let (id, path) = session(repo, "unsigned", &[("unsigned", "1")]);
            on_base(repo, "last", "went on");
            repo.config("commit.gpgSign", "true");
            fs::remove_file(&key).unwrap();
            fs::remove_file(key.with_extension("pub")).unwrap();
            let state = || {
                let places = [repo.dir(), &path];
                let status = |dir| repo.within(dir).git(["status", "--porcelain=v2", "--branch"]);
                (repo.git(["for-each-ref", "refs/heads"]), places.map(status))
            };
            let before = state();
            for how in WAYS {
                repo.ao(["land", &format!("--{how}"), &id]).code(1).stderr_has("refused");
                assert_eq!(state(), before, "{how}");
            }
        });
    });
}

#[test]
fn merge_drivers_of_attributes_are_used() {
    alone(|| {
        here_and_nowhere(|repo| {
            repo.config("merge.add.driver", "cat %B >>%A");
            on_base(repo, ".gitattributes", "*.list merge=add\n");
            on_base(repo, "a.list", "base\n");
            for how in WAYS {
                let (id, _) = session(repo, how, &[("a.list", &format!("{how}\n"))]);
                on_base(repo, "a.list", "went on\n");
                // It is neither a conflict nor merged, although the driver would also take it twice.
                let check = repo.ao(["land", "--check"]).ok();
                check.stdout_has(&format!("{} +1 -1 main: clean", &id[..8]));
                repo.ao(["land", &format!("--{how}"), &id]).ok();
                let landed = repo.git(["show", "main:a.list"]);
                assert!(landed.contains("went on") && landed.contains(how), "{how}: {landed}");
            }
        });
    });
}

#[test]
fn what_was_resolved_before_is_resolved_in_the_worktree() {
    alone(|| {
        let repo = Repo::new();
        repo.commit("f", "one\n");
        repo.config("rerere.enabled", "true");
        let (id, path) = session(&repo, "One", &[("f", "session\n")]);
        let tree = repo.within(&path);
        repo.commit("f", "base\n");
        let refused = repo.ao(["land", "--squash", &id]).code(1);
        let refused =
            refused.stderr_has("conflicts with 'main': f").stderr_has("nothing was changed");
        refused.stderr_has("also with recorded resolutions (rerere): git ao land --in-worktree");
        repo.ao(["land", "--in-worktree", &id]).code(1).stdout_has("conflict: f");
        tree.write("f", "both\n");
        tree.git(["commit", "-q", "-a", "-m", "resolved"]);
        tree.git(["reset", "-q", "--hard", "HEAD^"]);
        // Git puts the resolution into the file, and with autoUpdate into the index.
        repo.ao(["land", "--in-worktree", &id]).code(1).stdout_has("conflict: f");
        assert_eq!(fs::read_to_string(path.join("f")).unwrap(), "both\n");
        tree.git(["merge", "--abort"]);
        repo.config("rerere.autoUpdate", "true");
        for how in WAYS {
            let refused = repo.ao(["land", &format!("--{how}"), &id]).code(1);
            refused.stderr_has("nothing was changed");
            assert_eq!(repo.git(["status", "--porcelain"]), "", "{how}");
        }
        let out = repo.ao(["land", "--in-worktree", &id]).code(1);
        let out = out.stderr_has("has a merge that is not committed: Staged 'f' using");
        out.stderr_has("to commit it: git -C");
        repo.ao(["land", &id]).code(1).stderr_has("merge");
        tree.git(["commit", "-q", "--no-edit"]);
        repo.ao(["land", &id]).ok();
        assert_eq!(fs::read_to_string(repo.dir().join("f")).unwrap(), "both\n");
    });
}

#[test]
fn hooks_write_messages_and_learn_of_what_is_new() {
    alone(|| {
        here_and_nowhere(|repo| {
            let heard = repo.env().path("heard");
            let hears = |name: &str| format!("echo {name} >>'{}'", heard.display());
            for (how, wanted) in [
                ("merge", &["pre-merge-commit", "post-merge"][..]),
                ("squash", &["pre-commit", "post-commit"]),
                ("rebase", &["pre-rebase", "post-rewrite"]),
            ] {
                let (id, _) = session(repo, how, &[(how, "1")]);
                on_base(repo, &format!("base-{how}"), "went on");
                fs::write(&heard, "").unwrap();
                let message =
                    [("prepare-commit-msg", "Prepared-by"), ("commit-msg", "Reviewed-by")];
                let adds = |(name, trailer): (&str, &str)| {
                    repo.hook(name, &format!("echo '{trailer}: hook' >>\"$1\""))
                };
                let hooks = message.into_iter().map(adds);
                let told = wanted.iter().map(|name| repo.hook(name, &hears(name)));
                let hooks: Vec<_> = hooks.chain(told).collect();
                repo.ao(["land", &format!("--{how}"), &id]).ok();
                hooks.into_iter().for_each(|hook| fs::remove_file(hook).unwrap());
                let text = fs::read_to_string(&heard).unwrap();
                for name in wanted {
                    assert!(text.lines().any(|line| line == *name), "{how}: {text}");
                }
                let message = repo.git(["log", "-1", "--format=%B", "main"]);
                let has = |trailer: &str| message.matches(trailer).count();
                // Which of them git asks when it rebases depends on its version.
                if how != "rebase" {
                    let found = [has("Prepared-by: hook"), has("Reviewed-by: hook")];
                    assert_eq!(found, [1; 2], "{how}: {message}");
                }
            }
        });
    });
}

#[test]
fn a_hook_that_refuses_leaves_a_rebase_and_a_merge_in_the_worktree_undone() {
    alone(|| {
        here_and_nowhere(|repo| {
            let (id, path) = session(repo, "One", &[("a", "1")]);
            on_base(repo, "base", "went on");
            let before = repo.git(["for-each-ref", "refs/heads"]);
            let hook = repo.hook("pre-rebase", "echo not today >&2; exit 1");
            repo.ao(["land", "--rebase", &id]).code(1).stderr_has("not today");
            fs::remove_file(hook).unwrap();
            assert_eq!(repo.git(["for-each-ref", "refs/heads"]), before);
            let hook = repo.hook("pre-merge-commit", "echo not now >&2; exit 1");
            let out = repo.ao(["land", "--in-worktree", &id]).code(1);
            out.stderr_has("has a merge that is not committed").stderr_has("merge --abort");
            fs::remove_file(hook).unwrap();
            repo.within(&path).git(["merge", "--abort"]);
            assert_eq!(repo.git(["for-each-ref", "refs/heads"]), before);
            repo.ao(["land", "--rebase", &id]).ok();
            assert_eq!(repo.git(["worktree", "list"]).lines().count(), 1);
        });
    });
}

/// With GIT_TRACE, git says on standard error what it runs, also where it finds nothing.
#[test]
fn traces_are_no_errors() {
    alone(|| {
        let repo = Repo::new();
        let (id, _) = session(&repo, "Work", &[("a", "1")]);
        repo.commit("b", "1");
        let traced = |args: &[&str]| repo.ao_run(args).env("GIT_TRACE", "1").run().ok();
        traced(&["land", "--check"]).stdout_has("+1 -1 main: clean");
        traced(&["land", "--squash", &id]).stdout_has("landed");
    });
}

//! `land`: a session's work comes to its base branch, or everything stays as it was.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::{Session, SessionStatus};

use crate::support::agents::{STAYS, agent, record, wait_working};
use crate::support::{Repo, alone, for_each_format, strace};

/// A session with these commits: files and contents.
fn session(repo: &Repo, title: &str, commits: &[(&str, &str)]) -> (String, PathBuf) {
    let made = repo.ao(["spawn", "--json", "--no-agent", title]).ok().json();
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

fn rev(repo: &Repo, name: &str) -> String {
    repo.git(["rev-parse", "--verify", name]).trim().to_owned()
}

fn has_branch(repo: &Repo, name: &str) -> bool {
    let name = format!("refs/heads/{name}");
    repo.git_result(["show-ref", "--verify", "--quiet", &name]).status == 0
}

/// The branches, the status, the commits' states: all that a refused landing must leave alone.
fn state(repo: &Repo, worktree: &Path) -> [String; 4] {
    let there = repo.within(worktree);
    [
        repo.git(["for-each-ref", "refs/heads"]),
        repo.git(["status", "--porcelain=v2", "--branch"]),
        there.git(["status", "--porcelain=v2", "--branch"]),
        repo.git(["worktree", "list", "--porcelain"]),
    ]
}

#[track_caller]
fn is_landed(repo: &Repo, id: &str, path: &Path, how: &str) {
    let session = now(repo, id);
    assert_eq!(session.status, SessionStatus::Merged);
    let landed = session.landed.unwrap();
    assert_eq!((landed.how.as_str(), landed.into.as_str()), (how, "main"));
    assert_eq!(landed.commit.as_str(), rev(repo, "refs/heads/main"));
    assert!(session.placements.is_empty(), "{:?}", session.placements);
    assert!(!path.exists());
    assert!(!has_branch(repo, &session.branch.unwrap()));
    let kept = repo.git(["reflog", "refs/ao/heads", "--format=%H"]);
    assert!(kept.contains(session.head.unwrap().as_str()), "{kept}");
}

const WAYS: [&str; 4] = ["merge", "squash", "rebase", "ff"];

#[test]
fn in_all_ways_with_the_base_here_there_and_nowhere() {
    for_each_format(|repo| {
        // The test's repository has `main` checked out, or `linked` beside it, or is bare.
        for (n, how) in WAYS.into_iter().enumerate() {
            let base = ["--base", "main"];
            let title = format!("Number {n}");
            let args = ["spawn", "--json", "--no-agent", &title];
            let made = repo.ao(args.iter().chain(&base)).ok().json();
            let path: PathBuf = made["workspace"].as_str().unwrap().into();
            let id = made["session"]["id"].as_str().unwrap().to_owned();
            let tree = repo.within(&path);
            tree.commit(&format!("a{n}"), "1");
            tree.commit(&format!("b{n}"), "2");
            let before = rev(repo, "refs/heads/main");
            repo.ao(["land", &format!("--{how}"), &id]).ok().stdout_has("in 'main'");
            is_landed(repo, &id, &path, how);
            let files = repo.git(["ls-tree", "--name-only", "main"]);
            assert!(files.contains(&format!("a{n}\nb{n}\n")) || files.contains(&format!("b{n}")));
            let new = repo.git(["rev-list", "--first-parent", &format!("{before}..main")]);
            let commits = if how == "merge" || how == "squash" { 1 } else { 2 };
            assert_eq!(new.lines().count(), commits, "{how}");
            let subject = repo.git(["log", "-1", "--format=%s", "main"]);
            match how {
                "merge" => assert!(subject.starts_with("Merge branch 'ao/"), "{subject}"),
                "squash" => assert_eq!(subject.trim(), title),
                _ => assert_eq!(subject.trim(), format!("b{n}")),
            }
        }
        repo.git(["fsck", "--no-progress"]);
        let trees = repo.git(["worktree", "list"]);
        assert!(!trees.contains("ao/landing"), "{trees}");
    });
}

#[test]
fn a_diverged_base_and_unrelated_changes_are_no_reason() {
    alone(|| {
        for how in ["merge", "squash", "rebase"] {
            let repo = repo();
            let (id, path) = session(&repo, "One", &[("a", "1"), ("b", "2")]);
            repo.commit("base", "went on");
            repo.write("f", "one\ntwo\nthree\nnot committed\n");
            repo.write("new", "untracked");
            repo.ao(["land", "--ff", &id]).code(1).stderr_has("diverged").stderr_has("--rebase");
            repo.ao(["land", &format!("--{how}"), &id]).ok();
            is_landed(&repo, &id, &path, how);
            assert_eq!(repo.git(["status", "--porcelain"]), " M f\n?? new\n");
            assert!(repo.dir().join("a").exists() && repo.dir().join("base").exists());
        }
    });
}

#[test]
fn conflicts_leave_everything_as_it_was() {
    alone(|| {
        for is_elsewhere in [false, true] {
            let repo = repo();
            let (id, path) = session(&repo, "One", &[("f", "one\nmine\nthree\n")]);
            repo.commit("f", "one\ntheirs\nthree\n");
            repo.write("new", "untracked");
            if is_elsewhere {
                repo.git(["switch", "-q", "-c", "other"]);
            }
            let before = state(&repo, &path);
            for how in ["merge", "squash", "rebase"] {
                let out = repo.ao(["land", &format!("--{how}"), &id]).code(1);
                out.stderr_has("conflicts with 'main': f").stderr_has("--in-worktree");
                assert_eq!(state(&repo, &path), before, "{how}");
                assert_eq!(now(&repo, &id).landed, None);
            }
            repo.ao(["land", "--check"]).ok().stdout_has("+1 -1 main: conflicts: f (One)");
            // They are resolved where the work is.
            let out = repo.ao(["land", "--in-worktree", &id]).code(1);
            out.stdout_is("conflict: f\n").stderr_has("then land again");
            repo.ao(["land", &id]).code(1).stderr_has("merge");
            let there = repo.within(&path);
            there.write("f", "one\nboth\nthree\n");
            there.git(["commit", "-q", "-a", "--no-edit"]);
            repo.ao(["land", "--squash", &id]).ok();
            is_landed(&repo, &id, &path, "squash");
            assert_eq!(repo.git(["show", "main:f"]), "one\nboth\nthree\n");
        }
    });
}

#[test]
fn hooks_have_their_say() {
    alone(|| {
        for is_elsewhere in [false, true] {
            let repo = repo();
            let (id, path) = session(&repo, "One", &[("a", "1")]);
            repo.commit("base", "went on");
            if is_elsewhere {
                repo.git(["switch", "-q", "-c", "other"]);
            }
            let before = state(&repo, &path);
            for (hook, how) in [
                ("pre-merge-commit", "merge"),
                ("commit-msg", "merge"),
                ("pre-commit", "squash"),
                ("commit-msg", "squash"),
            ] {
                let hook = repo.hook(hook, "echo no such thing here >&2; exit 1");
                let out = repo.ao(["land", &format!("--{how}"), &id]).code(1);
                out.stderr_has("refused: no such thing here");
                fs::remove_file(hook).unwrap();
                assert_eq!(state(&repo, &path), before, "{how}");
            }
            repo.hook("commit-msg", "echo 'Reviewed-by: hook' >>\"$1\"");
            repo.ao(["land", "--squash", "-m", "My words", &id]).ok();
            let message = repo.git(["log", "-1", "--format=%B", "main"]);
            assert!(message.starts_with("My words\nReviewed-by: hook"), "{message}");
        }
    });
}

#[test]
fn what_is_in_the_way_is_said() {
    alone(|| {
        let repo = repo();
        let (none, _) = session(&repo, "None", &[]);
        repo.ao(["land", &none]).code(1).stderr_has("has no commits that are not in 'main'");
        let (id, path) = session(&repo, "One", &[("a", "1")]);
        repo.ao(["land", "--into", "nowhere", &id]).code(1).stderr_has("no branch 'nowhere'");
        let branch = now(&repo, &id).branch.unwrap();
        repo.ao(["land", "--into", &branch, &id]).code(1).stderr_has("itself");
        repo.within(&path).write("b", "2");
        repo.ao(["land", &id]).code(1).stderr_has("uncommitted").stderr_has("--force");
        repo.write("a", "in the way");
        repo.ao(["land", "--force", &id]).code(1).stderr_has("are in the way: a");
        fs::remove_file(repo.dir().join("a")).unwrap();
        repo.write("staged", "x");
        repo.git(["add", "staged"]);
        repo.ao(["land", "--force", "--squash", &id]).code(1).stderr_has("staged changes");
        repo.git(["reset", "-q"]);
        let out = repo.ao(["land", "--dry-run", "--force", "--squash", &id]).ok();
        out.stdout_has("would land in 'main' (squash): 1 commit");
        repo.ao(["land", "--force", "--squash", &id]).ok().stderr_has("its worktree is kept");
        assert_eq!(now(&repo, &id).status, SessionStatus::Merged);
        assert_eq!(fs::read_to_string(path.join("b")).unwrap(), "2");
        repo.ao(["land", &id]).code(1).stderr_has("already merged");
        repo.git(["branch", "-q", "-m", "main", "trunk"]);
        let (other, _) = session(&repo, "Two", &[("c", "1")]);
        repo.git(["switch", "-q", "--detach"]);
        repo.git(["branch", "-q", "-D", "trunk"]);
        repo.ao(["land", &other]).code(1).stderr_has("no branch 'trunk'").stderr_has("--into");
    });
}

#[test]
fn an_agent_at_work_is_not_disturbed() {
    alone(|| {
        let repo = repo();
        agent(&repo, "mine", &format!("git add . && git commit -q -m work; touch ready; {STAYS}"));
        let args = ["spawn", "--json", "--agent", "mine", "--runtime", "detached", "x"];
        let id = repo.ao(args).ok().json()["session"]["id"].as_str().unwrap().to_owned();
        wait_working(&repo, id.parse().unwrap());
        repo.ao(["land", &id])
            .code(1)
            .stderr_has("is still running")
            .stderr_has("git ao kill")
            .stderr_has("--force");
        repo.ao(["kill", &id]).ok();
    });
}

/// The hook commits what an agent could commit in this moment.
#[test]
fn what_is_committed_in_the_meantime_is_not_lost() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("a", "1")]);
        let there = path.display();
        let script = format!(
            "unset $(git rev-parse --local-env-vars); cd '{there}' && echo 2 >later \
             && git add later && git commit -q -m later"
        );
        let hook = repo.hook("post-merge", &script);
        repo.ao(["land", &id]).ok().stderr_has("its branch has new commits");
        fs::remove_file(hook).unwrap();
        let session = now(&repo, &id);
        assert_eq!(session.landed.unwrap().commit.as_str(), rev(&repo, "main"));
        assert_ne!(session.status, SessionStatus::Merged);
        assert!(path.exists());
        repo.ao(["land", &id]).ok();
        is_landed(&repo, &id, &path, "merge");
    });
}

#[test]
fn a_base_that_moves_in_the_meantime_is_not_overwritten() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("a", "1")]);
        repo.git(["switch", "-q", "-c", "other"]);
        let theirs = repo.commit("theirs", "1");
        // A hook of the merge stands for somebody else.
        let hook = repo.hook("post-merge", &format!("git update-ref refs/heads/main {theirs}"));
        repo.ao(["land", &id]).code(1).stderr_has("'main' was moved in the meantime");
        fs::remove_file(hook).unwrap();
        assert_eq!(rev(&repo, "main"), theirs);
        repo.ao(["land", &id]).ok();
        is_landed(&repo, &id, &path, "merge");
    });
}

#[test]
fn a_branch_of_two_sessions_stays() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("a", "1")]);
        let branch = now(&repo, &id).branch.unwrap();
        let (other, there) = session(&repo, "Two", &[]);
        repo.git(["worktree", "remove", "--force", there.to_str().unwrap()]);
        let store = crate::support::sessions::store(&repo);
        let key: git_ao::model::SessionId = other.parse().unwrap();
        store.update(key, "set", |session| session.branch = Some(branch.clone())).unwrap();
        repo.ao(["land", &id]).ok();
        assert!(has_branch(&repo, &branch) && !path.exists());
    });
}

/// Merges by hand, by more than two parents, and squashes are only recorded.
#[test]
fn what_is_merged_already_is_recorded() {
    alone(|| {
        let repo = repo();
        let (one, first) = session(&repo, "One", &[("a", "1")]);
        let (two, second) = session(&repo, "Two", &[("b", "1")]);
        let (three, third) = session(&repo, "Three", &[("c", "1"), ("d", "1")]);
        let branches = [&one, &two, &three].map(|id| now(&repo, id).branch.unwrap());
        repo.git(["merge", "-q", "-m", "octopus", &branches[0], &branches[1]]);
        repo.git(["merge", "-q", "--squash", &branches[2]]);
        repo.git(["commit", "-q", "-m", "squashed"]);
        let tip = rev(&repo, "main");
        repo.ao(["land", "--check"]).ok().stdout_is("no session has work to land\n");
        for (id, path) in [(&one, &first), (&two, &second), (&three, &third)] {
            repo.ao(["land", id]).ok().stdout_has("is already in 'main'");
            assert!(!path.exists());
            assert_eq!(now(&repo, id).status, SessionStatus::Merged);
        }
        assert_eq!(now(&repo, &three).landed.unwrap().commit.as_str(), tip);
        assert_eq!(rev(&repo, "main"), tip);
    });
}

/// The base has work that nobody has landed: it changes nothing, or came with that of others.
#[test]
fn a_commit_that_only_has_the_work_is_no_evidence() {
    let unknown = |repo: &Repo, what: &str| {
        repo.ao(["why", what]).code(1);
    };
    let reverted = |repo: &Repo, path: &Path| {
        let there = repo.within(path);
        there.commit("f", "one\nTWO\nthree\n");
        there.git(["revert", "--no-edit", "HEAD"]);
    };
    let empty = |repo: &Repo, path: &Path| {
        repo.within(path).git(["commit", "-q", "--allow-empty", "-m", "nothing"]);
    };
    let mixed = |repo: &Repo, path: &Path| {
        repo.within(path).commit("n", "the session's\n");
        repo.write("n", "the session's\n");
        repo.git(["add", "n"]);
        repo.commit("person", "a person's\n");
    };
    let works: [fn(&Repo, &Path); 3] = [reverted, empty, mixed];
    for work in works {
        let repo = repo();
        let (id, path) = session(&repo, "the work", &[]);
        work(&repo, &path);
        let base = rev(&repo, "main");
        repo.ao(["land", &id]).ok().stdout_has("is already in 'main'");
        let landed = now(&repo, &id).landed.unwrap();
        assert_eq!((landed.how.as_str(), landed.commit.as_str()), ("already", base.as_str()));
        assert_eq!(rev(&repo, "main"), base);
        unknown(&repo, "HEAD");
        unknown(&repo, "f:2");
        assert!(!repo.ao(["blame", "f"]).ok().stdout.contains("the work"));
    }
    // Somebody squashed it, and nothing else.
    let repo = repo();
    let (id, _) = session(&repo, "the work", &[("n", "one\n"), ("n", "one\ntwo\n")]);
    repo.git(["merge", "-q", "--squash", &now(&repo, &id).branch.unwrap()]);
    repo.git(["commit", "-q", "-m", "by hand"]);
    repo.ao(["land", &id]).ok().stdout_has("is already in 'main'");
    assert_eq!(now(&repo, &id).landed.unwrap().how, "squash");
    repo.ao(["why", "HEAD"]).ok().stdout_has("the work");
}

#[test]
fn what_comes_after_a_landing_is_landed_too() {
    let repo = repo();
    let (id, path) = session(&repo, "in two parts", &[("n", "one\n")]);
    repo.ao(["land", "--keep", &id]).ok();
    repo.ao(["land", &id]).code(1).stderr_has("is already merged");
    let there = repo.within(&path);
    there.commit("m", "two\n");
    repo.ao(["land", "--check"]).ok().stdout_has("in two parts");
    repo.ao(["land", &id]).ok().stdout_has("landed");
    is_landed(&repo, &id, &path, "merge");
    assert_eq!(fs::read_to_string(repo.dir().join("m")).unwrap(), "two\n");
}

#[test]
fn a_squash_keeps_who_made_the_work() {
    let repo = repo();
    let (id, path) = session(&repo, "the work", &[]);
    let there = repo.within(&path);
    let ours = format!("Ao-Session: {id}\nCo-authored-by: B <b@example.org>");
    for (file, trailers) in [("a", ours.as_str()), ("b", "Change-Id: I1\nSigned-off-by: A <a@b.c>")]
    {
        there.write(file, file);
        there.git(["add", file]);
        there.git(["commit", "-q", "-m", &format!("add {file}\n\n{ours}\n{trailers}")]);
    }
    repo.ao(["land", "--squash", &id]).ok();
    let message = repo.git(["log", "-1", "--format=%B"]);
    let expected = format!("the work\n\n* add a\n* add b\n\n{ours}\nSigned-off-by: A <a@b.c>\n");
    assert_eq!(message.trim_end(), expected.trim_end());
}

/// A copy of the same second is otherwise no evidence.
#[test]
fn what_a_rebase_replaces_is_noted() {
    let repo = repo();
    let (id, path) = session(&repo, "the work", &[("a", "1\n"), ("b", "2\n"), ("c", "3\n")]);
    let own = repo.within(&path).git(["rev-list", "--reverse", "main..HEAD"]);
    let picked = own.lines().nth(1).unwrap();
    repo.commit("other", "by people\n");
    repo.git(["cherry-pick", picked]);
    repo.ao(["land", "--rebase", &id]).ok();
    for name in ["HEAD", "HEAD~1"] {
        let said = repo.ao(["why", "--json", name]).ok().json();
        let found = &said["why"]["found"][0];
        assert_eq!(
            (&found["evidence"], &found["session"]),
            (&"rewrite".into(), &id.as_str().into())
        );
    }
    repo.ao(["why", "HEAD~3"]).code(1);
}

#[test]
fn one_undo_takes_a_landing_back() {
    let repo = repo();
    let (id, _) = session(&repo, "the work", &[("n", "one\n")]);
    repo.ao(["land", &id]).ok();
    repo.ao(["undo"]).ok().stdout_has("land").stdout_has("+status: idle");
    let session = now(&repo, &id);
    assert!(session.landed.is_none() && session.status == SessionStatus::Idle);
    let (id, _) = self::session(&repo, "another", &[]);
    repo.ao(["cancel", "--discard", &id]).ok();
    repo.ao(["undo"]).ok().stdout_has("cancel").stdout_has("+status: idle");
}

#[test]
fn a_shallow_clone_lands_what_it_can() {
    alone(|| {
        let origin = repo();
        origin.commit("g", "1");
        let path = origin.env().path("shallow");
        let url = format!("file://{}", origin.dir().display());
        origin.git(["clone", "-q", "--depth=1", &url, path.to_str().unwrap()]);
        let repo = origin.within(&path);
        for how in WAYS {
            let (id, path) = session(&repo, "One", &[(how, "1")]);
            repo.ao(["land", &format!("--{how}"), &id]).ok();
            is_landed(&repo, &id, &path, how);
        }
    });
}

#[test]
fn keep_keeps_and_json_tells() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("a", "1")]);
        let check = repo.ao(["land", "--check", "--json"]).ok().json();
        assert_eq!(check["sessions"][0]["result"], "clean", "{check}");
        assert_eq!(check["sessions"][0]["ahead"], 1, "{check}");
        let done = repo.ao(["land", "--keep", "--squash", "--json", &id]).ok().json();
        assert_eq!(done["session"]["here"], true, "{done}");
        assert_eq!(done["session"]["landed"]["how"], "squash", "{done}");
        assert!(path.exists() && has_branch(&repo, &now(&repo, &id).branch.unwrap()));
        // The rule knows it as merged.
        repo.ao(["cleanup", "--branches"]).ok();
        assert!(!path.exists() && !has_branch(&repo, &now(&repo, &id).branch.unwrap()));
    });
}

/// Both git ao and the programs that it runs are killed, one after the other.
#[test]
fn after_a_kill_it_is_landed_or_as_before() {
    alone(|| {
        let mut landed = 0;
        for (n, how) in WAYS.into_iter().cycle().enumerate().take(28) {
            let repo = repo();
            let (id, path) = session(&repo, "One", &[("a", "1"), ("b", "2")]);
            if n % 8 < 4 && how != "ff" {
                repo.commit("base", "went on");
            }
            if n % 3 == 0 {
                repo.git(["switch", "-q", "-c", "other"]);
            }
            let before = rev(&repo, "main");
            let run = repo.ao_run(["land", &format!("--{how}"), &id]);
            let kill = format!("inject=wait4,waitid,link:signal=SIGKILL:when={}", n + 1);
            let Some(run) = strace(&run, &["-f", "-e", &kill]) else { return };
            run.run();
            let is_landed = rev(&repo, "main") != before;
            landed += usize::from(is_landed);
            let has = |file: &str| repo.git_result(["cat-file", "-e", &format!("main:{file}")]);
            for file in ["a", "b"] {
                assert_eq!(has(file).status == 0, is_landed, "{n} {how}");
            }
            if now(&repo, &id).status != SessionStatus::Merged {
                repo.ao(["land", &format!("--{how}"), &id]).ok();
            }
            repo.ao(["cleanup", "--branches"]);
            let session = now(&repo, &id);
            assert_eq!(session.status, SessionStatus::Merged);
            assert!(!path.exists() && has("a").status == 0, "{n} {how}");
            assert_eq!(repo.git(["status", "--porcelain"]), "", "{n} {how}");
        }
        assert!((4..28).contains(&landed), "{landed} of 28 had landed");
    });
}

#[test]
fn after_a_kill_a_conflict_leaves_everything_as_it_was() {
    alone(|| {
        let repo = repo();
        let (id, path) = session(&repo, "One", &[("f", "one\nmine\nthree\n")]);
        repo.commit("f", "one\ntheirs\nthree\n");
        let before = state(&repo, &path);
        for (n, how) in ["merge", "squash", "rebase"].into_iter().cycle().enumerate().take(24) {
            let run = repo.ao_run(["land", &format!("--{how}"), &id]);
            let kill = format!("inject=wait4,waitid,link:signal=SIGKILL:when={}", n + 1);
            let Some(run) = strace(&run, &["-f", "-e", &kill]) else { return };
            run.run();
            repo.ao(["land", &format!("--{how}"), &id]).code(1).stderr_has("conflicts with");
            assert_eq!(state(&repo, &path), before, "{n} {how}");
        }
    });
}

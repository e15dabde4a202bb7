//! Sessions on branches that exist.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{line, spawn, text, traces, workspace};
use crate::support::agents::{STAYS, agent, until, wait_ended, wait_working};
use crate::support::{Combo, Repo, TestEnv, alone, race, write_script};

/// A branch `topic` with a commit of its own, which is checked out nowhere.
fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit("a", "a");
    repo.git(["switch", "-q", "-c", "topic"]);
    repo.commit("topic", "by hand");
    repo.git(["switch", "-q", "main"]);
    repo.commit("b", "b");
    repo.config("ao.runtime", "detached");
    repo
}

fn on(repo: &Repo, branch: &str) -> Value {
    spawn(repo, &["--no-agent", "--on", branch, "Go on"])
}

fn id(made: &Value) -> &str {
    text(made, "id")
}

fn commit_in(repo: &Repo, path: &Path) {
    repo.within(path).git(["commit", "-q", "--allow-empty", "-m", "by the session"]);
}

fn has_branch(repo: &Repo, name: &str) -> bool {
    let full = format!("refs/heads/{name}");
    !repo.git(["for-each-ref", &full]).is_empty()
}

/// A worktree that the user made.
fn own_worktree(repo: &Repo, branch: &str) -> PathBuf {
    let path = repo.env().path("mine");
    repo.git(["worktree", "add", "-q", path.to_str().unwrap(), branch]);
    path.canonicalize().unwrap()
}

#[test]
fn a_free_branch_gets_a_worktree_and_outlives_the_session() {
    alone(|| {
        let repo = repo();
        let made = on(&repo, "topic");
        let record = &made["session"];
        assert_eq!(record["branch"], "topic");
        assert_eq!(record["existing_branch"], "topic");
        let start = line(&repo, ["merge-base", "main", "topic"]);
        assert_eq!(record["base"]["branch"], "main");
        assert_eq!(record["base"]["commit"], start.as_str());
        let tip = line(&repo, ["rev-parse", "topic"]);
        assert_eq!(
            (record["head"].as_str(), record["base"]["onto"].as_str()),
            (Some(&*tip), Some(&*tip))
        );
        // What was there before is not the session's.
        repo.ao(["why", &tip]).code(1).stderr_has("no session is known");
        commit_in(&repo, &workspace(&made));
        repo.ao(["why", "topic"]).ok().stdout_has(&id(&made)[..8]);

        repo.ao(["complete", id(&made)]).ok();
        repo.ao(["cleanup", "--branches", "--force"]).ok();
        assert!(!workspace(&made).exists());
        assert!(has_branch(&repo, "topic"));
        repo.ao(["restore", "--no-agent", id(&made)]).ok();
        assert_eq!(line(&repo.within(workspace(&made)), ["branch", "--show-current"]), "topic");
        repo.ao(["land", id(&made)]).ok().stdout_has("main");
        assert!(!workspace(&made).exists());
        assert!(has_branch(&repo, "topic"), "it was there before the session");
    });
}

#[test]
fn a_branch_of_a_remote_is_tracked() {
    alone(|| {
        let repo = repo();
        let there = repo.env().path("there.git");
        repo.git(["init", "-q", "--bare", there.to_str().unwrap()]);
        repo.git(["remote", "add", "origin", there.to_str().unwrap()]);
        repo.git(["push", "-q", "origin", "topic", "topic:other", "topic:third"]);
        repo.git(["branch", "-q", "-D", "topic"]);
        repo.git(["fetch", "-q", "origin"]);
        for (named, branch) in [("origin/topic", "topic"), ("other", "other")] {
            let made = on(&repo, named);
            assert_eq!(text(&made, "branch"), branch);
            let upstream = line(&repo, ["rev-parse", "--abbrev-ref", &format!("{branch}@{{u}}")]);
            assert_eq!(upstream, format!("origin/{branch}"));
            assert_eq!(
                repo.git(["rev-parse", branch]),
                repo.git(["rev-parse", &format!("origin/{branch}")])
            );
        }
        // Nothing is left of one that fails.
        let before = traces(&repo);
        let config = fs::read_to_string(repo.common_dir().join("config")).unwrap();
        let hook = repo.hook("reference-transaction", "grep -q ' HEAD$' && exit 1; exit 0");
        repo.ao(["spawn", "--no-agent", "--on", "third", "x"]).code(128);
        fs::remove_file(hook).unwrap();
        assert_eq!(traces(&repo), before);
        assert_eq!(fs::read_to_string(repo.common_dir().join("config")).unwrap(), config);

        // Several remotes have it.
        repo.git(["remote", "add", "fork/ann", there.to_str().unwrap()]);
        repo.git(["fetch", "-q", "fork/ann"]);
        let out = repo.ao(["spawn", "--no-agent", "--on", "third", "x"]).code(128);
        out.stderr_has("several remotes have a branch named 'third': fork/ann, origin")
            .stderr_has("hint: name the remote: --on fork/ann/third");
        assert!(!has_branch(&repo, "third"));
        repo.config("checkout.defaultRemote", "fork/ann");
        on(&repo, "third");
        assert_eq!(line(&repo, ["rev-parse", "--abbrev-ref", "third@{u}"]), "fork/ann/third");
        // The local branch of that name is another one.
        repo.git(["branch", "-q", "--no-track", "mine", "main"]);
        repo.git(["push", "-q", "origin", "topic:mine"]);
        let out = repo.ao(["spawn", "--no-agent", "--on", "origin/mine", "x"]).code(128);
        out.stderr_has("branch 'mine' already exists and does not track 'origin/mine'");
    });
}

#[test]
fn the_users_worktree_is_worked_in_and_left_as_it_is() {
    alone(|| {
        let repo = repo();
        let mine = own_worktree(&repo, "topic");
        fs::write(mine.join("notes"), "not committed").unwrap();
        let commit = "git commit -q --allow-empty -m work";
        agent(&repo, "mine", &format!("pwd -P >here; {commit}; touch done; {STAYS}"));
        let out = repo.ao(["spawn", "--json", "--agent", "mine", "--on", "topic", "Go on"]).ok();
        let out = out.stderr_has("has uncommitted changes, which the agent will see");
        let made = out.json();
        assert_eq!(workspace(&made), mine);
        wait_working(&repo, id(&made).parse().unwrap());
        assert_eq!(line(&repo.within(&mine), ["branch", "--show-current"]), "topic");
        assert_eq!(repo.within(&mine).ao(["path"]).ok().text(), mine.to_str().unwrap());

        until("it has committed", || mine.join("done").exists());

        // Nobody else moves in.
        let out = repo.ao(["spawn", "--no-agent", "--on", "topic", "x"]).code(1);
        out.stderr_has(&format!("session {} ('Go on') works on branch 'topic'", &id(&made)[..8]));
        let out = repo.ao(["spawn", "--no-agent", "--force", "--on", "topic", "x"]).code(1);
        out.stderr_has("works on branch 'topic'");
        repo.ao(["kill", id(&made)]).ok();
        assert_eq!(
            fs::read_to_string(mine.join("here")).unwrap().trim_end(),
            mine.to_str().unwrap()
        );

        let work = line(&repo, ["rev-parse", "topic"]);
        repo.ao(["why", &work]).ok().stdout_has(&id(&made)[..8]);
        repo.ao(["why", "topic~"]).code(1).stderr_has("no session is known");

        // Whatever the user does there then is not the session's.
        repo.ao(["hooks", "install"]).ok();
        let before = repo.ao(["show", "--json", id(&made)]).ok().json();
        commit_in(&repo, &mine);
        let users = line(&repo, ["rev-parse", "topic"]);
        repo.ao(["why", &users]).code(1).stderr_has("no session is known");
        repo.within(&mine).git(["switch", "-q", "-c", "users"]);
        repo.within(&mine).ao(["status"]).ok();
        repo.ao(["reconcile"]).ok();
        let after = repo.ao(["show", "--json", id(&made)]).ok().json();
        assert_eq!(after["session"]["branch"], "topic");
        repo.within(&mine).git(["switch", "-q", "topic"]);
        assert_eq!(after["session"]["head"], before["session"]["head"]);
        assert_eq!(after["session"]["head"], work.as_str());

        // It goes on where it was.
        let again = repo.ao(["restore", "--no-agent", "--json", id(&made)]).ok().json();
        assert_eq!(workspace(&again), mine);
        repo.ao(["complete", id(&made)]).ok();
        let out = repo.ao(["cleanup", "--branches", "--force"]).ok();
        out.stdout_has("which is not its own");
        assert!(mine.join("notes").exists());
        assert!(has_branch(&repo, "topic") && has_branch(&repo, "users"));
        repo.within(&mine).ao(["path"]).code(1);

        // After that, only somebody who names the branch lets it in: a record alone does not.
        repo.ao(["restore", "--no-agent", id(&made)]).code(128).stderr_has("switch --detach");
        repo.ao(["delete", "--force", id(&made)]).ok();
        repo.ao(["cleanup", "--branches", "--force"]).ok();
        assert!(mine.join("notes").exists() && has_branch(&repo, "topic"));
        repo.within(&mine).ao(["path"]).code(1);
        assert_eq!(workspace(&on(&repo, "topic")), mine);
    });
}

#[test]
fn the_main_worktree_is_never_removed() {
    alone(|| {
        let repo = repo();
        repo.git(["switch", "-q", "topic"]);
        let made = on(&repo, "topic");
        assert_eq!(workspace(&made), repo.dir());
        // The user stands in a worktree of their own, and means all sessions.
        repo.ao(["path", "latest"]).ok().stdout_is(&format!("{}\n", repo.dir().display()));
        commit_in(&repo, repo.dir());
        repo.ao(["status"]).ok();
        repo.ao(["why", "topic"]).ok().stdout_has(&id(&made)[..8]);
        repo.ao(["land", "--check"]).ok().stdout_has("Go on");
        repo.ao(["land", id(&made)]).ok();
        assert!(repo.dir().join("topic").exists() && has_branch(&repo, "topic"));
        assert_eq!(line(&repo, ["branch", "--show-current"]), "topic");
        repo.git(["merge-base", "--is-ancestor", "topic", "main"]);
        let made = on(&repo, "topic");
        repo.ao(["cancel", "--discard", id(&made)]).ok();
        for _ in 0..2 {
            repo.ao(["cleanup", "--branches", "--force"]).ok();
            assert!(repo.dir().join("topic").exists() && has_branch(&repo, "topic"));
        }
        assert!(!repo.common_dir().join("AO_GUEST").exists());
        assert!(!repo.common_dir().join("AO_SESSION").exists());
    });
}

#[test]
fn a_worktree_that_is_lent_goes_when_both_have_ended() {
    alone(|| {
        let repo = repo();
        let first = spawn(&repo, &["--no-agent", "First"]);
        let (branch, path) = (text(&first, "branch"), workspace(&first));
        let out = repo.ao(["spawn", "--no-agent", "--on", branch, "Second"]).code(1);
        out.stderr_has(&id(&first)[..8]);
        repo.ao(["complete", id(&first)]).ok();
        let second = on(&repo, branch);
        assert_eq!(workspace(&second), path);
        repo.ao(["cleanup", "--branches", "--force"])
            .code(1)
            .stdout_has(&format!("session {} works in its worktree", &id(&second)[..8]));
        assert!(path.exists());
        repo.ao(["restore", "--no-agent", id(&first)]).code(1).stderr_has("works in '");
        repo.ao(["complete", id(&second)]).ok();
        repo.ao(["cleanup"]).ok();
        assert!(!path.exists());
    });
}

#[test]
fn what_cannot_be_worked_on_is_refused_and_nothing_is_made() {
    alone(|| {
        let repo = repo();
        repo.git(["tag", "v1"]);
        let before = traces(&repo);
        let refused = |branch: &str, words: &[&str]| {
            let out = repo.ao(["spawn", "--no-agent", "--on", branch, "x"]).code(128);
            words.iter().fold(out, |out, word| out.stderr_has(word));
            assert_eq!(traces(&repo), before);
        };
        refused("topik", &["no branch named 'topik'", "did you mean 'topic'?"]);
        refused("v1", &["no branch named 'v1'", "--base v1"]);
        refused("HEAD", &["not a valid branch name"]);
        refused("--all", &["not a valid branch name"]);
        for other in [["--branch", "b"], ["--base", "main"], ["--attempts", "2"]] {
            repo.ao(["spawn", "--on", "topic", other[0], other[1], "x"]).code(129);
        }
        let mine = own_worktree(&repo, "topic");
        let before = traces(&repo);
        let refused = |words: &[&str]| {
            let out = repo.ao(["spawn", "--no-agent", "--on", "topic", "x"]).code(1);
            words.iter().fold(out, |out, word| out.stderr_has(word));
            assert_eq!(traces(&repo), before);
        };
        let there = repo.within(&mine);
        there.git(["bisect", "start"]);
        refused(&["bisect", "finish or abort that first"]);
        there.git(["bisect", "reset"]);
        fs::write(mine.join("a"), "other").unwrap();
        there.git(["commit", "-q", "-a", "-m", "conflicts"]);
        repo.commit("a", "another");
        there.git_result(["rebase", "main"]).code(1);
        let before = traces(&repo);
        let out = repo.ao(["spawn", "--no-agent", "--on", "topic", "x"]).code(1);
        out.stderr_has("rebase").stderr_has("finish or abort that first");
        assert_eq!(traces(&repo), before);
        there.git(["rebase", "--abort"]);
        repo.git(["worktree", "lock", "--reason", "mine alone", mine.to_str().unwrap()]);
        let out = repo.ao(["spawn", "--no-agent", "--on", "topic", "x"]).code(128);
        out.stderr_has("mine alone").stderr_has("git worktree unlock");
    });
}

#[test]
fn of_several_that_move_in_at_once_one_does() {
    for is_free in [true, false] {
        let repo = repo();
        if !is_free {
            own_worktree(&repo, "topic");
        }
        let outs = race(4, |n| {
            repo.ao_run(["spawn", "--no-agent", "--force", "--on", "topic", &format!("try {n}")])
        });
        let made = outs.iter().filter(|out| out.status == 0).count();
        assert_eq!(made, 1, "{outs:#?}");
        assert!(outs.iter().all(|out| out.status == 0 || out.stderr.contains("topic")));
        assert_eq!(line(&repo, ["worktree", "list"]).lines().count(), 2);
        let listed = repo.ao(["list", "--json"]).ok().json();
        assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn the_users_own_conversations_are_not_the_guests() {
    alone(|| {
        let repo = repo();
        repo.git(["switch", "-q", "topic"]);
        let made = on(&repo, "topic");
        let cwd = repo.dir().to_str().unwrap();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let folder = format!(".claude/projects/{}", cwd.chars().map(plain).collect::<String>());
        let folder = repo.env().home().join(folder);
        fs::create_dir_all(&folder).unwrap();
        let say = |id: &str, words: &str| {
            let said = serde_json::json!({"role": "user", "content": words});
            let line =
                serde_json::json!({"type": "user", "cwd": cwd, "sessionId": id, "message": said});
            fs::write(folder.join(format!("{id}.jsonl")), format!("{line}\n")).unwrap();
        };
        let [own, users] =
            ["11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"];
        say(own, "the task of the session");
        say(users, "<command-name>/clear</command-name> private words");
        repo.ao(["set", id(&made), "agent=claude", &format!("agent_session_id={own}")]).ok();
        repo.ao(["transcript", "capture", id(&made)]).ok();
        let told = repo.ao(["transcript", id(&made)]).ok();
        assert!(!told.stdout.contains("private words"), "{}", told.stdout);
        told.stdout_has("the task of the session");
        // Its own is gone: the user's is not taken for it.
        fs::remove_file(folder.join(format!("{own}.jsonl"))).unwrap();
        repo.ao(["set", id(&made), "agent_session_id="]).ok();
        let script = repo.env().path("claude");
        write_script(&script, "exit 0");
        repo.config("ao.agent.claude.command", script.to_str().unwrap());
        repo.ao(["complete", id(&made)]).ok();
        let out = repo.ao(["restore", "--runtime", "detached", id(&made)]).code(1);
        out.stderr_has("its conversation was not found on this machine");
        let now = repo.ao(["show", "--json", id(&made)]).ok();
        assert!(!now.stdout.contains(users), "{}", now.stdout);
    });
}

#[test]
fn an_agent_that_cannot_start_leaves_the_users_worktree() {
    alone(|| {
        let repo = repo();
        let mine = own_worktree(&repo, "topic");
        repo.config("ao.agent.broken.command", "/nonexistent/program");
        repo.ao(["spawn", "--agent", "broken", "--on", "topic", "x"]).code(1);
        assert!(mine.join("topic").exists());
        let made = on(&repo, "topic");
        assert_eq!(workspace(&made), mine);
        repo.ao(["kill", id(&made)]).ok();
        // One that is queued gets a worktree when the branch is free.
        let queued = spawn(&repo, &["--no-worktree", "--on", "topic", "Later"]);
        agent(&repo, "mine", "exit 0");
        repo.ao(["start", "--agent", "mine", id(&queued)]).code(128).stderr_has("switch --detach");
        repo.within(&mine).git(["switch", "-q", "--detach"]);
        let started = repo.ao(["start", "--json", "--agent", "mine", id(&queued)]).ok().json();
        assert_ne!(workspace(&started), mine);
        wait_ended(&repo, id(&started).parse().unwrap());
    });
}

#[test]
fn what_is_done_after_a_guest_has_left_is_not_its_work() {
    alone(|| {
        let repo = repo();
        let mine = own_worktree(&repo, "topic");
        let there = repo.within(&mine);
        let made = on(&repo, "topic");
        let id = id(&made);
        there.commit("made", "by the session");
        repo.ao(["kill", id]).ok();
        there.commit("later", "by hand");
        fs::write(mine.join("notes"), "not committed").unwrap();
        for verb in ["diff", "show"] {
            let out = repo.ao([verb, id]).ok().stdout_has("made");
            out.stdout_lacks("later").stdout_lacks("notes");
        }
        let live = repo.ao(["status", "--json", id]).ok().json()["sessions"][0]["live"].clone();
        assert_eq!(
            (&live["workspace"], &live["base"]["ahead"]),
            (&Value::Null, &2.into()),
            "{live}"
        );
        repo.ao(["land", "--check"]).ok().stdout_has(&id[..8]).stdout_lacks("notes");
        repo.ao(["land", id]).ok().stdout_has("main");
        let landed = repo.git(["ls-tree", "--name-only", "main"]);
        assert!(landed.contains("made") && !landed.contains("later"), "{landed}");
        let record = repo.ao(["show", "--json", id]).ok().json()["session"].clone();
        assert_eq!(record["status"], "merged");
        assert_eq!(fs::read_to_string(mine.join("notes")).unwrap(), "not committed");
        assert_eq!(line(&there, ["log", "-1", "--format=%s"]), "later");
        repo.ao(["why", "topic"]).code(1);
    });
}

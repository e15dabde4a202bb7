//! What the program says in states that are easily told wrongly.

use std::fs;

use git_ao::model::SessionStatus;

use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Repo, TestEnv, wait_for, write_script};

/// A program of this name that does nothing, in a folder of its own.
fn program(repo: &Repo, name: &str) -> String {
    let folder = repo.env().path("agents");
    write_script(&folder.join(name), "exit 0");
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

#[test]
fn a_session_that_was_cleaned_up_had_an_agent() {
    let repo = Repo::new();
    repo.config("ao.agent.brief.command", "true {prompt}");
    repo.ao(["spawn", "--agent", "brief", "--runtime", "foreground", "Work"]).ok();
    repo.ao(["cleanup"]).ok();
    let out = repo.ao(["attach", "latest"]).code(1).stderr_lacks("no agent was started");
    out.stderr_has("is gone; the session is done").stderr_has("git ao restore");
    // One that never had an agent.
    repo.ao(["spawn", "--no-agent", "Work"]).ok();
    repo.ao(["attach", "latest"]).code(1).stderr_has("no agent was started");
}

#[test]
fn a_status_that_nobody_knows_is_a_typo() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let mut one = session(1, "One");
    one.status = SessionStatus::from("levitating");
    store(&repo).create_unchecked(&one).unwrap();
    for verb in ["list", "status"] {
        for typo in [&["--status", "wroking"][..], &["--filter", "not status:wroking"]] {
            let out = repo.ao([&[verb], typo].concat()).code(129).stdout_is("");
            out.stderr_has("unknown status 'wroking'").stderr_has("'working'");
        }
        repo.ao([verb, "--status", "done,killed"]).ok().stdout_lacks("One");
        repo.ao([verb, "--status", "corrupt"]).ok();
        repo.ao([verb, "--status", "levitating"]).ok().stdout_has("One");
    }
}

#[test]
fn several_agents_and_none_chosen() {
    let repo = Repo::new();
    program(&repo, "claude");
    let path = program(&repo, "codex");
    let out = repo.ao_run(["spawn", "Work"]).env("PATH", path).run().ok();
    out.stderr_has("hint: no agent was started: 2 agents are installed, and none is selected: ")
        .stderr_has("git config ao.agent claude\n")
        .stderr_has("git ao restore ");
}

#[test]
fn a_hint_stands_below_what_it_is_about() {
    let repo = Repo::new();
    let run = repo.ao_run(["spawn", "Work"]);
    let both = repo.env().run(repo.dir(), "sh", ["-c", &format!("{} 2>&1", run.shell())]).run();
    let text = both.ok().stdout;
    let (session, hint) = (text.find("  worktree").unwrap(), text.find("hint: ").unwrap());
    assert!(session < hint, "{text}");
}

#[test]
fn the_heading_of_a_file_is_a_title_without_its_mark() {
    let repo = Repo::new();
    for (task, title) in [
        ("# Retry policy\n\nAll of it.\n", "Retry policy"),
        ("\n## Größe ändern ##\n", "Größe ändern ##"),
        ("#42 is broken", "#42 is broken"),
    ] {
        let file = repo.env().path("task.md");
        fs::write(&file, task).unwrap();
        repo.ao(["spawn", "--no-agent", "-F", file.to_str().unwrap()]).ok().stdout_has(title);
        let json = repo.ao(["show", "--json", "latest"]).ok().json();
        assert_eq!(json["session"]["title"], title);
        assert_eq!(json["session"]["task"], task);
    }
    repo.ao(["list"]).ok().stdout_has("-grosse-andern ").stdout_has("-retry-policy ");
}

#[test]
fn a_script_gets_an_absolute_path() {
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "Work"]).ok().json();
    let path = made["workspace"].as_str().unwrap();
    for verb in [&["show", "--json", "latest"][..], &["list", "--json"], &["status", "--json"]] {
        let json = repo.ao(verb).ok().json();
        let session = json.get("session").unwrap_or(&json["sessions"][0]);
        assert_eq!(session["workspace_path"], path, "{verb:?}");
    }
}

#[test]
fn dates_are_taken_as_git_takes_them() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    store(&repo).create(&session(1, "One")).unwrap();
    // The session is of January 1, 2026.
    let now = 1_790_000_000;
    for (option, date, is_there) in [
        ("--since", "2025-12-01 12:30", true),
        ("--since", "Jan 5 2026", false),
        ("--until", "Fri Feb 6 10:00:00 2026 +0100", true),
        ("--since", "last monday", false),
        ("--until", "3 days ago noon", true),
        ("--since", "@1700000000", true),
        ("--until", "2025/12/31", false),
    ] {
        let out = repo.ao_run(["list", option, date]).at(now).run().ok().stderr_is("");
        assert_eq!(out.stdout.contains(&id(1).short()), is_there, "{date}: {out}");
    }
    for bad in ["tomorow", "garbage", "", "  "] {
        let out = repo.ao_run(["list", "--since", bad]).at(now).run().code(129);
        out.stderr_has("is not a time").stderr_has("'--since'");
        repo.ao_run(["log", "--until", bad]).at(now).run().code(129);
    }
}

#[test]
fn huskys_folder_is_each_worktrees_own() {
    let repo = Repo::new();
    repo.write(".husky/_/.gitignore", "*\n");
    repo.config("core.hooksPath", ".husky/_");
    repo.ao(["spawn", "--no-agent", "Work"]).ok();
    let json = repo.ao(["show", "--json", "latest"]).ok().json();
    let work = json["session"]["workspace_path"].as_str().unwrap().to_owned();
    let lacking = format!("post-checkout is not installed in '{work}'");
    let out = repo.ao(["hooks", "install", "--file"]).ok().stderr_lacks("git status");
    out.stderr_has("only this worktree has the hook").stderr_has(&lacking);
    repo.ao(["hooks", "status"]).ok().stderr_has(&lacking);
    repo.ao(["doctor"]).stdout_has(&format!("the hook {lacking}"));
    // The hint works.
    let hint = format!("git -C '{work}' ao hooks install post-checkout");
    repo.ao(["doctor"]).stdout_has(&hint);
    repo.env().git_ao(work.as_ref(), ["hooks", "install", "post-checkout", "--file"]).run().ok();
    repo.ao(["hooks", "status"]).ok().stderr_lacks("is not installed in");

    // A folder that is part of the project.
    repo.config("core.hooksPath", ".githooks");
    let out = repo.ao(["hooks", "install", "--file"]).ok();
    out.stderr_has("git status shows the change").stderr_has(&lacking);
}

#[test]
fn the_worktree_of_an_ended_session_whose_agent_is_alive_is_looked_at() {
    let repo = Repo::new();
    repo.config("ao.agent.long.command", "sleep 600");
    repo.ao(["spawn", "--agent", "long", "--runtime", "detached", "Work"]).ok();
    wait_for("the agent to be at work", || {
        let out = repo.ao(["status", "latest"]).ok();
        out.stdout.contains("working") && out.stdout.contains("long   active")
    });
    repo.ao(["set", "--force", "latest", "status=done"]).ok();
    let all = repo.ao(["status"]).ok();
    let one = repo.ao(["status", "latest"]).ok();
    repo.ao(["kill", "latest"]);
    assert!(all.stdout.contains("  ready  "), "{all}");
    assert!(one.stdout.contains("  clean  "), "{one}");
}

use super::{line, spawn, text, workspace};
use crate::support::Repo;
use crate::support::agents::{self, agent, wait_ended, wait_file};

#[test]
fn a_fork_continues_the_branch_and_shows_in_the_graph() {
    let repo = Repo::new();
    let parent = spawn(&repo, &["--issue", "42", "--tag", "t", "--model", "m", "the task"]);
    let id = text(&parent, "id");
    let event = line(&repo, ["rev-parse", "refs/ao/sessions"]);
    spawn(&repo, &["something else"]);
    let work = repo.within(workspace(&parent)).commit("work", "done");
    let tip = line(&repo, ["rev-parse", "refs/ao/sessions"]);

    let fork = repo.ao(["fork", "--json", &id[..8], "go", "on"]).ok().json();
    let session = &fork["session"];
    assert_eq!(session["fork"]["session"], *id);
    assert_eq!(session["fork"]["event"], *event);
    assert_eq!(session["fork"]["branch"], text(&parent, "branch"));
    assert_eq!(session["head"], *work);
    assert_eq!((text(&fork, "title"), text(&fork, "task")), ("go on", "go on"));
    assert_eq!((text(&fork, "issue_id"), &session["tags"][0]), ("42", &"t".into()));
    assert_eq!(session["agent_config"]["model"], "m");
    assert!(workspace(&fork).join("work").is_file());
    let parents = line(&repo, ["log", "-1", "--format=%P", "refs/ao/sessions"]);
    assert_eq!(parents, format!("{tip} {event}"));

    let again = repo.ao(["fork", "--json", "--branch", " ", text(&fork, "branch")]).ok().json();
    assert_eq!(text(&again, "title"), "go on (fork)");
    assert_eq!(text(&again, "branch"), format!("ao/{}-go-on-fork", &text(&again, "id")[..8]));
}

#[test]
fn a_fork_without_its_parents_branch_starts_at_the_last_commit_seen() {
    let repo = Repo::new();
    let parent = spawn(&repo, &["--no-worktree", "x"]);
    line(&repo, ["branch", "-D", text(&parent, "branch")]);
    let fork = repo.ao(["fork", "--json", text(&parent, "id")]).ok().json();
    assert_eq!(fork["session"]["head"], parent["session"]["head"]);
}

#[test]
fn what_cannot_be_forked_says_so() {
    let repo = Repo::new();
    repo.ao(["fork", "latest"]).code(1).stderr_has("no sessions in ");
    repo.ao(["fork", "@"]).code(1).stderr_has("this worktree belongs to no session");
    repo.ao(["fork", "/etc/passwd"]).code(1).stderr_has("no session matches");
    repo.ao(["fork"]).code(129);
}

#[test]
fn at_names_the_session_of_the_worktree() {
    let repo = Repo::new();
    let parent = spawn(&repo, &["x"]);
    let there = repo.within(workspace(&parent));
    let fork = there.ao(["fork", "--json", "@"]).ok().json();
    assert_eq!(fork["session"]["fork"]["session"], parent["session"]["id"]);
    let other = spawn(&there, &["y"]);
    let latest = repo.within(workspace(&other)).ao(["fork", "--json", "latest"]).ok().json();
    assert_eq!(latest["session"]["fork"]["session"], fork["session"]["id"]);
}

#[test]
fn another_agent_is_told_what_was_done() {
    let repo = Repo::new();
    agent(&repo, "talker", "");
    let parent = agents::spawn(&repo, &["--no-agent", "Fix the parser"]);
    let fork = |task: &str| {
        let args =
            ["fork", &parent.to_string(), task, "--agent", "talker", "--runtime", "detached"];
        let out = repo.ao(args).ok().stdout;
        let listed = repo.ao(["list", "--json", "--parent", &parent.to_string()]).ok().json();
        let id = listed["sessions"][0]["id"].as_str().unwrap().parse().unwrap();
        wait_ended(&repo, id);
        (out, wait_file(&repo, id, "prompt"))
    };
    // Nothing is known of a conversation.
    let (out, prompt) = fork("Now the tests.");
    assert!(out.contains("it starts a new conversation") && prompt == "Now the tests.", "{prompt}");
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let said = format!("{{\"role\":\"assistant\",\"text\":\"It is done, with {token}.\"}}\n");
    repo.ao_run(["transcript", "append", &parent.short()]).input(said).run().ok();
    let (out, prompt) = fork("Now the docs.");
    assert!(out.contains("it takes over, with a summary"), "{out}");
    assert!(prompt.starts_with("Now the docs.\n\nYou take over"), "{prompt}");
    assert!(prompt.ends_with("- It is done, with [REDACTED:github-token].\n"), "{prompt}");
    let left = std::fs::read_dir(repo.common_dir().join("ao/agent")).unwrap();
    let left: Vec<_> = left.map(|it| it.unwrap().file_name()).collect();
    assert!(!left.iter().any(|it| it.to_string_lossy().ends_with(".text")), "{left:?}");
}

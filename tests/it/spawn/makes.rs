use std::fs;

use super::{line, spawn, text, traces, workspace};
use crate::support::{Combo, Repo, TestEnv, for_each_repo};

#[test]
fn a_session_has_a_record_a_branch_and_a_worktree() {
    for_each_repo(|repo| {
        let made = spawn(repo, &["Fix", "the", "flaky", "test"]);
        let (id, branch) = (text(&made, "id"), text(&made, "branch"));
        let short = &id[..8];
        assert_eq!(branch, format!("ao/{short}-fix-the-flaky-test"));
        assert_eq!(text(&made, "title"), "Fix the flaky test");
        assert_eq!(text(&made, "task"), "Fix the flaky test");

        let place = workspace(&made);
        assert_eq!(place, repo.env().home().join(".worktrees/demo").join(short));
        let there = repo.within(&place);
        assert_eq!(line(&there, ["symbolic-ref", "--short", "HEAD"]), branch);
        let file =
            line(&there, ["rev-parse", "--path-format=absolute", "--git-path", "AO_SESSION"]);
        assert_eq!(fs::read_to_string(file).unwrap(), format!("{id}\n"));

        // Plain git tells the same.
        let path = format!("refs/ao/sessions:sessions/demo/{}/{id}.yaml", &id[..2]);
        let record = line(repo, ["show", &path]);
        assert!(record.contains(&format!("\nbranch: {branch}\n")), "{record}");
        assert!(record.contains(&format!("workspace: ~/.worktrees/demo/{short}")), "{record}");
        let log = line(repo, ["log", "--format=%s%n%(trailers)", "refs/ao/sessions"]);
        assert!(log.starts_with(&format!("spawn {short}: Fix the flaky test\n")), "{log}");
        assert!(log.contains(&format!("Ao-Session: {id}\nAo-Op: spawn")), "{log}");
        line(repo, ["fsck", "--strict"]);
    });
}

#[test]
fn options_go_into_the_record() {
    let repo = Repo::new();
    line(&repo, ["tag", "v1"]);
    repo.commit("more", "more");
    let args = [
        "--title",
        "A title",
        "--kind",
        "evaluation",
        "--no-agent",
        "--agent",
        "claude",
        "--model",
        "m-1",
        "--base",
        "v1",
        "--branch",
        "work/x",
        "--issue",
        "https://example.org/d/issues/42",
        "--pr",
        "#7",
        "--tag",
        "a",
        "--tag",
        "b",
        "--tag",
        "a",
        "--project",
        "other",
        "the task",
    ];
    let made = spawn(&repo, &args);
    for (key, value) in [
        ("title", "A title"),
        ("kind", "evaluation"),
        ("agent", "claude"),
        ("branch", "work/x"),
        ("issue_id", "42"),
        ("issue_url", "https://example.org/d/issues/42"),
        ("project_id", "other"),
        ("task", "the task"),
    ] {
        assert_eq!(text(&made, key), value, "{key}");
    }
    let session = &made["session"];
    assert_eq!(session["pr_number"], 7);
    assert_eq!(session["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(session["agent_config"]["model"], "m-1");
    assert_eq!(session["base"], serde_json::json!({ "commit": line(&repo, ["rev-parse", "v1"]) }));
    assert_eq!(line(&repo, ["rev-parse", "work/x"]), line(&repo, ["rev-parse", "v1"]));
}

#[test]
fn the_base_is_what_the_user_stands_on_or_names() {
    let repo = Repo::new();
    let start = line(&repo, ["rev-parse", "HEAD"]);
    let here = spawn(&repo, &["x"]);
    assert_eq!(here["session"]["base"]["branch"], "main");
    assert_eq!(here["session"]["base"]["commit"], *start);

    line(&repo, ["branch", "topic"]);
    assert_eq!(spawn(&repo, &["--base", "topic", "x"])["session"]["base"]["branch"], "topic");

    line(&repo, ["checkout", "-q", "--detach"]);
    let detached = spawn(&repo, &["x"]);
    assert_eq!(detached["session"]["base"], serde_json::json!({ "commit": start }));

    let before = traces(&repo);
    for base in ["nope", "-x", "HEAD:", "refs/heads/nope", "0000000"] {
        let out = repo.ao(["spawn", "--base", base, "x"]).code(128);
        out.stderr_has(&format!("'{base}' is not a commit"));
    }
    assert_eq!(traces(&repo), before);
}

#[test]
fn a_dry_run_makes_nothing() {
    let repo = Repo::new();
    let before = traces(&repo);
    repo.ao(["spawn", "--dry-run", "x"]).ok().stdout_has("would start a session: x");
    assert_eq!(traces(&repo), before);
    line(&repo, ["branch", "taken"]);
    repo.ao(["spawn", "-n", "--branch", "taken", "x"]).code(128).stderr_has("already exists");
}

#[test]
fn without_a_worktree_there_is_a_branch() {
    let repo = Repo::new();
    let made = spawn(&repo, &["--no-worktree", "x"]);
    assert!(made["workspace"].is_null() && made["session"]["placements"].is_null(), "{made}");
    line(&repo, ["rev-parse", "--verify", text(&made, "branch")]);
    assert_eq!(line(&repo, ["worktree", "list"]).lines().count(), 1);
}

#[test]
fn names_that_git_ao_shows_are_escaped() {
    let repo = Repo::new();
    let out = repo.ao(["spawn", "--title", "red \u{1b}[31m alert\u{202e}", "x"]).ok();
    out.stdout_has("red  [31m alert\\u{202e}").stdout_lacks("\u{1b}").stdout_lacks("\u{202e}");
}

#[test]
fn the_place_of_worktrees_and_the_prefix_of_branches_can_be_set() {
    let repo = Repo::new();
    let place = repo.env().path("elsewhere");
    line(&repo, ["config", "ao.worktreeDir", place.to_str().unwrap()]);
    line(&repo, ["config", "ao.branchPrefix", "agents/"]);
    line(&repo, ["config", "ao.project", "named"]);
    let made = spawn(&repo, &["x"]);
    let short = &text(&made, "id")[..8];
    assert_eq!(workspace(&made), place.join("named").join(short));
    assert_eq!(text(&made, "branch"), format!("agents/{short}-x"));
}

#[test]
fn a_title_without_letters_makes_a_branch_without_words() {
    let repo = Repo::new();
    let made = spawn(&repo, &["?!"]);
    assert_eq!(text(&made, "branch"), format!("ao/{}", &text(&made, "id")[..8]));
    let made = spawn(&repo, &["修复测试"]);
    assert_eq!(text(&made, "branch"), format!("ao/{}-修复测试", &text(&made, "id")[..8]));
}

#[test]
fn the_project_is_the_same_in_every_clone_and_worktree() {
    let env = TestEnv::new();
    let repo = env.repo(Combo::PLAIN);
    line(&repo, ["remote", "add", "origin", "https://example.org/team/tool.git"]);
    let made = spawn(&repo, &["x"]);
    assert_eq!(text(&made, "project_id"), "tool");
    let there = repo.within(workspace(&made));
    assert_eq!(text(&spawn(&there, &["y"]), "project_id"), "tool");
    for bad in ["..", "a/b", "-x", "x.lock", "größe", &"x".repeat(300)] {
        repo.ao(["spawn", "x", &format!("--project={bad}")])
            .code(129)
            .stderr_has("is not a valid project name");
    }
}

#[test]
fn a_session_started_by_a_session_says_so() {
    let repo = Repo::new();
    let parent = spawn(&repo, &["lead"]);
    let id = text(&parent, "id");
    let out = repo.ao_run(["spawn", "--json", "part"]).env("AO_SESSION_ID", id).run().ok();
    assert_eq!(text(&out.json(), "spawned_by"), id);
    let out = repo.ao_run(["spawn", "--json", "part"]).env("AO_SESSION_ID", "nonsense").run().ok();
    assert_eq!(text(&out.json(), "spawned_by"), "");
}

#[test]
fn without_an_identity_the_store_is_written_all_the_same() {
    let repo = Repo::new();
    let mut run = repo.ao_run(["spawn", "x"]).env("GIT_CONFIG_COUNT", "1");
    run = run.env("GIT_CONFIG_KEY_0", "user.useConfigOnly").env("GIT_CONFIG_VALUE_0", "true");
    for name in ["AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"] {
        run = run.without(format!("GIT_{name}"));
    }
    run.run().ok();
    assert!(line(&repo, ["log", "-1", "--format=%ae", "refs/ao/sessions"]).starts_with("git-ao@"));
}

#[test]
fn words_are_not_empty_and_on_one_line() {
    let repo = Repo::new();
    for args in [["--tag", ""], ["--tag", "a\nb"], ["--kind", "x\ny"]] {
        let out = repo.ao(["spawn", "--no-worktree", "x"].iter().chain(&args)).code(129);
        out.stderr_has("expected a word on one line");
    }
    repo.ao(["list"]).ok().stdout_is("");
}

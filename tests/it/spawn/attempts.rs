//! Several sessions for one task.

use std::fs;

use super::traces;
use crate::support::agents::agent;
use crate::support::{Repo, alone};

#[test]
fn attempts_have_a_tag_in_common_and_agents_take_turns() {
    alone(|| {
        let repo = Repo::new();
        agent(&repo, "one", "exit 0");
        agent(&repo, "two", "exit 0");
        let options = ["--no-agent", "--issue", "7", "--attempts", "3", "--agent", "one,two"];
        let out = repo.ao(["spawn"].iter().chain(&options).chain(&["Fix it"])).ok();
        let tag = out.stderr.split("--tag ").nth(1).expect("a hint").trim().to_owned();
        let listed = repo.ao(["list", "--tag", &tag, "--json"]).ok().json();
        let sessions = listed["sessions"].as_array().expect("a list");
        let mut agents: Vec<_> =
            sessions.iter().filter_map(|session| session["agent"].as_str()).collect();
        agents.sort_unstable();
        assert_eq!(agents, ["one", "one", "two"]);
        let again = repo.ao(["spawn", "--no-agent", "--issue", "7", "--attempts", "2", "x"]);
        again.code(1).stderr_has("issue");
        repo.ao(["spawn", "--attempts", "0", "x"]).code(129);
    });
}

#[test]
fn attempts_are_printed_for_programs() {
    alone(|| {
        let repo = Repo::new();
        let made = repo.ao([
            "spawn",
            "--no-agent",
            "--attempts",
            "2",
            "--json",
            "--branch",
            "try/it",
            "x",
        ]);
        let made = made.ok().json();
        let sessions = made["sessions"].as_array().expect("a list");
        let branches: Vec<_> =
            sessions.iter().filter_map(|it| it["session"]["branch"].as_str()).collect();
        assert_eq!(branches, ["try/it-1", "try/it-2"]);
        let tag = made["tag"].as_str().expect("a tag");
        assert!(
            sessions
                .iter()
                .all(|it| it["session"]["tags"][0] == tag && it["workspace"].is_string())
        );
        let before = traces(&repo);
        let planned = repo.ao(["spawn", "--no-agent", "--attempts", "2", "--json", "-n", "x"]).ok();
        assert!(!planned.stderr.contains("to list all attempts"), "{planned}");
        assert_eq!(planned.json()["sessions"].as_array().map(Vec::len), Some(2));
        assert_eq!(traces(&repo), before);
        let paths = repo.ao(["spawn", "--no-agent", "--attempts", "2", "--print-path", "x"]).ok();
        let lines: Vec<_> = paths.stdout.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| fs::metadata(line).is_ok_and(|meta| meta.is_dir())));
        assert_ne!(lines[0], lines[1]);
    });
}

#[test]
fn what_can_be_known_before_is_refused_before_the_first_and_later_failures_say_what_exists() {
    alone(|| {
        let repo = Repo::new();
        agent(&repo, "one", "exit 0");
        repo.git(["branch", "it-2"]);
        let before = traces(&repo);
        let out =
            repo.ao(["spawn", "--no-agent", "--attempts", "3", "--branch", "it", "x"]).code(128);
        out.stderr_has("'it-2' already exists");
        repo.ao(["spawn", "--attempts", "2", "--agent", "one,nothing", "x"]).code(1);
        assert_eq!(traces(&repo), before);

        // The second checkout fails.
        let hook = "grep -q ' HEAD$' || exit 0; \
                    test $(ls $(git rev-parse --git-common-dir)/worktrees | wc -l) -lt 2";
        let hook = repo.hook("reference-transaction", hook);
        let out = repo.ao(["spawn", "--no-agent", "--attempts", "3", "--json", "x"]).code(128);
        let printed = out.json();
        assert_eq!(printed["sessions"].as_array().map(Vec::len), Some(1));
        let tag = printed["tag"].as_str().expect("a tag");
        out.stderr_has("1 of 3 attempts exists").stderr_has(&format!("git ao list --tag {tag}"));
        fs::remove_file(hook).unwrap();
        let listed = repo.ao(["list", "--tag", tag, "--json"]).ok().json();
        assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1));
    });
}

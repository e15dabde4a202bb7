//! Several sessions for one task.

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
        repo.ao(["spawn", "--attempts", "2", "--branch", "b", "x"]).code(129);
        repo.ao(["spawn", "--attempts", "2", "--json", "x"]).code(129);
    });
}

use serde_json::Value;

use crate::support::{Repo, write_script};

/// A program in a folder of its own, and that folder.
fn program(repo: &Repo, name: &str, script: &str) -> String {
    let folder = repo.env().path("bin");
    write_script(&folder.join(name), script);
    folder.to_str().unwrap().to_owned()
}

fn agents(repo: &Repo, path: &str) -> Value {
    let run = repo.ao_run(["agents", "--json"]).env("PATH", format!("{path}:/usr/bin:/bin"));
    run.run().ok().json()
}

fn of<'v>(all: &'v Value, name: &str) -> &'v Value {
    let list = all["agents"].as_array().unwrap();
    list.iter().find(|agent| agent["name"] == name).unwrap_or_else(|| panic!("no '{name}'"))
}

#[test]
fn what_is_installed_says_its_version() {
    let repo = Repo::new();
    let path = program(&repo, "claude", "[ \"$*\" = --version ] && echo '2.1.197 (Claude Code)'");
    program(&repo, "mine", "[ \"$*\" = 'about me' ] && echo 'mine 7'");
    program(&repo, "codex", "echo 'no such option'; exit 2");
    repo.config("ao.agent.own.command", "mine {prompt}");
    repo.config("ao.agent.own.version", "about me");
    let all = agents(&repo, &path);
    assert_eq!(all["version"], 1);
    assert_eq!(of(&all, "claude")["agent_version"], "2.1.197 (Claude Code)");
    assert_eq!(of(&all, "claude")["program"], format!("{path}/claude"));
    assert_eq!(of(&all, "claude")["id"], "given");
    assert!(of(&all, "claude")["can"].as_array().unwrap().contains(&"fork:headless".into()));
    assert_eq!(of(&all, "own")["agent_version"], "mine 7");
    assert_eq!(
        of(&all, "own")["can"],
        serde_json::json!(["launch:interactive", "launch:headless"])
    );
    assert!(of(&all, "codex")["error"].as_str().unwrap().contains("no such option"));
    assert!(of(&all, "gemini")["program"].is_null());
    assert!(of(&all, "gemini")["agent_version"].is_null());
}

#[test]
fn the_list_is_for_people_and_says_what_is_missing() {
    let repo = Repo::new();
    let path = program(&repo, "claude", "printf '2.1 \\033[2J\\n'");
    let run = repo.ao_run(["agents"]).env("PATH", format!("{path}:/usr/bin:/bin"));
    let out = run.run().ok().stdout_has("2.1 \\x1b[2J").stdout_has("'codex' not found");
    out.stdout_has("needs a command").stdout_lacks("\u{1b}").stderr_lacks("hint");
    let none = repo.env().path("empty");
    let out = repo.ao_run(["agents"]).env("PATH", none).run().ok();
    out.stderr_has("hint: ").stderr_has("git config ao.agent.<name>.command");
}

#[test]
fn an_agent_that_cannot_be_understood_is_said() {
    let repo = Repo::new();
    repo.config("ao.agent.own.command", "-rf {prompt}");
    repo.config("ao.agent.claude.args", "x 'y");
    let out =
        repo.ao(["agents"]).ok().stdout_has("'ao.agent.own.command': not a valid program name");
    out.stdout_has("'codex' not found").stdout_has("the quote ' is not closed");
    let all = agents(&repo, "/nowhere");
    let error = of(&all, "own")["error"].as_str().unwrap().to_owned();
    assert!(error.contains("'ao.agent.own.command'"), "{error}");
    assert!(of(&all, "own")["program"].is_null() && of(&all, "codex")["error"].is_null());
    let out = repo.ao(["doctor"]).code(1).stdout_has("'ao.agent.own.command'");
    out.stdout_has("ao.agent.claude.args");
}

use std::fs;

use super::console::bin;
use super::project_file;
use crate::support::Repo;

/// Each example works in a repository with a session for issue 42.
#[test]
fn the_examples_of_the_verbs_can_be_used() {
    let mut count = 0;
    for page in fs::read_dir(project_file("man")).unwrap().map(|page| page.unwrap().path()) {
        let text = fs::read_to_string(&page).unwrap();
        let Some((_, rest)) = text.split_once(".SH EXAMPLES") else { continue };
        if page.extension().is_none_or(|section| section != "1") {
            continue;
        }
        let repo = Repo::new();
        let hub = repo.env().path("hub.git");
        repo.git(["init", "-q", "--bare", hub.to_str().unwrap()]);
        repo.git(["remote", "add", "origin", hub.to_str().unwrap()]);
        repo.config("ao.agent.mine.command", "true {prompt}");
        repo.config("ao.agent", "mine");
        repo.config("ao.runtime", "foreground");
        for store in [".ao-rs/sessions", "demo/.claw/sessions"] {
            fs::create_dir_all(repo.env().home().join(store)).unwrap();
        }
        let made = ["spawn", "--json", "--no-agent", "--issue", "42", "Fix the flaky test"];
        let made = repo.ao(made).ok().json();
        let id = made["session"]["id"].as_str().unwrap();
        let message = format!("Fix it\n\nAo-Session: {id}");
        repo.git(["commit", "-q", "--allow-empty", "-m", &message]);
        for command in rest.split(".nf\n").skip(1).map(|rest| rest.split(".fi\n").next().unwrap()) {
            let command = command.replace("\\-", "-").replace("\\(aq", "'").replace("\\(dq", "\"");
            let path = format!("{}:{}", bin().display(), std::env::var("PATH").unwrap_or_default());
            let run = repo.env().run(repo.dir(), "sh", ["-e", "-c", &command]);
            run.env("PATH", path).run().ok();
            count += 1;
        }
    }
    assert!(count > 15, "{count}");
}

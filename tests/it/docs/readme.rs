use std::fs;

use super::console::Console;
use super::{assert_current, project_file};
use crate::support::agents::tmux;
use crate::support::{Combo, Repo};

/// Stands in for an agent: commits twice, and goes on with something that is seen.
const CLAUDE: &str = r#"sh -c "echo 'clock = FakeClock()' >test_clock.py; git add .; git commit -qm \"$0: reproduce\"; echo 'clock.advance(60)' >>test_clock.py; git commit -qam \"$0: use the fake clock\"; while printf .; do sleep 1; done" Test {prompt}"#;
const CODEX: &str = r#"sh -c "while printf .; do sleep 1; done" {prompt}"#;

#[test]
fn the_readme_shows_what_the_program_prints() {
    let mut console = Console::new();
    let repo = Repo::create(console.env(), "demo", Combo::PLAIN);
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    repo.config("ao.replica", "laptop-9f2c");
    repo.config("ao.agent.claude.command", CLAUDE);
    repo.config("ao.agent.codex.command", CODEX);
    let text = fs::read_to_string(project_file("README.md")).unwrap();
    assert_current("README.md", &console.play(&text));
}

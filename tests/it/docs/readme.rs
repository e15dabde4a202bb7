use std::fs;

use super::console::Console;
use super::{assert_current, project_file};
use crate::support::{Combo, Repo};

#[test]
fn the_readme_shows_what_the_program_prints() {
    let mut console = Console::new();
    let repo = Repo::create(console.env(), "demo", Combo::PLAIN);
    repo.git(["config", "ao.replica", "laptop-9f2c"]);
    let text = fs::read_to_string(project_file("README.md")).unwrap();
    assert_current("README.md", &console.play(&text));
}

use std::process::{Command, Stdio};

use super::measure::in_turn;
use super::stage::Stage;

/// What a shell asks for when a person presses the tab key.
pub fn completion_against_rev_parse() {
    for count in [100, 1_000, 10_000] {
        let stage = Stage::with_sessions(count);
        stage.pack();
        let run = |program: &str, args: &[&str]| {
            let mut command = Command::new(program);
            let command = command.current_dir(stage.dir.path()).args(args);
            let status = command.stdout(Stdio::null()).status().expect("it is started");
            assert!(status.success(), "{program} {args:?}");
        };
        let ao = env!("CARGO_BIN_EXE_git-ao");
        for typed in ["", "ao/"] {
            let asked = ["candidates", "--", "show", typed];
            let pair = in_turn(100, |_| run(ao, &asked), |_| run("git", &["rev-parse", "HEAD"]));
            pair.report(&format!("names for '{typed}', {count} sessions"), "git rev-parse HEAD");
        }
    }
}

/// A whole process that answers about one session, against git's own smallest answer.
pub fn show_against_rev_parse() {
    for count in [100, 10_000] {
        let stage = Stage::with_sessions(count);
        stage.pack();
        let run = |program: &str, args: &[&str]| {
            let mut command = Command::new(program);
            let command = command.current_dir(stage.dir.path()).args(args);
            let status = command.stdout(Stdio::null()).status().expect("it is started");
            assert!(status.success(), "{program} {args:?}");
        };
        let ao = env!("CARGO_BIN_EXE_git-ao");
        let id = stage.ids[count / 2].to_string();
        let pair =
            in_turn(200, |_| run(ao, &["show", &id]), |_| run("git", &["rev-parse", "HEAD"]));
        pair.report(&format!("git-ao show, {count} sessions"), "git rev-parse HEAD");
    }
}

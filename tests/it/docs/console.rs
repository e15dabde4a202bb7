use std::sync::Arc;
use std::time::{Duration, Instant};

use super::mask::Mask;
use crate::support::TestEnv;
use crate::support::agents::until;

/// A shell as a reader has it: in a folder, with `git ao` installed.
pub struct Console {
    env: Arc<TestEnv>,
    mask: Mask,
    now: i64,
}

impl Console {
    pub fn new() -> Self {
        // 2026-11-20T17:20:00Z
        Self { env: TestEnv::new(), mask: Mask::default(), now: 1_795_195_200 }
    }

    pub fn env(&self) -> &Arc<TestEnv> {
        &self.env
    }

    /// Runs what a text shows after each `$` in its `console` blocks, and returns the text with
    /// what was really printed. The reader stands in the folder `demo`.
    pub fn play(&mut self, text: &str) -> String {
        let mut played = String::new();
        let mut lines = text.lines().peekable();
        let mut inside = false;
        while let Some(line) = lines.next() {
            played.push_str(line);
            played.push('\n');
            if line.starts_with("```") {
                inside = line == "```console";
            } else if inside && let Some(command) = line.strip_prefix("$ ") {
                let mut shown = String::new();
                while let Some(line) =
                    lines.next_if(|next| !next.starts_with("$ ") && *next != "```")
                {
                    shown.push_str(line);
                    shown.push('\n');
                }
                played.push_str(&self.run_until(command, &shown));
            }
        }
        played
    }

    /// Runs a command. What agents do takes a while: if it looks at them, it is run again for as
    /// long as it prints something else than what is shown.
    fn run_until(&mut self, command: &str, shown: &str) -> String {
        self.now += 60;
        let is_update = std::env::var_os("AO_UPDATE_DOCS").is_some();
        let end = Instant::now() + Duration::from_secs(if is_update { 3 } else { 60 });
        loop {
            let mask = self.mask.clone();
            let text = self.run(command);
            let is_last = text == shown || !command.contains("ao status") || Instant::now() > end;
            if is_last {
                self.await_agents(command);
                return text;
            }
            self.mask = mask;
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the agents that a command has started are recorded as working: the next command
    /// may print in which order that came.
    fn await_agents(&self, command: &str) {
        let is_start = ["ao spawn", "ao fork", "ao restore"].iter().any(|it| command.contains(it));
        let demo = self.env.path("demo");
        until("the agents are recorded as working", || {
            let ask = || self.env.ao(&demo, ["list", "--status", "spawning"]).run().stdout;
            !is_start || ask().is_empty()
        });
    }

    fn run(&mut self, command: &str) -> String {
        let command = self.mask.reveal(command);
        let demo = self.env.path("demo");
        // In a terminal, both streams come to the same place.
        let script = format!("exec 2>&1\n{command}");
        let run = self.env.run(&demo, "sh", ["-c", &script]).at(self.now);
        let path = format!("{}:{}", bin().display(), std::env::var("PATH").unwrap_or_default());
        let run =
            run.env("PATH", path).env("GIT_AUTHOR_NAME", "Ada").env("GIT_COMMITTER_NAME", "Ada");
        let run = run.env("GIT_AUTHOR_EMAIL", "ada@example.org");
        let out = run.env("GIT_COMMITTER_EMAIL", "ada@example.org").run();
        let text = out.stdout.replace(&*self.env.home().to_string_lossy(), "/home/ann");
        let text = text.replace(&*self.env.root().to_string_lossy(), "/home/ann/src");
        let mut text = self.mask.hide(&text);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// The folder of the program.
pub fn bin() -> std::path::PathBuf {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_git-ao"));
    program.parent().unwrap().to_owned()
}

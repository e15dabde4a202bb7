use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use tempfile::TempDir;

use super::super::law::{Outcome, Violation, expect};
use super::AgentLaws;
use crate::agent::{Action, Agent, Launch, LaunchRequest, Mode, Prepare};
use crate::git::Environment;
use crate::model::SessionId;

pub const ACTIONS: [Action; 3] = [Action::Launch, Action::Resume, Action::Fork];
pub const MODES: [Mode; 2] = [Mode::Interactive, Mode::Headless];

/// An empty home and a workspace with one file.
pub struct AgentStage<'a> {
    laws: &'a AgentLaws<'a>,
    dir: TempDir,
}

impl<'a> AgentStage<'a> {
    pub fn new(laws: &'a AgentLaws<'a>) -> Result<Self, Violation> {
        let make = || {
            let dir = tempfile::tempdir()?;
            fs::create_dir(dir.path().join("home"))?;
            fs::create_dir(dir.path().join("workspace"))?;
            fs::write(dir.path().join("workspace/README"), "demo\n")?;
            Ok(dir)
        };
        let dir = make().map_err(|error: io::Error| Violation::new("a directory", error))?;
        Ok(Self { laws, dir })
    }

    pub fn agent(&self) -> &'a dyn Agent {
        self.laws.agent
    }

    pub fn workspace(&self) -> PathBuf {
        self.dir.path().join("workspace")
    }

    /// The directory for the agent's files, which does not exist yet.
    pub fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub fn environment(&self) -> Environment {
        Environment::empty().with("HOME", self.dir.path().join("home"))
    }

    /// Returns a request with everything that an action may need.
    pub fn request(&self, action: Action) -> LaunchRequest {
        let request = LaunchRequest::new(SessionId::random(), self.workspace(), self.state_dir());
        let request = request.prompt("Fix the flaky test").title("Flaky test");
        match action {
            Action::Launch => request,
            Action::Resume | Action::Fork => request.agent_session_id(self.laws.conversation),
        }
    }

    /// Returns each action with the modes that the agent has for it and this prompt.
    pub fn forms(&self, prompt: &str) -> BTreeSet<(Action, Mode)> {
        let all = ACTIONS.into_iter().flat_map(|action| MODES.map(|mode| (action, mode)));
        let form = |(action, wanted)| Some((action, self.agent().mode(action, wanted, prompt)?));
        all.filter_map(form).collect()
    }

    /// Checks that nothing was written.
    pub fn is_untouched(&self) -> Outcome {
        let mut files = BTreeSet::new();
        list(self.dir.path(), &mut files).map_err(|e| Violation::new("a readable directory", e))?;
        let root = self.dir.path();
        let expected = ["home", "workspace", "workspace/README"].map(|name| root.join(name));
        expect(files == expected.into(), "no new files", &files)
    }
}

fn list(dir: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, found)?;
        }
        found.insert(path);
    }
    Ok(())
}

/// Returns the path of a file to create.
pub fn path_of(file: &Prepare) -> &Path {
    match file {
        Prepare::Write { path, .. } | Prepare::Directory(path) => path,
        Prepare::Copy { to, .. } => to,
    }
}

/// Returns whether the program gets to know this text.
pub fn mentions(launch: &Launch, text: &str) -> bool {
    let has = |it: &str| it.contains(text);
    let source = |file: &Prepare| match file {
        Prepare::Copy { from, .. } => has(&from.to_string_lossy()),
        Prepare::Write { text, .. } => has(text),
        Prepare::Directory(_) => false,
    };
    launch.args.iter().any(|arg| has(arg))
        || launch.env.iter().any(|(_, value)| has(value))
        || launch.stdin.as_deref().is_some_and(has)
        || launch.prepare.iter().any(|file| source(file) || has(&path_of(file).to_string_lossy()))
}

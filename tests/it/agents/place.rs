//! Where the agents themselves can be used, against a model on loopback.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use git_ao::agent::Agents;
use git_ao::git::Environment;
use git_ao::model::{Session, SessionId, SessionStatus};

use crate::support::agents::{log, tmux, wait_ended, wait_until};
use crate::support::model::Model;
use crate::support::{Out, Repo, Run};

/// Only what never comes takes this long.
const LIMIT: Duration = Duration::from_secs(120);

/// How long a key may take to show an effect before it is pressed again.
const AGAIN: Duration = Duration::from_secs(2);

/// aider neither asks nor looks for anything.
const AIDER: [(&str, &str); 8] = [
    ("OPENAI_API_KEY", "x"),
    ("AIDER_MODEL", "openai/m"),
    ("AIDER_YES_ALWAYS", "true"),
    ("AIDER_GITIGNORE", "false"),
    ("AIDER_ANALYTICS_DISABLE", "true"),
    ("AIDER_CHECK_UPDATE", "false"),
    ("AIDER_SHOW_RELEASE_NOTES", "false"),
    ("AIDER_SHOW_MODEL_WARNINGS", "false"),
];

/// A repository in which one of the programs can be used.
pub struct Place {
    pub repo: Repo,
    pub model: Model,
    pub agent: &'static str,
    path: OsString,
}

/// The folder that holds a program; None, with a word about it, where it is not installed.
#[allow(clippy::print_stderr)]
pub fn installed(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("AO_TEST_AGENTS_BIN").unwrap_or_default();
    let path = env::var_os("PATH").unwrap_or_default();
    let mut all = env::split_paths(&folders).chain(env::split_paths(&path));
    let found = all.find(|folder| folder.join(program).is_file());
    if found.is_none() {
        eprintln!("skipped: '{program}' is neither in AO_TEST_AGENTS_BIN nor on PATH");
    }
    found
}

impl Place {
    /// Where the agent has no terminal.
    pub fn new(agent: &'static str) -> Option<Self> {
        let place = Self::at(agent, Repo::new())?;
        place.repo.config("ao.runtime", "detached");
        Some(place)
    }

    /// Where it has one: a tmux server of its own.
    pub fn in_tmux(agent: &'static str) -> Option<Self> {
        let place = Self::at(agent, Repo::new())?;
        tmux(&place.repo, &["-V"])?;
        place.repo.config("ao.runtime", "tmux");
        place.repo.config("ao.tmuxSocket", "agents");
        Some(place)
    }

    /// The programs' own settings are those of a person who has used them before, trusts this
    /// repository, and pays by an API key.
    pub fn at(agent: &'static str, repo: Repo) -> Option<Self> {
        let folder = installed(agent)?;
        let model = Model::start();
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder).chain(env::split_paths(&path));
        let path = env::join_paths(folders).unwrap();
        repo.config("ao.agent", agent);
        let place = Self { repo, model, agent, path };
        place.settle();
        Some(place)
    }

    /// The programs trust this repository, and talk to this model.
    pub fn settle(&self) {
        settle(self.repo.env().home(), &self.model.url(), Some(self.repo.dir()));
    }

    /// Nobody has said yet that the repository can be trusted.
    pub fn distrust(&self) {
        settle(self.repo.env().home(), &self.model.url(), None);
    }

    pub fn ao(&self, args: &[&str], input: &str) -> Out {
        self.ao_with(args, input, &[])
    }

    /// With these variables.
    pub fn ao_with(&self, args: &[&str], input: &str, set: &[(&str, &str)]) -> Out {
        let run = self.run(args, input);
        set.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
    }

    /// The same, to be given more first.
    pub fn run(&self, args: &[&str], input: &str) -> Run {
        let run = self.repo.ao_run(args).input(input).env("PATH", &self.path);
        let run = run.env("ANTHROPIC_BASE_URL", self.model.url()).env("ANTHROPIC_API_KEY", "x");
        let run = run.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        let run = run.env("OPENCODE_DISABLE_MODELS_FETCH", "1");
        // It looks for its plugins where there are none.
        let run = run.env("npm_config_registry", "http://127.0.0.1:1");
        let run = run.env("GOOGLE_GEMINI_BASE_URL", self.model.url()).env("GEMINI_API_KEY", "x");
        let run = run.env("OPENAI_API_BASE", format!("{}/v1", self.model.url()));
        let run = AIDER.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.env("DISABLE_AUTOUPDATER", "1").env("MODEL_KEY", "x")
    }

    /// Runs a verb that starts an agent, and returns the session's id.
    #[track_caller]
    pub fn starts(&self, args: &[&str], prompt: &str) -> SessionId {
        let made = self.ao(args, prompt).ok().json();
        made["session"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// Runs a verb that starts the agent, and waits for the agent's end.
    #[track_caller]
    pub fn runs(&self, args: &[&str], prompt: &str) -> Session {
        let id = self.starts(args, prompt);
        let ended = wait_ended(&self.repo, id);
        assert_eq!(ended.status, SessionStatus::Done, "{}", log(&self.repo, id));
        assert_eq!(ended.agent.as_deref(), Some(self.agent));
        ended
    }

    /// Waits until the model was told this by an agent that git-ao did not start.
    #[track_caller]
    pub fn told_by_hand(&self, text: &str) {
        let end = Instant::now() + LIMIT;
        while self.model.heard(text).is_none() {
            assert!(Instant::now() < end, "the model was not told {text:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses keys in a tmux session until they have done what they are for.
    #[track_caller]
    pub fn press_in(&self, name: &str, what: &str, keys: &[&str], done: impl Fn() -> bool) {
        let end = Instant::now() + LIMIT;
        let target = format!("={name}:");
        while !done() {
            assert!(Instant::now() < end, "never: {what}");
            self.tmux(&[&["send-keys", "-t", &target], keys].concat());
            let next = Instant::now() + AGAIN;
            while !done() && Instant::now() < next {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// tmux on the server that the agents live in.
    pub fn tmux(&self, args: &[&str]) -> String {
        tmux(&self.repo, &[&["-L", "agents"], args].concat()).unwrap()
    }

    /// Waits until the model was told this, and returns all that it was told with it.
    #[track_caller]
    pub fn told(&self, id: SessionId, text: &str) -> Vec<String> {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(texts) = self.model.heard(text) {
                return texts;
            }
            assert!(Instant::now() < end, "the model was not told {text:?}:\n{}", self.screen(id));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the agent's conversation can be resumed, and returns its session. The agents ask
    /// the model first and write their files then.
    #[track_caller]
    pub fn saved(&self, id: SessionId) -> Session {
        let agents = Agents::builtin();
        let agent = agents.find(self.agent).unwrap();
        let home = self.repo.env().home();
        let env = Environment::empty().with("HOME", &home);
        wait_until(&self.repo, id, |session| {
            let own = session.agent_session_id.as_deref();
            own.is_some_and(|own| agent.has_conversation(own, &home, &env) == Some(true))
        })
    }

    /// Presses a key until it has done what it is for: a program that is only starting loses keys.
    #[track_caller]
    pub fn press_until(&self, what: &str, id: SessionId, key: &str, done: impl Fn() -> bool) {
        let end = Instant::now() + LIMIT;
        while !done() {
            assert!(Instant::now() < end, "never: {what}:\n{}", self.screen(id));
            self.tmux(&["send-keys", "-t", &format!("=ao-{}:", id.short()), key]);
            let next = Instant::now() + AGAIN;
            while !done() && Instant::now() < next {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// What is to be seen of a session.
    pub fn screen(&self, id: SessionId) -> String {
        self.tmux(&["capture-pane", "-p", "-t", &format!("=ao-{}:", id.short())])
    }
}

fn settle(home: PathBuf, url: &str, trusted: Option<&Path>) {
    let trusted = trusted.map(|path| path.to_str().unwrap());
    let projects = trusted.map(|path| (path, serde_json::json!({"hasTrustDialogAccepted": true})));
    let claude = serde_json::json!({
        "hasCompletedOnboarding": true,
        "customApiKeyResponses": {"approved": ["x"], "rejected": []},
        "projects": projects.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    });
    fs::write(home.join(".claude.json"), claude.to_string()).unwrap();
    let trust = trusted.map(|path| format!("[projects.\"{path}\"]\ntrust_level = \"trusted\"\n"));
    let config = format!(
        "model_provider = \"mock\"\ncheck_for_update_on_startup = false\n\
         [model_providers.mock]\nname = \"mock\"\nbase_url = \"{url}/v1\"\n\
         wire_api = \"responses\"\nenv_key = \"MODEL_KEY\"\n{}",
        trust.unwrap_or_default()
    );
    fs::create_dir_all(home.join(".codex")).unwrap();
    fs::write(home.join(".codex/config.toml"), config).unwrap();
    let opencode = serde_json::json!({
        "autoupdate": false, "share": "disabled", "model": "mock/m", "small_model": "mock/m",
        "provider": {"mock": {
            "npm": "@ai-sdk/openai-compatible", "name": "mock",
            "options": {"baseURL": format!("{url}/v1"), "apiKey": "x"},
            "models": {"m": {"name": "m", "tool_call": true}},
        }},
    });
    let gemini = serde_json::json!({
        "security": {
            "auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": false},
        },
        "privacy": {"usageStatisticsEnabled": false}, "general": {"enableAutoUpdate": false},
        "model": {"name": "gemini-2.5-flash"},
    });
    fs::create_dir_all(home.join(".gemini")).unwrap();
    fs::write(home.join(".gemini/settings.json"), gemini.to_string()).unwrap();
    fs::create_dir_all(home.join(".config/opencode")).unwrap();
    fs::write(home.join(".config/opencode/opencode.json"), opencode.to_string()).unwrap();
}

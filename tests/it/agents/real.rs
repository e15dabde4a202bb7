//! Claude Code and Codex themselves, against a model on loopback.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use git_ao::model::{Session, SessionId, SessionStatus};

use crate::support::agents::{log, record, wait_ended};
use crate::support::model::Model;
use crate::support::{Out, Repo};

/// A repository in which one of the programs can be used.
struct Place {
    repo: Repo,
    model: Model,
    agent: &'static str,
    path: OsString,
}

/// The folder that holds a program; None, with a word about it, where it is not installed.
#[allow(clippy::print_stderr)]
fn installed(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("AO_TEST_AGENTS_BIN").unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&folders).chain(std::env::split_paths(&path));
    let found = all.find(|folder| folder.join(program).is_file());
    if found.is_none() {
        eprintln!("skipped: '{program}' is neither in AO_TEST_AGENTS_BIN nor on PATH");
    }
    found
}

impl Place {
    fn new(agent: &'static str) -> Option<Self> {
        let folder = installed(agent)?;
        let (repo, model) = (Repo::new(), Model::start());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).unwrap();
        let codex = repo.env().home().join(".codex");
        fs::create_dir(&codex).unwrap();
        let config = format!(
            "model_provider = \"mock\"\n[model_providers.mock]\nname = \"mock\"\n\
             base_url = \"{}/v1\"\nwire_api = \"responses\"\nenv_key = \"MODEL_KEY\"\n",
            model.url()
        );
        fs::write(codex.join("config.toml"), config).unwrap();
        repo.git(["config", "ao.agent", agent]);
        repo.git(["config", "ao.runtime", "detached"]);
        Some(Self { repo, model, agent, path })
    }

    fn ao(&self, args: &[&str], input: &str) -> Out {
        let run = self.repo.ao_run(args).input(input).env("PATH", &self.path);
        let run = run.env("ANTHROPIC_BASE_URL", self.model.url()).env("ANTHROPIC_API_KEY", "x");
        let run = run.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        run.env("DISABLE_AUTOUPDATER", "1").env("MODEL_KEY", "x").run()
    }

    /// Runs a verb that starts the agent, and waits for the agent's end.
    #[track_caller]
    fn runs(&self, args: &[&str], prompt: &str) -> Session {
        let made = self.ao(args, prompt).ok().json();
        let id: SessionId = made["session"]["id"].as_str().unwrap().parse().unwrap();
        let ended = wait_ended(&self.repo, id);
        assert_eq!(ended.status, SessionStatus::Done, "{}", log(&self.repo, id));
        assert_eq!(ended.agent.as_deref(), Some(self.agent));
        ended
    }
}

fn prompt_arrives(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let long: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
    for prompt in ["-x --help \"double\" 'single' $(touch here) `x`\n\n\tü \\ end", long.trim_end()]
    {
        let session = place.runs(&["spawn", "--json", "--file", "-"], prompt);
        assert_eq!(session.task.as_deref(), Some(prompt));
        let told = place.model.last();
        let exact = |text: &String| text.trim_end() == prompt;
        assert!(told.iter().any(exact), "{} texts, none is the prompt", told.len());
        assert!(session.agent_session_id.is_some());
    }
}

fn conversation_goes_on(agent: &'static str) {
    let Some(place) = Place::new(agent) else { return };
    let first = place.runs(&["spawn", "--json", "--file", "-"], "the first task");
    let conversation = first.agent_session_id.clone().unwrap();
    assert!(!place.model.last().contains(&"done".to_owned()), "nothing was said before");

    let id = first.id.to_string();
    let out = place.ao(&["restore", "--json", &id], "").ok().json();
    assert_eq!(out["resumed"], true);
    let again = wait_ended(&place.repo, first.id);
    assert_eq!(again.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
    assert_eq!(again.agent_session_id.as_ref(), Some(&conversation));
    assert!(place.model.last().contains(&"done".to_owned()), "it knows what was said before");

    let fork = place.runs(&["fork", "--json", &id, "--file", "-"], "the second task");
    let told = place.model.last();
    for text in ["the first task", "done", "the second task"] {
        assert!(told.iter().any(|said| said.trim_end() == text), "'{text}' in {told:#?}");
    }
    assert_ne!(fork.agent_session_id, Some(conversation.clone()));
    assert!(fork.agent_session_id.is_some());
    assert_eq!(fork.fork.unwrap().session, first.id);
    assert_eq!(record(&place.repo, first.id).agent_session_id, Some(conversation));
}

#[test]
fn claude_gets_the_prompt_exactly() {
    prompt_arrives("claude");
}

#[test]
fn claude_goes_on_and_forks() {
    conversation_goes_on("claude");
}

#[test]
fn codex_gets_the_prompt_exactly() {
    prompt_arrives("codex");
}

#[test]
fn codex_goes_on_and_forks() {
    conversation_goes_on("codex");
}

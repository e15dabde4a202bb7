use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use git_ao::agent::{
    Action, Agent, AgentError, AgentSetting, Agents, IdSource, Launch, LaunchRequest, Mode,
    Prepare, Trust,
};
use git_ao::git::Environment;
use git_ao::testing::AgentLaws;

use super::each_can_be_broken;
use crate::library::memory::Worker;

#[test]
fn the_built_in_agents_keep_the_laws() {
    let agents = Agents::builtin();
    // 'command' has a program only once one is configured.
    let usable: Vec<_> = agents.iter().filter(|agent| !agent.program().is_empty()).collect();
    assert_eq!(usable.len(), agents.iter().count() - 1);
    for agent in usable {
        AgentLaws::new(agent).check();
    }
}

/// What a user may configure.
#[test]
fn configured_agents_keep_the_laws() {
    for command in
        ["mine --prompt={prompt}", "mine -- {prompt}", "mine --file={prompt_file}", "mine"]
    {
        let setting = |key, value| AgentSetting { key, value, trust: Trust::Trusted };
        let agents = Agents::with_config([
            setting("ao.agent.mine.command", command),
            setting("ao.agent.mine.env", "MINE=yes"),
        ]);
        AgentLaws::new(agents.find("mine").unwrap()).check();
    }
}

#[test]
fn an_agent_of_ones_own_keeps_the_laws() {
    let worker = Worker::default();
    AgentLaws::new(&worker).conversation("conversation-1").check();
}

/// An agent with one fault.
struct Bent {
    worker: Worker,
    fault: &'static str,
    count: AtomicUsize,
}

impl Bent {
    fn is(&self, fault: &str) -> bool {
        self.fault == fault
    }
}

impl Agent for Bent {
    fn name(&self) -> &str {
        if self.is("two words") { "two words" } else { "bent" }
    }

    fn program(&self) -> &str {
        if self.is("no program") { "" } else { "true" }
    }

    fn version_args(&self) -> &[String] {
        &[]
    }

    fn mode(&self, _: Action, wanted: Mode, _: &str) -> Option<Mode> {
        match self.fault {
            "supports nothing" => None,
            "prefers the other mode" => Some(wanted.other()),
            _ => Some(wanted),
        }
    }

    fn plan(
        &self,
        action: Action,
        mode: Mode,
        request: &LaunchRequest,
    ) -> Result<Launch, AgentError> {
        if self.is("fails") {
            return Err(AgentError::NoCommand { name: "bent".to_owned() });
        }
        let mut asked = request.clone();
        let hostile = request.agent_session_id.clone().filter(|_| self.is("passes any id"));
        if hostile.is_some() || (self.is("needs no id") && asked.agent_session_id.is_none()) {
            asked.agent_session_id = Some("some-id".to_owned());
        }
        let mut launch = self.worker.plan(action, mode, &asked)?;
        let path = |name: &str| request.state_dir.join(name);
        let write = |path: PathBuf| Prepare::Write { path, text: "x".to_owned() };
        match self.fault {
            "counts" => {
                let count = self.count.fetch_add(1, Ordering::SeqCst);
                launch.env.push(("COUNT".to_owned(), count.to_string()));
            }
            "writes" => std::fs::write(request.workspace.join("written"), "").unwrap(),
            "splits the prompt" => {
                launch.stdin = None;
                launch.args.extend(request.prompt.split(' ').map(str::to_owned));
            }
            "passes the prompt as an option" => launch.args.push(request.prompt.clone()),
            "passes a long argument" => launch.args.push(format!("--prompt={}", request.prompt)),
            "shortens the prompt" => {
                launch.stdin = Some(request.prompt.chars().take(1000).collect())
            }
            "passes the title as an option" => launch.args.push(request.title.clone()),
            "passes NUL" => launch.args.push(format!("--title={}", request.title)),
            "passes any id" => launch.args.extend(hostile),
            "writes where the title says" => launch.prepare.push(write(path(&request.title))),
            "forgets the id" => {
                launch.args.clear();
                launch.env.clear();
            }
            "resumes another" if action == Action::Resume => {
                launch.agent_session_id = Some(request.fresh_id.clone());
            }
            "makes an id" if action != Action::Resume => {
                launch.agent_session_id = Some("made".to_owned());
            }
            "keeps the id to itself" => launch.env.clear(),
            _ => {}
        }
        Ok(launch)
    }

    fn typed(&self, text: &str) -> String {
        match self.fault {
            "submits" => format!("{text}\n"),
            "trims" => text.trim().to_owned(),
            _ => text.to_owned(),
        }
    }

    fn id_source(&self) -> IdSource {
        if self.is("does not say that it is given") { IdSource::Learned } else { IdSource::Given }
    }

    fn id_in_output(&self, line: &str) -> Option<String> {
        let (_, rest) = line.split_once("\"id\":\"")?;
        assert!(!self.is("panics at a line"), "a fault of the agent");
        let id = rest.split('"').next()?.to_owned();
        self.is("takes any id").then_some(id)
    }

    fn id_in_transcripts(&self, _: &Path, _: SystemTime, _: &Environment) -> Option<String> {
        self.is("finds an id").then(|| "found".to_owned())
    }

    fn has_conversation(&self, _: &str, _: &Path, _: &Environment) -> Option<bool> {
        Some(self.is("knows every conversation"))
    }

    fn bring_conversation(
        &self,
        id: &str,
        workspace: &Path,
        _: &Environment,
    ) -> Result<(), AgentError> {
        if self.is("brings what is not there") && id.is_empty() {
            std::fs::write(workspace.join("brought"), "").unwrap();
        }
        Ok(())
    }

    fn transcript(&self, id: &str, _: &Environment) -> Option<PathBuf> {
        self.is("invents a transcript").then(|| PathBuf::from(id))
    }
}

#[test]
fn each_law_can_be_broken() {
    let faults = [
        ("name", "two words"),
        ("name", "no program"),
        ("mode", "supports nothing"),
        ("mode", "prefers the other mode"),
        ("mode", "fails"),
        ("pure", "counts"),
        ("pure", "writes"),
        ("prompt", "splits the prompt"),
        ("prompt", "passes the prompt as an option"),
        ("prompt", "fails"),
        ("long-prompt", "passes a long argument"),
        ("long-prompt", "shortens the prompt"),
        ("hostile", "passes the title as an option"),
        ("hostile", "passes NUL"),
        ("hostile", "passes any id"),
        ("hostile", "writes where the title says"),
        ("resume", "forgets the id"),
        ("resume", "resumes another"),
        ("resume", "needs no id"),
        ("fresh", "makes an id"),
        ("fresh", "keeps the id to itself"),
        ("fresh", "does not say that it is given"),
        ("typed", "submits"),
        ("typed", "trims"),
        ("output", "panics at a line"),
        ("output", "takes any id"),
        ("unknown", "finds an id"),
        ("unknown", "knows every conversation"),
        ("unknown", "brings what is not there"),
        ("unknown", "invents a transcript"),
    ];
    each_can_be_broken(AgentLaws::laws(), &faults, |law, fault| {
        let bent = Bent { worker: Worker::default(), fault, count: AtomicUsize::new(0) };
        AgentLaws::new(&bent).only(law).check();
    });
}

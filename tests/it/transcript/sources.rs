//! Which files an agent keeps of a session.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git_ao::agent::{AgentSetting, Agents, DirectoryUse, SourceRequest, Trust};
use git_ao::git::Environment;
use git_ao::transcript::{Source, SourceKind};
use tempfile::TempDir;

use crate::support::sessions::id;

const CLEAR: &str =
    r#"{"type":"user","message":{"role":"user","content":"<command-name>/clear</command-name>"}}"#;

struct Home {
    folder: TempDir,
    agents: Agents,
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), agents: Agents::builtin() }
    }

    fn with(settings: &[(&str, &str)]) -> Self {
        let trust = Trust::Trusted;
        let settings = settings.iter().map(|&(key, value)| AgentSetting { key, value, trust });
        Self { agents: Agents::with_config(settings), ..Self::new() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    /// Writes a file, so many seconds ago.
    fn write(&self, path: &str, text: &str, age: u64) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let time = SystemTime::now() - Duration::from_secs(age);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        path
    }

    fn request(&self) -> SourceRequest {
        SourceRequest::new(id(1), self.path("tree"), self.path("state"))
    }

    fn find(&self, agent: &str, request: &SourceRequest) -> Vec<Source> {
        let env = Environment::empty().with("HOME", self.path(""));
        self.agents.find(agent).unwrap().sources(request, &env)
    }

    /// The folder of Claude Code's conversations in the workspace.
    fn claude(&self) -> String {
        let tree = self.path("tree").display().to_string();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!(".claude/projects/{}", tree.chars().map(plain).collect::<String>())
    }

    fn began(&self, more: &str) -> String {
        format!("{{\"cwd\":\"{}\"}}\n{more}\n", self.path("tree").display())
    }
}

fn ids(sources: &[Source]) -> Vec<&str> {
    sources.iter().map(|source| source.agent_session_id.as_str()).collect()
}

#[test]
fn claude_has_subagents_tool_results_and_further_conversations_after_clear() {
    let home = Home::new();
    let folder = home.claude();
    let (first, second, third) = ("11111111-2222", "33333333-4444", "22222222-0000");
    let file = home.write(&format!("{folder}/{first}.jsonl"), &home.began(""), 90);
    home.write(&format!("{folder}/{third}.jsonl"), &home.began(CLEAR), 10);
    home.write(&format!("{folder}/{second}.jsonl"), &home.began(CLEAR), 50);
    // Begun otherwise, before the session, or elsewhere.
    home.write(&format!("{folder}/55555555-0000.jsonl"), &home.began("{}"), 10);
    home.write(&format!("{folder}/66666666-0000.jsonl"), &home.began(CLEAR), 5000);
    let other = format!("{{\"cwd\":\"/elsewhere\"}}\n{CLEAR}\n");
    home.write(&format!("{folder}/77777777-0000.jsonl"), &other, 10);
    for name in [
        "subagents/agent-a1.jsonl",
        "subagents/agent-a1.meta.json",
        "subagents/deep/agent-b2.jsonl",
        "tool-results/toolu_1.txt",
        "tool-results/.hidden",
    ] {
        home.write(&format!("{folder}/{first}/{name}"), name, 80);
    }
    std::os::unix::fs::symlink("/etc/passwd", home.path(&format!("{folder}/{first}/link.txt")))
        .unwrap();
    let since = SystemTime::now() - Duration::from_secs(1000);
    let found = home.find("claude", &home.request().agent_session_id(first).since(since));
    assert_eq!(ids(&found), [first, second, third]);
    assert_eq!((found[0].format.as_str(), &found[0].file), ("claude-jsonl", &file));
    let names =
        |all: &[(String, PathBuf)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found[0].subagents), ["agent-a1"]);
    let files = [
        "subagents/agent-a1.meta.json",
        "subagents/deep/agent-b2.jsonl",
        "tool-results/toolu_1.txt",
    ];
    assert_eq!(names(&found[0].files), files);
    assert_eq!(names(&found[1].files), [""; 0]);
    // Where others work as well, those after '/clear' may be theirs.
    let shared = home.request().agent_session_id(first).since(since);
    let shared = home.find("claude", &shared.directory_use(DirectoryUse::Shared));
    assert_eq!(ids(&shared), [first]);
    // The first is gone: the others are still there.
    fs::remove_file(&file).unwrap();
    let found = home.find("claude", &home.request().agent_session_id(first).since(since));
    assert_eq!(ids(&found), [second, third]);
    assert_eq!(ids(&home.find("claude", &home.request())), [""; 0]);
}

#[test]
fn claude_keeps_a_conversation_of_another_directory() {
    let home = Home::new();
    let file = home.write(".claude/projects/-old/11111111-2222.jsonl", "{}\n", 10);
    let found = home.find("claude", &home.request().agent_session_id("11111111-2222"));
    assert_eq!(found[0].file, file);
    for hostile in ["../../etc", "", "-x"] {
        assert_eq!(ids(&home.find("claude", &home.request().agent_session_id(hostile))), [""; 0]);
    }
}

#[test]
fn codex_has_archived_and_compressed_rollouts_and_those_after_new() {
    let home = Home::new();
    let head = |id: &str, source: &str| {
        let cwd = home.path("tree");
        format!(
            "{{\"payload\":{{\"id\":\"{id}\",\"cwd\":\"{}\",\"thread_source\":\"{source}\"}}}}\n",
            cwd.display()
        )
    };
    let day = "sessions/2026/11/20/rollout-2026-11-20T";
    home.write(&format!(".codex/{day}18-00-00-before.jsonl"), &head("before", "user"), 10);
    let file = home.write(&format!(".codex/{day}18-44-24-01a2.jsonl"), &head("01a2", "user"), 50);
    home.write(&format!(".codex/{day}19-00-00-02a2.jsonl"), &head("02a2", "user"), 40);
    home.write(&format!(".codex/{day}19-00-01-03a2.jsonl"), &head("03a2", "subagent"), 40);
    let find = || home.find("codex", &home.request().agent_session_id("01a2"));
    assert_eq!(ids(&find()), ["01a2", "02a2"]);
    let archive = home.path(".codex/archived_sessions");
    fs::create_dir_all(&archive).unwrap();
    let moved = archive.join(file.file_name().unwrap());
    fs::rename(&file, &moved).unwrap();
    assert_eq!(find()[0].file, moved);
    let packed = moved.with_extension("jsonl.zst");
    fs::rename(&moved, &packed).unwrap();
    assert_eq!(find()[0].file, packed);
    // While both are there, the plain one counts, however short it is.
    fs::write(&moved, "x").unwrap();
    assert_eq!(find()[0].file, moved);
}

#[test]
fn gemini_cursor_and_aider() {
    let home = Home::new();
    let one = "29eb990e-c773-4302-a4e7-317f0af0001f";
    let old = home.write(".gemini/tmp/hash/chats/session-2026-02-03T04-09-29eb990e.json", "{}", 9);
    let request = home.request().agent_session_id(one);
    let found = home.find("gemini", &request);
    assert_eq!((&found[0].file, found[0].kind), (&old, SourceKind::Document));
    let new =
        home.write(".gemini/tmp/demo/chats/session-2026-11-03T04-09-29eb990e.jsonl", "{}\n", 9);
    let found = home.find("gemini", &request);
    assert_eq!((&found[0].file, found[0].kind), (&new, SourceKind::Lines));
    assert_eq!(found[0].format, "gemini-jsonl");

    let path = format!(".cursor/projects/x/agent-transcripts/{one}/{one}.jsonl");
    let cursor = home.write(&path, "{}\n", 9);
    assert_eq!(home.find("cursor", &request)[0].file, cursor);

    assert_eq!(ids(&home.find("aider", &request)), [""; 0]);
    let aider = home.write(&format!("state/aider-{one}.history"), "# aider chat\n", 9);
    let found = home.find("aider", &request);
    assert_eq!((&found[0].file, found[0].format.as_str()), (&aider, "aider-markdown"));
}

#[test]
fn an_agent_says_whether_it_keeps_any() {
    let home =
        Home::with(&[("ao.agent.mine.command", "x"), ("ao.agent.wrap.command", "y {prompt}")]);
    let keeps = |name: &str| home.agents.find(name).unwrap().keeps_transcripts();
    for name in ["claude", "codex", "gemini", "cursor", "aider"] {
        assert!(keeps(name), "{name}");
    }
    for name in ["amp", "mine", "wrap"] {
        assert!(!keeps(name), "{name}");
        assert_eq!(ids(&home.find(name, &home.request().agent_session_id("x"))), [""; 0]);
    }
}

#[test]
fn a_file_of_the_users_own() {
    let value = |text: &str| {
        let settings = [("ao.agent.mine.command", "x"), ("ao.agent.mine.transcript", text)];
        Home::with(&settings)
    };
    let found = |home: &Home, own: Option<&str>| {
        let request = home.request();
        let request = match own {
            Some(own) => request.agent_session_id(own),
            None => request,
        };
        home.find("mine", &request)
    };
    let home = value("~/talks/{session_id}.jsonl");
    assert_eq!(ids(&found(&home, None)), [""; 0]);
    let file = home.write(&format!("talks/{}.jsonl", id(1)), "{}\n", 5);
    let all = found(&home, None);
    assert_eq!((&all[0].file, all[0].format.as_str()), (&file, "jsonl"));
    assert_eq!(all[0].agent_session_id, id(1).to_string());

    let home = value("\"talk of {agent_session_id}.txt\"");
    home.write("tree/talk of 7.txt", "hello", 5);
    assert_eq!(ids(&found(&home, None)), [""; 0]);
    let all = found(&home, Some("7"));
    assert_eq!((all[0].format.as_str(), all[0].agent_session_id.as_str()), ("text", "7"));
    assert_eq!(all[0].file, home.path("tree/talk of 7.txt"));

    let home = value("{workspace}/.talk/{agent_session_id}");
    home.write("tree/.talk/7", "hello", 5);
    assert_eq!(found(&home, Some("7")).len(), 1);

    for wrong in ["", "two words", "{prompt}.jsonl", "{nothing}", "[{session_id}]"] {
        let home = value(wrong);
        assert!(home.agents.find("mine").is_err(), "{wrong}");
    }
    assert!(Path::new(&home.path("tree")).exists());
}

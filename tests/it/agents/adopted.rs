//! Conversations that somebody began without git ao.

use std::fs;
use std::path::Path;

use git_ao::model::{Kind, Session, SessionId, SessionStatus};
use git_ao::transcript::TranscriptStore;
use serde_json::{Value, json};

use super::place::{Place, installed};
use crate::support::Repo;
use crate::support::agents::{tmux, until};
use crate::support::sessions::own_store;

/// All active sessions.
fn sessions(repo: &Repo) -> Vec<Session> {
    let listed = repo.ao(["list", "--all", "--json"]).ok().json();
    let ids = listed["sessions"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap());
    let store = own_store(repo).with_private();
    let snapshot = store.snapshot().unwrap();
    let all = ids.map(|id| id.parse::<SessionId>().unwrap());
    all.map(|id| snapshot.session(id).unwrap()).collect()
}

/// Starts Claude Code as a person does, in a terminal of its own.
fn by_hand(place: &Place, folder: &Path, prompt: &str) {
    // tmux gives its own client's PATH to a command.
    let program = installed("claude").unwrap().join("claude");
    let command = format!("exec '{}' -- '{prompt}'", program.display());
    let env = [
        ("HOME", place.repo.env().home().display().to_string()),
        ("ANTHROPIC_BASE_URL", place.model.url()),
        ("ANTHROPIC_API_KEY", "x".to_owned()),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".to_owned()),
        ("DISABLE_AUTOUPDATER", "1".to_owned()),
    ];
    let mut args =
        vec!["-L".to_owned(), "agents".to_owned(), "new-session".to_owned(), "-d".to_owned()];
    args.extend([
        "-s".to_owned(),
        "hand".to_owned(),
        "-c".to_owned(),
        folder.display().to_string(),
    ]);
    for (name, value) in env {
        args.extend(["-e".to_owned(), format!("{name}={value}")]);
    }
    args.push(command);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    tmux(&place.repo, &args).unwrap();
    until("it is there", || place.tmux(&["list-sessions", "-F", "#S"]).contains("hand"));
}

/// Returns whether Claude Code or one of its hooks still runs.
fn is_running(place: &Place) -> bool {
    let home = format!("HOME={}", place.repo.env().home().display());
    let has_home =
        |environ: Vec<u8>| environ.split(|byte| *byte == 0).any(|it| it == home.as_bytes());
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let command = |path: &Path| fs::read_to_string(path.join("cmdline")).unwrap_or_default();
    let mut ours = processes.filter(|path| fs::read(path.join("environ")).is_ok_and(has_home));
    ours.any(|path| command(&path).contains("claude") && !command(&path).starts_with("tmux"))
}

fn only(repo: &Repo) -> Session {
    let all = sessions(repo);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

#[test]
fn a_conversation_that_goes_on_is_adopted_and_seen() {
    let Some(place) = Place::in_tmux("claude") else { return };
    by_hand(&place, place.repo.dir(), "a prompt that nobody meant to share");
    let list = || place.ao(&["adopt", "--list", "--json"], "").ok().json();
    until("it can be adopted", || !list()["conversations"].as_array().unwrap().is_empty());
    let found = list()["conversations"][0].clone();
    assert_eq!((&found["agent"], &found["running"]), (&json!("claude"), &json!(true)));
    assert_eq!(found["title"], "a prompt that nobody meant to share");
    assert_eq!(sessions(&place.repo), [], "to look changes nothing");

    let id = found["id"].as_str().unwrap();
    place.ao(&["adopt", &id[..8]], "").ok().stdout_has("adopted").stdout_has(", running");
    let session = only(&place.repo);
    assert_eq!((&session.status, &session.kind), (&SessionStatus::Working, &Kind::Conversation));
    assert_eq!(session.agent_session_id.as_deref(), Some(id));
    assert_eq!(list()["conversations"], json!([]));
    let public = place.repo.git(["log", "--format=%s", "--all", "--", "active"]);
    assert!(!public.contains("nobody meant to share"), "{public}");
    assert!(place.repo.git(["for-each-ref"]).contains("refs/ao/private"));

    let live =
        || place.ao(&["status", "--json", id], "").ok().json()["sessions"][0]["live"].clone();
    assert_eq!(live()["agent"], "alive");
    until("it is ready", || live()["activity"]["state"] == "ready");
    place.ao(&["adopt", "--all"], "").ok();
    place.ao(&["adopt", "--all"], "").ok().stdout_is("nothing to adopt\n");
    place.repo.ao(["send", &session.id.short(), "x"]).code(1);
    let transcripts =
        TranscriptStore::open(own_store(&place.repo).with_private().repository()).unwrap().unwrap();
    let replica = own_store(&place.repo).with_private().replica().unwrap();
    assert_eq!(transcripts.transcripts(session.id, &replica).unwrap().len(), 1);

    place.tmux(&["kill-session", "-t", "=hand"]);
    until("it is seen that it ended", || live()["agent"] == "gone");
    place.ao(&["reconcile"], "").ok();
    assert_eq!(only(&place.repo).status, SessionStatus::Done, "nobody saw it fail");
    assert!(place.repo.dir().join(".git").exists(), "nothing of it was ever git-ao's");
}

/// Nothing is recorded where nobody agreed, and all that is recorded is private.
#[test]
fn claude_records_its_sessions_itself() {
    let Some(place) = Place::in_tmux("claude") else { return };
    let settings = place.repo.dir().join(".claude/settings.local.json");
    place.ao(&["hooks", "install", "claude"], "").ok().stdout_has("claude: installed in");
    place.repo.git(["config", "--unset", "ao.adopt"]);
    by_hand(&place, place.repo.dir(), "not recorded");
    place.told_by_hand("not recorded");
    let done = || place.tmux(&["capture-pane", "-p", "-t", "=hand:"]).contains("done");
    until("its turn is over", done);
    place.tmux(&["kill-session", "-t", "=hand"]);
    // A hook that is late would find that it may record.
    until("all of it has ended", || !is_running(&place));
    assert_eq!(sessions(&place.repo), []);
    assert!(!place.repo.common_dir().join("ao/activity").exists());

    place.ao(&["hooks", "install", "claude"], "").ok().stdout_has("already installed");
    assert_eq!(place.repo.git(["config", "ao.adopt"]).trim(), "true");
    by_hand(&place, place.repo.dir(), "recorded");
    until("it is recorded", || !sessions(&place.repo).is_empty());
    let session = only(&place.repo);
    assert_eq!((session.title.as_str(), &session.kind), ("recorded", &Kind::Conversation));
    assert!(place.repo.git(["for-each-ref"]).contains("refs/ao/private"));
    assert!(!place.repo.git(["for-each-ref"]).contains("refs/ao/sessions"));
    place.ao(&["hooks", "status"], "").ok().stdout_has("claude              installed in");
    place.press_in("hand", "it leaves", &["C-c", "C-c"], || {
        only(&place.repo).status == SessionStatus::Done
    });

    place.ao(&["hooks", "uninstall", "claude"], "").ok().stdout_is("claude: removed\n");
    assert!(!settings.exists() && !place.repo.dir().join(".claude").exists());
    place.ao(&["hooks", "uninstall", "claude"], "").ok().stdout_is("nothing to remove\n");
}

#[test]
fn settings_are_restored_byte_for_byte() {
    let repo = Repo::new();
    let folder = repo.dir().join(".claude");
    let settings = folder.join("settings.local.json");
    fs::create_dir(&folder).unwrap();
    let texts = [
        "{ \"hooks\":{\"Stop\":[ ]} ,\"model\":\"x\" }",
        "{\n  // mine\n  \"permissions\": {\"allow\": [\"Bash(ls)\"],},\n}\n",
        "{}\n\n",
        "",
    ];
    for text in texts {
        fs::write(&settings, text).unwrap();
        repo.ao(["hooks", "install", "claude"]).ok();
        let with = fs::read_to_string(&settings).unwrap();
        assert!(with.contains("hook agent claude"), "{with}");
        repo.ao(["hooks", "install", "claude"]).ok().stdout_has("already installed");
        repo.ao(["hooks", "uninstall", "claude"]).ok();
        assert_eq!(fs::read_to_string(&settings).unwrap(), text);
        assert_eq!(repo.ao_run(["hooks", "status"]).run().status, 1);
    }
    // What a person has added meanwhile stays.
    fs::write(&settings, "{\"a\": 1}\n").unwrap();
    repo.ao(["hooks", "install", "claude"]).ok();
    let with = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, with.replacen('{', "{\"b\": 2, ", 1)).unwrap();
    repo.ao(["hooks", "uninstall", "claude"]).ok();
    let left: Value = serde_json::from_slice(&fs::read(&settings).unwrap()).unwrap();
    assert_eq!(left, json!({"a": 1, "b": 2}));
    // What is not understood is left alone.
    for bad in ["{", "[]", "{\"hooks\": []}"] {
        fs::write(&settings, bad).unwrap();
        repo.ao(["hooks", "install", "claude"]).code(128).stderr_has("cannot understand");
        assert_eq!(fs::read_to_string(&settings).unwrap(), bad);
    }
    repo.ao(["hooks", "install", "codex"]).code(129).stderr_has("git ao adopt --all");
    repo.ao(["adopt"]).code(129).stderr_has("hint: to list the conversations: git ao adopt --list");
}

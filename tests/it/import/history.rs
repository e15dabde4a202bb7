//! The conversations that agents keep themselves.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::{Session, SessionStatus};
use git_ao::store::{ListedSession, Shelf, Visibility};
use serde_json::{Value, json};

use crate::support::Repo;
use crate::support::opencode::SCHEMA;
use crate::support::sessions::own_store;

const ID: &str = "79eb9f8a-232c-4a72-a26b-4b4520ef2152";
const OTHER: &str = "79eb9f8a-232c-4a72-a26b-4b4520ef2153";

fn write(path: PathBuf, lines: &[Value]) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(&path, text).unwrap();
    path
}

/// A conversation of Claude Code that was begun in a directory.
fn claude(repo: &Repo, id: &str, cwd: &Path, prompt: &str) -> PathBuf {
    let line = |kind: &str, at: &str, message: Value| json!({"type": kind, "sessionId": id, "cwd": cwd, "gitBranch": "topic", "timestamp": at, "message": message});
    let said = json!({"id": "m1", "model": "opus", "content": [{"type": "text", "text": "Done."}], "usage": {"input_tokens": 1}});
    write(
        repo.env().home().join(format!(".claude/projects/x/{id}.jsonl")),
        &[
            json!({"type": "mode"}),
            line("user", "2026-02-03T04:05:06.007Z", json!({"content": prompt})),
            line("assistant", "2026-02-03T04:06:00Z", said),
        ],
    )
}

fn sessions(repo: &Repo) -> Vec<ListedSession> {
    own_store(repo).with_private().snapshot().unwrap().list(Shelf::Active).unwrap()
}

#[track_caller]
fn session(repo: &Repo) -> Session {
    let mut all = sessions(repo);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).session.unwrap()
}

/// The objects of the transcript store with this path.
fn captured(repo: &Repo, path: &str) -> Vec<String> {
    let git_dir = format!("--git-dir={}", repo.common_dir().join("ao/transcripts.git").display());
    let refs = repo.git([&git_dir, "for-each-ref", "--format=%(refname)"]);
    let show = |name: &str| {
        let tree = repo.git([&git_dir, "ls-tree", "-r", name]);
        let lines: Vec<_> =
            tree.lines().filter(|line| line.contains(path)).map(str::to_owned).collect();
        lines.into_iter().map(|line| {
            let id = line.split([' ', '\t']).nth(2).unwrap().to_owned();
            repo.git([&git_dir, "cat-file", "blob", &id])
        })
    };
    refs.lines().flat_map(show).collect()
}

#[test]
fn what_was_begun_in_this_repository_is_taken_once() {
    let repo = Repo::new();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let inside = repo.dir().join("sub");
    fs::create_dir(&inside).unwrap();
    let file = claude(&repo, ID, &inside, &format!("Use {token} for it\nplease"));
    claude(&repo, OTHER, &repo.env().root(), "Somewhere else");
    let beside = repo.env().home().join(format!(".claude/projects/x/{ID}"));
    write(beside.join("subagents/agent-a1.jsonl"), &[json!({"type": "user", "agentId": "a1"})]);
    for (args, outcome) in [
        (&["--dry-run"][..], "new"),
        (&[], "new"),
        (&["--dry-run"], "unchanged"),
        (&[], "unchanged"),
    ] {
        let report = repo.ao(["import", "claude", "--json"].iter().chain(args)).ok().json();
        let [found] = report["sessions"].as_array().unwrap().as_slice() else { panic!("{report}") };
        assert_eq!((&found["id"], &found["outcome"]), (&json!(ID), &json!(outcome)), "{report}");
        assert_eq!(found["messages"], 2);
    }
    assert_eq!(sessions(&repo)[0].location.visibility, Visibility::Private);
    let made = session(&repo);
    assert_eq!(
        (made.title.as_str(), made.status),
        ("Use [REDACTED:github-token] for it", SessionStatus::Done)
    );
    assert!(!made.task.unwrap().contains(&token));
    assert_eq!(
        (made.agent.as_deref(), made.agent_session_id.as_deref()),
        (Some("claude"), Some(ID))
    );
    assert_eq!(made.branch.as_deref(), Some("topic"));
    assert_eq!(made.agent_config.get("model"), Some(&"opus".into()));
    assert_eq!(made.created_at.to_string(), "2026-02-03T04:05:06.007Z");
    assert_eq!(made.updated_at.to_string(), "2026-02-03T04:06:00.000Z");
    let here = made.placements.values().next().unwrap().workspace.clone().unwrap();
    assert!(here.ends_with(repo.dir().file_name().unwrap().to_str().unwrap()), "{here}");
    assert_eq!(
        captured(&repo, "000/000000-"),
        [fs::read_to_string(file).unwrap(), "{\"agentId\":\"a1\",\"type\":\"user\"}\n".to_owned()]
    );

    // The conversation goes on.
    claude(&repo, ID, &inside, "Use it\nplease");
    let path = repo.env().home().join(format!(".claude/projects/x/{ID}.jsonl"));
    let longer = fs::read_to_string(&path).unwrap();
    fs::write(&path, longer.replace("04:06:00Z", "05:00:00Z")).unwrap();
    let report = repo.ao(["import", "claude", "--json"]).ok().json();
    assert_eq!(report["sessions"][0]["outcome"], "updated");
    assert_eq!(session(&repo).title, "Use it");

    let all = repo.ao(["import", "claude", "--all", "--public", "--json"]).ok().json();
    assert_eq!(all["sessions"].as_array().unwrap().len(), 2);
    let other = sessions(&repo).into_iter().find(|it| it.location.id.to_string() == OTHER).unwrap();
    assert_eq!(other.location.visibility, Visibility::Public);
    assert!(other.session.unwrap().placements.is_empty());
}

#[test]
fn a_conversation_that_a_session_has_is_left_out() {
    let repo = Repo::new();
    claude(&repo, ID, repo.dir(), "Hello");
    let made = repo.ao(["spawn", "--no-agent", "--json", "Mine"]).ok().json();
    let id = made["session"]["id"].as_str().unwrap();
    repo.ao(["set", id, "agent=claude", &format!("agent_session_id={ID}")]).ok();
    let report = repo.ao(["import", "claude", "--json"]).ok().json();
    assert_eq!(report["sessions"], json!([]));
    assert_eq!(report["files"][0]["why"], format!("the conversation of session {}", &id[..8]));
    session(&repo);
}

#[test]
fn codex_tells_what_it_was_forked_from() {
    let repo = Repo::new();
    let home = repo.env().home().join(".codex");
    let meta = |id: &str, more: Value| {
        let mut payload = json!({"id": id, "cwd": repo.dir(), "git": {"branch": "topic"}});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"timestamp": "2026-11-20T10:00:00Z", "type": "session_meta", "payload": payload})
    };
    let said = json!({"timestamp": "2026-11-20T10:01:00Z", "type": "response_item", "payload": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}});
    let file = |folder: &str, id: &str, meta: Value| {
        let name = format!("{folder}/rollout-2026-11-20T10-00-00-{id}.jsonl");
        write(home.join(name), &[meta, said.clone()]);
    };
    file("sessions/2026/11/20", ID, meta(ID, json!({})));
    file("archived_sessions", OTHER, meta(OTHER, json!({"forked_from_id": ID})));
    let helper = "79eb9f8a-232c-4a72-a26b-4b4520ef2154";
    file("sessions/2026/11/20", helper, meta(helper, json!({"thread_source": "subagent"})));
    repo.ao(["import", "codex"]).ok().stdout_has("2 sessions: 2 imported\n");
    let all = sessions(&repo);
    assert_eq!(all.len(), 2, "a subagent's conversation is none with a person");
    let fork = all.into_iter().find(|it| it.location.id.to_string() == OTHER).unwrap();
    assert_eq!(fork.session.unwrap().fork.unwrap().session.to_string(), ID);
    let since = repo.ao(["import", "codex", "--since", "2026-11-21", "--json"]).ok().json();
    assert_eq!(since["sessions"], json!([]));
}

#[test]
fn gemini_names_a_directory_by_its_hash() {
    let repo = Repo::new();
    let chats = repo.env().home().join(".gemini/tmp");
    let talk = |id: &str, hash: &str, kind: &str| {
        let said = json!([{"type": kind, "timestamp": "2026-02-03T04:09:57Z", "content": "Hello"}]);
        json!({"sessionId": id, "projectHash": hash, "startTime": "2026-02-03T04:09:57Z", "messages": said})
    };
    write(chats.join("a/chats/session-1-79eb9f8a.json"), &[talk(ID, "0000", "user")]);
    fs::write(chats.join("a/.project_root"), repo.dir().to_str().unwrap()).unwrap();
    write(chats.join("b/chats/session-2-79eb9f8a.json"), &[talk(OTHER, "0000", "user")]);
    let root = repo.dir().to_str().unwrap();
    let sum = repo.env().run(repo.dir(), "sh", ["-c", &format!("printf %s '{root}' | sha256sum")]);
    let hash = sum.run().ok().stdout.split(' ').next().unwrap().to_owned();
    let third = "79eb9f8a-232c-4a72-a26b-4b4520ef2155";
    write(chats.join("c/chats/session-3-79eb9f8a.json"), &[talk(third, &hash, "user")]);
    let fourth = "79eb9f8a-232c-4a72-a26b-4b4520ef2156";
    write(chats.join("c/chats/session-4-79eb9f8a.json"), &[talk(fourth, &hash, "warning")]);
    let report = repo.ao(["import", "gemini", "--json"]).ok().json();
    let mut ids: Vec<_> =
        report["sessions"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, [ID, third]);
    assert_eq!(report["files"][0]["why"], "nobody said anything in it");
}

#[test]
fn options_of_the_other_kind_are_refused() {
    let repo = Repo::new();
    repo.ao(["import", "claude", "/x"]).code(129).stderr_has("'claude' takes no <path>");
    repo.ao(["import", "claw", "--all"]).code(129);
    repo.ao(["import", "claude"]).ok().stdout_is("no sessions\n");
}

#[test]
fn opencode_keeps_all_in_one_database() {
    let repo = Repo::new();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let path = repo.env().home().join(".local/share/opencode/opencode.db");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch(SCHEMA).unwrap();
    let begin = |id: &str, directory: &Path, title: &str, at: i64| {
        let sql = "INSERT INTO session VALUES (?1, NULL, ?2, ?3, ?4, ?4)";
        database.execute(sql, (id, directory.to_str().unwrap(), title, at)).unwrap();
    };
    let say = |id: &str, session: &str, role: &str, text: &str, at: i64| {
        let message = json!({"role": role, "modelID": "m1", "time": {"completed": at}});
        let part = json!({"type": "text", "text": text});
        let sql = "INSERT INTO message VALUES ('msg_' || ?1, ?2, ?3, ?3, ?4)";
        database.execute(sql, (id, session, at, message.to_string())).unwrap();
        let sql = "INSERT INTO part VALUES ('prt_' || ?1, 'msg_' || ?1, ?2, ?3, ?3, ?4)";
        database.execute(sql, (id, session, at, part.to_string())).unwrap();
    };
    let day = 24 * 3600 * 1000;
    let at = 1_770_091_200_000; // 2026-02-03
    begin("ses_1", repo.dir(), &format!("Use {token}"), at);
    say("1", "ses_1", "user", &format!("Please use {token}"), at);
    say("2", "ses_1", "assistant", "Done.", at + 1000);
    begin("ses_2", repo.dir(), "New session - 2026-01-03T04:00:00Z", at - 30 * day);
    say("3", "ses_2", "user", "Older", at - 30 * day);
    begin("ses_3", &repo.env().root(), "Elsewhere", at);
    say("4", "ses_3", "user", "Elsewhere", at);
    begin("ses_4", repo.dir(), "Silent", at);

    let import =
        |more: &[&str]| repo.ao(["import", "opencode", "--json"].iter().chain(more)).ok().json();
    let outcomes = |report: &Value| -> Vec<(String, String)> {
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        let all = report["sessions"].as_array().unwrap().iter();
        let mut all: Vec<_> = all.map(|it| (text(it, "imported"), text(it, "outcome"))).collect();
        all.sort();
        all
    };
    let both =
        |outcome: &str| ["ses_1", "ses_2"].map(|id| (id.to_owned(), outcome.to_owned())).to_vec();
    let recent = import(&["--dry-run", "--since", "2026-02-01"]);
    assert_eq!(outcomes(&recent), both("new")[..1]);
    assert_eq!(outcomes(&import(&["--dry-run"])), both("new"));
    assert!(sessions(&repo).is_empty());
    let report = import(&[]);
    assert_eq!(outcomes(&report), both("new"));
    assert_eq!(report["files"][0]["why"], "nobody said anything in it");
    assert_eq!(outcomes(&import(&[])), both("unchanged"));
    assert_eq!(outcomes(&import(&["--all", "--dry-run"])).len(), 3);

    let all = sessions(&repo);
    assert!(all.iter().all(|it| it.location.visibility == Visibility::Private));
    let mut titles: Vec<_> = all.into_iter().map(|it| it.session.unwrap().title).collect();
    titles.sort();
    assert_eq!(titles, ["Older", "Use [REDACTED:github-token]"]);
    let lines: Vec<_> =
        captured(&repo, "000/000000-").concat().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 8, "two rows of sessions, three messages and their parts: {lines:#?}");
    say("5", "ses_1", "user", "More", at + 2000);
    import(&[]);
    let lines: Vec<_> = captured(&repo, "000/").concat().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 10, "{lines:#?}");
}

#[test]
fn what_clear_begins_belongs_to_its_session() {
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "Mine"]).ok().json();
    let id = made["session"]["id"].as_str().unwrap().to_owned();
    repo.ao(["set", &id, "agent=claude", &format!("agent_session_id={ID}")]).ok();
    let workspace = crate::support::agents::workspace(&repo, id.parse().unwrap());
    let folder: String = workspace.canonicalize().unwrap().display().to_string();
    let folder: String =
        folder.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let projects = repo.env().home().join(".claude/projects").join(folder);
    let line = |id: &str, said: &str| json!({"type": "user", "sessionId": id, "cwd": workspace, "timestamp": "2026-02-03T04:05:06Z", "message": {"content": said}});
    write(projects.join(format!("{ID}.jsonl")), &[line(ID, "Hello")]);
    let clear = "<command-name>/clear</command-name>";
    let second = projects.join(format!("{OTHER}.jsonl"));
    write(second.clone(), &[line(OTHER, clear), line(OTHER, "From the start")]);
    let skipped = || {
        let report = repo.ao(["import", "claude", "--json"]).ok().json();
        assert_eq!(report["sessions"], json!([]), "{report}");
        report["files"].as_array().unwrap().len()
    };
    assert_eq!(skipped(), 2, "before it is captured");
    repo.ao(["transcript", "capture", &id]).ok();
    assert_eq!(skipped(), 2);
    session(&repo);
}

//! What the earlier stores hold beside the record: messages, counts, cost, and what has no field.

use std::fs;

use git_ao::ops::Engine;
use git_ao::transcript::{EntryKind, Role, TranscriptEntry};
use serde_json::{Value, json};

use crate::support::Repo;
use crate::support::sessions::own_store;

fn import(repo: &Repo, program: &str, files: &[(&str, String)]) -> Vec<Value> {
    let folder = repo.env().path(program);
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    repo.ao(["import", program, folder.to_str().unwrap()]).ok();
    let listed = repo.ao(["list", "--json", "--sort=created"]).ok().json();
    listed["sessions"].as_array().unwrap().clone()
}

fn said(repo: &Repo, id: &Value, args: &[&str]) -> Vec<(String, String)> {
    let args = [&["transcript", "show", "--json", id.as_str().unwrap()], args].concat();
    let entry = |line: &str| {
        let entry: TranscriptEntry = serde_json::from_str(line).unwrap();
        (entry.role.name().to_owned(), entry.text)
    };
    repo.ao(args).ok().lines().into_iter().map(entry).collect()
}

fn pair(role: &str, text: &str) -> (String, String) {
    (role.to_owned(), text.to_owned())
}

/// ao_core: the ledger of costs outlives the session; cache tokens count; an unknown price is none.
#[test]
fn what_was_spent_outlives_the_session() {
    let repo = Repo::new();
    let record = |n: u64, cost: &str| {
        let id = format!("{n}0000000-0000-4000-8000-000000000000");
        let text = format!(
            "id: {id}\nproject_id: demo\nstatus: done\nbranch: b{n}\ntask: t\n\
             created_at: 177900720000{n}\ncost:\n{cost}"
        );
        (format!("demo/{id}.yaml"), text)
    };
    let paid = record(1, "  input_tokens: 5\n  cache_read_tokens: 90\n  cost_usd: 1.5\n");
    let unpaid = record(2, "  output_tokens: 7\n");
    let files = [(paid.0.as_str(), paid.1), (unpaid.0.as_str(), unpaid.1)];
    let all = import(&repo, "ao_core", &files);
    assert_eq!(
        all[0]["cost"].get("cost_usd").or(all[1]["cost"].get("cost_usd")),
        Some(&1.5.into())
    );
    for id in all.iter().map(|session| session["id"].as_str().unwrap()) {
        repo.ao(["delete", "--force", id]).ok();
    }
    assert_eq!(repo.ao(["usage", "--json"]).ok().json()["usage"], json!([]));
    let report = repo.ao(["usage", "--json", "--deleted"]).ok().json();
    let prices: Vec<_> =
        report["usage"].as_array().unwrap().iter().map(|it| &it["cost_usd"]).collect();
    assert_eq!(prices, [&json!(1.5), &json!(null)]);
    let tokens = &report["total"]["tokens"];
    assert_eq!((&tokens["cache_read"], &tokens["output"]), (&90.into(), &7.into()));
    repo.ao(["usage", "--deleted", "--by=day"]).ok().stdout_has("2026-05-17");
}

/// astrid: each message is saved at once, and listings say how many there are, and how many tokens.
#[test]
fn messages_are_counted_in_listings() {
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "Talk"]).ok().json();
    let id = made["session"]["id"].as_str().unwrap();
    let engine = Engine::new(own_store(&repo));
    let mut answer = TranscriptEntry::new(Role::Assistant, EntryKind::Text, "1");
    answer.model = Some("opus".to_owned());
    let used = json!({"answer": "a", "input": 12, "output": 3, "cache_read": 90});
    answer.usage = serde_json::from_value(used).unwrap();
    let asked = TranscriptEntry::new(Role::User, EntryKind::Text, "one");
    let image = TranscriptEntry::new(Role::User, EntryKind::Image, "");
    engine
        .append(id.parse::<git_ao::model::SessionId>().unwrap(), &[asked, image, answer])
        .unwrap();
    let listed = repo.ao(["list", "--json"]).ok().json();
    let session = &listed["sessions"][0];
    let here = session["transcripts"].as_object().unwrap().values().next().unwrap();
    let used = session["usage"].as_object().unwrap().values().next().unwrap();
    assert_eq!((&here["entries"], &used["opus"]["cache_read"]), (&3.into(), &90.into()));
    let shown = repo.ao(["show", id]).ok().stdout_has("3 entries, 3 lines, ");
    shown.stdout_has("opus: 1 turn, 1 call, 12 tokens in, 3 out, 90 cached");
}

/// astrid: system prompt, allowances, budget and escape state are kept and shown, not acted on.
#[test]
fn what_has_no_field_is_in_the_context() {
    let repo = Repo::new();
    let id = "a5710001-a500-4000-8000-000000000001";
    let session = json!({
        "id": id, "user_id": "1", "messages": [{"role": "user", "content": "hi"}],
        "system_prompt": "Be brief.", "created_at": "2026-03-01T10:00:00Z", "token_count": 1,
        "metadata": {"title": "t", "tags": []}, "allowances": [{"id": "read"}],
        "budget_snapshot": {"session_spent_usd": 0.5, "config": {"max": 9}},
        "escape_state": {"remembered": ["/tmp"]},
    });
    let all = import(&repo, "astrid", &[(&format!("{id}.json"), session.to_string())]);
    let kept = &all[0]["context"]["astrid"];
    assert_eq!(kept["system_prompt"], "Be brief.");
    assert_eq!(kept["allowances"][0]["id"], "read");
    assert_eq!(kept["budget_snapshot"]["config"]["max"], 9);
    assert_eq!(kept["escape_state"]["remembered"][0], "/tmp");
    repo.ao(["show", id]).ok().stdout_has("Be brief.");
}

fn claw(n: u64, more: &Value) -> Value {
    let mut meta = json!({
        "type": "session_meta", "version": 1, "session_id": format!("session-177555000000{n}-0"),
        "created_at_ms": 1_775_550_000_000_u64 + n, "updated_at_ms": 1_775_550_005_000_u64,
    });
    more.as_object().into_iter().flatten().for_each(|(key, value)| meta[key] = value.clone());
    meta
}

fn block(role: &str, block: &Value) -> Value {
    json!({"role": role, "blocks": [block]})
}

fn words(role: &str, text: &str) -> Value {
    block(role, &json!({"type": "text", "text": text}))
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn message(message: Value) -> Value {
    json!({"type": "message", "message": message})
}

/// claw: JSON lines with rotations, and the older single object; calls, results and usage.
#[test]
fn both_forms_and_all_rotations_are_read_in_order() {
    let repo = Repo::new();
    let call = json!({"type": "tool_use", "id": "t", "name": "read", "input": "{\"path\":\"x\"}"});
    let result = json!({"type": "tool_result", "tool_use_id": "t", "tool_name": "read", "output": "no", "is_error": true});
    let usage = json!({"input_tokens": 12, "output_tokens": 3});
    let mut answer = block("assistant", &call);
    answer["usage"] = usage;
    let before = [
        claw(0, &json!({})),
        message(words("user", "one")),
        message(answer),
        message(block("tool", &result)),
    ];
    let compaction = json!({"type": "compaction", "count": 1, "removed_message_count": 3, "summary": "It failed."});
    let after = [claw(0, &json!({})), compaction, message(words("user", "two"))];
    let old = json!({"version": 1, "messages": [words("user", "old")]});
    let files = [
        (".claw/sessions/session-1775550000000-0.rot-1775550003000.jsonl", lines(&before)),
        (".claw/sessions/session-1775550000000-0.jsonl", lines(&after)),
        (".claw/sessions/session-1775550000009-0.json", old.to_string()),
    ];
    let all = import(&repo, "claw", &files);
    let talk = |text: &str| {
        let all = all.iter().map(|session| said(&repo, &session["id"], &[]));
        all.into_iter().find(|talk| talk.iter().any(|(_, said)| said == text)).unwrap()
    };
    let told = talk("two");
    let places: Vec<_> = ["one", "no", "It failed.", "two"]
        .iter()
        .map(|text| told.iter().position(|(_, said)| said.contains(text)).unwrap())
        .collect();
    assert!(places.is_sorted(), "{told:?}");
    assert_eq!(talk("old"), [pair("user", "old")]);
    let report = repo.ao(["usage", "--json"]).ok().json();
    assert_eq!(report["total"]["tokens"]["input"], 12);
}

/// claw: a fork copies all messages; here it refers to those of its parent.
#[test]
fn a_fork_refers_to_what_its_parent_has_said() {
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "Talk"]).ok().json();
    let parent = made["session"]["id"].as_str().unwrap();
    let line = json!({"role": "user", "text": "one"}).to_string();
    repo.ao_run(["transcript", "append", parent]).input(line.clone()).run().ok();
    let fork = repo.ao(["fork", "--no-agent", "--json", "--branch=fix", parent]).ok().json();
    assert_eq!(
        (&fork["session"]["fork"]["session"], &fork["session"]["branch"]),
        (&parent.into(), &"fix".into())
    );
    let id = fork["session"]["id"].as_str().unwrap();
    repo.ao(["transcript", "show", id]).code(1).stderr_has("there is no transcript");
    repo.ao_run(["transcript", "append", id]).input(line.replace("one", "two")).run().ok();
    assert_eq!(said(&repo, &fork["session"]["id"], &["--role=user"]), [pair("user", "two")]);
    assert_eq!(said(&repo, &parent.into(), &[]), [pair("user", "one")]);
}

//! What sessions have used.

use std::fs;

use serde_json::{Value, json};

use crate::support::Repo;

fn usage(repo: &Repo, args: &[&str]) -> Value {
    repo.ao(["usage", "--json"].iter().chain(args)).ok().json()
}

/// A session of Claw Code: a question, and two answers of which one says what it has used.
fn claw(repo: &Repo, n: u64, more: &[Value]) {
    let said = |role: &str, text: &str, usage: Value| json!({"type": "message", "message": {"role": role, "usage": usage, "blocks": [{"type": "text", "text": text}]}});
    let fork = (n > 0).then(|| json!({"parent_session_id": "session-1775550000000-0"}));
    let tokens = json!({"input_tokens": 1_000_000, "output_tokens": 1_000_000, "cache_read_input_tokens": 7});
    let mut lines = vec![
        json!({"type": "session_meta", "session_id": format!("session-177555000000{n}-0"), "model": "opus",
            "created_at_ms": 1_775_550_000_000_u64 + n, "updated_at_ms": 1_775_550_000_000_u64, "fork": fork}),
        json!({"type": "prompt_history", "timestamp_ms": 1_775_550_001_000_u64, "text": "ask"}),
        said("user", "ask", json!(null)),
        said("assistant", "one", tokens),
    ];
    lines.extend(more.iter().cloned());
    let folder = repo.env().path("store/.claw/sessions");
    fs::create_dir_all(&folder).unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join(format!("session-177555000000{n}-0.jsonl")), text).unwrap();
}

fn import(repo: &Repo) {
    repo.ao(["import", "claw", repo.env().path("store").to_str().unwrap()]).ok();
}

#[test]
fn each_answer_counts_once_and_the_unknown_is_said() {
    let repo = Repo::new();
    assert_eq!(usage(&repo, &[])["usage"], json!([]));
    let silent = json!({"type": "message", "message": {"role": "assistant", "blocks": [{"type": "text", "text": "two"}]}});
    claw(&repo, 0, &[]);
    claw(&repo, 1, &[silent]);
    import(&repo);
    let report = usage(&repo, &[]);
    let rows = report["usage"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{report}");
    assert_eq!((&rows[0]["calls"], &rows[0]["turns"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&rows[0]["tokens"]["output"], &rows[0]["cost_usd"]),
        (&json!(1_000_000), &json!(null))
    );
    let fork = &rows[1];
    assert_eq!(
        (&fork["calls"], &fork["calls_without_usage"], &fork["turns"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(fork["tokens"], json!(null), "unknown, and not 0");
    assert_eq!((&report["total"]["sessions"], &report["total"]["calls"]), (&json!(2), &json!(2)));
    let text = repo.ao(["usage"]).ok().stdout;
    assert!(text.lines().nth(2).unwrap().contains(" -  "), "{text}");
    repo.config("ao.price.opus", "3 15");
    let report = usage(&repo, &["--by", "model"]);
    let opus = report["usage"].as_array().unwrap().iter().find(|row| row["key"] == "opus").unwrap();
    assert_eq!((&opus["sessions"], opus["cost_usd"].as_f64().unwrap().round()), (&json!(2), 18.0));
    let report = usage(&repo, &["--by", "agent", "--agent", "claude"]);
    assert_eq!(report["usage"], json!([]));
}

#[test]
fn deleted_sessions_count_where_that_is_asked_for() {
    let repo = Repo::new();
    claw(&repo, 0, &[]);
    import(&repo);
    let id = usage(&repo, &[])["usage"][0]["key"].as_str().unwrap().to_owned();
    repo.ao(["delete", "--force", &id]).ok();
    assert_eq!(usage(&repo, &[])["total"]["calls"], 0);
    let report = usage(&repo, &["--deleted"]);
    assert_eq!((&report["usage"][0]["key"], &report["total"]["calls"]), (&json!(id), &json!(1)));
}

#[test]
fn a_record_says_what_no_transcript_does() {
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "--issue", "42", "Paid"]).ok().json();
    let id = made["session"]["id"].as_str().unwrap().to_owned();
    repo.ao(["set", &id, "cost.input_tokens=10", "cost.output_tokens=20", "cost.cost_usd=1.5"])
        .ok();
    let report = usage(&repo, &["--by", "issue"]);
    let row = &report["usage"][0];
    assert_eq!(
        (&row["key"], &row["tokens"]["output"], &row["cost_usd"]),
        (&json!("42"), &json!(20), &json!(1.5))
    );
}

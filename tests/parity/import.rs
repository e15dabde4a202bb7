//! Import: each of the four stores comes in whole, twice is once, and what is corrupt is named.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::Repo;

/// A store of each program, with a session and a file that cannot be read.
const STORES: [(&str, [(&str, &str); 2]); 4] = [
    (
        "ao_core",
        [
            (
                "demo/.archive/demo-orchestrator-1.yaml",
                "id: demo-orchestrator-1\nproject_id: demo\nstatus: merged\nbranch: b\ntask: t\n\
                 created_at: 1779007200000\ncost:\n  input_tokens: 1\n  output_tokens: 2\n",
            ),
            ("demo/bad.yaml", "id: [\n"),
        ],
    ),
    (
        "astrid",
        [
            (
                "a5710001-a500-4000-8000-000000000001.json",
                r#"{"id":"a5710001-a500-4000-8000-000000000001","user_id":"1","messages":[
                {"role":"user","content":"hi"}],"system_prompt":"","created_at":"2026-03-01T10:00:00Z",
                "token_count":1,"metadata":{"title":"t","tags":["a"]}}"#,
            ),
            ("a5710002-a500-4000-8000-000000000002.json", "{\"id\": \"a57"),
        ],
    ),
    (
        "thulp",
        [
            (
                ".thulp/sessions/7b100001-7000-4000-8000-000000000001.json",
                r#"{"metadata":{"id":"7b100001-7000-4000-8000-000000000001","name":"t",
                "session_type":{"type":"agent","agent_name":"x"},"created_at":1770003600000,
                "updated_at":1770003612000,"status":"cancelled","tags":[]},"entries":[{"id":"e",
                "timestamp":1770003601000,"entry_type":{"type":"user_message"},"content":"hi"}]}"#,
            ),
            (".thulp/sessions/bad.json", "{"),
        ],
    ),
    (
        "claw",
        [
            (
                ".claw/sessions/session-1775550000000-0.jsonl",
                "{\"type\":\"session_meta\",\"version\":1,\"session_id\":\"session-1775550000000-0\",\
                 \"created_at_ms\":1775550000000,\"updated_at_ms\":1775550000000}\n\
                 {\"type\":\"message\",\"message\":{\"role\":\"user\",\"blocks\":[{\"type\":\"text\",\
                 \"text\":\"hi\"}]}}\n",
            ),
            (".claw/sessions/bad.jsonl", "{\n"),
        ],
    ),
];

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn each_store_comes_in_whole_and_once() {
    let repo = Repo::new();
    for (name, files) in STORES {
        let folder = repo.env().path(name);
        write(&folder, &files);
        for outcome in ["new", "unchanged"] {
            let args = ["import", "--json", name, folder.to_str().unwrap()];
            let report = repo.ao(args).code(1).json();
            let [found] = report["sessions"].as_array().unwrap().as_slice() else {
                panic!("{report}")
            };
            assert_eq!(found["outcome"], outcome, "{report}");
            let [bad] = report["files"].as_array().unwrap().as_slice() else { panic!("{report}") };
            assert_eq!(bad["reason"], "unreadable");
            assert!(bad["file"].as_str().unwrap().ends_with(files[1].0), "{report}");
        }
    }
    let all = repo.ao(["list", "--all", "--json"]).ok().json();
    let all = all["sessions"].as_array().unwrap();
    assert_eq!(all.len(), 4);
    let of = |key: &str, value: &str| -> &Value {
        all.iter().find(|it| it[key] == value).unwrap_or_else(|| panic!("no {key} {value}"))
    };
    let merged = of("status", "merged");
    assert_eq!((&merged["archived"], &merged["cost"]["output_tokens"]), (&true.into(), &2.into()));
    assert_eq!(merged["context"]["imported"], "demo-orchestrator-1");
    let cancelled = of("status", "killed");
    assert_eq!(cancelled["status_reason"], "cancelled");
    assert_eq!(cancelled["updated_at"], "2026-02-02T03:40:12.000Z");
    assert_eq!(of("agent", "astrid")["tags"][0], "a");
    assert_eq!(of("agent", "claw")["created_at"], "2026-04-07T08:20:00.000Z");
    assert!(all.iter().all(|session| session["visibility"] == "private"));
}

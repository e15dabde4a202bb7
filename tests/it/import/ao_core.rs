use git_ao::model::{Kind, SessionId, SessionStatus, Value};
use git_ao::store::{Shelf, Visibility};

use super::world::{World, skipped};

const ID: &str = "a0c00001-a000-4000-8000-000000000001";

fn record(id: &str, more: &str) -> String {
    format!(
        "id: {id}\nproject_id: demo\nstatus: working\nbranch: ao-1\ntask: no\n\
         created_at: 1779007200000\n{more}"
    )
}

#[test]
fn each_field_keeps_its_meaning() {
    let world = World::new("ao_core");
    world.file("demo/demo-orchestrator-1.yaml", record("demo-orchestrator-1", ""));
    let more = "agent: claude-code\nagent_config:\n  permissions: suggest\n  model: sonnet\n\
                workspace_path: /home/dev/x\nruntime_handle: x\nruntime: tmux\nactivity: exited\n\
                cost:\n  input_tokens: 10\n  output_tokens: 20\n  cost_usd: 1.2345\n\
                issue_id: '0007'\nissue_url: https://example.com/issues/7\n\
                claimed_pr_number: 117\nclaimed_pr_url: https://example.com/pull/117\n\
                spawned_by: demo-orchestrator-1\n\
                last_review_backlog_fingerprint: 18446744073709551615\n";
    world.file(&format!("demo/{ID}.yaml"), record(ID, more).replace("working", "pr_open"));
    let (report, status) = world.import(&[]);
    assert_eq!(status, 0, "{report}");
    let all = world.sessions(Shelf::Active);
    let by_id = |id: SessionId| {
        let found = all.iter().find(|listed| listed.location.id == id).unwrap();
        assert_eq!(found.location.visibility, Visibility::Private);
        assert_eq!(found.location.project.as_str(), "demo");
        found.session.clone().unwrap()
    };
    let orchestrator = by_id(SessionId::named("ao_core", "demo-orchestrator-1"));
    assert_eq!(orchestrator.kind, Kind::Orchestrator);
    assert_eq!(orchestrator.context.get("imported"), Some(&"demo-orchestrator-1".into()));
    let session = by_id(ID.parse().unwrap());
    assert_eq!(session.context.get("imported"), None);
    assert_eq!(session.spawned_by, Some(orchestrator.id));
    assert_eq!((session.task.as_deref(), session.title.as_str()), (Some("no"), "no"));
    assert_eq!((session.status, session.agent.as_deref()), (SessionStatus::PrOpen, Some("claude")));
    assert_eq!(session.created_at.as_millis(), 1_779_007_200_000);
    assert_eq!((session.issue_id.as_deref(), session.pr_number), (Some("0007"), Some(117)));
    assert!(session.issue_url.is_some() && session.pr_url.is_some());
    let cost = session.cost.unwrap();
    assert_eq!((cost.input_tokens, cost.cost_usd), (10, Some(1.2345)));
    assert_eq!(session.agent_config.get("model"), Some(&"sonnet".into()));
    let rest = session.context.get("ao_core").and_then(Value::as_map).unwrap();
    let fingerprint = rest.get("last_review_backlog_fingerprint").and_then(Value::as_u64);
    assert_eq!(fingerprint, Some(u64::MAX));
    assert_eq!(rest.get("activity"), Some(&"exited".into()));
    assert!(session.placements.is_empty(), "the directory is none of this repository");
}

#[test]
fn the_archive_and_earlier_states() {
    let world = World::new("ao_core");
    let other = "a0c00002-a000-4000-8000-000000000002";
    world.file(&format!("demo/{ID}.yaml"), record(ID, ""));
    let old = record(ID, "").replace("working", "killed");
    world.file(&format!("demo/.archive/{ID}.yaml"), old);
    world.file(&format!("demo/.archive/{other}.yaml"), record(other, ""));
    let (report, status) = world.import(&[]);
    assert_eq!((status, report["sessions"].as_array().unwrap().len()), (0, 2), "{report}");
    let why = format!("an earlier state of session '{ID}'");
    assert_eq!(skipped(&report), [(format!("{ID}.yaml"), "ignored".into(), why)]);
    assert_eq!(world.session().status, SessionStatus::Working);
    let archived = world.sessions(Shelf::Archived);
    assert_eq!(archived[0].location.id.to_string(), other);
}

#[test]
fn two_projects_may_use_one_name() {
    let world = World::new("ao_core");
    let named = |project: &str| {
        let more = "spawned_by: main-orchestrator-1\n";
        record("main-orchestrator-1", more).replace("demo", project)
    };
    world.file("one/main-orchestrator-1.yaml", named("one"));
    world.file("two/main-orchestrator-1.yaml", named("two"));
    for outcome in ["new", "unchanged"] {
        let (report, _) = world.import(&[]);
        let sessions = report["sessions"].as_array().unwrap();
        assert!(sessions.iter().all(|it| it["outcome"] == outcome), "{report}");
        let all = world.sessions(Shelf::Active);
        assert_eq!(all.len(), 2);
        for listed in all {
            let session = listed.session.unwrap();
            assert_eq!(session.spawned_by, Some(session.id), "the one of its own project");
        }
    }
}

#[test]
fn what_its_own_loader_refuses_is_saved_and_named() {
    let world = World::new("ao_core");
    let file = |n: u64| format!("a0c0000{n}-a000-4000-8000-00000000000{n}");
    let cut = record(&file(1), "runtime: tm").replace("created_at: 1779007200000\n", "");
    world.file(&format!("demo/{}.yaml", file(1)), cut);
    let strange = record(&file(2), "").replace("working", "detecting");
    world.file(&format!("demo/{}.yaml", file(2)), strange);
    world.file(&format!("demo/{}.yaml", file(3)), "");
    world.file(&format!("demo/{}.yaml", file(4)), "id: [\n");
    world.file(&format!("demo/{}.yaml.tmp", file(5)), record(&file(5), ""));
    let branch = record(&file(6), "").replace("branch: ao-1", "branch: 12:30:45");
    world.file(&format!("demo/{}.yaml", file(6)), branch);
    let (report, status) = world.import(&[]);
    assert_eq!(status, 1, "two files cannot be read");
    let refused: Vec<_> =
        report["sessions"].as_array().unwrap().iter().map(|it| &it["refused"]).collect();
    assert_eq!(
        refused,
        [
            "'created_at' is missing".into(),
            "unknown status 'detecting'".into(),
            serde_json::Value::Null
        ]
        .iter()
        .collect::<Vec<_>>()
    );
    let reasons: Vec<_> = skipped(&report).into_iter().map(|(_, reason, _)| reason).collect();
    assert_eq!(reasons, ["unreadable", "unreadable", "ignored"]);
    let all = world.sessions(Shelf::Active);
    let all: Vec<_> = all.into_iter().map(|listed| listed.session.unwrap()).collect();
    assert_eq!(all[1].status.as_str(), "detecting");
    let rest = all[2].context.get("ao_core").and_then(Value::as_map).unwrap();
    assert_eq!((&all[2].branch, rest.get("branch")), (&None, Some(&"12:30:45".into())));
}

#[test]
fn what_a_session_cost_is_in_the_ledger_too() {
    let world = World::new("ao_core");
    let other = "a0c00002-a000-4000-8000-000000000002";
    world.file(&format!("sessions/demo/{ID}.yaml"), record(ID, ""));
    let own = "cost:\n  input_tokens: 1\n";
    world.file(&format!("sessions/demo/{other}.yaml"), record(other, own));
    let entry = |id: &str, tokens: u32, at: u64| {
        format!(
            "- session_id: {id}\n  project_id: demo\n  branch: ao-1\n  cost:\n    input_tokens: \
             {tokens}\n    cost_usd: 0.5\n  created_at: 1779007200000\n  updated_at: {at}\n"
        )
    };
    let month = |entries: &[String]| format!("entries:\n{}", entries.concat());
    let last = entry(ID, 30, 1_779_007_300_000);
    world.file("cost-ledger/2026-06.yaml", month(&[last, entry("gone", 9, 1)]));
    let first = entry(ID, 20, 1_779_007_200_001);
    world.file("cost-ledger/2026-05.yaml", month(&[first, entry(other, 7, 1)]));
    world.file("cost-ledger/2026-04.yaml", "entries: no\n");
    let (report, status) = world.import_from("sessions", &[]);
    assert_eq!(status, 1, "{report}");
    assert_eq!(skipped(&report).len(), 1, "{report}");
    let all = world.sessions(Shelf::Active);
    let cost = |id: &str| {
        let found = all.iter().find(|listed| listed.location.id.to_string() == id).unwrap();
        found.session.clone().unwrap().cost.unwrap()
    };
    assert_eq!((cost(ID).input_tokens, cost(ID).cost_usd), (30, Some(0.5)));
    assert_eq!((cost(other).input_tokens, cost(other).cost_usd), (1, None), "its own counts");
}

#[test]
fn what_only_the_ledger_knows_is_archived() {
    let world = World::new("ao_core");
    let (gone, damaged) = ("a0c00002-a000-4000-8000-000000000002", "a0c00003");
    world.file(&format!("sessions/demo/{ID}.yaml"), record(ID, ""));
    world.file(&format!("sessions/demo/{damaged}.yaml"), "id: [\n");
    let entry = |id: &str| {
        format!(
            "- session_id: {id}\n  project_id: demo\n  branch: ao-2\n  cost:\n    \
             output_tokens: 5\n  created_at: 1779007200000\n  updated_at: 1779007300000\n"
        )
    };
    let entries = [entry(ID), entry(gone), entry(damaged), entry("demo-orchestrator-3")].concat();
    world.file("cost-ledger/2026-05.yaml", format!("entries:\n{entries}"));
    for outcome in ["new", "unchanged"] {
        let (report, _) = world.import_from("sessions", &[]);
        let sessions = report["sessions"].as_array().unwrap();
        assert_eq!(sessions.len(), 3, "{report}");
        assert!(sessions.iter().all(|it| it["outcome"] == outcome), "{report}");
    }
    assert_eq!(world.session().id.to_string(), ID);
    let archived = world.sessions(Shelf::Archived);
    assert_eq!(archived.len(), 2);
    let found = archived.iter().find(|it| it.location.id.to_string() == gone).unwrap();
    let session = found.session.clone().unwrap();
    assert_eq!(
        (session.status, session.branch.as_deref()),
        (SessionStatus::Terminated, Some("ao-2"))
    );
    assert_eq!((session.cost.unwrap().output_tokens, session.title.as_str()), (5, "ao-2"));
    assert_eq!(session.created_at.as_millis(), 1_779_007_200_000);
    assert_eq!(session.updated_at.as_millis(), 1_779_007_300_000);
}

#[test]
fn what_is_noted_in_the_working_directory_counts_too() {
    let world = World::new("ao_core");
    let other = "a0c00002-a000-4000-8000-000000000002";
    let shared = ["a0c00003-a000-4000-8000-000000000003", "a0c00004-a000-4000-8000-000000000004"];
    let work = world.repo.env().path("work");
    let place = |name: &str| format!("workspace_path: {}\n", work.join(name).display());
    let log = |path: &str, text: &str| {
        let path = work.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let turn = r#"{"ts":"2026-05-17T03:07:00Z","input_tokens":5,"output_tokens":2,"cost_usd":0.5}"#;
    let torn = "{\"input_tokens\":1";
    log("one/.ao/usage.jsonl", &format!("{turn}\n{{\"input_tokens\":7}}\nno\n{turn}\n{torn}"));
    let seen = |at: &str, state: &str| {
        format!("{{\"ts\":\"{at}\",\"state\":\"{state}\",\"source\":\"terminal\"}}\n")
    };
    let later = seen("2026-05-18T00:00:00Z", "waiting_input");
    log("one/.ao/activity.jsonl", &(seen("1779007200000", "active") + &later + torn));
    log("two/.ao/usage.jsonl", &format!("{turn}\n"));
    log("three/.ao/usage.jsonl", &format!("{turn}\n"));
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_779_007_200_000);
    let write = |id: &str, more: &str| {
        let path = world.file(&format!("demo/{id}.yaml"), record(id, more));
        let file = std::fs::File::options().append(true).open(path).unwrap();
        file.set_times(std::fs::FileTimes::new().set_modified(old)).unwrap();
    };
    write(ID, &(place("one") + "activity: active\n"));
    write(other, &(place("two") + "cost:\n  input_tokens: 1\n"));
    shared.iter().for_each(|id| write(id, &place("three")));
    let (report, status) = world.import(&[]);
    assert_eq!(status, 0, "{report}");
    let all = world.sessions(Shelf::Active);
    let session = |id: &str| {
        let found = all.iter().find(|listed| listed.location.id.to_string() == id).unwrap();
        found.session.clone().unwrap()
    };
    let one = session(ID);
    let cost = one.cost.unwrap();
    assert_eq!((cost.input_tokens, cost.output_tokens, cost.cost_usd), (17, 4, Some(1.0)));
    let rest = one.context.get("ao_core").and_then(Value::as_map).unwrap();
    assert_eq!(rest.get("activity"), Some(&"waiting_input".into()));
    assert_eq!(one.updated_at, "2026-05-18T00:00:00Z".parse().unwrap());
    assert_eq!(session(other).cost.unwrap().input_tokens, 1, "its own counts");
    assert!(shared.iter().all(|id| session(id).cost.is_none()), "nobody knows whose it is");
}

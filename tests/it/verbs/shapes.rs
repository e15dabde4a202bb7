//! What `--json` prints is read with the types of the library, and is the same when they print it.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use git_ao::model::{Placement, SessionStatus};
use git_ao::store::Visibility;
use git_ao::view::json::{
    self, AgentsJson, CleanupJson, DoctorJson, EntryJson, EventsJson, ReconcileJson, RestoredJson,
    SessionsJson, ShownJson, SpawnedJson, UndoJson,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::world::{A, B, C, World, id};
use crate::support::Repo;
use crate::support::sessions::plant_record;

/// Reads what a command printed, and checks that it would be printed again: on one line.
#[track_caller]
fn read<T: Serialize + DeserializeOwned + Debug>(repo: &Repo, args: &[&str]) -> T {
    let (out, read) = printed(repo, args);
    assert_eq!(json::text(&read).unwrap(), out.replace('\n', ""), "{args:?}");
    read
}

/// Reads what a command printed on several lines.
#[track_caller]
fn read_pretty<T: Serialize + DeserializeOwned + Debug>(repo: &Repo, args: &[&str]) -> T {
    let (out, read) = printed(repo, args);
    assert_eq!(json::pretty(&read).unwrap(), out, "{args:?}");
    read
}

#[track_caller]
fn printed<T: DeserializeOwned>(repo: &Repo, args: &[&str]) -> (String, T) {
    let out = repo.ao_run(args).at(repo.env().tick()).run().text().to_owned();
    let read = serde_json::from_str(&out);
    (out.clone(), read.unwrap_or_else(|error| panic!("{args:?}: {error}\n{out}")))
}

/// Sessions of all kinds: one with everything, one of another clone, and one that is corrupt.
fn world() -> World {
    let world = World::new();
    world.repo.config("ao.replica", "laptop-1234");
    world.make(A, |session| {
        session.title = "Größe \u{202e}".to_owned();
        session.agent = Some("claude".to_owned());
        session.tags = vec!["a".to_owned()];
        session.context.insert("n", 1);
        session.extra.insert("future", "x");
        session.placements.insert("laptop-1234".to_owned(), Placement::default());
    });
    world.make(B, |session| {
        session.status = SessionStatus::Done;
        session.placements.insert("desk-5678".to_owned(), Placement::default());
    });
    world.titled(C, "Broken");
    world.overwrite(C, "not: [a record");
    world
}

#[test]
fn sessions_are_read_as_they_are_printed() {
    let world = world();
    let listed: SessionsJson = read(&world.repo, &["list", "--all", "--sort=id", "--json"]);
    let [EntryJson::Session(a), EntryJson::Session(b), EntryJson::Corrupt(c)] =
        &listed.sessions[..]
    else {
        panic!("{listed:?}");
    };
    assert_eq!((&a.session, a.here, b.here), (&world.session(A).unwrap(), true, false));
    assert_eq!((c.id, c.visibility, listed.hidden), (id(C), Visibility::Public, None));
    let status: SessionsJson = read(&world.repo, &["status", "--json"]);
    let Some(EntryJson::Session(first)) = status.sessions.first() else { panic!("{status:?}") };
    assert!(first.live.is_some() && status.hidden == Some(1), "{status:?}");
    let shown: ShownJson = read(&world.repo, &["show", "--json", A]);
    assert_eq!(EntryJson::Session(a.clone()), shown.session);
    let corrupt: ShownJson = read(&world.repo, &["show", "--json", C]);
    assert_eq!(EntryJson::Corrupt(c.clone()), corrupt.session);
}

#[test]
fn events_are_read_as_they_are_printed() {
    let world = world();
    world.status(A, "done");
    let events: EventsJson = read(&world.repo, &["log", "--json", "-p"]);
    assert_eq!(events.events.len(), 5);
    assert_eq!(events.events[0].sessions, [id(A)]);
    let changes = events.events[0].changes.as_ref().unwrap();
    assert_eq!(changes[0].fields.as_ref().unwrap()[0].field, "status");
    let plain: EventsJson = read(&world.repo, &["log", "--json"]);
    assert!(plain.events.iter().all(|event| event.changes.is_none()));
    let last = events.events[0].id.as_str();
    let undo: UndoJson = read(&world.repo, &["undo", "--json", "--dry-run", last]);
    assert!(undo.undo.dry_run);
    let undo: UndoJson = read(&world.repo, &["undo", "--json", last]);
    assert_eq!(undo.undo.sessions[0].change, "changed");
}

#[test]
fn other_verbs_are_read_as_they_are_printed() {
    let world = world();
    world.repo.commit("a", "a");
    let repo = &world.repo;
    read::<AgentsJson>(repo, &["agents", "--json"]);
    let found: DoctorJson = read(repo, &["doctor", "--json"]);
    assert!(!found.findings.is_empty());
    let fixed: DoctorJson = read(repo, &["doctor", "--json", "--fix", "--dry-run"]);
    assert!(fixed.findings.iter().all(|finding| finding.outcome.is_some()));
    let planned: SpawnedJson =
        read_pretty(repo, &["spawn", "--no-agent", "--json", "--dry-run", "A task \u{202e}"]);
    assert_eq!(planned.event, None);
    let spawned: SpawnedJson =
        read_pretty(repo, &["spawn", "--no-agent", "--json", "A task \u{202e}"]);
    assert_eq!(spawned.session.display_title(), "A task \u{202e}");
    let short = spawned.short_id.as_str();
    let fork: SpawnedJson =
        read_pretty(repo, &["fork", "--no-agent", "--json", "--private", short]);
    assert_eq!(fork.visibility, Visibility::Private);
    fs::remove_dir_all(spawned.workspace.unwrap()).unwrap();
    let corrected: ReconcileJson = read(repo, &["reconcile", "--json"]);
    assert_eq!(corrected.sessions[0].changes[0].what, "vanished");
    repo.ao(["set", short, "status=done"]).ok();
    let restored: RestoredJson = read_pretty(repo, &["restore", "--no-agent", "--json", short]);
    assert!(Path::new(&restored.workspace).is_dir());
    repo.ao(["set", short, "status=done"]).ok();
    let cleaned: CleanupJson = read(repo, &["cleanup", "--json"]);
    assert_eq!(cleaned.sessions[0].id, spawned.session.id);
}

#[test]
fn every_record_of_version_1_is_read_as_it_is_printed() {
    let repo = Repo::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/v1");
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let Ok(text) = fs::read_to_string(file.unwrap().path()) else { continue };
        let line = text.lines().find_map(|line| line.strip_prefix("id: "));
        let Some(id) = line.map(|id| id.trim_matches(['"', '\''])) else { continue };
        plant_record(&repo, &format!("sessions/demo/{}/{id}.yaml", &id[..2]), &text);
        count += 1;
    }
    assert!(count > 5, "{count}");
    let listed: SessionsJson = read(&repo, &["list", "--all", "--json"]);
    let sessions = listed.sessions.iter().filter(|it| matches!(it, EntryJson::Session(_)));
    assert!(sessions.count() > 5, "{listed:?}");
}

/// Keys, values and their order, as scripts know them.
#[test]
fn the_text_stays_as_it_is() {
    let world = World::new();
    world.repo.config("ao.replica", "laptop-1234");
    let event = world.make(A, |session| {
        session.title = "Größe \u{202e}".to_owned();
        session.extra.insert("archived", "of a newer version");
        session.extra.insert("zebra", 1);
    });
    let record = format!(
        r#"{{"schema":1,"id":"{A}","project_id":"demo","kind":"task","title":"Größe \u202e","status":"working","created_at":"2026-01-01T00:01:00.000Z","updated_at":"2026-01-01T00:01:00.000Z","zebra":1,"archived":false,"visibility":"public","here":false,"workspace_path":null,"short_id":"aaaa1111","display_title":"Größe \u202e""#
    );
    world
        .repo
        .ao(["list", "--json"])
        .ok()
        .stdout_is(&format!("{{\"version\":1,\"sessions\":[\n{record}}}\n]}}\n"));
    world
        .repo
        .ao(["show", "--json", A])
        .ok()
        .stdout_is(&format!("{{\"version\":1,\"session\":{record}}}}}\n"));
    let live = r#""live":{"agent":"not_started","standing":"not_started","path":null,"workspace":null,"base":null,"elsewhere":[]}"#;
    world.repo.ao(["status", "--json"]).ok().stdout_is(&format!(
        "{{\"version\":1,\"sessions\":[\n{record},{live}}}\n],\"hidden\":0}}\n"
    ));
    let replica = r#""replica":"laptop-1234","automatic":false,"conflicts":[]"#;
    world.repo.ao(["log", "--json"]).ok().stdout_is(&format!(
        "{{\"version\":1,\"events\":[\n{{\"id\":\"{event}\",\"parents\":[],\"author\":{{\"name\":\"Ann Author\",\"email\":\"ann@example.com\"}},\"date\":\"2026-01-01T00:01:00.000Z\",\"op\":\"spawn\",\"subject\":\"spawn aaaa1111: Größe \\u202e\",\"sessions\":[\"{A}\"],{replica}}}\n]}}\n"
    ));
    world
        .repo
        .ao(["reconcile", "--json"])
        .ok()
        .stdout_is("{\"version\":1,\"sessions\":[],\"event\":null}\n");
}

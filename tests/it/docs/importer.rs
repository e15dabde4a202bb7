//! The importer of the examples.

use std::fs;

use git_ao::model::{Session, SessionStatus};
use git_ao::store::{Shelf, Store, Visibility};

use crate::support::Repo;
use crate::support::sessions::{assert_whole, own_store, path, plant_record};

#[allow(dead_code)] // its main
#[path = "../../../examples/importer.rs"]
mod example;

const SOURCE: &str = r#"{"id": "1", "title": "Fix the test", "task": "Fix the flaky test", "status": "done", "created": "2026-01-01T12:00:00Z", "tags": ["ci", "ci"], "cost": {"usd": 0.4, "in": 1200, "out": 90}}

{"id": "2", "title": "Two\nlines", "status": "in review", "cost": {"usd": -1}}
{"id": "3"}
no JSON \u001b[31m
{"id": "4", "title": "x", "tags": "no list"}
{"id": "5", "title": "x", "color": "red"}
{"id": "1", "title": "Again"}
{"id": "6", "title": "In the future", "created": "2999-01-01T00:00:00Z"}
["7"]
"#;

struct Stage {
    repo: Repo,
    store: Store,
}

impl Stage {
    fn new() -> Self {
        let repo = Repo::new();
        Self { store: own_store(&repo).with_private(), repo }
    }

    /// Imports a text, and returns what is said.
    fn import(&self, options: &[&str], text: &str) -> Vec<String> {
        let file = self.repo.env().path("sessions.jsonl");
        fs::write(&file, text).unwrap();
        let args = options.iter().copied().chain([file.to_str().unwrap()]);
        let args: Vec<_> = args.map(str::to_owned).collect();
        let mut out = Vec::new();
        example::run(&self.store, &args, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        out.lines().map(str::to_owned).collect()
    }

    /// All sessions with their visibility, by the time of creation.
    fn sessions(&self) -> Vec<(Session, Visibility)> {
        let listed = self.store.snapshot().unwrap().list(Shelf::Active).unwrap().into_iter();
        let mut all: Vec<_> =
            listed.map(|it| (it.session.unwrap(), it.location.visibility)).collect();
        all.sort_by_key(|(session, _)| session.created_at);
        all
    }
}

/// What was said of each line, without the line and the id.
fn outcomes(said: &[String]) -> Vec<String> {
    let rest = |line: &String| line.split_once(": ").unwrap().1.to_owned();
    said.iter().map(rest).collect()
}

#[test]
fn twice_is_once_and_what_fails_is_said() {
    let stage = Stage::new();
    let planned = stage.import(&["--dry-run"], SOURCE);
    assert_eq!(stage.store.newest().unwrap(), Default::default(), "nothing was written");
    let said = stage.import(&[], SOURCE);
    assert_eq!(said, planned);
    let expected = [
        "line 1: ? imported",
        "line 3: ? imported; breaks a rule: ",
        "line 4: not imported: missing field `title`",
        "line 5: not imported: expected ",
        "line 6: not imported: invalid type: string \"no list\"",
        "line 7: not imported: unknown field `color`",
        "line 8: not imported: the id is that of line 1",
        "line 9: ? imported; breaks a rule: ",
        "line 10: not imported: ",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (line, expected) in said.iter().zip(expected) {
        let (before, after) = expected.split_once("? ").unwrap_or((expected, ""));
        assert!(line.starts_with(before) && line.contains(after), "{line} is not {expected}");
    }

    let sessions = stage.sessions();
    let short: std::collections::HashSet<_> = sessions.iter().map(|it| it.0.id.short()).collect();
    assert_eq!(short.len(), 3, "people can tell them apart");
    let [(first, _), (second, _), (third, _)] = &sessions[..] else { panic!("{sessions:#?}") };
    assert!(sessions.iter().all(|(_, visibility)| *visibility == Visibility::Private));
    assert_eq!(stage.store.tip().unwrap(), None, "nothing can be pushed");
    assert_eq!((first.title.as_str(), &first.status), ("Fix the test", &SessionStatus::Done));
    assert_eq!(first.task.as_deref(), Some("Fix the flaky test"));
    assert_eq!(first.created_at, "2026-01-01T12:00:00Z".parse().unwrap());
    assert_eq!(first.tags, ["ci"]);
    let cost = first.cost.as_ref().unwrap();
    assert_eq!((cost.cost_usd, cost.input_tokens, cost.output_tokens), (Some(0.4), 1200, 90));
    assert_eq!((second.title.as_str(), second.status.as_str()), ("Two\nlines", "in review"));
    assert_eq!(third.title, "In the future");

    // What was said of broken rules is what fsck finds.
    let fsck = stage.repo.ao(["fsck"]).code(1);
    let found: Vec<_> = fsck.stdout.lines().chain(fsck.stderr.lines()).collect();
    for line in &said {
        let short = line.split_whitespace().nth(2).unwrap();
        for rule in line.split("; breaks a rule: ").skip(1) {
            // Of any record, fsck says this in other words.
            let rule = match rule.contains("'updated_at'") {
                true => "has an update time in the future",
                false => rule,
            };
            let names = |it: &&str| it.contains(short) && it.contains(rule);
            assert!(found.iter().any(names), "{line}\n{found:#?}");
        }
    }

    let tips = stage.store.newest().unwrap();
    let again = stage.import(&[], SOURCE);
    let wanted: Vec<_> = outcomes(&said)
        .into_iter()
        .map(|line| match line.split_once(" imported") {
            Some((id, _)) if id != "not" => format!("{id} unchanged"),
            _ => line,
        })
        .collect();
    assert_eq!(outcomes(&again), wanted);
    assert_eq!(stage.store.newest().unwrap(), tips, "no event");
    assert_eq!(stage.sessions(), sessions);
    assert_whole(&stage.repo);
}

#[test]
fn a_changed_line_is_updated_and_the_rest_of_the_record_stays() {
    let stage = Stage::new();
    let line = r#"{"id": "1", "title": "One", "status": "done"}"#;
    let created = stage.import(&["--public"], line);
    assert!(created[0].ends_with(" imported"), "{created:?}");
    let (session, visibility) = stage.sessions().remove(0);
    assert_eq!(visibility, Visibility::Public);
    let own = |it: &mut Session| it.branch = Some("mine".to_owned());
    stage.store.update(session.id, "test", own).unwrap();

    let changed = line.replace("One", "Two").replace("done", "working");
    let said = stage.import(&[], &changed);
    let rule = "breaks a rule: ";
    assert!(said[0].contains(" updated; ") && said[0].contains(rule), "{said:?}");
    let (now, visibility) = stage.sessions().remove(0);
    assert_eq!((now.title.as_str(), now.status.as_str()), ("Two", "working"));
    assert_eq!((now.branch.as_deref(), visibility), (Some("mine"), Visibility::Public));
    assert_eq!(now.created_at, session.created_at);
    assert!(now.updated_at > session.updated_at);
    assert!(stage.import(&[], &changed)[0].ends_with(" unchanged"));

    // What is put away here stays put away, and a corrupt record stops nothing.
    stage.store.archive(session.id).unwrap();
    let other = r#"{"id": "2", "title": "Other"}"#;
    let said = stage.import(&[], &format!("{line}\n{other}\n"));
    assert!(said[0].contains("not imported: ") && said[0].contains("archived"), "{said:?}");
    assert!(said[1].ends_with(" imported"), "{said:?}");
}

#[test]
fn a_corrupt_record_is_left_alone() {
    let stage = Stage::new();
    stage.import(&["--public"], r#"{"id": "1", "title": "One"}"#);
    let (session, _) = stage.sessions().remove(0);
    let file = path(1);
    let file = file.replace(&crate::support::sessions::id(1).to_string(), &session.id.to_string());
    let shard = crate::support::sessions::id(1).shard();
    let file = file.replace(&format!("/{shard}/"), &format!("/{}/", session.id.shard()));
    let file = file.replace("/demo/", &format!("/{}/", session.project_id));
    plant_record(&stage.repo, &file, "no: record");
    let said = stage
        .import(&[], "{\"id\": \"1\", \"title\": \"New\"}\n{\"id\": \"2\", \"title\": \"Other\"}");
    assert!(said[0].starts_with("line 1: not imported: "), "{said:?}");
    assert!(said[1].ends_with(" imported"), "{said:?}");
}

#[test]
fn bad_arguments_are_said() {
    let stage = Stage::new();
    for args in [&[][..], &["--all", "file"], &["one", "two"]] {
        let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let error = example::run(&stage.store, &args, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().starts_with("usage: "), "{error}");
    }
}

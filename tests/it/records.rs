//! Version-1 records, as they will always have to be read: `tests/records/v1` is never edited.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git_ao::model::{Kind, Map, Session, SessionId, SessionStatus, Timestamp, Value};
use git_ao::store::{SESSIONS_REF, Shelf, StoreError};

use crate::support::sessions::{plant_record, store};
use crate::support::{Repo, alone};

/// Where the records of `bad/` are put.
const PLACE: &str = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/v1").join(name)
}

fn at(id: &str) -> String {
    format!("sessions/demo/{}/{id}.yaml", &id[..2])
}

/// Puts the record into a store and reads it; then has it written, and checks that what is read
/// again is the same.
fn read(name: &str, id: &str) -> Session {
    let repo = Repo::new();
    let bytes = fs::read(folder(name)).unwrap();
    plant_record(&repo, &at(id), &bytes);
    let (store, id) = (store(&repo), id.parse::<SessionId>().unwrap());
    let found = store.snapshot().unwrap().session(id).unwrap();
    assert_eq!(
        store.update(id, "set", |_| ()).unwrap().event,
        None,
        "{name}: reading is no change"
    );

    store.update(id, "set", |s| s.status_reason = Some("touched".to_owned())).unwrap();
    store.update(id, "set", |s| s.status_reason.clone_from(&found.status_reason)).unwrap();
    let mut back = store.snapshot().unwrap().session(id).unwrap();
    assert!(back.updated_at > found.updated_at);
    back.updated_at = found.updated_at;
    assert_eq!(back, found, "{name}: written and read again");
    // Written twice is written alike.
    let show = |at: &str| repo.git(["show", &format!("{at}:{}", self::at(&id.to_string()))]);
    let without_time = |text: String| {
        text.lines().filter(|line| !line.starts_with("updated_at")).collect::<Vec<_>>().join("\n")
    };
    store.update(id, "set", |s| s.title.push('!')).unwrap();
    store.update(id, "set", |s| s.title.truncate(found.title.len())).unwrap();
    let (later, before) = (show(SESSIONS_REF), show(&format!("{SESSIONS_REF}~2")));
    assert_eq!(without_time(later), without_time(before));
    found
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn full() {
    alone(|| {
        let s = read("full.yaml", PLACE);
        let oid = Some("4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse().unwrap());
        let text = |text: &str| Some(text.to_owned());
        assert_eq!((s.schema, s.kind, s.title.as_str()), (1, Kind::Task, "Fix the flaky test"));
        assert_eq!(
            s.task,
            text("Fix the flaky test in tests/login.rs.\nIt fails one time in ten.\n")
        );
        assert_eq!((s.status, s.status_reason), (SessionStatus::Working, text("ci_failed_twice")));
        assert_eq!(s.agent, text("claude"));
        assert_eq!(s.agent_config.get("model").and_then(Value::as_str), Some("opus"));
        assert_eq!(s.agent_session_id, text("0199a3c4-71d2-7f00-8000-0123456789ab"));
        assert_eq!(s.branch, text("ao/7b6d11f9-fix-the-flaky-test"));
        let base = s.base.unwrap();
        assert_eq!((base.branch, &base.commit, &s.head), (text("main"), &oid, &oid));
        assert_eq!(s.created_at, time("2026-11-20T17:20:32.253Z"));
        assert_eq!(s.updated_at, time("2026-11-20T17:21:02.001Z"));
        let fork = s.fork.unwrap();
        assert_eq!(fork.session.short(), "c0ffee00");
        assert_eq!((fork.event, fork.branch), (oid, text("ao/c0ffee00-look-into-login")));
        assert_eq!(s.spawned_by.unwrap().short(), "0a1b2c3d");
        assert_eq!((s.issue_id, s.pr_number), (text("42"), Some(7)));
        assert_eq!(s.issue_url, text("https://example.org/demo/issues/42"));
        assert_eq!(s.pr_url, text("https://example.org/demo/pulls/7"));
        assert_eq!(s.tags, ["flaky", "ci"]);
        assert_eq!(s.context.get("attempts").and_then(Value::as_u64), Some(3));
        let cost = s.cost.unwrap();
        assert_eq!((cost.input_tokens, cost.output_tokens), (120_000, 4500));
        assert_eq!((cost.cache_read_tokens, cost.cache_creation_tokens), (90_000, 30_000));
        assert_eq!(cost.cost_usd, Some(1.25));
        let laptop = &s.placements["laptop-9f2c"];
        assert_eq!(laptop.workspace, text("~/.worktrees/demo/7b6d11f9"));
        assert_eq!((&laptop.runtime, &laptop.handle), (&text("tmux"), &text("ao-7b6d11f9")));
        assert_eq!(laptop.at, Some(time("2026-11-20T17:20:33Z")));
        assert_eq!(s.placements["desktop-03aa"].handle, None);
        assert!(s.extra.is_empty());
    });
}

#[test]
fn minimal() {
    alone(|| {
        let id = "00000000-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let s = read("minimal.yaml", id);
        let mut wanted =
            Session::new(id.parse().unwrap(), "demo".parse().unwrap(), Timestamp::EPOCH);
        wanted.status = SessionStatus::Working;
        assert_eq!(s, wanted);
        assert_eq!(s.display_title(), "Session 00000000");
    });
}

#[test]
fn sparse_and_old() {
    alone(|| {
        let s = read("sparse-old.yaml", "11111111-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!((s.status, s.kind), (SessionStatus::PrOpen, Kind::Task));
        assert_eq!((s.title.as_str(), s.task, s.branch), ("", None, None));
        assert_eq!(s.updated_at.to_string(), "2025-01-02T01:04:05.000Z");
        assert_eq!(s.created_at, s.updated_at);
        let cost = s.cost.unwrap();
        assert_eq!((cost.input_tokens, cost.output_tokens, cost.cost_usd), (5, 0, None));
        assert!(s.tags.is_empty() && s.context.is_empty() && s.extra.is_empty());
    });
}

fn keys(map: &Map) -> Vec<String> {
    map.iter().map(|(key, _)| key.label()).collect()
}

#[test]
fn unknown_keys() {
    alone(|| {
        let s = read("unknown-keys.yaml", "22222222-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        let unknown = [
            "from_the_future",
            "tagged",
            "tagged_text",
            "large",
            "negative",
            "float",
            "infinity",
            "empty_list",
            "empty_map",
            "nothing",
        ];
        assert_eq!(keys(&s.extra), unknown);
        let tagged = s.extra.get("tagged").unwrap();
        assert!(matches!(tagged, Value::Tagged(tag, _) if tag.ends_with("point")), "{tagged:?}");
        assert!(matches!(s.extra.get("large"), Some(Value::Uint(u64::MAX))));
        assert!(matches!(s.extra.get("negative"), Some(Value::Int(i64::MIN))));
        assert!(matches!(s.extra.get("infinity"), Some(Value::Float(f)) if f.is_infinite()));
        assert!(matches!(s.extra.get("nothing"), Some(Value::Null)));
        assert_eq!(keys(&s.base.unwrap().extra), ["merge_base_count"]);
        assert_eq!(keys(&s.fork.unwrap().extra), ["depth"]);
        assert_eq!(keys(&s.cost.unwrap().extra), ["reasoning_tokens"]);
        assert_eq!(keys(&s.placements["laptop-9f2c"].extra), ["pane"]);
        let wanted = ["1", "true", "1.5", "null", "[\"a\",\"b\"]", "{\"k\":\"v\"}"];
        assert_eq!(keys(&s.context), wanted);
    });
}

#[test]
fn odd_strings() {
    alone(|| {
        let s = read("odd-strings.yaml", "33333333-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!(s.title, "no");
        let task = "first line with trailing spaces   \n\n  indented\n\ttab\r\nwindows line\n\n\n";
        assert_eq!(s.task.as_deref(), Some(task));
        assert_eq!(s.status_reason.as_deref(), Some("it's \"quoted\" \\ and \u{7} rings"));
        assert_eq!(
            (s.agent.as_deref(), s.agent_session_id.as_deref()),
            (Some("1.0"), Some("null"))
        );
        assert_eq!(s.issue_id.as_deref(), Some("2026-11-20"));
        assert_eq!(s.tags.len(), 34);
        assert_eq!(s.tags[..5], ["no", "yes", "1.0", "null", "~"]);
        for tag in ["", " leading", "trailing ", "a\nb", "\u{2028}", "🦀👩‍👩‍👧", "<<"]
        {
            assert!(s.tags.iter().any(|t| t == tag), "{tag:?}");
        }
        assert_eq!(s.context.get("no").and_then(Value::as_str), Some("off"));
        assert_eq!(s.context.get("1").and_then(Value::as_str), Some("01"));
    });
}

#[test]
fn other_ways_to_write_it() {
    alone(|| {
        let s = read("windows-lines.yaml", "44444444-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!(s.task.as_deref(), Some("one\ntwo\n"));
        assert_eq!(
            (s.title.as_str(), s.status),
            ("Saved by an editor on Windows", SessionStatus::Idle)
        );

        let s = read("unknown-words.yaml", "55555555-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!((s.kind.as_str(), s.status.as_str()), ("séance", "levitating"));
        assert!(!s.status.is_terminal());

        let s = read("plain-scalars.yaml", "77777777-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!((s.title.as_str(), s.issue_id.as_deref()), ("2026", Some("42")));
        assert_eq!(
            (s.tags, s.agent.as_deref()),
            (vec!["7".to_owned(), "true".into(), "word".into()], Some("false"))
        );
        assert_eq!(s.cost.unwrap().cost_usd, Some(2.0));

        let s = read("sha256.yaml", "88888888-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!(s.head.as_ref().unwrap().as_str().len(), 64);
        assert_eq!(s.base.as_ref().unwrap().branch.as_deref(), Some("größe/ü"));
        assert_eq!(s.base.unwrap().commit, s.head);

        let s = read("json.yaml", "99999999-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!((s.title.as_str(), s.tags.len()), ("JSON is YAML", 2));
        assert_eq!(s.context.get("url").and_then(Value::as_str), Some("http://x"));

        let s = read("anchors.yaml", "aaaaaaaa-5a0e-4f0c-9d0e-5a7f1c2b3d4e");
        assert_eq!((s.title.as_str(), s.task.as_deref()), ("Said twice", Some("Said twice")));
        assert_eq!(s.context.get("first"), s.context.get("second"));
    });
}

#[test]
fn archived() {
    alone(|| {
        let repo = Repo::new();
        let id = "66666666-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let place = at(id).replace("sessions/", "archive/");
        plant_record(&repo, &place, fs::read(folder("archived.yaml")).unwrap());
        let store = store(&repo);
        let listed = store.snapshot().unwrap().list(Shelf::Archived).unwrap();
        let [one] = &listed[..] else { panic!("{listed:?}") };
        let session = one.session.as_ref().unwrap();
        assert_eq!(
            (session.title.as_str(), &session.status),
            ("Long done", &SessionStatus::Merged)
        );
        assert_eq!(session.status_reason.as_deref(), Some("pr_merged"));
        store.unarchive(id.parse::<SessionId>().unwrap()).unwrap();
        let raw = repo.git(["show", &format!("{SESSIONS_REF}:{}", at(id))]);
        assert_eq!(raw.as_bytes(), fs::read(folder("archived.yaml")).unwrap());
    });
}

/// What is said about the record at [`PLACE`], and that it takes no time to say it.
fn refusal(content: &[u8]) -> String {
    let repo = Repo::new();
    plant_record(&repo, &at(PLACE), content);
    let store = store(&repo);
    let id: SessionId = PLACE.parse().unwrap();
    let start = Instant::now();
    let error = store.snapshot().unwrap().session(id).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
    let StoreError::Corrupt { problem, .. } = error else { panic!("{error:?}") };
    let tip = store.tip().unwrap();
    assert!(store.update(id, "set", |s| s.title.push('x')).is_err());
    assert_eq!(store.tip().unwrap(), tip);
    assert_eq!(store.snapshot().unwrap().list(Shelf::Active).unwrap().len(), 1);
    problem.to_string()
}

#[test]
fn bad_ones_are_refused_with_the_reason() {
    const BAD: [(&str, &str); 35] = [
        ("alias-bomb", "not valid YAML: "),
        ("branch-as-option", "'branch': expected a branch name, found '--force'"),
        ("branch-up", "'branch': expected a branch name, found 'a/../b'"),
        ("cost-nan", "'cost.cost_usd': expected a number"),
        ("deep-lists", "not valid YAML: "),
        ("deep-maps", "not valid YAML: "),
        ("duplicate-keys", "key 'title' stands there twice"),
        ("duplicate-unknown-keys", "key 'a' stands there twice"),
        ("empty", "not a mapping"),
        ("fork-without-session", "'fork.session' is missing"),
        ("id-in-capitals", "'id': expected a session id"),
        ("list", "not a mapping"),
        ("negative-number", "'pr_number': expected a whole number, 0 or more, found '-1'"),
        ("no-id", "'id' is missing"),
        ("not-utf8", "not valid YAML: "),
        ("not-yaml", "not valid YAML: "),
        ("nul-byte", "not valid YAML: "),
        ("oid", "'head': expected an object id, found '4b825dc'"),
        ("oid-of-base", "'base.commit': expected an object id, found 'HEAD'"),
        ("placement-text", "'placements.laptop': expected a mapping, found 'here'"),
        ("plain-text", "not a mapping"),
        ("project-with-slash", "'project_id': expected a project name, found '../demo'"),
        ("schema-2", "schema 2 is newer than this git ao supports"),
        ("schema-text", "'schema': expected a whole number"),
        ("self-alias", "not valid YAML: "),
        ("tags-map", "'tags': expected a list of words"),
        ("text-bomb", "stands for more than a record may hold"),
        ("time", "'created_at': expected a time, found 'yesterday'"),
        ("time-too-early", "'updated_at': expected a time"),
        ("time-too-late", "'updated_at': expected a time"),
        ("title-list", "'title': expected text"),
        ("two-documents", "not valid YAML: "),
        ("url", "'pr_url': expected a URL, found 'javascript:alert(1)'"),
        ("wrong-id", "says '7b6d11f8-"),
        ("wrong-project", "says 'other', but its path says 'demo'"),
    ];
    alone(|| {
        let names = fs::read_dir(folder("bad")).unwrap().map(|entry| entry.unwrap().path());
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<_> = names.map(stem).collect();
        names.sort();
        assert_eq!(names, BAD.map(|(name, _)| name));
        let mut wrong = Vec::new();
        for (name, why) in BAD {
            let said = refusal(&fs::read(folder("bad").join(format!("{name}.yaml"))).unwrap());
            if !said.contains(why) || said.contains('\n') || said.len() > 400 {
                wrong.push(format!("{name}: {said}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn too_large_is_refused_unread() {
    alone(|| {
        let head = format!("id: {PLACE}\nproject_id: demo\ntask: ");
        let fits = (1 << 20) - head.len();
        assert_eq!(
            refusal(format!("{head}{}", "x".repeat(fits + 1)).as_bytes()),
            "larger than 1024 KiB"
        );
        let repo = Repo::new();
        plant_record(&repo, &at(PLACE), format!("{head}{}", "x".repeat(fits)));
        let id: SessionId = PLACE.parse().unwrap();
        let session = store(&repo).snapshot().unwrap().session(id).unwrap();
        assert_eq!(session.task.map(|task| task.len()), Some(fits));
    });
}

/// Small texts that cost a parser more than they are long.
#[test]
fn what_is_slow_to_read_is_read_fast() {
    alone(|| {
        let head = format!("id: {PLACE}\nproject_id: demo\n");
        let many = |one: &str, n| one.repeat(n);
        let keys: String = (0..20_000).map(|n| format!("k{n}: {n}\n")).collect();
        for (name, text) in [
            ("open lists", format!("{head}a: {}", many("[", 500_000))),
            ("open maps", format!("{head}a: {}", many("{a: ", 200_000))),
            ("open dashes", format!("{head}a:\n  {}", many("- ", 20_000))),
            ("question marks", format!("{head}{}", many("? ", 20_000))),
            ("anchors", format!("{head}a: [{}]", many("&a x, ", 20_000))),
            ("quotes", format!("{head}a: {}", many("\"", 500_000))),
            ("tags", format!("{head}a: {}", many("!", 500_000))),
            ("colons", format!("{head}a{}", many(": ", 300_000))),
            ("many values", format!("{head}a: [{}]", many("1,", 200_000))),
            ("keys then junk", format!("{head}{keys}]")),
        ] {
            let repo = Repo::new();
            plant_record(&repo, &at(PLACE), text);
            let (store, start) = (store(&repo), Instant::now());
            let found = store.snapshot().unwrap().session(PLACE.parse::<SessionId>().unwrap());
            assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
            let said = found.map_or_else(|error| error.to_string(), |_| String::new());
            assert!(!said.contains('\n') && said.len() < 400, "{name}: {said}");
        }
    });
}

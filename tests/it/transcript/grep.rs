//! Searching what was said.

use std::fs;

use git_ao::model::SessionStatus;
use git_ao::store::Store;
use git_ao::transcript::{CaptureExtent, Source, TranscriptStore};
use git_ao::view::json::MatchJson;

use super::world::LIMIT;
use crate::support::sessions::{id, own_store, session};
use crate::support::{Combo, Repo, TestEnv};

const LINES: [&str; 6] = [
    r#"{"type":"user","timestamp":"2026-11-20T18:00:00Z","message":{"content":"Fix the parser\nof größe <b>"}}"#,
    r#"{"type":"assistant","timestamp":"2026-11-20T18:01:00Z","message":{"content":[{"type":"text","text":"one\ntwo\nthe Parser\nfour\nfive"},{"type":"tool_use","id":"1","name":"Bash","input":{"command":"grep -rn parser src"}}]}}"#,
    r#"{"type":"user","timestamp":"2026-11-20T18:02:00Z","message":{"content":[{"type":"tool_result","tool_use_id":"1","content":"src/parser.rs:3"}]}}"#,
    r#"{"type":"assistant","timestamp":"2026-11-20T18:03:00Z","message":{"content":[{"type":"text","text":"\u0070\u0061rser \u001b[2Jdone"}]}}"#,
    "parser, but no JSON",
    r#"{"type":"progress","note":"parser"}"#,
];

struct World {
    repo: Repo,
    store: Store,
}

impl World {
    /// The first session has a conversation, the second one another, the third none.
    fn new() -> Self {
        let repo = TestEnv::new().repo(Combo::PLAIN);
        let store = own_store(&repo);
        for n in 1..=3 {
            let mut session = session(n, ["", "Make it fast", "Lexer", "The parser"][n as usize]);
            if n == 2 {
                session.status = SessionStatus::Done;
                session.task = Some("Look at\nthe parser".to_owned());
            }
            store.create(&session).unwrap();
        }
        let world = Self { repo, store };
        world.capture(1, &LINES.map(|line| line.to_owned() + "\n").concat());
        world.capture(2, &format!("{}\n", r#"{"type":"user","message":{"content":"tokens"}}"#));
        world
    }

    fn capture(&self, n: u64, lines: &str) {
        let file = self.repo.env().path(format!("talk-{n}"));
        fs::write(&file, lines).unwrap();
        let source = Source::new("claude", format!("c-{n}"), "claude-jsonl", &file);
        let store = TranscriptStore::create(self.store.repository()).unwrap();
        let replica = self.store.replica().unwrap();
        store.capture(id(n), &replica, &source, CaptureExtent::All, LIMIT).unwrap();
    }

    /// What is printed: the sessions by their numbers.
    #[track_caller]
    fn grep(&self, args: &[&str]) -> Vec<String> {
        let out = self.repo.ao([&["grep"], args].concat()).ok().stderr_is("");
        let lines = out.lines().into_iter().map(|line| {
            (1..=3).fold(line.to_owned(), |line, n| line.replace(&id(n).short(), &n.to_string()))
        });
        let mut lines: Vec<_> = lines.collect();
        // The order of the sessions is that of lists; their own lines stay in order.
        lines.sort_by_key(|line| line[..1].to_owned());
        lines
    }
}

#[test]
fn titles_tasks_and_entries_are_searched_line_by_line() {
    let world = World::new();
    assert_eq!(
        world.grep(&["parser"]),
        [
            "1:1:user:Fix the parser",
            "1:3:assistant:grep -rn parser src",
            "1:4:tool:src/parser.rs:3",
            "1:5:assistant:parser \\x1b[2Jdone",
            "2:task:the parser",
            "3:title:The parser",
        ]
    );
    let ignored = world.grep(&["-i", "PARSER"]);
    assert_eq!((ignored.len(), ignored[1].as_str()), (7, "1:2:assistant:the Parser"));
    for (args, found) in [
        (&["größe <b>$"][..], "1:1:user:of größe <b>"),
        (&["-i", "GRÖSSE|GRÖßE"], "1:1:user:of größe <b>"),
        (&["-E", r"^the Par\w{3}$"], "1:2:assistant:the Parser"),
        (&["-F", "parser.rs:3"], "1:4:tool:src/parser.rs:3"),
        (&["Bash"], "1:3:assistant:Bash"),
        (&["parser", "--role", "tool"], "1:4:tool:src/parser.rs:3"),
        (
            &["parser", "--since", "2026-11-20T18:03:00Z", "--role=assistant"],
            "1:5:assistant:parser \\x1b[2Jdone",
        ),
        (&["parser", "--status", "done"], "2:task:the parser"),
        (&["parser", &id(3).short()], "3:title:The parser"),
        (&["-c", "parser", "--grep", "fast"], "1:4"),
        (&["-l", "parser", "--filter", "status:done"], "2"),
    ] {
        assert_eq!(world.grep(args), [found], "{args:?}");
    }
    // A task is a user's.
    let user = world.grep(&["--role=user", "parser"]);
    assert_eq!(user, ["1:1:user:Fix the parser", "2:task:the parser"]);
    assert_eq!(world.grep(&["-F", "[2J"]), ["1:5:assistant:parser \\x1b[2Jdone"]);
}

#[test]
fn the_exit_status_is_that_of_grep() {
    let world = World::new();
    world.repo.ao(["grep", "parser"]).code(0);
    world.repo.ao(["grep", "no such words"]).code(1).stdout_is("").stderr_is("");
    // What a reader does not understand says nothing.
    world.repo.ao(["grep", "but no JSON"]).code(1);
    let refused = world.repo.ao(["grep", "a(b"]).code(129);
    refused.stderr_has("'a(b' is not a regular expression: unclosed group").stderr_has("use -F");
    world.repo.ao(["grep", "-F", "a(b"]).code(1);
    world.repo.ao(["grep", "parser", "nobody"]).code(1).stderr_has("nobody");
    world.repo.ao(["grep"]).code(129);
    TestEnv::new().repo(Combo::PLAIN).ao(["grep", "x"]).code(1).stdout_is("");
}

#[test]
fn lines_around_a_match() {
    let world = World::new();
    let one = id(1).short();
    let lines = |args: &[&str]| {
        let out = world.repo.ao([&["grep"], args].concat()).ok();
        out.text().replace(&one, "1").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&["-C1", "the Parser"]),
        ["1-2-assistant-two", "1:2:assistant:the Parser", "1-2-assistant-four"]
    );
    assert_eq!(lines(&["-B9", "two"]), ["1-2-assistant-one", "1:2:assistant:two"]);
    assert_eq!(
        lines(&["-A1", "^one$|^four$"]),
        [
            "1:2:assistant:one",
            "1-2-assistant-two",
            "--",
            "1:2:assistant:four",
            "1-2-assistant-five"
        ]
    );
    let neighbours = lines(&["-C5", "^two$|^four$"]);
    assert_eq!(neighbours.len(), 5, "{neighbours:?}");
    // As grep, a line between the parts of different texts.
    let parts = lines(&["-A1", "^five$|^src/"]);
    assert_eq!(parts, ["1:2:assistant:five", "--", "1:4:tool:src/parser.rs:3"]);
}

#[test]
fn matches_as_json() {
    let world = World::new();
    let out = world.repo.ao(["grep", "--json", "arser$"]).ok();
    let mut read: Vec<MatchJson> =
        out.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    read.sort_by_key(|found| (found.session != id(1), found.session != id(2), found.n));
    let [user, assistant, task, title] = &read[..] else { panic!("{read:?}") };
    assert_eq!((user.field.as_str(), user.line, user.n), ("entry", 1, Some(1)));
    assert_eq!((assistant.line, assistant.text.as_str()), (3, "the Parser"));
    assert!(assistant.raw.is_some() && assistant.at.is_some());
    assert_eq!((task.field.as_str(), task.line, task.n), ("task", 2, None));
    assert_eq!((title.field.as_str(), title.session), ("title", id(3)));
}

#[test]
fn what_was_fetched_and_archived_is_searched_and_damage_is_told() {
    let world = World::new();
    let common = world.repo.common_dir();
    let folder = format!("--git-dir={}", common.join("ao/transcripts.git").display());
    let name = format!("refs/ao/transcripts/{}/{}/", id(2).shard(), id(2));
    let git = |args: &[&str]| world.repo.git([&[folder.as_str()], args].concat());
    let own = git(&["for-each-ref", "--format=%(refname)", &name]);
    git(&["update-ref", &format!("refs/ao/fetched/{}/ben", id(2)), own.trim()]);
    git(&["update-ref", "-d", own.trim()]);
    world.repo.ao(["archive", &id(2).short()]).ok();
    assert_eq!(world.grep(&["tokens"]), ["2:1:user:tokens"]);
    // What cannot be read does not hide the rest, and is no miss.
    for object in git(&["rev-list", "--objects", "--all"]).lines() {
        if let Some((object, path)) = object.split_once(' ')
            && path.contains("00-c-1/000/")
        {
            fs::remove_file(
                common.join("ao/transcripts.git/objects").join(&object[..2]).join(&object[2..]),
            )
            .unwrap();
        }
    }
    let out = world.repo.ao(["grep", "tokens|parser"]).code(128);
    out.stdout_has(":user:tokens")
        .stdout_has(":title:The parser")
        .stderr_has(&format!("cannot read all of session {}", id(1).short()));
}

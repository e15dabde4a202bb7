//! A conversation as a person reads it.

use std::fs;

use git_ao::model::Session;
use git_ao::ops::Engine;
use git_ao::transcript::{CaptureExtent, Source, TranscriptEntry, TranscriptStore};

use super::world::LIMIT;
use crate::support::sessions::{id, own_store, session};
use crate::support::{Combo, Out, Repo, TestEnv};

/// A session with a conversation, in the lines of one agent.
struct Told {
    repo: Repo,
    session: Session,
}

impl Told {
    fn new() -> Self {
        let repo = TestEnv::new().repo(Combo::PLAIN);
        let session = session(1, "Fix the flaky test");
        own_store(&repo).create(&session).unwrap();
        Self { repo, session }
    }

    fn claude(lines: &[String], subagents: &[(&str, &[String])]) -> Self {
        let told = Self::new();
        let file = told.repo.env().path("talk");
        fs::write(&file, lines.concat()).unwrap();
        let mut source = Source::new("claude", "1111-2222", "claude-jsonl", &file);
        for (name, lines) in subagents {
            let file = told.repo.env().path(name);
            fs::write(&file, lines.concat()).unwrap();
            source = source.with_subagent(*name, file);
        }
        let store = own_store(&told.repo);
        let (repo, replica) = (store.repository(), store.replica().unwrap());
        let transcripts = TranscriptStore::create(repo).unwrap();
        transcripts.capture(id(1), &replica, &source, CaptureExtent::All, LIMIT).unwrap();
        told
    }

    fn show(&self, args: &[&str]) -> Out {
        self.repo.ao([&["transcript"][..], args, &[&self.session.id.short()]].concat())
    }

    fn entries(&self, args: &[&str]) -> Vec<TranscriptEntry> {
        let out = self.show(&[&["--json"], args].concat()).ok();
        out.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn texts(&self, args: &[&str]) -> Vec<String> {
        self.entries(args).into_iter().map(|entry| entry.text).collect()
    }
}

fn line(kind: &str, minute: u32, content: &str) -> String {
    let model = if kind == "assistant" { r#""model":"opus","# } else { "" };
    format!(
        "{{\"type\":\"{kind}\",\"timestamp\":\"2026-11-20T18:{minute:02}:00Z\",\
         \"message\":{{{model}\"content\":{content}}}}}\n"
    )
}

fn said(kind: &str, minute: u32, text: &str) -> String {
    line(kind, minute, &format!("[{{\"type\":\"text\",\"text\":\"{text}\"}}]"))
}

fn conversation() -> Vec<String> {
    vec![
        said("user", 0, "Fix it\\n\\nplease"),
        line("assistant", 1, r#"[{"type":"thinking","thinking":"Hm."}]"#),
        said("assistant", 1, "I'll look."),
        line(
            "assistant",
            2,
            r#"[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls\nls -l","timeout":7}}]"#,
        ),
        line("user", 3, r#"[{"type":"tool_result","tool_use_id":"t1","content":"a.rs\nb.rs\n"}]"#),
        "torn {\n".to_owned(),
        said("user", 3, "<task-notification>\\ndone"),
        said("assistant", 4, "Done."),
        said("user", 5, "Thanks"),
    ]
}

#[test]
fn people_see_who_said_what_and_one_line_for_each_call() {
    let told = Told::claude(&conversation(), &[]);
    let name = own_store(&told.repo).replica().unwrap();
    let expected = format!(
        "claude 1111-2222, on {name}\n\
         \n\
         user, 2026-11-20 18:00\n\
         \x20   Fix it\n\
         \n\
         \x20   please\n\
         \n\
         assistant (opus), 2026-11-20 18:01\n\
         \x20   I'll look.\n\
         \x20   [Bash] ls ls -l\n\
         \x20   [system] <task-notification> done\n\
         \x20   Done.\n\
         \n\
         user, 2026-11-20 18:05\n\
         \x20   Thanks\n"
    );
    told.show(&[]).ok().stdout_is(&expected).stderr_is("");
    told.show(&["show"]).ok().stdout_is(&expected);
    let full = told.show(&["--tools"]).ok();
    let full = full.stdout_has(
        "    Hm.\n    I'll look.\n    [Bash]\n      command:\n        ls\n        ls -l\n      timeout: 7\n",
    );
    full.stdout_has("    result of Bash:\n      a.rs\n      b.rs\n")
        .stdout_has("    <task-notification>\n    done\n");
    // What is asked for by name is shown whole.
    let tool = told.show(&["--role=tool"]).ok();
    tool.stdout_has("      b.rs\n").stdout_lacks("[Bash]").stdout_lacks("Thanks");
}

#[test]
fn each_prompt_has_its_head_and_a_terminal_gets_whole_words() {
    let told = Told::claude(&[said("user", 0, "one two three four"), said("user", 1, "b")], &[]);
    let head = |minute: u32| format!("user, 2026-11-20 18:{minute:02}\n");
    told.show(&[]).ok().stdout_has(&format!(
        "{}    one two three four\n\n{}    b\n",
        head(0),
        head(1)
    ));
    let run = told.repo.ao_run(["transcript"]).env("GIT_PAGER_IN_USE", "1").env("COLUMNS", "24");
    let run = run.env("TERM", "dumb").run().ok();
    run.stdout_has("    one two three four\n");
    let told = Told::claude(&[said("user", 0, "one two three four five")], &[]);
    let run = told.repo.ao_run(["transcript"]).env("GIT_PAGER_IN_USE", "1").env("COLUMNS", "24");
    run.env("TERM", "dumb").run().ok().stdout_has("    one two three four\n    five\n");
}

#[test]
fn the_options_select() {
    let told = Told::claude(&conversation(), &[]);
    let whole = told.texts(&[]);
    assert_eq!(whole.len(), 9);
    assert_eq!(told.texts(&["--role", "user"]), ["Fix it\n\nplease", "Thanks"]);
    assert_eq!(told.texts(&["--role", "user,tool"]).len(), 3);
    assert_eq!(told.texts(&["--turns=1"]), ["Thanks"]);
    assert_eq!(told.texts(&["--turns=2"]), whole);
    assert_eq!(told.texts(&["--turns=9"]), whole);
    assert_eq!(told.texts(&["--turns=0"]), [""; 0]);
    assert_eq!(told.texts(&["-n", "2"]), ["Done.", "Thanks"]);
    assert_eq!(told.texts(&["-2"]), ["Done.", "Thanks"]);
    assert_eq!(told.texts(&["-n0"]), [""; 0]);
    assert_eq!(told.texts(&["-n2", "--role=assistant"]), ["", "Done."]);
    // A line without a time belongs to the one before.
    assert_eq!(told.texts(&["--since=2026-11-20T18:03:00Z"]), whole[4..]);
    assert_eq!(told.texts(&["--since=2026-11-20T18:04:00Z"]), ["Done.", "Thanks"]);
    // The numbers are those of the whole conversation.
    assert_eq!(told.entries(&["-n1"])[0].n, 9);
    told.show(&["--role=boss"]).code(129).stderr_has("expected user, assistant, tool or system");
}

#[test]
fn the_agents_own_lines_are_one_look_away() {
    let lines = conversation();
    let told = Told::claude(&lines, &[]);
    told.show(&["--raw"]).ok().stdout_is(&lines.concat());
    told.show(&["--raw", "--role=user"]).ok().stdout_is(&(lines[0].clone() + &lines[8]));
    // A bad line is one entry, and its bytes are kept.
    let bad = &told.entries(&[])[5];
    assert_eq!((bad.n, serde_json::to_value(bad.kind).unwrap()), (6, "meta".into()));
    // A line with several entries is printed once.
    let two = line("assistant", 1, r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#);
    let told = Told::claude(std::slice::from_ref(&two), &[]);
    assert_eq!(told.texts(&[]), ["a", "b"]);
    told.show(&["--raw"]).ok().stdout_is(&two);
}

#[test]
fn a_subagent_stands_where_it_began() {
    let main = [
        said("user", 0, "go"),
        said("assistant", 1, "before"),
        said("assistant", 5, "after"),
        said("assistant", 9, "end"),
    ];
    let (second, first) = (
        [said("user", 4, "task two"), said("assistant", 8, "two")],
        [said("user", 2, "task one"), said("assistant", 3, "one")],
    );
    let timeless = ["{\"type\":\"user\",\"message\":{\"content\":\"late\"}}\n".to_owned()];
    let told = Told::claude(&main, &[("a2", &second), ("a1", &first), ("zz", &timeless)]);
    let order = ["go", "before", "task one", "one", "task two", "two", "after", "end", "late"];
    assert_eq!(told.texts(&[]), order);
    let entries = told.entries(&[]);
    assert_eq!((entries[3].sub.as_deref(), entries[3].n), (Some("a1"), 2));
    // What it was told is nobody's prompt.
    assert_eq!(told.texts(&["--role=user"]), ["go"]);
    assert_eq!(told.texts(&["--turns=1"]), order);
    let page = told.show(&[]).ok();
    let part = "    before\n\n    subagent a1, 2026-11-20 18:02\n        [task] task one\n        one\n\n    \
                subagent a2, 2026-11-20 18:04\n        [task] task two\n        two\n\n\
                assistant (opus), 2026-11-20 18:05\n    after\n";
    page.stdout_has(part);
}

#[test]
fn nothing_in_it_controls_the_terminal() {
    let hostile = "\\u001b[2Jx\\u202ey\\u0007\u{9b}1m\u{202e}\\u0000\\r<b>";
    let deep = "[".repeat(9000) + &"]".repeat(9000) + "\n";
    let lines = [
        said("user", 0, hostile),
        line(
            "assistant",
            1,
            &format!(
                r#"[{{"type":"tool_use","id":"{hostile}","name":"{hostile}","input":{{"{hostile}":"{hostile}\n{hostile}","n":1e308,"m":123456789012345678901234567890}}}}]"#
            ),
        ),
        line(
            "user",
            2,
            &format!(
                r#"[{{"type":"tool_result","tool_use_id":"{hostile}","content":"{hostile}"}}]"#
            ),
        ),
        "{\"type\":\"user\",\"message\":{\"content\":1e999}}\n".to_owned(),
        deep,
        "\u{1b}[31m\u{202e}\n".to_owned(),
    ];
    let told = Told::claude(&lines, &[("a\u{202e}b", &lines)]);
    for args in [&[][..], &["--tools"], &["--json"], &["--role=tool"], &["--role=system"]] {
        let out = told.show(args).ok();
        let bad = |c: char| matches!(c, '\u{1b}' | '\u{202e}' | '\u{7}' | '\0' | '\u{9b}' | '\r');
        assert!(!out.text().chars().any(bad), "{args:?}: {:?}", out.text());
    }
    told.show(&["--tools"]).ok().stdout_has("\\x1b[2Jx\\u{202e}y").stdout_has("1e+308");
    assert_eq!(told.entries(&[]).len(), 12);
}

#[test]
fn all_conversations_of_a_session() {
    let told = Told::new();
    told.show(&[]).code(1).stderr_has("there is no transcript of session");
    told.show(&["--json"]).code(1).stdout_is("");
    let engine = Engine::new(own_store(&told.repo));
    engine
        .append(
            id(1),
            &[TranscriptEntry::new(
                git_ao::transcript::Role::User,
                git_ao::transcript::EntryKind::Text,
                "mine",
            )],
        )
        .unwrap();
    // The most recently changed session is shown where no other is meant.
    told.repo.ao(["transcript"]).ok().stdout_has("    mine\n");
    told.repo.ao(["transcript", "show", "latest"]).ok().stdout_has("    mine\n");
    told.repo.ao(["transcript", "nobody"]).code(1).stderr_has("nobody");
}

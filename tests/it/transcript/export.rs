//! A conversation for others: without secrets, and with text as text.

use std::fs;

use git_ao::ops::Engine;
use git_ao::transcript::{EntryKind, Role, Tool, TranscriptEntry};

use crate::support::sessions::{id, own_store, session};
use crate::support::{Combo, Repo, TestEnv};

const TOKEN: &str = "ghp_0123456789abcdefghijABCDEFGHIJ456789";

fn told() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let engine = Engine::new(own_store(&repo));
    engine.store().create(&session(1, &format!("Fix <b> {TOKEN}"))).unwrap();
    let said = |role, kind, text: &str| TranscriptEntry::new(role, kind, text);
    let mut call = said(Role::Assistant, EntryKind::ToolUse, "");
    let input = serde_json::json!({"command": format!("cat .env\n{TOKEN}")});
    call.tool = Some(Tool::new("Bash", "1", input));
    let hostile = format!("A=\t{TOKEN}\n<script>alert(1)</script>\u{202e}\u{1b}[2J");
    let all = [
        said(Role::User, EntryKind::Text, "Fix <i>it</i> & go"),
        call,
        said(Role::Tool, EntryKind::ToolResult, &hostile),
        said(Role::Assistant, EntryKind::Text, "Done:\n```\nlet x = 1 < 2;\n```"),
    ];
    engine.append(id(1), &all).unwrap();
    repo
}

#[test]
fn every_form_is_without_secrets_and_says_so() {
    let repo = told();
    for form in ["jsonl", "md", "html"] {
        let out = repo.ao(["transcript", "export", "--format", form]).ok();
        let out = out.stdout_lacks("ghp_").stdout_has("[REDACTED:");
        let text = out.stderr_has("replaced what looks like a secret").text().to_owned();
        assert!(!text.chars().any(|c| matches!(c, '\u{1b}' | '\u{202e}')), "{form}: {text}");
        // The name of the file tells the form.
        let file = repo.env().path(format!("talk.{form}"));
        repo.ao(["transcript", "export", "-o", file.to_str().unwrap()]).ok().stdout_is("");
        assert_eq!(fs::read_to_string(file).unwrap().trim_end(), text.trim_end());
    }
    let lines = repo.ao(["transcript", "export", "--format=jsonl"]).ok();
    let entries = lines.lines().into_iter().map(|line| serde_json::from_str(line).unwrap());
    let entries: Vec<TranscriptEntry> = entries.collect();
    assert_eq!((entries.len(), entries[0].text.as_str()), (4, "Fix <i>it</i> & go"));
}

#[test]
fn a_page_has_text_as_text() {
    let repo = told();
    let page = repo.ao(["transcript", "export", "--format=html"]).ok();
    let page = page
        .stdout_has("<title>Fix &lt;b&gt; ")
        .stdout_has("<p class=\"text\">Fix &lt;i&gt;it&lt;/i&gt; &amp; go</p>")
        .stdout_has("&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}\\x1b[2J")
        .stdout_has("<pre>let x = 1 &lt; 2;</pre>")
        .stdout_has("default-src 'none'");
    page.stdout_lacks("<script").stdout_lacks("http:").stdout_lacks("src=").stdout_lacks("href=");
    let text = repo.ao(["transcript", "export"]).ok();
    text.stdout_has("\n### user").stdout_has("<details><summary>Bash cat .env");
}

#[test]
fn a_part_is_exported_alone() {
    let repo = told();
    let engine = Engine::new(own_store(&repo));
    for (minute, text) in [(1, "Second"), (2, "Third")] {
        let said = |role, text: &str| {
            let mut entry = TranscriptEntry::new(role, EntryKind::Text, text);
            entry.at = format!("2036-01-01T00:0{minute}:00Z").parse().ok();
            entry
        };
        let answer = format!("{text}!");
        let both = [said(Role::User, text), said(Role::Assistant, &answer)];
        engine.append(id(1), &both).unwrap();
    }
    let export = |args: &[&str]| {
        let lines = repo.ao([&["transcript", "export", "--format=jsonl"], args].concat()).ok();
        let entries = lines.lines().into_iter().map(|line| serde_json::from_str(line).unwrap());
        entries.map(|entry: TranscriptEntry| entry.text).collect::<Vec<_>>()
    };
    assert_eq!(export(&["--turns=1"]), ["Third", "Third!"]);
    assert_eq!(export(&["--turns=2"]).len(), 4);
    assert_eq!(export(&["--since=2036-01-01T00:02:00Z"]), ["Third", "Third!"]);
    repo.ao(["transcript", "export", "--raw", "--turns=1"]).code(129);
}

#[test]
fn the_bytes_as_they_are_are_asked_for_by_name() {
    let repo = told();
    let raw = repo.ao(["transcript", "export", "--raw"]).ok();
    raw.stdout_has(TOKEN).stderr_has("warning: the transcript was not redacted");
    repo.ao(["transcript", "export", "--raw", "--format=md"]).code(129);
    repo.ao(["transcript", "export", "--format=pdf"]).code(129);
    repo.ao(["transcript", "export", "-o", "no/such/folder"]).code(128).stderr_has("cannot write");
    // A rule of one's own counts, and one that cannot be used stops the export.
    repo.config("ao.redact.word", "Done");
    repo.ao(["transcript", "export"]).ok().stdout_has("[REDACTED:word]");
    repo.config("ao.redact.word", "a(");
    repo.ao(["transcript", "export"]).code(1).stdout_is("");
    let empty = TestEnv::new().repo(Combo::PLAIN);
    own_store(&empty).create(&session(2, "Two")).unwrap();
    empty.ao(["transcript", "export"]).code(1).stderr_has("there is no transcript");
}

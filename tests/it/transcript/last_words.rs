//! The last thing that an agent said.

use git_ao::ops::Engine;
use git_ao::transcript::{EntryKind, Role, TranscriptEntry};

use crate::support::sessions::{id, own_store, session};
use crate::support::{Combo, TestEnv};

#[test]
fn show_and_status_tell_it_in_one_line() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let engine = Engine::new(own_store(&repo));
    engine.store().create(&session(1, "One")).unwrap();
    engine.store().create(&session(2, "Two")).unwrap();
    let short = id(1).short();
    for verb in ["show", "status"] {
        repo.ao([verb, &short]).ok().stdout_lacks("Last words").stdout_lacks("\n  ");
    }
    let said = |role, text: &str| TranscriptEntry::new(role, EntryKind::Text, text);
    let call = TranscriptEntry::new(Role::Assistant, EntryKind::ToolUse, "");
    let mut of_subagent = said(Role::Assistant, "not this");
    of_subagent.sub = Some("a".to_owned());
    let words = "It is\n\n  done:\u{1b}[31m \u{202e}all tests pass.";
    let all = [
        said(Role::Assistant, "first"),
        said(Role::Assistant, words),
        said(Role::User, "thanks"),
        call,
        of_subagent,
    ];
    engine.append(id(1), &all).unwrap();
    let shown = "It is done:\\x1b[31m \\u{202e}all tests pass.\n";
    repo.ao(["show", &short]).ok().stdout_has(&format!("\nLast words: {shown}"));
    repo.ao(["status"]).ok().stdout_has(&format!("  One    {shown}"));
    let json = repo.ao(["status", "--json"]).ok().json();
    let sessions = json["sessions"].as_array().unwrap();
    let live = |n| &sessions.iter().find(|it| it["id"] == id(n).to_string()).unwrap()["live"];
    assert_eq!(live(1)["last_words"], words);
    assert!(live(2).get("last_words").is_none());
    // What was said longer ago than the last captures is not looked for.
    for _ in 0..3 {
        engine.append(id(1), &[said(Role::User, "still there?")]).unwrap();
    }
    assert_eq!(engine.last_words(id(1)).unwrap().unwrap().text, words);
}

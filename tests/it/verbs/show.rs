use git_ao::model::{Placement, SessionStatus};

use super::world::{A, B, C, World};
use crate::support::Combo;

#[test]
fn a_session_in_full() {
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let world = World::of(combo);
        world.make(A, |session| {
            session.title = "Fix \u{1b} it".to_owned();
            session.task = Some("First\n\n  second \u{9b}\n".to_owned());
            session.agent = Some("claude".to_owned());
            session.agent_config.insert("model", "opus");
            session.branch = Some("ao/fix".to_owned());
            session.issue_id = Some("42".to_owned());
            session.tags = vec!["a".to_owned(), "b".to_owned()];
            session.context.insert("note\u{7}", "x\ny");
            let cost = session.cost.get_or_insert_default();
            (cost.input_tokens, cost.cost_usd) = (5, Some(0.5));
        });
        let event = world.status(A, "done");
        let now = world.repo.env().tick();
        let out = world.repo.ao_run(["show", "aaaa"]).at(now).run().ok().stderr_is("");
        let spawn = world.repo.git(["rev-parse", &format!("{event}^")]);
        out.stdout_is(&format!(
            "session {A}\n\
             Title:      Fix \\x1b it\n\
             Status:     done\n\
             Agent:      claude (model: opus)\n\
             Branch:     ao/fix\n\
             Project:    demo\n\
             Kind:       task\n\
             Issue:      42\n\
             Tags:       a, b\n\
             Created:    Thu Jan 1 00:01:00 2026 +0000 (2 minutes ago)\n\
             Updated:    Thu Jan 1 00:02:00 2026 +0000 (60 seconds ago)\n\
             Cost:       5 tokens in, 0 out, $0.50\n\
             note\\x07:   x\\ny\n\
             \n    First\n\n      second \\x9b\n\
             \n{} status aaaa1111: working -> done (Ann Author, 60 seconds ago)\n\
             {} spawn aaaa1111: Fix   it (Ann Author, 2 minutes ago)\n",
            event.short(),
            &spawn[..7],
        ));
    }
}

#[test]
fn the_record_as_it_is_stored() {
    let world = World::new();
    world.titled(A, "one");
    let stored = world.repo.git(["show", &format!("refs/ao/sessions:sessions/demo/aa/{A}.yaml")]);
    world.repo.ao(["show", "--yaml", A]).ok().stdout_is(&stored);
    let json = world.repo.ao(["show", "--json", A]).ok().json();
    let list = world.repo.ao(["list", "--json"]).ok().json();
    assert_eq!((&json["version"], &json["session"]), (&1.into(), &list["sessions"][0]));
    world.repo.ao(["show", "--json", "--yaml"]).code(129);
}

#[test]
fn a_corrupt_record_says_what_is_wrong() {
    let world = World::new();
    world.titled(A, "one");
    world.overwrite(A, "title: \u{7}\n");
    let out = world.repo.ao(["show", "aaaa"]).code(1);
    out.stdout_is(&format!("session {A} (corrupt)\n")).stderr_has("error: the record of session");
    world.repo.ao(["show", "aaaa", "--yaml"]).ok().stdout_is("title: \u{7}\n");
    let json = world.repo.ao(["show", "aaaa", "--json"]).code(1).json();
    assert!(json["session"]["corrupt"].is_string());
}

#[test]
fn without_a_name_it_is_this_one_or_the_last() {
    let world = World::of(Combo::LINKED);
    world.repo.ao(["show"]).code(1).stderr_has("no sessions in ");
    world.titled(A, "first");
    world.titled(B, "second");
    world.repo.ao(["show"]).ok().stdout_has("second");
    let file = world.repo.git(["rev-parse", "--path-format=absolute", "--git-path", "AO_SESSION"]);
    std::fs::write(file.trim(), format!("{A}\n")).unwrap();
    world.repo.ao(["show"]).ok().stdout_has("first");
    world.repo.ao(["show", "latest"]).ok().stdout_has("second");
}

#[test]
fn lineage_and_the_archive_are_shown() {
    let world = World::new();
    let event = world.titled(A, "The parent");
    world.fork(A, B);
    let line = format!("Fork of:    aaaa1111 (The parent), at {}\n", event.short());
    world.repo.ao(["show", "bbbb"]).ok().stdout_has(&line);
    world.repo.ao(["delete", "--force", "aaaa"]).ok();
    world.repo.ao(["show", "bbbb"]).ok().stdout_has("Fork of:    aaaa1111 (gone)");
    world.repo.ao(["archive", "bbbb"]).ok();
    world.repo.ao(["show", "bbbb"]).ok().stdout_has(&format!("session {B} (archived)\n"));
}

#[test]
fn older_events_are_left_to_log() {
    let world = World::new();
    world.titled(A, "old");
    world.titled(B, "busy");
    for number in 0..60 {
        let change = world
            .store()
            .update(super::world::id(B), "set", |session| session.pr_number = Some(number));
        change.unwrap();
    }
    let out = world.repo.ao(["show", "aaaa"]).ok();
    out.stdout_lacks("spawn").stdout_has("to see older events: git ao log aaaa1111\n");
    let out = world.repo.ao(["show", "bbbb"]).ok();
    assert_eq!(out.stdout.matches(" set bbbb2222").count(), 10);
    out.stdout_has("older events");
}

#[test]
fn names_that_are_none_or_many() {
    let world = World::new();
    world.titled(A, "one");
    let other = "aaaa1111-0000-4f0c-9d0e-5a7f1c2b3d4e";
    world.make(other, |session| {
        session.title = "two\u{1b}".to_owned();
        session.status = SessionStatus::Done;
    });
    let out = world.repo.ao(["show", "aaaa"]).code(1).stdout_is("");
    out.stderr_has("error: 'aaaa' is ambiguous: 2 matches\n")
        .stderr_has(&format!("hint:   {A}  one\n"))
        .stderr_has(&format!("hint:   {other}  two\\x1b\n"));
    world.repo.ao(["show", C]).code(1).stdout_is("").stderr_has("no session matches");
    world.repo.ao(["show", "../../etc"]).code(1).stderr_has("no session matches '../../etc'");
}

#[test]
fn this_clone_is_marked_among_the_places() {
    let world = World::new();
    world.repo.config("ao.replica", "laptop-1234");
    world.make(A, |session| {
        for name in ["desk-5678", "laptop-1234"] {
            let placement = Placement::in_workspace("~/w");
            session.placements.insert(name.to_owned(), placement);
        }
    });
    let places = "Placed on:  desk-5678: ~/w\nPlaced on:  laptop-1234 (here): ~/w\n";
    world.repo.ao(["show"]).ok().stdout_has(places);
    assert_eq!(world.repo.ao(["show", "--json"]).ok().json()["session"]["here"], true);
    world.repo.git(["config", "--unset", "ao.replica"]);
    world.repo.ao(["show"]).ok().stdout_lacks("(here)");
    assert_eq!(world.repo.ao(["show", "--json"]).ok().json()["session"]["here"], false);
}

use super::world::{A, B, C, World, id};
use crate::support::Combo;

fn subjects(world: &World, args: &[&str]) -> Vec<String> {
    let out = world.repo.ao(["log", "--oneline"].iter().chain(args)).ok().stderr_is("");
    out.lines().iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn events_in_gits_layout() {
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let world = World::of(combo);
        let spawn = world.titled(A, "Fix \u{202e}it");
        let done = world.status(A, "done");
        world.repo.ao(["log"]).ok().stderr_is("").stdout_is(&format!(
            "event {done}\n\
             Author: Ann Author <ann@example.com>\n\
             Date:   Thu Jan 1 00:02:00 2026 +0000\n\
             \n    status aaaa1111: working -> done\n\
             \n    Session: {A} Fix \\u{{202e}}it\n\
             \n\
             event {spawn}\n\
             Author: Ann Author <ann@example.com>\n\
             Date:   Thu Jan 1 00:01:00 2026 +0000\n\
             \n    spawn aaaa1111: Fix \\u{{202e}}it\n\
             \n    Session: {A} Fix \\u{{202e}}it\n"
        ));
    }
}

#[test]
fn each_option_narrows() {
    let world = World::new();
    world.titled(A, "one");
    world.is_by("Bob (B.) Builder", "bob@example.com");
    world.titled(B, "two");
    world.status(A, "done");
    let (a, b, done) =
        ("spawn aaaa1111: one", "spawn bbbb2222: two", "status aaaa1111: working -> done");
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &[done, b, a]),
        (&["-n", "1"], &[done]),
        (&["-1"], &[done]),
        (&["--max-count=2", "--reverse"], &[b, done]),
        (&["--reverse"], &[a, b, done]),
        (&["--author", "ANN"], &[a]),
        (&["--author", "(b.)"], &[done, b]),
        (&["--op", "spawn"], &[b, a]),
        (&["--op", "spawn", "--op", "status", "--author", "bob"], &[done, b]),
        (&["--since", "2026-01-01T00:02:00Z"], &[done, b]),
        (&["--until", "2026-01-01T00:02:00Z"], &[b, a]),
        (&["aaaa"], &[done, a]),
        (&["aaaa", "--op", "status"], &[done]),
    ];
    for (args, wanted) in cases {
        assert_eq!(subjects(&world, args), *wanted, "{args:?}");
        if !args.contains(&"--reverse") {
            let drawn = world.repo.ao(["log", "--graph"].iter().chain(*args)).ok();
            for subject in [a, b, done] {
                assert_eq!(drawn.stdout.contains(subject), wanted.contains(&subject), "{drawn}");
            }
        }
    }
}

#[test]
fn a_fork_shows_its_ancestors_up_to_the_fork() {
    let world = World::new();
    world.titled(A, "one");
    world.store().update(id(A), "set", |session| session.pr_number = Some(1)).unwrap();
    world.fork(A, B);
    world.status(A, "done");
    world.fork(B, C);
    assert_eq!(
        subjects(&world, &["cccc"]),
        ["fork cccc3333", "fork bbbb2222", "set aaaa1111", "spawn aaaa1111: one"]
    );
    assert_eq!(subjects(&world, &["bbbb"]).len(), 3);
}

#[test]
fn the_graph_has_the_forks() {
    let world = World::new();
    let a = world.titled(A, "one");
    let b = world.titled(B, "two");
    let fork = world.fork(A, C);
    let end = world.status(A, "done");
    let [a, b, fork, end] = [&a, &b, &fork, &end].map(|id| id.short().to_owned());
    let out = world.repo.ao(["log", "--graph"]).ok();
    assert_eq!(
        out.stdout,
        format!(
            "* {end} status aaaa1111: working -> done\n\
             *   {fork} fork cccc3333\n\
             |\\\n\
             * | {b} spawn bbbb2222: two\n\
             |/\n\
             * {a} spawn aaaa1111: one\n"
        )
    );
    world.repo.ao(["log", "--graph", "cccc"]).ok().stdout_has(&fork).stdout_lacks("two");
    world.repo.ao(["log", "--graph", "--reverse"]).code(129);
}

#[test]
fn what_changed_in_each_record() {
    let world = World::new();
    world.make(A, |session| session.task = Some("one\n\ntwo\u{1b}\n".to_owned()));
    world.status(A, "done");
    let patch = |args: &[&str]| world.repo.ao(["log", "-p", "-n1"].iter().chain(args)).ok();
    let heading = format!("session {A} changed\n");
    patch(&[]).stdout_has(&format!("\n\n{heading}-status: working\n+status: done\n"));
    patch(&["--oneline"]).stdout_has(&format!("done\n{heading}-status: working\n"));
    let made = patch(&["--op", "spawn"]).stdout_has(&format!("session {A} created\n"));
    made.stdout_has("+task:\n+  one\n+\n+  two\\x1b\n").stdout_lacks("updated_at");
    world.repo.ao(["archive", "aaaa"]).ok();
    patch(&[]).stdout_has(&format!("session {A} archived\n"));
    let change = &patch(&["--json", "--op", "status"]).json()["events"][0]["changes"][0];
    assert_eq!(change["what"], "changed");
    let field = serde_json::json!({"field": "status", "before": "working", "after": "done"});
    assert_eq!(change["fields"][0], field);
}

#[test]
fn a_record_that_cannot_be_read_is_compared_line_by_line() {
    let world = World::new();
    world.titled(A, "one");
    world.overwrite(A, "id: [\n");
    world.repo.ao(["archive", A]).ok();
    world.repo.ao(["delete", A]).ok();
    let out = world.repo.ao(["log", "-p", "-n1"]).ok();
    out.stdout_has(&format!("session {A} deleted\n-id: [\n"));
}

#[test]
fn json_is_documented() {
    let world = World::new();
    world.repo.ao(["log", "--json"]).ok().stdout_is("{\"version\":1,\"events\":[]}\n");
    let first = world.titled(A, "one");
    let event = world.titled(B, "two");
    let json = world.repo.ao(["log", "--json", "-n", "1"]).ok().json();
    assert_eq!(
        json,
        serde_json::json!({"version": 1, "events": [{
            "id": event.as_str(),
            "parents": [first.as_str()],
            "author": {"name": "Ann Author", "email": "ann@example.com"},
            "date": "2026-01-01T00:02:00.000Z",
            "op": "spawn",
            "subject": "spawn bbbb2222: two",
            "sessions": [B],
            "replica": world.repo.git(["config", "ao.replica"]).trim(),
            "automatic": false,
            "conflicts": [],
        }]})
    );
}

#[test]
fn an_empty_store_has_no_log() {
    let world = World::new();
    for args in [&["log"][..], &["log", "--graph"], &["log", "-n", "1"]] {
        world.repo.ao(args).code(128).stdout_is("").stderr_has("fatal: there are no events yet");
    }
    world.repo.ao(["log", "aaaa"]).code(1).stderr_has("no session matches 'aaaa'");
}

#[test]
fn what_was_deleted_is_found_by_its_id() {
    let world = World::new();
    world.titled(A, "one");
    world.titled(B, "two");
    world.repo.ao(["delete", "--force", "aaaa"]).ok();
    for handle in [A, "aaaa", "AAAA1111"] {
        assert_eq!(subjects(&world, &[handle]), ["delete aaaa1111", "spawn aaaa1111: one"]);
    }
    world.repo.ao(["log", "--graph", "aaaa"]).ok().stdout_has("one").stdout_lacks("two");
    world.repo.ao(["log", C]).code(1).stderr_has("no session matches");
    world.repo.ao(["log", "one"]).code(1);
}

#[test]
fn broken_history_shows_what_it_can() {
    let world = World::new();
    let first = world.titled(A, "one");
    world.titled(B, "two");
    world.lose(first.as_str());
    let out = world.repo.ao(["log", "--oneline"]).code(1);
    out.stdout_has("two").stderr_has(&format!("error: object {first} is missing"));
    world.repo.ao(["log", "--graph"]).code(128).stderr_has("git cannot draw the graph");
}

#[test]
fn titles_of_many_sessions_are_cut() {
    let world = World::new();
    world
        .store()
        .transaction("spawn", |tx| {
            for _ in 0..30 {
                let id = git_ao::model::SessionId::random();
                tx.create(git_ao::model::Session::new(id, "demo".parse().unwrap(), tx.now()))?;
            }
            Ok::<_, git_ao::store::StoreError>(())
        })
        .unwrap();
    let out = world.repo.ao(["log"]).ok().stdout_has("    … and 10 more\n");
    assert_eq!(out.stdout.matches("    Session: ").count(), 20);
}

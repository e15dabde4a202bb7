use git_ao::model::{Kind, Placement, SessionStatus};

use super::world::{A, B, C, World, id};
use crate::support::{Combo, Run};

/// The short ids that `git ao list` with these options shows, in its order.
fn listed(world: &World, args: &[&str]) -> Vec<String> {
    let all = ["list", "--porcelain"].iter().chain(args);
    let out = world.repo.ao(all).ok().stderr_is("");
    out.lines().iter().map(|line| line[..4].to_owned()).collect()
}

fn three() -> World {
    let world = World::new();
    world.make(A, |session| {
        session.title = "Fix the flaky test".to_owned();
        session.task = Some("It FAILS on Mondays".to_owned());
        session.agent = Some("claude".to_owned());
        session.branch = Some("ao/fix".to_owned());
        session.issue_id = Some("42".to_owned());
        session.tags = vec!["ci".to_owned(), "flaky".to_owned()];
    });
    world.is_by("Bob Builder", "bob@example.com");
    world.make(B, |session| {
        session.title = "Add a cache".to_owned();
        session.agent = Some("codex".to_owned());
        session.pr_number = Some(7);
        session.kind = Kind::Evaluation;
        session.project_id = "other".parse().unwrap();
        session.status = SessionStatus::NeedsInput;
    });
    world.fork(A, C);
    world
}

#[test]
fn the_table() {
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let world = World::of(combo);
        world.repo.ao(["list"]).ok().stdout_is("").stderr_is("");
        world.make(A, |session| {
            session.title = "Fix \u{1b}[2Jit".to_owned();
            session.agent = Some("claude".to_owned());
            session.branch = Some("ao/fix".to_owned());
        });
        world.titled(B, "");
        let now = world.repo.env().tick();
        for verb in ["list", "ls"] {
            let out = world.repo.ao_run([verb]).at(now).run().ok();
            out.stdout_is(
                "ID        STATUS   AGE  AGENT   BRANCH  TITLE\n\
                 bbbb2222  working   1m  -       -       Session bbbb2222\n\
                 aaaa1111  working   2m  claude  ao/fix  Fix \\x1b[2Jit\n",
            );
        }
    }
}

#[test]
fn each_option_narrows() {
    let world = three();
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &["cccc", "bbbb", "aaaa"]),
        (&["--status", "needs-input"], &["bbbb"]),
        (&["--status=working", "--status=needs_input"], &["bbbb", "aaaa"]),
        (&["--agent", "claude", "--agent", "codex"], &["bbbb", "aaaa"]),
        (&["--agent", "claude", "--agent", "codex", "--pr", "7"], &["bbbb"]),
        (&["--branch", "ao/fix"], &["aaaa"]),
        (&["--issue", "#42"], &["aaaa"]),
        (&["--pr", "8"], &[]),
        (&["--tag", "flaky"], &["aaaa"]),
        (&["--kind", "evaluation"], &["bbbb"]),
        (&["--project", "demo"], &["cccc", "aaaa"]),
        (&["--author", "BOB@"], &["cccc", "bbbb"]),
        (&["--author", "ann", "--author", "bob"], &["cccc", "bbbb", "aaaa"]),
        (&["--since", "2026-01-01T00:02:00Z"], &["cccc", "bbbb"]),
        (&["--until", "2026-01-01T00:01:30Z"], &["aaaa"]),
        (&["--parent", "aaaa"], &["cccc"]),
        (&["--parent", A], &["cccc"]),
        (&["--parent", "latest"], &[]),
        (&["--root"], &["bbbb", "aaaa"]),
        (&["--grep", "mondays"], &["aaaa"]),
        (&["--grep", "mondays", "--grep", "CACHE"], &["bbbb", "aaaa"]),
        (&["--filter", "tag:ci or pr:7", "--filter", "not kind:task"], &["bbbb"]),
        (&["-n", "1"], &["cccc"]),
        (&["-1"], &["cccc"]),
        (&["--sort", "title"], &["cccc", "bbbb", "aaaa"]),
        (&["--sort", "-title"], &["aaaa", "bbbb", "cccc"]),
        (&["--sort", "created", "--limit", "2"], &["aaaa", "bbbb"]),
        (&["--sort", "id:reverse"], &["cccc", "bbbb", "aaaa"]),
        (&["--archived"], &[]),
    ];
    for (args, wanted) in cases {
        assert_eq!(listed(&world, args), *wanted, "{args:?}");
    }
    world.repo.ao(["archive", "aaaa"]).ok();
    assert_eq!(listed(&world, &[]), ["cccc", "bbbb"]);
    assert_eq!(listed(&world, &["--archived"]), ["aaaa"]);
    assert_eq!(listed(&world, &["--all", "--sort=id"]), ["aaaa", "bbbb", "cccc"]);
    assert_eq!(listed(&world, &["--all", "--filter", "archived"]), ["aaaa"]);
}

#[test]
fn here_is_this_worktree() {
    let world = World::of(Combo::LINKED);
    world.titled(A, "by its file");
    world.repo.config("ao.replica", "laptop-1234");
    let dir = world.repo.dir().to_str().unwrap().to_owned();
    world.make(B, |session| {
        let placement = Placement::in_workspace(&*dir);
        session.placements.insert("laptop-1234".to_owned(), placement);
    });
    world.make(C, |session| {
        let placement = Placement::in_workspace(&*dir);
        session.placements.insert("desk-5678".to_owned(), placement);
    });
    assert_eq!(listed(&world, &["--here"]), ["bbbb"]);
    let file = world.repo.git(["rev-parse", "--path-format=absolute", "--git-path", "AO_SESSION"]);
    std::fs::write(file.trim(), format!("{A}\n")).unwrap();
    assert_eq!(listed(&world, &["--here"]), ["bbbb", "aaaa"]);
}

#[test]
fn json_has_the_records_as_they_are() {
    let world = World::new();
    assert_eq!(
        world.repo.ao(["list", "--json"]).ok().json(),
        serde_json::json!({"version": 1, "sessions": []})
    );
    world.make(A, |session| {
        session.title = "a\u{1b}[2J\u{202e}".to_owned();
        session.issue_id = Some("42".to_owned());
        session.extra.insert("later", "kept");
    });
    let out = world.repo.ao(["list", "--json"]).ok();
    assert!(!out.stdout.contains(['\u{1b}', '\u{202e}']));
    let sessions = &out.json()["sessions"];
    assert_eq!(sessions.as_array().unwrap().len(), 1);
    let session = &sessions[0];
    assert_eq!(session["id"], A);
    assert_eq!(session["title"], "a\u{1b}[2J\u{202e}");
    assert_eq!(session["issue_id"], "42");
    assert_eq!(session["later"], "kept");
    assert_eq!(session["created_at"], "2026-01-01T00:01:00.000Z");
    assert_eq!((&session["archived"], &session["short_id"]), (&false.into(), &"aaaa1111".into()));
}

#[test]
fn lines_for_scripts() {
    let world = World::new();
    world.titled(A, "tab\there\nand\\ \u{1b}ü");
    let line = format!(
        "{A}\tworking\tactive\tdemo\t2026-01-01T00:01:00.000Z\t2026-01-01T00:01:00.000Z\t\t\t\t\t\t\
         tab\\there\\nand\\\\ \\x1bü\tpublic"
    );
    for args in [&["list", "--porcelain"][..], &["list", "--porcelain=v1"]] {
        world.repo.ao(args).ok().stdout_is(&format!("{line}\n"));
    }
    world.repo.ao(["list", "-z"]).ok().stdout_is(&format!("{line}\0"));
    world.repo.ao(["list", "--porcelain=v2"]).code(129);
}

#[test]
fn a_corrupt_record_is_a_row_in_every_form() {
    let world = World::new();
    world.titled(A, "whole");
    world.titled(B, "broken");
    world.overwrite(B, "id: [unclosed\n");
    world.repo.ao(["list"]).ok().stdout_has("bbbb2222  corrupt").stdout_has("whole");
    world
        .repo
        .ao(["list", "--porcelain"])
        .ok()
        .stdout_has(&format!("{B}\tcorrupt\tactive\tdemo\t"));
    let json = world.repo.ao(["list", "--json"]).ok().json();
    let row = &json["sessions"][1];
    assert_eq!((&row["id"], &row["archived"]), (&B.into(), &false.into()));
    assert!(row["corrupt"].as_str().unwrap().starts_with("not valid YAML"), "{row}");
    assert_eq!(listed(&world, &["--status", "corrupt"]), ["bbbb"]);
    assert_eq!(listed(&world, &["--project", "demo"]), ["aaaa", "bbbb"]);
    assert_eq!(listed(&world, &["--project", "other"]), [""; 0]);
    assert_eq!(listed(&world, &["--grep", "whole"]), ["aaaa"]);
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_shown() {
    let world = World::new();
    world.titled(A, "whole");
    world.titled(B, "lost");
    let folder = world.repo.git(["rev-parse", "refs/ao/sessions:sessions/demo/bb"]);
    world.lose(folder.trim());
    let out = world.repo.ao(["list"]).code(1);
    out.stdout_has("whole").stderr_has("error: cannot read 'sessions/demo/bb': object ");
    let json = world.repo.ao(["list", "--json"]).code(1).json();
    assert_eq!(json["sessions"].as_array().unwrap().len(), 1);
    let blob =
        world.repo.git(["rev-parse", &format!("refs/ao/sessions:sessions/demo/aa/{A}.yaml")]);
    world.lose(blob.trim());
    world.repo.ao(["list"]).code(1).stdout_has("aaaa1111  corrupt").stdout_has("is missing");
}

#[test]
fn mistakes_are_usage() {
    let world = three();
    for (args, message) in [
        (&["--filter", "staus:x"][..], "filter, column 1: expected one of "),
        (&["--pr", "x"], "'x' is not a value for '--pr': expected a number or a URL"),
        (&["--since", "tomorrow"], "'tomorrow' is not a time"),
        (&["--sort", "titel"], "did you mean 'title'?"),
        (&["--all", "--archived"], "cannot be used together"),
        (&["--json", "-z"], "cannot be used together"),
        (&["--limit", "many"], "'many' is not a value"),
        (&["extra"], "unexpected argument 'extra'"),
    ] {
        let all = ["list"].iter().chain(args);
        world.repo.ao(all).code(129).stdout_is("").stderr_has(message);
    }
    world.repo.ao(["list", "--parent", "nobody"]).code(1).stderr_has("no session matches 'nobody'");
}

#[test]
fn a_person_is_told_when_there_is_nothing() {
    let world = World::new();
    let reads = |run: Run| run.env("GIT_PAGER_IN_USE", "true").run().ok().stdout_is("");
    reads(world.repo.ao_run(["list"])).stderr_has("hint: there are no sessions yet");
    world.titled(A, "one");
    reads(world.repo.ao_run(["list", "--tag", "x"])).stderr_has("hint: no matching sessions");
    assert_eq!(world.session(A).unwrap().id, id(A));
}

#[test]
fn what_lives_in_another_clone_says_in_which() {
    let world = World::new();
    world.repo.config("ao.replica", "laptop-1234");
    let places = |session: &mut git_ao::model::Session, names: &[&str]| {
        for name in names {
            session.placements.insert((*name).to_owned(), Placement::default());
        }
    };
    world.make(A, |session| {
        session.agent = Some("claude".to_owned());
        places(session, &["desk-5678", "tower-9abc"]);
    });
    world.make(B, |session| places(session, &["desk-5678", "laptop-1234"]));
    world.make(C, |session| {
        session.status = SessionStatus::Done;
        places(session, &["desk-5678"]);
    });
    let now = world.repo.env().tick();
    let out = world.repo.ao_run(["list", "--sort=id"]).at(now).run().ok();
    out.stdout_is(
        "ID        STATUS   AGE  AGENT                            BRANCH  TITLE\n\
         aaaa1111  working   3m  claude on desk-5678, tower-9abc  -       Session aaaa1111\n\
         bbbb2222  working   2m  -                                -       Session bbbb2222\n\
         cccc3333  done      1m  -                                -       Session cccc3333\n",
    );
    for args in [["list", "--json"], ["status", "--json"]] {
        let json = world.repo.ao(args).ok().json();
        for session in json["sessions"].as_array().unwrap() {
            assert_eq!(session["here"], session["id"] == B, "{session}");
        }
    }
}

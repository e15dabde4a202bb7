//! Settings under which git itself harms the store, and clocks that are wrong.

use std::fs;

use git_ao::ledger::Clock;
use git_ao::model::{Session, Timestamp};

use super::world::{World, id};

const SESSIONS: &str = "refs/ao/sessions";
const PRIVATE: &str = "refs/ao/private";

/// A repository with a public and a private session, and an empty bare remote, `backup`.
fn world() -> World {
    let world = World::new();
    world.spawn(&["--no-agent", "public"]);
    world.spawn(&["--no-agent", "--private", "private"]);
    let bare = world.repo.env().path("backup.git");
    world.repo.git(["init", "-q", "--bare", bare.to_str().unwrap()]);
    world.repo.config("remote.backup.url", bare.to_str().unwrap());
    world.repo.ao(["push", "backup"]).ok();
    world
}

/// The command below the finding that has these words.
fn way_out(world: &World, words: &str) -> String {
    let found = world.repo.ao(["doctor", "--json"]).code(1).json();
    let all = found["findings"].as_array().unwrap();
    let finding = all.iter().find(|it| it["what"].as_str().unwrap().contains(words));
    let finding = finding.unwrap_or_else(|| panic!("no '{words}': {found}"));
    assert_eq!(finding["weight"], "wrong", "{finding}");
    finding["fix"].as_str().unwrap().to_owned()
}

fn follow(world: &World, words: &str) {
    let fix = way_out(world, words);
    world.repo.env().run(world.repo.dir(), "sh", ["-c", &fix]).run().ok();
    world.repo.ao(["doctor"]).ok().stdout_lacks(words);
}

fn tips(world: &World) -> String {
    world.repo.git(["for-each-ref", "--format=%(objectname) %(refname)", SESSIONS, PRIVATE])
}

#[test]
fn a_fetch_that_would_overwrite_or_delete_sessions_is_found() {
    for (spec, prune, harm) in [
        ("+refs/*:refs/*", "false", "overwrite"),
        ("+refs/ao/*:refs/ao/*", "true", "overwrite"),
        ("refs/*:refs/*", "true", "delete"),
        ("+refs/ao/sessions:refs/ao/sessions", "false", "overwrite"),
        ("+refs/heads/*:refs/ao/*", "true", "overwrite"),
    ] {
        let world = world();
        world.repo.config("remote.backup.fetch", spec);
        world.repo.config("remote.backup.prune", prune);
        follow(&world, &format!("'git fetch backup' can {harm} "));
        world.spawn(&["--no-agent", "not pushed"]);
        let before = tips(&world);
        world.repo.git_result(["fetch", "-q", "backup"]);
        assert_eq!(tips(&world), before, "{spec}");
    }
}

#[test]
fn a_push_that_would_publish_or_overwrite_sessions_is_found() {
    for (key, value, words) in [
        ("push", "refs/*:refs/*", "publishes private sessions (refs/"),
        ("push", "refs/ao/*", "publishes private sessions (refs/"),
        ("push", "refs/ao/private:refs/heads/x", "publishes private sessions (refs/"),
        ("push", "+refs/ao/*:refs/ao/*", "overwrites the sessions of the remote (+refs/"),
        ("push", "refs/ao/backup/*", "publishes backups of worktrees"),
        ("push", "refs/ao/b*:refs/heads/b*", "publishes backups of worktrees"),
        ("mirror", "true", "publishes private sessions (remote.backup.mirror)"),
    ] {
        let world = world();
        world.repo.config(&format!("remote.backup.{key}"), value);
        follow(&world, words);
        let private = world.repo.git(["rev-parse", PRIVATE]);
        let backup = world.repo.git(["commit-tree", "HEAD^{tree}", "-m", "backup"]);
        let backup = backup.trim().to_owned();
        for name in ["refs/ao/backup/x/y", "refs/ao/broken/x/y"] {
            world.repo.git(["update-ref", name, &backup]);
        }
        world.repo.git_result(["push", "-q", "backup"]);
        let there = world.repo.git(["ls-remote", "backup"]);
        assert!(!there.contains(private.trim()), "{value}: {there}");
        assert!(!there.contains(&backup), "{value}: {there}");
    }
}

#[test]
fn refspecs_that_leave_the_store_alone_are_not_found() {
    let world = world();
    for spec in [
        "+refs/heads/*:refs/remotes/backup/*",
        "refs/*:refs/*",
        "+refs/ao/sessions:refs/ao/remotes/backup/sessions",
        "+refs/ao/*:refs/ao/remotes/backup/*",
    ] {
        world.repo.config("remote.backup.fetch", spec);
        world.repo.ao(["doctor"]).ok().stdout_lacks("git fetch");
    }
    // Git leaves out what a negative refspec names, also of an exact one.
    world.repo.config("remote.backup.fetch", "+refs/ao/sessions:refs/ao/sessions");
    world.repo.ao(["doctor"]).code(1).stdout_has("'git fetch backup' can overwrite ");
    world.repo.git(["config", "--add", "remote.backup.fetch", "^refs/ao/sessions"]);
    world.repo.ao(["doctor"]).ok().stdout_lacks("git fetch");
    world.spawn(&["--no-agent", "not pushed"]);
    let before = tips(&world);
    world.repo.git_result(["fetch", "-q", "backup"]);
    assert_eq!(tips(&world), before);
    world.repo.git(["config", "--unset-all", "remote.backup.fetch"]);
    for spec in ["refs/heads/*", "refs/ao/sessions", "HEAD", ":"] {
        world.repo.config("remote.backup.push", spec);
        world.repo.ao(["doctor"]).ok().stdout_lacks("git push");
    }
}

#[test]
fn what_a_clock_that_was_ahead_left_is_found() {
    let world = world();
    for (name, words) in [
        (SESSIONS, "the newest event was made by "),
        (PRIVATE, "the newest event of private sessions was made by "),
    ] {
        world.repo.ao(["doctor"]).ok().stdout_lacks("in the future");
        let old = world.repo.git(["rev-parse", name]);
        let old = old.trim();
        let commit = world.repo.git(["cat-file", "commit", old]);
        let ahead = commit.lines().map(|line| match line.rsplitn(3, ' ').collect::<Vec<_>>()[..] {
            [zone, _, who] if line.starts_with("committer ") => format!("{who} 4000000000 {zone}"),
            _ => line.to_owned(),
        });
        let text = ahead.collect::<Vec<_>>().join("\n") + "\n";
        let file = world.repo.env().path("commit");
        fs::write(&file, text).unwrap();
        let made = ["hash-object", "-t", "commit", "-w", file.to_str().unwrap()];
        let made = world.repo.git(made);
        world.repo.git(["update-ref", name, made.trim()]);
        world.repo.ao(["doctor"]).ok().stdout_has(words).stdout_has("2096-10-02");
        world.repo.git(["update-ref", name, old]);
    }
}

#[test]
fn a_record_that_is_ahead_is_found_in_both_stores() {
    let world = World::new();
    let ahead = world
        .store()
        .with_private()
        .with_clock(Clock::new(|| Timestamp::from_millis(4_000_000_000_000)));
    for (args, place) in [
        (&["--no-agent", "public"][..], "wrong: sessions/demo/"),
        (&["--no-agent", "--private", "private"][..], "wrong: private sessions/demo/"),
    ] {
        let text = world.spawn(args);
        let change = |session: &mut Session| session.title = "later".to_owned();
        ahead.update(id(&text), "test", change).unwrap();
        let out = world.repo.ao(["doctor"]).code(1).stdout_has(place);
        let out = out.stdout_has("has an update time in the future, 2096-10-02");
        let fix = format!("git ao set {} updated_at=now", &text[..8]);
        out.stdout_has(&fix);
        world.repo.ao(fix.split(' ').skip(2)).ok();
        world.repo.ao(["doctor"]).ok().stdout_lacks("in the future");
    }
}

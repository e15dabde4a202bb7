//! A session that one clone runs and another one starts.

use super::Team;
use crate::support::agents::{STAYS, agent, spawn, wait_working};
use crate::support::{Repo, alone};

const DETACHED: [&str; 4] = ["--agent", "mine", "--runtime", "detached"];

fn replica(repo: &Repo) -> String {
    repo.git(["config", "ao.replica"]).trim().to_owned()
}

#[test]
fn its_owner_is_told_who_took_it_over_and_where() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        agent(&ann, "mine", STAYS);
        agent(&bob, "mine", STAYS);
        let id = spawn(&ann, &[&DETACHED[..], &["x"]].concat());
        wait_working(&ann, id);
        ann.ao(["push", "-q", "--branches"]).ok();
        bob.git(["fetch", "-q", "origin", "+refs/heads/ao/*:refs/heads/ao/*"]);
        bob.ao(["pull"]).ok().stderr_lacks("taken over");
        let short = id.short();
        let restore = ["restore", "--force", "--fresh", &short];
        let restore = bob.ao_run([&restore[..], &DETACHED].concat());
        restore.env("GIT_AUTHOR_NAME", "Bob \u{1b}[31m").run().ok();
        wait_working(&bob, id);
        bob.ao(["push", "-q"]).ok();

        let told = format!("warning: session {} was taken over on '{}'", id.short(), replica(&bob));
        let out = ann.ao(["pull"]).ok().stdout_has("1 session changed").stderr_has(&told);
        let out = out.stderr_has(" by Bob ").stderr_lacks("\u{1b}");
        out.stderr_has(&format!(
            "hint: to see whether its agent is still running here: git ao status {}",
            id.short()
        ));
        ann.ao(["status", &id.short()]).ok();
        ann.ao(["pull"]).ok().stderr_lacks("taken over");

        // What changes and starts nothing is no takeover.
        bob.ao(["set", &id.short(), "title=Y"]).ok();
        bob.ao(["push", "-q"]).ok();
        ann.ao(["pull"]).ok().stderr_lacks("taken over");
        bob.ao(["kill", "--force", &id.short()]).ok();
        ann.ao(["kill", "--force", &id.short()]).ok();
    });
}

#[test]
fn push_tells_it_too_and_who_did_not_run_it_is_not_told() {
    alone(|| {
        let team = Team::new();
        let (ann, bob, cid) = (team.member("ann"), team.member("bob"), team.member("cid"));
        let change = |repo: &Repo, name: &str| {
            let name = name.to_owned();
            super::edit(repo, 1, move |session| {
                let placement = session.placements.entry(name.clone()).or_default();
                placement.handle = Some("7:1".to_owned());
            });
        };
        super::create(&ann, 1, "One");
        let (here, there) = (replica(&ann), "there-0000".to_owned());
        change(&ann, &here);
        ann.ao(["push", "-q"]).ok();
        bob.ao(["pull", "-q"]).ok();
        super::create(&cid, 2, "Two");
        cid.ao(["pull", "-q", "--allow-unrelated"]).ok();
        change(&bob, &there);
        bob.ao(["push", "-q"]).ok();
        super::edit(&ann, 1, |session| session.add_tag("mine"));
        // It was made by hand: whoever made it, the event tells another clone.
        let told = format!("session {} was taken over on '{there}'\n", super::short(1));
        ann.ao(["push"]).ok().stderr_has(&told);
        cid.ao(["pull"]).ok().stderr_lacks("taken over");
    });
}

use crate::support::{Combo, Repo, TestEnv};

/// Everything that a repository holds, packed or not, as text.
pub fn contents(repo: &Repo) -> String {
    let list = repo.git(["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let run = repo.env().git(repo.dir(), ["cat-file", "--batch"]).input(list);
    run.run().ok().stdout.clone()
}

pub fn team() -> (Repo, Repo, Repo) {
    let env = TestEnv::new();
    let hub = Repo::create(&env, "hub", Combo::BARE);
    let clone = |name: &str| {
        let dir = env.path(name);
        let url = hub.dir().to_str().unwrap();
        env.git(&env.root(), ["clone", "-q", url, dir.to_str().unwrap()]).run().ok();
        hub.within(&dir)
    };
    let (ann, bob) = (clone("ann"), clone("bob"));
    (hub, ann, bob)
}

#[test]
fn no_verb_sends_anything_private() {
    let (hub, ann, bob) = team();
    let spawn =
        |args: &[&str]| ann.ao(["spawn", "--json", "--no-worktree"].iter().chain(args)).ok().json();
    let secret = spawn(&["--private", "--branch", "wip/hushhush", "The hushhush matter"]);
    let id = secret["session"]["id"].as_str().unwrap();

    // There is nothing to share yet.
    ann.ao(["push"]).ok().stdout_has("there are no sessions to share");
    let open = spawn(&["--branch", "open", "Open"]);
    let open = open["session"]["id"].as_str().unwrap();
    ann.config("ao.autoPush", "true");
    ann.ao(["hooks", "install", "--file", "pre-push"]).ok();
    let work = ann.within(ann.env().path("work"));
    ann.git(["worktree", "add", "-q", "../work", "wip/hushhush"]);
    work.commit("hushhush", "hushhush");
    ann.ao(["fork", "--no-worktree", "--title", "hushhush too", id]).ok();
    ann.ao(["fork", "--no-worktree", "--private", "--title", "hushhush three", open]).ok();

    let part = ann.ao_run(["spawn", "--json", "--no-worktree", "hushhush four"]);
    let part = part.env("AO_SESSION_ID", id).run().ok().json();
    assert_eq!(
        (&part["visibility"], &part["session"]["spawned_by"]),
        (&"private".into(), &id.into())
    );

    ann.ao(["push", "--dry-run"]).ok().stdout_lacks("hushhush").stdout_has("1 session");
    let out = ann.ao(["push", "--branches"]).ok();
    out.stdout_has("1 session new").stdout_lacks("hushhush");
    for verb in ["fetch", "pull", "sync", "push"] {
        ann.ao([verb]).ok().stdout_lacks("hushhush");
    }
    bob.ao(["pull"]).ok();
    bob.ao(["spawn", "--no-worktree", "From bob"]).ok();
    bob.ao(["push"]).ok();
    ann.ao(["sync"]).ok();
    ann.ao(["set", open, "title=Open!"]).ok();
    ann.ao(["sync"]).ok();
    ann.git(["push", "-q", "origin", "main"]);

    let refs = hub.git(["for-each-ref", "--format=%(refname)"]);
    assert_eq!(refs, "refs/ao/sessions\nrefs/heads/main\nrefs/heads/open\n");
    let there = contents(&hub);
    assert!(there.contains("From bob") && there.contains("Open!"));
    assert!(!there.contains("hushhush") && !there.contains(id), "{there}");

    // What is made public goes, as it is now: what it was does not.
    ann.ao(["set", id, "title=An open matter", "task=", "branch=main"]).ok();
    ann.ao(["set", id, "visibility=public"]).ok();
    ann.ao(["push"]).ok().stdout_has("1 session new");
    let there = contents(&hub);
    assert!(there.contains("An open matter") && !there.contains("hushhush"), "{there}");
    bob.ao(["pull"]).ok();
    bob.ao(["list"]).ok().stdout_has("An open matter").stdout_lacks("private");

    // Made private again it is gone for the others; the one who has it keeps it.
    ann.ao(["set", id, "visibility=private"]).ok();
    ann.ao(["push"]).ok();
    bob.ao(["pull"]).ok();
    bob.ao(["list"]).ok().stdout_lacks("An open matter");
    ann.ao(["list"]).ok().stdout_has("An open matter").stdout_has("(private)");
    assert!(!contents(&hub).contains("hushhush"));
}

#[test]
fn a_branch_that_a_private_session_works_on_stays() {
    let (hub, ann, _) = team();
    ann.ao(["spawn", "--no-worktree", "--branch", "shared", "Open"]).ok();
    ann.ao(["spawn", "--no-worktree", "--branch", "own", "Open too"]).ok();
    ann.ao(["spawn", "--no-worktree", "--private", "--branch", "x", "Secret"]).ok();
    ann.ao(["set", "x", "branch=shared"]).ok();
    ann.ao(["push", "--branches"]).ok();
    let refs = hub.git(["for-each-ref", "--format=%(refname)", "refs/heads"]);
    assert_eq!(refs, "refs/heads/main\nrefs/heads/own\n");
}

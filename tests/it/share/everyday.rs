use git_ao::model::SessionStatus;

use super::{Team, create, edit, has, id, read, short, tip};
use crate::support::{Combo, Kind, Repo, alone, matrix};

#[test]
fn what_one_pushes_the_other_pulls() {
    alone(|| {
        for combo in matrix().into_iter().filter(|combo| combo.kind == Kind::Main) {
            let team = Team::with(combo);
            let (ann, bob) = (team.member("ann"), team.member("bob"));
            ann.ao(["push"]).ok().stdout_has("there are no sessions to share");
            bob.ao(["pull"]).ok().stdout_has("origin has no sessions");
            create(&ann, 1, "Fix the flaky test");
            create(&ann, 2, "Another");
            ann.ao(["push"]).ok().stdout_has("to origin: 2 sessions new");
            ann.ao(["push"]).ok().stdout_has("everything up-to-date with origin");
            bob.ao(["pull"]).ok().stdout_has("from origin: 2 sessions new");
            bob.ao(["pull"]).ok().stdout_has("up to date with origin");
            assert_eq!(tip(&ann), tip(&bob));
            assert_eq!(read(&bob, 1).title, "Fix the flaky test");
        }
    });
}

#[test]
fn both_sides_come_together_and_a_conflict_is_named() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        create(&ann, 2, "Two");
        ann.ao(["push", "-q"]).ok().stdout_has("");
        bob.ao(["pull", "-q"]).ok();
        edit(&ann, 1, |s| s.status = SessionStatus::Done);
        edit(&bob, 1, |s| s.status = SessionStatus::Killed);
        edit(&bob, 2, |s| s.add_tag("bob"));
        ann.ao(["sync"]).ok();
        let out = bob.ao(["sync"]).ok();
        let conflict = format!("1 session merged with conflicts: {} status", short(1));
        let out = out.stdout_has(&conflict).stderr_has(&format!("git ao log -p {}", short(1)));
        out.stdout_has("to origin: 2 sessions changed");
        ann.ao(["sync"]).ok();
        assert_eq!(tip(&ann), tip(&bob));
        assert_eq!(read(&ann, 1).status, SessionStatus::Killed);
        assert_eq!(read(&ann, 2).tags, ["bob"]);
        let log = ann.git(["log", "--format=%(trailers)", "refs/ao/sessions"]);
        assert!(log.contains("Ao-Conflict: "));
    });
}

#[test]
fn a_push_that_comes_second_merges_first() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 0, "First");
        ann.ao(["push"]).ok();
        bob.ao(["pull"]).ok();
        create(&ann, 1, "One");
        create(&bob, 2, "Two");
        ann.ao(["push"]).ok();
        let out = bob.ao(["push"]).ok();
        out.stdout_has("from origin: 1 session new").stdout_has("to origin: 1 session new");
        ann.ao(["pull"]).ok();
        assert_eq!(tip(&ann), tip(&bob));
        assert_eq!(tip(&ann), tip(&team.hub));
    });
}

#[test]
fn nothing_else_in_the_repository_changes() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        team.hub.git(["tag", "v1", "main"]);
        team.hub.git(["branch", "other", "main"]);
        let state = |bob: &crate::support::Repo| {
            let refs = bob.git(["for-each-ref", "refs/heads", "refs/tags", "refs/remotes"]);
            (refs, bob.git(["config", "--local", "--list"]), bob.git(["status", "--porcelain"]))
        };
        let before = state(&bob);
        bob.ao(["fetch"]).ok().stdout_has("origin has: 1 session new");
        assert_eq!(tip(&bob), None, "a fetch merges nothing");
        bob.ao(["pull"]).ok();
        bob.ao(["push"]).ok();
        assert_eq!(state(&bob), before);
        assert!(!has(&bob, "FETCH_HEAD"));
        let refs = bob.git(["for-each-ref", "--format=%(refname)", "refs/ao"]);
        assert_eq!(refs, "refs/ao/remotes/origin/sessions\nrefs/ao/sessions\n");
    });
}

#[test]
fn a_dry_run_says_what_would_leave_and_sends_nothing() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let out = ann.ao(["push", "--dry-run"]).ok();
        out.stdout_has(&format!("new       {}  One\n", short(1))).stdout_has(
            "1 session in 1 event would be pushed to origin (refs/ao/sessions), about ",
        );
        assert_eq!(tip(&team.hub), None);
        ann.ao(["push"]).ok();
        edit(&ann, 1, |s| s.status = SessionStatus::Done);
        create(&ann, 2, "Two \x1b[2J");
        let out = ann.ao(["push", "-n"]).ok();
        out.stdout_has(&format!("changed   {}  One: status\n", short(1)))
            .stdout_has(&format!("new       {}  Two \\x1b[2J\n", short(2)))
            .stdout_has("2 sessions in 2 events");
        ann.ao(["push", "-q"]).ok();
        ann.ao(["push", "-n"]).ok().stdout_has("nothing would be pushed to origin");
    });
}

#[test]
fn the_first_push_says_what_it_shares() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let out = ann.ao(["push"]).ok();
        out.stderr_has("hint: the first push to 'origin': 1 session, including tasks")
            .stderr_has("git ao push --dry-run origin");
        edit(&ann, 1, |s| s.add_tag("again"));
        ann.ao(["push"]).ok().stderr_lacks("first push");
    });
}

#[test]
fn what_the_remote_has_decides_what_is_said_to_leave() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        let token = format!("ghp_{}", "a1B2".repeat(9));
        create(&ann, 1, "One");
        edit(&ann, 1, |s| drop(s.context.insert("key", token.as_str())));
        let warning = "'context' contains what looks like a secret: GitHub token";
        ann.ao(["push"]).ok().stderr_has(warning);
        // It has lost what it had, or another one is at its place.
        team.hub.git(["update-ref", "-d", "refs/ao/sessions"]);
        let out = ann.ao(["push"]).ok();
        out.stderr_has("the first push").stderr_has(warning).stdout_has("to origin: 1 session new");
        ann.ao(["push"])
            .ok()
            .stdout_has("everything up-to-date with origin")
            .stderr_lacks("secret");
        let other = Repo::create(ann.env(), "other-hub", Combo::BARE);
        ann.git(["remote", "set-url", "origin", other.dir().to_str().unwrap()]);
        let out = ann.ao(["push"]).ok();
        out.stderr_has("the first push").stderr_has(warning).stdout_has("to origin: 1 session new");
        assert_eq!(tip(&other), tip(&ann));
        other.git(["update-ref", "-d", "refs/ao/sessions"]);
        ann.ao(["sync"]).ok().stderr_has("the first push").stdout_has("to origin: 1 session new");
    });
}

#[test]
fn a_secret_that_was_taken_out_again_leaves_too() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        let token = format!("glpat-{}", "a1B2".repeat(5));
        create(&ann, 1, "One");
        ann.ao(["push"]).ok();
        edit(&ann, 1, |s| drop(s.context.insert("key", token.as_str())));
        edit(&ann, 1, |s| drop(s.context.insert("key", "gone")));
        let warning = "'context' contains what looks like a secret: GitLab token";
        ann.ao(["push", "-n"]).ok().stderr_has(warning);
        ann.ao(["push"]).ok().stderr_has(warning).stderr_lacks(&token);
        edit(&ann, 1, |s| s.add_tag("x"));
        ann.ao(["push"]).ok().stderr_lacks("secret");
    });
}

#[test]
fn branches_of_sessions_go_when_asked_for() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        ann.git(["branch", "ao/work"]);
        create(&ann, 1, "One");
        create(&ann, 2, "Two");
        edit(&ann, 1, |s| s.branch = Some("ao/work".to_owned()));
        edit(&ann, 2, |s| s.branch = Some("ao/gone".to_owned()));
        ann.ao(["push"]).ok().stderr_has("does not have: ao/work");
        assert_eq!(team.hub.git(["branch", "--list", "ao/*"]), "");
        let out = ann.ao(["push", "--branches"]).ok();
        out.stdout_has("to origin: branch ao/work")
            .stderr_has("session branch 'ao/gone' does not exist in this");
        assert_eq!(team.hub.git(["branch", "--list", "ao/*"]).trim(), "ao/work");
    });
}

/// Few branches are looked up by name; with many, all sessions are read.
#[test]
fn branches_that_the_remote_lacks_are_named_however_many_there_are() {
    alone(|| {
        for others in [0, 70] {
            let team = Team::new();
            let ann = team.member("ann");
            for name in ["ao/new", "ao/there", "ao/secret", "ao/old"] {
                ann.git(["branch", name]);
            }
            ann.git(["push", "-q", "origin", "ao/there"]);
            (0..others).for_each(|n| drop(ann.git(["branch", &format!("topic/{n}")])));
            for (n, branch) in [(1, "ao/new"), (2, "ao/there"), (3, "ao/old"), (4, "ao/secret")] {
                create(&ann, n, "One");
                edit(&ann, n, |s| s.branch = Some(branch.to_owned()));
            }
            ann.ao(["set", &id(4).to_string(), "visibility=private"]).ok();
            create(&ann, 5, "Beside the private one");
            edit(&ann, 5, |s| s.branch = Some("ao/secret".to_owned()));
            edit(&ann, 3, |s| s.status = SessionStatus::Done);
            ann.ao(["archive", &id(3).to_string()]).ok();
            ann.ao(["push"]).ok().stderr_has("does not have: ao/new\n");
        }
    });
}

#[test]
fn the_remote_is_chosen_and_never_guessed() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let hub = team.hub.dir().to_str().unwrap();
        ann.git(["remote", "add", "backup", hub]);
        let many =
            "fatal: there are 2 remotes, and none is selected\nhint: name one of backup, origin";
        ann.ao(["push"]).code(128).stderr_has(many);
        ann.ao(["push", "nowhere"]).code(128).stderr_has("no such remote 'nowhere'");
        ann.ao(["push", "--", "--upload-pack=x"]).code(128).stderr_has("no such remote");
        ann.ao(["push", "backup"]).ok().stdout_has("to backup: 1 session new");
        ann.config("ao.remote", "origin");
        ann.ao(["pull"]).ok().stdout_has("up to date with origin");
        ann.git(["remote", "remove", "origin"]);
        ann.git(["remote", "remove", "backup"]);
        ann.git(["config", "--unset", "ao.remote"]);
        ann.ao(["pull"]).code(128).stderr_has("no remote is configured");
    });
}

#[test]
fn a_remote_that_takes_branches_only_keeps_them_in_one() {
    alone(|| {
        let team = Team::new();
        team.hub.config("receive.hideRefs", "refs/ao");
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        let refused = ann.ao(["push"]).code(1);
        refused.stderr_has("'origin' rejected 'refs/ao/sessions'").stderr_has("ao.remoteRef");
        for member in [&ann, &bob] {
            member.config("ao.remoteRef", "refs/heads/ao-sessions");
        }
        ann.ao(["push"]).ok();
        bob.ao(["pull"]).ok().stdout_has("1 session new");
        assert!(team.hub.git(["branch"]).contains("ao-sessions"));
        ann.config("ao.remoteRef", "--force");
        ann.ao(["push"]).code(128).stderr_has("in ao.remoteRef is not a full ref name");
    });
}

#[test]
fn from_a_subfolder_a_linked_worktree_and_a_relative_address() {
    alone(|| {
        let team = Team::new();
        let ann = team.member_at("ann", "../hub.git");
        create(&ann, 1, "One");
        std::fs::create_dir(ann.dir().join("below")).unwrap();
        ann.within("below").ao(["push"]).ok().stdout_has("to origin: 1 session new");
        ann.git(["worktree", "add", "-q", "-b", "linked", "../linked"]);
        edit(&ann, 1, |s| s.add_tag("more"));
        ann.within("../linked").ao(["push"]).ok().stdout_has("to origin: 1 session changed");
        let bare = team.env.path("bare.git");
        let clone = ["clone", "-q", "--mirror", "hub.git", "bare.git"];
        team.env.git(&team.env.root(), clone).run().ok();
        let bare = team.hub.within(bare);
        create(&bare, 2, "Two");
        bare.ao(["sync"]).ok().stdout_has("to origin: 1 session new");
        assert_eq!(tip(&bare), tip(&team.hub));
        // What the manual says of mirror clones.
        bare.git(["config", "--add", "remote.origin.fetch", "^refs/ao/*"]);
        edit(&bare, 2, |s| s.add_tag("not pushed yet"));
        edit(&ann, 1, |s| s.add_tag("pushed"));
        ann.ao(["sync", "-q"]).ok();
        let before = tip(&bare);
        bare.git(["fetch", "-q", "--prune"]);
        assert_eq!(tip(&bare), before);
        bare.ao(["sync"]).ok().stdout_has("from origin: 1 session changed");
    });
}

#[test]
fn progress_is_for_terminals() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok().stderr_is("");
        edit(&ann, 1, |s| s.add_tag("more"));
        ann.ao(["push"]).ok().stderr_lacks("objects");
        edit(&ann, 1, |s| s.add_tag("and more"));
        let program = env!("CARGO_BIN_EXE_git-ao");
        let run =
            |command: String| team.env.run(ann.dir(), "script", ["-qec", &command, "/dev/null"]);
        if !std::path::Path::new("/usr/bin/script").exists() {
            eprintln!("note: there is no 'script' (bsdutils) to make a terminal");
            return;
        }
        run(format!("{program} push")).run().ok().stdout_has("Writing objects: 100%");
        ann.git(["remote", "set-url", "origin", "../nowhere"]);
        let out = run(format!("{program} pull")).run().code(128);
        let out = out.stdout_has("fatal: cannot fetch from 'origin': '");
        out.stdout_lacks("Please make sure");
    });
}

//! A private session that becomes public: what it leads to, and what others did to it.

use git_ao::model::{Fork, SessionId};

use super::nothing_leaves::{contents, team};
use super::{both, create_private, set_visibility};
use crate::support::Repo;
use crate::support::sessions::{id, session, store};
use git_ao::store::Visibility;

fn made(repo: &Repo, args: &[&str]) -> String {
    repo.ao(args).ok().json()["session"]["id"].as_str().unwrap().to_owned()
}

fn spawn(repo: &Repo, args: &[&str]) -> String {
    made(repo, &[&["spawn", "--json", "--no-worktree"], args].concat())
}

#[test]
fn a_public_fork_does_not_lead_to_its_private_parent() {
    let (hub, ann, bob) = team();
    let papa = spawn(&ann, &["--private", "Hushhush"]);
    let kid = made(&ann, &["fork", "--json", "--no-worktree", "--title", "Kid", &papa]);
    ann.ao(["set", &kid, "task=", "branch=main", &format!("spawned_by={papa}")]).ok();
    let field = |name: &str| ann.ao(["show", &kid, "--json"]).ok().json()["session"][name].clone();
    assert_eq!(field("fork")["session"], *papa);
    let commit = field("base")["commit"].clone();

    // The parent's record is gone, but private it was.
    let orphan = made(&ann, &["fork", "--json", "--no-worktree", "--title", "Orphan", &papa]);
    ann.ao(["set", &orphan, "task=", "branch=main"]).ok();
    ann.ao(["set", &kid, "visibility=public"]).ok();
    ann.ao(["delete", "--force", &papa]).ok();
    ann.ao(["set", &orphan, "visibility=public"]).ok();
    assert!(field("fork").is_null() && field("spawned_by").is_null());
    assert!(field("base")["branch"].is_null());
    assert_eq!(field("base")["commit"], commit);

    ann.ao(["push"]).ok().stdout_has("2 sessions new");
    let there = contents(&hub).to_lowercase();
    assert!(there.contains("orphan") && !there.contains("hushhush"), "{there}");
    assert!(!there.contains(&papa));
    bob.ao(["pull"]).ok();
    for more in [&["--oneline"][..], &["-p"], &["--json"], &["--graph"], &[]] {
        bob.ao([&["log", &kid], more].concat()).ok();
    }
    bob.ao(["fork", "--no-worktree", &kid]).ok();
    assert!(contents(&ann).contains(&format!("session: {papa}")), "private history keeps it");
}

#[test]
fn what_leads_to_public_sessions_stays() {
    let repo = Repo::new();
    let open = spawn(&repo, &["Open"]);
    let kid = made(&repo, &["fork", "--json", "--no-worktree", "--private", &open]);
    repo.ao(["set", &kid, &format!("spawned_by={open}")]).ok();
    let record = || {
        let store = both(&repo);
        let snapshot = store.snapshot().unwrap();
        snapshot.session(kid.parse::<SessionId>().unwrap()).unwrap()
    };
    let before = record();
    repo.ao(["set", &kid, "visibility=public"]).ok();
    assert_eq!(record(), before);
    assert_eq!(before.fork.unwrap().session.to_string(), open);
    assert_eq!(before.spawned_by.unwrap().to_string(), open);
}

#[test]
fn the_log_ends_at_a_fork_whose_event_is_not_here() {
    let repo = Repo::new();
    let event = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
    let mut kid = session(1, "Kid");
    kid.fork = Some(Fork::new(id(2)).event(event));
    kid.branch = Some("main".to_owned());
    store(&repo).create(&kid).unwrap();
    let id = id(1).to_string();
    for more in [&["--oneline"][..], &["-p"], &["--json"], &["--graph"], &[]] {
        let out = repo.ao([&["log", &id], more].concat()).ok();
        out.stderr_is("").stdout_has(&id[..8]);
    }
    let fork = made(&repo, &["fork", "--json", "--no-worktree", &id]);
    repo.ao(["log", &fork]).ok().stderr_is("").stdout_has("spawn ").stdout_has("fork ");
}

#[test]
fn what_others_changed_meanwhile_is_not_lost() {
    let (_, ann, bob) = team();
    let it = spawn(&ann, &["--tag", "old", "--title", "Mine", "A task"]);
    let short = &it[..8];
    ann.ao(["push"]).ok();
    bob.ao(["pull"]).ok().stderr_lacks("private");
    ann.ao(["set", &it, "visibility=private", "issue_id=42"]).ok();
    ann.ao(["set", &it, "pr_number=7", "tags+=mine"]).ok();
    bob.ao(["set", &it, "title=Colleague", "tags+=imp", "tags-=old"]).ok();
    bob.ao(["push"]).ok();

    let out = ann.ao(["pull"]).ok();
    out.stderr_has(&format!("session {short} is private here and public on origin"))
        .stderr_has(&format!("to merge the two: git ao set {short} visibility=public"));
    let show = |repo: &Repo| repo.ao(["show", &it, "--json"]).ok().json();
    assert_eq!(show(&ann)["session"]["title"], "Mine");
    ann.ao(["set", &it, "visibility=public", "status_reason=why"]).ok();
    ann.ao(["push"]).ok();
    bob.ao(["pull"]).ok().stderr_lacks("private");
    for repo in [&ann, &bob] {
        let shown = show(repo);
        let session = &shown["session"];
        assert_eq!(session["visibility"], "public");
        assert_eq!(session["title"], "Colleague");
        assert_eq!(session["tags"], serde_json::json!(["imp", "mine"]));
        assert_eq!((&session["pr_number"], &session["issue_id"]), (&7.into(), &"42".into()));
        assert_eq!(session["status_reason"], "why");
    }
    ann.ao(["fsck"]).ok().stdout_is("");
}

#[test]
fn a_twin_with_no_past_in_common_is_merged_too() {
    let repo = Repo::new();
    let mut public = session(1, "Theirs");
    public.tags = vec!["theirs".to_owned()];
    store(&repo).create(&public).unwrap();
    let elsewhere = Repo::new();
    let mut private = session(1, "Ours");
    private.pr_number = Some(7);
    create_private(&elsewhere, &private);
    let from = elsewhere.dir().to_str().unwrap().to_owned();
    repo.git(["fetch", "-q", &from, "refs/ao/private:refs/ao/private"]);

    both(&repo).update(id(1), "set", |s| s.title = "Ours, later".to_owned()).unwrap();
    both(&repo).transaction("set", set_visibility(1, Visibility::Public)).unwrap();
    let merged = store(&repo).snapshot().unwrap().session(id(1)).unwrap();
    assert_eq!(merged.title, "Ours, later");
    assert_eq!((merged.tags, merged.pr_number), (public.tags, Some(7)));
}

//! The verbs on private sessions.

use serde_json::Value;

use super::files;
use crate::support::Repo;
use crate::support::agents::agent;

fn spawn(repo: &Repo, args: &[&str]) -> Value {
    repo.ao(["spawn", "--json", "--private"].iter().chain(args)).ok().json()
}

fn id(session: &Value) -> String {
    session["session"]["id"].as_str().unwrap().to_owned()
}

fn has_no_store(repo: &Repo) -> bool {
    repo.git(["for-each-ref", "refs/ao/sessions"]).is_empty()
}

#[test]
fn it_is_listed_shown_and_changed_like_any_other() {
    let repo = Repo::new();
    let made = spawn(&repo, &["Fix it", "--issue", "42"]);
    let id = id(&made);
    let short = &id[..8];
    assert_eq!(made["visibility"], "private");
    assert!(has_no_store(&repo));
    assert!(files(&repo, "refs/ao/private").contains(&id));

    repo.ao(["list"]).ok().stdout_has(short).stdout_has("idle (private)");
    let json = repo.ao(["list", "--json"]).ok().json();
    assert_eq!(json["sessions"][0]["visibility"], "private");
    repo.ao(["list", "--porcelain"]).ok().stdout_has("Fix it\tprivate\n");
    repo.ao(["status"]).ok().stdout_has("idle (private)");
    repo.ao(["show", "latest"]).ok().stdout_has(&format!("session {id} (private)\n"));
    let there = repo.within(made["workspace"].as_str().unwrap());
    let shown = there.ao(["show", "@", "--json"]).ok().json();
    assert_eq!(shown["session"]["visibility"], "private");
    repo.ao(["log", short]).ok().stdout_has("spawn ");
    repo.ao(["log", "--oneline"]).ok().stdout_has("Fix it");
    repo.ao(["log", "--graph"]).ok().stdout_has("Fix it");
    repo.ao(["spawn", "Again", "--issue", "42"]).code(1).stderr_has("42");

    repo.ao(["set", short, "tags+=ci"]).ok();
    repo.ao(["kill", short]).ok().stdout_has("-> killed");
    agent(&repo, "mine", "exit 0");
    repo.ao(["restore", short, "--agent", "mine", "--runtime", "foreground"]).ok();
    repo.ao(["list"]).ok().stdout_has("done (private)");
    repo.ao(["archive", short]).ok();
    repo.ao(["list", "--archived"]).ok().stdout_has("(archived, private)");
    repo.ao(["unarchive", short]).ok();
    repo.ao(["fsck"]).ok().stdout_is("");
    let hint = repo.ao(["delete", short]).ok();
    hint.stderr_has(&format!("git ao log {short}"));
    repo.ao(["log", short]).ok().stdout_has("delete ");
    repo.ao(["list"]).ok().stdout_lacks(short);
    assert!(has_no_store(&repo));
}

#[test]
fn the_hook_writes_down_a_private_sessions_branch() {
    let repo = Repo::new();
    repo.ao(["hooks", "install", "--file", "post-checkout", "post-commit"]).ok();
    let made = spawn(&repo, &["Fix it"]);
    let there = repo.within(made["workspace"].as_str().unwrap());
    there.git(["switch", "-q", "-c", "other"]);
    let shown = repo.ao(["show", "latest", "--json"]).ok().json();
    assert_eq!(shown["session"]["branch"], "other");
    let commit = there.commit("work", "done");
    let shown = repo.ao(["show", "latest", "--json"]).ok().json();
    assert_eq!(shown["session"]["head"], *commit);
    assert!(has_no_store(&repo));
}

#[test]
fn a_fork_is_as_private_as_its_parent_at_least() {
    let repo = Repo::new();
    let secret = spawn(&repo, &["Secret"]);
    let open = repo.ao(["spawn", "--json", "Open"]).ok().json();
    assert_eq!(open["visibility"], "public");
    let fork = |of: &Value, more: &[&str]| {
        repo.ao(["fork", "--json", &id(of)].iter().chain(more)).ok().json()
    };
    assert_eq!(fork(&secret, &[])["visibility"], "private");
    assert_eq!(fork(&open, &[])["visibility"], "public");
    let hidden = fork(&open, &["--private"]);
    assert_eq!(hidden["visibility"], "private");
    repo.ao(["show", &id(&hidden)]).ok().stdout_has("(Open)");
    let public = files(&repo, "refs/ao/sessions");
    assert!(!public.contains(&id(&secret)) && !public.contains(&id(&hidden)));
}

#[test]
fn one_verb_makes_it_public_and_private_again() {
    let repo = Repo::new();
    let made = spawn(&repo, &["Fix it", "--tag", "t"]);
    let id = id(&made);
    let set = |change: &str| repo.ao(["set", &id, change]);
    set("visibility=public").ok().stdout_has("visibility: public");
    let out = set("visibility=public").ok();
    out.stderr_has("already has these values");
    let shown = repo.ao(["show", &id, "--json"]).ok().json();
    assert_eq!(shown["session"]["visibility"], "public");
    assert_eq!(shown["session"]["tags"][0], "t");
    assert!(!files(&repo, "refs/ao/private").contains(&id));
    repo.ao(["log", &id, "--oneline"]).ok().stdout_has("spawn ");

    // A fork after that leads to what is public, and to nothing before it.
    repo.ao(["fork", &id]).ok();
    let private = repo.git(["rev-list", "refs/ao/private"]);
    let public = repo.git(["rev-list", "refs/ao/sessions"]);
    assert!(private.lines().all(|event| !public.contains(event)));

    repo.ao(["set", &id, "visibility=private", "title=Secret"]).ok();
    assert!(!files(&repo, "refs/ao/sessions").contains(&id));
    repo.ao(["show", &id]).ok().stdout_has("(private)").stdout_has("Secret");
    set("visibility=secret").code(1).stderr_has("public and private");
}

//! Sessions in their worktrees, and putting away.

use serde_json::Value;

use crate::support::Repo;

fn spawn(repo: &Repo, title: &str) -> (String, Repo) {
    let made = repo.ao(["spawn", "--no-agent", "--json", title]).ok().json();
    let id = made["session"]["id"].as_str().unwrap().to_owned();
    (id, repo.within(made["workspace"].as_str().unwrap()))
}

fn ids(repo: &Repo, args: &[&str]) -> Vec<String> {
    let all: Value = repo.ao(args).ok().json();
    let ids = all["sessions"].as_array().unwrap().iter();
    ids.map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}

/// claw-code: sessions of one worktree do not show in another.
#[test]
fn here_narrows_to_one_worktree() {
    let repo = Repo::new();
    let (one, there) = spawn(&repo, "one");
    let (two, elsewhere) = spawn(&repo, "two");
    for verb in ["list", "status"] {
        let here = [verb, "--here", "--json"];
        assert_eq!(ids(&there, &here), *std::slice::from_ref(&one));
        assert_eq!(ids(&elsewhere, &here), *std::slice::from_ref(&two));
        assert_eq!(ids(&repo, &here), [""; 0]);
        assert_eq!(ids(&there, &[verb, "--json"]).len(), 2);
    }
    there.write("folder/file", "");
    assert_eq!(ids(&there.within("folder"), &["status", "--here", "--json"]), [one]);
}

/// astrid_runtime: cleanup of old sessions, with a count.
#[test]
fn cleanup_puts_old_sessions_into_the_archive() {
    let repo = Repo::new();
    for title in ["one", "two", "three"] {
        spawn(&repo, title);
    }
    repo.ao(["complete", &ids(&repo, &["list", "--json"])[0]]).ok();
    repo.ao(["complete", &ids(&repo, &["list", "--json", "--status", "idle"])[0]]).ok();
    let later = i64::MAX / 2_000_000;
    let clean = ["cleanup", "--older-than", "30d", "--json"];
    let cleaned = repo.ao_run(clean).at(later).run().ok().json();
    assert_eq!(cleaned["sessions"].as_array().unwrap().len(), 2, "{cleaned}");
    assert_eq!(ids(&repo, &["list", "--json", "--archived"]).len(), 2);
    assert_eq!(ids(&repo, &["list", "--json"]).len(), 1);
    let again = repo.ao_run(clean).at(later).run().ok().json();
    assert_eq!(again["sessions"], serde_json::json!([]));
}

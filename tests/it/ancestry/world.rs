use serde_json::Value;

use crate::support::Repo;
use crate::why::world::{Work, tip};

/// What `blame` names for each line of a file: the sessions, separated by spaces.
#[track_caller]
pub fn blamed(repo: &Repo, file: &str) -> Vec<String> {
    let said = repo.ao(["blame", "--json", "--", file]).ok().json();
    let sessions = |line: &Value| {
        let found = line["found"].as_array().unwrap().iter();
        found.map(|one| one["session"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    said["blame"]["lines"].as_array().unwrap().iter().map(sessions).collect()
}

/// What `status` says of branches and their base: whether they are merged, and how far they are ahead
/// and behind, as git counts it.
#[track_caller]
pub fn standings(repo: &Repo, works: &[&Work]) -> Vec<(bool, [u64; 2])> {
    let said = repo.ao(["status", "--all", "--json"]).ok().json();
    let sessions = said["sessions"].as_array().unwrap();
    let standing = |work: &&Work| {
        let session = sessions.iter().find(|it| it["id"] == work.id.as_str()).unwrap();
        let base = &session["live"]["base"];
        let counted = ["ahead", "behind"].map(|side| base[side].as_u64().unwrap());
        let both = format!("{}...main", work.branch);
        let gits = repo.git(["rev-list", "--left-right", "--count", &both]);
        let gits: Vec<u64> = gits.split_whitespace().map(|it| it.parse().unwrap()).collect();
        assert_eq!(counted, gits[..], "{}", work.branch);
        (base["merged"].as_bool().unwrap(), counted)
    };
    works.iter().map(standing).collect()
}

/// The sessions that `land --check` names, each with what would happen.
#[track_caller]
pub fn outlooks(repo: &Repo) -> Vec<(String, String)> {
    let said = repo.ao(["land", "--check", "--json"]).ok().json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sessions = said["sessions"].as_array().unwrap().iter();
    let mut all: Vec<_> = sessions.map(|it| (text(&it["id"]), text(&it["result"]))).collect();
    all.sort();
    all
}

/// The commits that `log --commits` names for a session, newest first.
#[track_caller]
pub fn commits(repo: &Repo, work: &Work) -> Vec<String> {
    let said = repo.ao(["log", "--commits", "--op=commit", "--json", &work.id]).ok().json();
    let events = said["events"].as_array().unwrap().iter();
    events.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// Asserts that `diff` shows the same as git between two revisions.
#[track_caller]
pub fn differs(repo: &Repo, work: &Work, from: &str) {
    let gits = repo.git(["diff", from, &work.branch]);
    assert!(!gits.is_empty());
    repo.ao(["diff", "--committed", &work.id]).ok().stdout_is(&gits);
}

/// Asserts that `cleanup --branches` removes the branches of these sessions, and no other one.
#[track_caller]
pub fn cleans_up(repo: &Repo, all: &[&Work], gone: &[&Work]) {
    for work in all {
        repo.ao(["complete", &work.id]).ok();
    }
    let tips: Vec<_> = all.iter().map(|work| tip(repo, &work.branch)).collect();
    repo.ao(["cleanup", "--branches"]);
    for (work, tip) in all.iter().zip(tips) {
        let name = format!("refs/heads/{}", work.branch);
        let found = repo.git(["for-each-ref", "--format=%(objectname)", &name]);
        let is_gone = gone.iter().any(|one| one.id == work.id);
        assert_eq!(found.trim(), if is_gone { "" } else { &tip }, "{}", work.branch);
    }
}

/// Asserts that a squash puts the work on the main branch as one commit, and nothing else.
#[track_caller]
pub fn squashes(repo: &Repo, work: &Work, from: &str) {
    let (before, patch) = (tip(repo, "main"), repo.git(["diff", from, &work.branch]));
    repo.ao(["land", "--squash", &work.id]).ok();
    assert_eq!(repo.git(["rev-parse", "main^@"]).trim(), before);
    let ids = |patch: &str| {
        let git = repo.env().git(repo.dir(), ["patch-id", "--verbatim"]).input(patch);
        git.run().ok().stdout.split(' ').next().map(str::to_owned)
    };
    assert_eq!(ids(&repo.git(["diff", "main^", "main"])), ids(&patch));
}

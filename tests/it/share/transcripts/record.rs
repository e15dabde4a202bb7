//! What the record says of shared transcripts, and what other clones make of it.

use git_ao::model::{CapturedTranscripts, Session};
use git_ao::store::{Shelf, Store};
use serde_json::Value;

use super::{ann, capture, fetched, refs, said, transcripts};
use crate::share::{Team, create, edit, read, short};
use crate::support::Repo;
use crate::support::sessions::{id, store};

fn facts(repo: &Repo, of: &Store) -> CapturedTranscripts {
    read(repo, 1).transcripts[&of.replica().unwrap()].clone()
}

fn json(repo: &Repo, args: &[&str]) -> Value {
    serde_json::from_str(&repo.ao(args).ok().stdout).unwrap()
}

#[test]
fn it_says_what_is_shared_and_what_was_withdrawn() {
    let team = Team::new();
    let (ann, ben) = (ann(&team), team.member("ben"));
    let before = read(&ann, 1);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    ben.ao(["pull"]).ok();
    let shared = facts(&ben, &store(&ann)).shared_now().cloned().unwrap();
    let name = refs(&team.hub).split_whitespace().next().unwrap().to_owned();
    let tree = team.hub.git(["rev-parse", &format!("{name}^{{tree}}")]);
    assert_eq!(shared.tree.unwrap().as_str(), tree.trim());
    assert_eq!((shared.lines, shared.rules.as_deref()), (1, Some("1")));
    assert!(shared.bytes > 0 && shared.at.is_some());
    let after = read(&ben, 1);
    assert_eq!(after.updated_at, before.updated_at, "it is no update");
    assert!(before.differs_in_facts_alone(&after));
    ann.ao(["log", "-n1", &short(1), "--json"]).ok().stdout_has("\"automatic\":true");

    // All of it shows before anything is fetched.
    let listed = json(&ben, &["list", "--json"]);
    let replica = store(&ann).replica().unwrap();
    let there = &listed["sessions"][0]["transcripts"][&replica]["shared"];
    assert_eq!(there["tree"], tree.trim());
    let hint = format!("git ao transcript fetch {}", short(1));
    ben.ao(["show", &short(1)]).ok().stdout_has("shared by").stdout_has(&hint);
    ben.ao(["transcript", &short(1)]).code(1).stderr_has(&hint);
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    ben.ao(["show", &short(1)]).ok().stdout_has("shared by").stdout_lacks(&hint);
    ben.ao(["transcript", &short(1)]).ok().stdout_has("[REDACTED:github-token]");

    ann.ao(["transcript", "unshare", &short(1)]).ok();
    ann.ao(["push"]).ok();
    ben.ao(["pull"]).ok();
    let facts = facts(&ben, &store(&ann));
    assert!(facts.withdrawn.is_some() && facts.shared.is_none());
    ben.ao(["show", &short(1)]).ok().stdout_lacks("shared by");
    assert_eq!(read(&ben, 1).updated_at, before.updated_at);
    assert_eq!(fetched(&ben, id(1)).len(), 1, "a copy stays");

    // Shared again, it is not withdrawn any more.
    ann.ao(["push", "--transcript", &short(1)]).ok();
    assert!(self::facts(&ann, &store(&ann)).shared_now().is_some());
}

#[test]
fn the_tree_that_the_record_names_is_fetched() {
    let team = Team::new();
    let (ann, ben) = (ann(&team), team.member("ben"));
    ann.ao(["push", "--transcript", &short(1)]).ok();
    ben.ao(["pull"]).ok();
    // Only its id leads to it.
    let name = refs(&team.hub).split_whitespace().next().unwrap().to_owned();
    let tip = team.hub.git(["rev-parse", &name]);
    team.hub.git(["update-ref", "refs/heads/elsewhere", tip.trim()]);
    team.hub.git(["update-ref", "-d", &name]);
    ben.config("protocol.version", "0");
    ben.ao(["transcript", "fetch", &short(1)]).code(1).stderr_has("has no transcripts");
    ben.config("protocol.version", "2");
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    assert_eq!(fetched(&ben, id(1)).len(), 1);
    // What is here already is not fetched again, nor is the remote asked.
    ben.git(["remote", "set-url", "origin", "/nowhere"]);
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    ben.ao(["doctor"]).stdout_lacks("transcript store is damaged");
}

#[test]
fn a_record_cannot_name_where_it_is_put() {
    let team = Team::new();
    let (ann, ben) = (ann(&team), team.member("ben"));
    ann.ao(["push", "--transcript", &short(1)]).ok();
    ben.ao(["pull"]).ok();
    edit(&ben, 1, |session: &mut Session| {
        let facts = session.transcripts.values().next().unwrap().clone();
        for name in ["../../heads/main", "a/b", "-x", "a b", "x:refs/heads/y", "*"] {
            session.transcripts.insert(name.to_owned(), facts.clone());
        }
    });
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    let found = transcripts(&ben).fetched(id(1)).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, store(&ann).replica().unwrap());
}

#[test]
fn somebody_else_withdraws_it() {
    let team = Team::new();
    let (ann, ben) = (ann(&team), team.member("ben"));
    ann.ao(["push", "--transcript", &short(1)]).ok();
    ben.ao(["pull"]).ok();
    let replica = store(&ann).replica().unwrap();
    let (short, by) = (short(1), format!("--replica={replica}"));
    ben.ao(["transcript", "unshare", "--replica=nobody", &short]).code(1).stderr_has("'nobody'");
    ben.ao(["transcript", "unshare", &by, &short]).ok();
    ben.ao(["push"]).ok();
    assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
    // It wins over what is shared at the same time.
    capture(&ann, 1, &(said("first") + &said("second")));
    ann.ao(["push"]).ok().stdout_has("withdrawn in another clone");
    assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
    assert!(facts(&ann, &store(&ann)).shared_now().is_none());
    ann.ao(["push"]).ok().stdout_lacks("transcripts of");
    // Until a person shares it again.
    ann.ao(["push", "--transcript", &short]).ok().stdout_has("transcripts of");
    assert!(refs(&team.hub).contains("refs/ao/transcripts"));
    ben.ao(["pull"]).ok();
    assert!(facts(&ben, &store(&ann)).shared_now().is_some());
}

#[test]
fn nothing_is_recorded_twice() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let events = |repo: &Repo| repo.ao(["log", "--oneline"]).ok().stdout.lines().count();
    let before = events(&ann);
    ann.ao(["push"]).ok();
    ann.ao(["sync"]).ok();
    assert_eq!(events(&ann), before);
    create(&ann, 2, "Two");
    capture(&ann, 1, &(said("first") + &said("second")));
    ann.ao(["sync"]).ok().stdout_has("transcripts of");
    assert_eq!(events(&ann), before + 2);
}

#[test]
fn the_record_of_an_archived_session_says_it_too() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["archive", &short(1)]).ok();
    let read = || {
        let snapshot = store(&ann);
        let snapshot = snapshot.snapshot().unwrap();
        let mut all = snapshot.list(Shelf::Archived).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0).session.unwrap()
    };
    let before = read();
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let replica = store(&ann).replica().unwrap();
    let after = read();
    assert!(after.transcripts[&replica].shared_now().is_some());
    assert!(before.differs_in_facts_alone(&after) && before.updated_at == after.updated_at);
    let count = ann.git(["rev-list", "--count", "refs/ao/sessions"]);
    ann.ao(["push"]).ok();
    assert_eq!(ann.git(["rev-list", "--count", "refs/ao/sessions"]), count, "it is said once");
    ann.ao(["transcript", "unshare", &short(1)]).ok();
    let facts = &read().transcripts[&replica];
    assert!(facts.withdrawn.is_some() && facts.shared.is_none());
    ann.ao(["fsck"]).ok();
}

//! Stores that were begun apart.

use super::{Team, create, edit, read, tip};
use crate::support::{Combo, Repo, alone};

#[test]
fn they_are_merged_only_when_somebody_says_so() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        create(&bob, 2, "Two");
        let before = (tip(&bob), tip(&team.hub));
        for verb in [&["pull"][..], &["push"], &["push", "--dry-run"], &["sync"]] {
            let out = bob.ao(verb).code(128).stderr_has("have no event in common");
            out.stderr_has("hint: to merge them, now and later: git ao pull --allow-unrelated");
        }
        assert_eq!((tip(&bob), tip(&team.hub)), before);
        bob.ao(["pull", "--allow-unrelated", "origin"]).ok().stdout_has("1 session new");
        assert_eq!(bob.git(["config", "--local", "remote.origin.aoAllowUnrelated"]), "true\n");
        bob.ao(["push"]).ok();
        ann.ao(["pull"]).ok();
        assert_eq!(tip(&ann), tip(&bob));
    });
}

#[test]
fn it_is_remembered_for_that_remote_alone() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        let other = Repo::create(ann.env(), "wrong-hub", Combo::BARE);
        create(&ann, 1, "One");
        create(&bob, 2, "Two");
        bob.ao(["push", "--allow-unrelated", "-q"]).ok();
        create(&other, 3, "Three");
        bob.git(["remote", "add", "wrong", other.dir().to_str().unwrap()]);
        bob.ao(["pull", "wrong"]).code(128).stderr_has("git remote get-url wrong");
        // Its own has another history now, and it was said that this may be.
        ann.git(["push", "-q", "-f", "origin", "refs/ao/sessions"]);
        bob.ao(["sync", "origin"]).ok().stdout_has("from origin: 1 session new");
        assert_eq!(read(&bob, 1).title, "One");
    });
}

#[test]
fn a_first_contact_and_a_shared_history_need_no_word() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        bob.ao(["sync"]).ok();
        edit(&ann, 1, |s| s.add_tag("a"));
        edit(&bob, 1, |s| s.add_tag("b"));
        ann.ao(["sync"]).ok();
        bob.ao(["sync"]).ok();
        // A remote that has nothing yet is no merge.
        let empty = Repo::create(ann.env(), "empty-hub", Combo::BARE);
        bob.git(["remote", "add", "empty", empty.dir().to_str().unwrap()]);
        bob.ao(["push", "empty"]).ok();
        assert_eq!(tip(&empty), tip(&bob));
    });
}

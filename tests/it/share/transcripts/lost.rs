//! Shares whose traces in the clone were lost.

use std::fs;

use super::{all_objects, ann, capture, refs, said, token, transcripts};
use crate::share::{Team, short};
use crate::support::Repo;
use crate::support::sessions::{id, store};

fn lose(repo: &Repo) {
    fs::remove_dir_all(repo.common_dir().join("ao/transcripts.git")).unwrap();
}

#[test]
fn a_lost_store_can_withdraw() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    lose(&ann);
    ann.ao(["transcript", "unshare", &short(1)]).ok();
    assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
    ann.ao(["transcript", "unshare", &short(1)]).code(1).stderr_has("shares no transcripts");
    for change in [&["set", "visibility=private"][..], &["delete", "--force"]] {
        capture(&ann, 1, &said("again"));
        ann.ao(["push", "--transcript", &short(1)]).ok();
        assert!(refs(&team.hub).contains("refs/ao/transcripts"));
        lose(&ann);
        let short = short(1);
        let args = [&change[..1], &[&short], &change[1..]].concat();
        ann.ao(args).ok().stdout_has("withdrew");
        assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
        if change[0] == "set" {
            ann.ao(["set", &short, "visibility=public"]).ok();
        }
    }
}

#[test]
fn a_lost_store_replaces_its_share() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    lose(&ann);
    // It stays shared, although there is nothing to send.
    ann.ao(["push"]).ok().stdout_lacks("transcripts of");
    let before = refs(&team.hub);
    capture(&ann, 1, &(said("first") + &said(&token())));
    ann.ao(["push"]).ok().stdout_has("transcripts of").stdout_has("2 lines");
    let now = refs(&team.hub);
    assert_ne!(now, before);
    assert_eq!(now.lines().count(), before.lines().count());
    assert!(!all_objects(&team.hub).contains(&token()));
    // Something that this clone has never sent stays.
    lose(&ann);
    capture(&ann, 1, &said("x"));
    let replica = store(&ann).replica().unwrap();
    store(&ann).update(id(1), "set", |session| drop(session.transcripts.remove(&replica))).unwrap();
    ann.ao(["push", "--transcript", &short(1)]).code(1).stderr_has("stale info");
    assert_eq!(refs(&team.hub), now);
}

#[test]
fn a_push_of_which_nobody_knows_how_it_ended() {
    let team = Team::new();
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let git = |args: &[&str]| {
        let folder = transcripts(&ann).repository().common_dir().display().to_string();
        ann.git([&["--git-dir", &folder], args].concat())
    };
    // As if the process had been killed after the remote has taken it.
    let sent = git(&["for-each-ref", "--format=%(refname)", "refs/ao/shared"]);
    let pending = sent.trim().replace("/shared/", "/sharing/");
    git(&["update-ref", &pending, sent.trim()]);
    git(&["update-ref", "-d", sent.trim()]);
    capture(&ann, 1, &(said("first") + &said("second")));
    ann.ao(["push"]).ok().stdout_has("2 lines");
    assert!(git(&["for-each-ref", "refs/ao/sharing"]).is_empty());
}

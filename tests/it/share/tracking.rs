//! What a clone remembers of a remote is only a cache.

use std::fs;

use super::{Team, create, edit, has, read, tip};
use crate::support::sessions::assert_whole;
use crate::support::{Combo, Refs, alone, race};

#[test]
fn a_damaged_one_is_renewed() {
    alone(|| {
        let team = Team::with(Combo { refs: Refs::Files, ..Combo::PLAIN });
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        bob.ao(["pull", "-q"]).ok();
        let file = bob.common_dir().join("refs/ao/remotes/origin/sessions");
        let missing = format!("{}\n", "1".repeat(40));
        for (n, bytes) in
            ["garbage\n", "", &missing, "ref: refs/heads/nothing\n"].iter().enumerate()
        {
            for verb in ["fetch", "pull", "push", "sync"] {
                edit(&bob, 1, |s| s.add_tag(&format!("{n}-{verb}")));
                fs::write(&file, bytes).unwrap();
                bob.ao([verb]).ok();
            }
        }
        bob.ao(["push", "-q"]).ok();
        assert_eq!(tip(&bob), tip(&team.hub));
        assert!(has(&bob, "refs/ao/remotes/origin/sessions"));
    });
}

#[test]
fn many_pulls_at_once_in_one_clone_all_succeed() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        bob.ao(["pull", "-q"]).ok();
        for round in 0..2 {
            edit(&ann, 1, |s| s.add_tag(&format!("{round}")));
            ann.ao(["push", "-q"]).ok();
            for out in race(24, |_| bob.ao_run(["pull"])) {
                out.ok();
            }
            assert_eq!(tip(&bob), tip(&ann));
        }
        assert_eq!(read(&bob, 1).tags.len(), 2);
        assert_whole(&bob);
    });
}

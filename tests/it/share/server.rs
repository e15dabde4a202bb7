//! The hook for servers in `hooks/update`, with real pushes.

use std::path::Path;

use super::{Team, create, edit, tip};
use crate::support::sessions::{path, plant};
use crate::support::{Repo, alone};

/// Installs the hook, with the binary under test in its PATH.
pub fn guard(hub: &Repo) {
    let binary = Path::new(env!("CARGO_BIN_EXE_git-ao")).parent().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/update");
    let run = format!("PATH='{}':$PATH exec '{}' \"$@\"", binary.display(), script.display());
    hub.hook("update", &run);
}

#[test]
fn sound_pushes_get_in() {
    alone(|| {
        let team = Team::new();
        guard(&team.hub);
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push"]).ok();
        bob.ao(["pull"]).ok();
        create(&bob, 2, "Two");
        bob.ao(["push"]).ok();
        assert_eq!(tip(&bob), tip(&team.hub));
        ann.commit("code", "is none of its business\n");
        ann.git(["push", "-q", "origin", "main"]);
    });
}

#[test]
fn forced_pushes_deletions_and_broken_stores_do_not() {
    alone(|| {
        let team = Team::new();
        guard(&team.hub);
        let (ann, eve) = (team.member("ann"), team.member("eve"));
        create(&ann, 1, "One");
        ann.ao(["push"]).ok();
        let before = tip(&team.hub);
        let push = |args: &[&str]| eve.git_result([&["push", "origin"], args].concat()).code(1);

        create(&eve, 2, "Two");
        push(&["--force", "refs/ao/sessions"]).stderr_has("would throw away what others");
        push(&[":refs/ao/sessions"]).stderr_has("the sessions cannot be deleted");
        eve.ao(["pull", "--allow-unrelated"]).ok();
        edit(&eve, 2, |s| s.add_tag("good"));
        plant(&eve, &[("100644", &path(3), b"\tno yaml")]);
        let out = push(&["refs/ao/sessions"]).stderr_has("something wrong with these sessions");
        out.stderr_has(&format!("{}: not valid YAML", path(3)));
        eve.ao(["push"]).code(1).stderr_has("hook declined");
        plant(&eve, &[("100644", "version", b"2\n")]);
        push(&["refs/ao/sessions"]).stderr_has("format version 2");
        assert_eq!(tip(&team.hub), before);
    });
}

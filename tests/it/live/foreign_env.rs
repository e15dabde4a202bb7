//! What the environment says of a session is not believed where it names none, or another one.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use git_ao::model::SessionStatus;

use super::world::World;

const NOBODY: &str = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

fn values(world: &World) -> Vec<OsString> {
    let [live, ended, archived] =
        ["one", "two", "three"].map(|title| world.spawn(&["--no-agent", "--force", title]));
    world.set_status(&ended, &SessionStatus::Done);
    world.set_status(&archived, &SessionStatus::Done);
    world.repo.ao(["archive", &archived]).ok();
    let mut values: Vec<OsString> =
        ["", "x", "../../etc/passwd", "*", NOBODY, &live[..8]].map(OsString::from).to_vec();
    values.push(OsString::from_vec(b"\xff\x1b[31m".to_vec()));
    values.extend([live, ended, archived].map(OsString::from));
    values
}

#[test]
fn no_verb_acts_on_the_session_that_it_names() {
    let world = World::new();
    let values = values(&world);
    let known: Vec<_> = values[values.len() - 3..].iter().filter_map(|id| id.to_str()).collect();
    let records = || known.iter().map(|id| world.session(id)).collect::<Vec<_>>();
    let before = records();
    for value in &values {
        let ao = |args: &[&str]| {
            let run = world.repo.ao_run(args.to_vec()).env("AO_SESSION_ID", value);
            run.env("AO_SESSION_BRANCH", value).env("AO_SESSION_CLONE", value).run()
        };
        for verb in [
            &["status"][..],
            &["list"],
            &["show"],
            &["log"],
            &["reconcile"],
            &["cleanup", "--dry-run"],
        ] {
            ao(verb).ok().stderr_lacks("panicked");
        }
        let events = world.events();
        for verb in ["kill", "complete", "pause", "archive", "delete", "restore", "send"] {
            let out = ao(&[verb]);
            assert!(out.status != 0 && !out.stderr.contains("panicked"), "{value:?}: {out}");
        }
        for (hook, args) in [
            ("post-commit", &[][..]),
            ("prepare-commit-msg", &["none", "message"]),
            ("post-checkout", &[NOBODY, NOBODY, "1"]),
        ] {
            let args: Vec<_> = ["hook", hook].iter().chain(args).copied().collect();
            ao(&args).stderr_lacks("panicked");
        }
        assert_eq!(world.events(), events, "{value:?}");
        let made = ao(&["spawn", "--no-agent", "--force", "--json", "x"]).ok().json();
        let by = &made["session"]["spawned_by"];
        match value.to_str().filter(|id| known.contains(id)) {
            Some(id) => assert_eq!(by, id),
            None => assert!(by.is_null(), "{value:?}: {made}"),
        }
    }
    assert_eq!(records(), before);
}

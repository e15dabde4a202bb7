//! Pushes that a remote does not take: why is said, and at once.

use std::fs;
use std::io::{Read, Write};

use super::{Team, create, edit, tip};
use crate::support::sessions::{path, plant};
use crate::support::{Combo, Refs, Repo, Server, alone, write_script};

#[test]
fn a_remote_that_cannot_write_its_ref_does_not_keep_moving() {
    alone(|| {
        let team = Team::with(Combo { refs: Refs::Files, ..Combo::PLAIN });
        let ann = team.member("ann");
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        edit(&ann, 1, |s| s.add_tag("more"));
        let lock = team.hub.common_dir().join("refs/ao/sessions.lock");
        fs::write(&lock, "").unwrap();
        let out = ann.ao(["push"]).code(1).stderr_has("'origin' rejected 'refs/ao/sessions'");
        out.stderr_has("remote: error: cannot lock ref").stderr_lacks("kept changing");
        fs::remove_file(lock).unwrap();
        ann.ao(["push"]).ok();
        assert_eq!(tip(&ann), tip(&team.hub));
    });
}

/// As when another push, or the maintenance of the remote, makes or removes the same folder.
#[test]
fn a_remote_that_could_not_store_the_objects_once_is_asked_again() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let script = ann.env().path("receive");
        let body = "cd \"$1\" || exit\n\
             test -e tried && exec git receive-pack .\n\
             : >tried\n\
             for a in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do\n\
             for b in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do test -e objects/$a$b || : >objects/$a$b; done; done\n\
             git receive-pack .; code=$?\n\
             find objects -size 0 -name '??' -type f -exec rm {} +\n\
             exit $code";
        write_script(&script, body);
        ann.config("remote.origin.receivepack", script.to_str().unwrap());
        ann.ao(["push"]).ok().stderr_lacks("unable to migrate");
        assert!(team.hub.dir().join("tried").exists());
        assert_eq!(tip(&ann), tip(&team.hub));
    });
}

#[test]
fn of_two_addresses_to_push_to_one_has_diverged() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        let other = Repo::create(ann.env(), "other-hub", Combo::BARE);
        create(&other, 2, "Elsewhere");
        create(&ann, 1, "One");
        let urls = [team.hub.dir(), other.dir()].map(|dir| dir.display().to_string());
        for url in &urls {
            ann.git(["remote", "set-url", "--add", "--push", "origin", url]);
        }
        let out = ann.ao(["push"]).code(1).stderr_has("has different sessions at '");
        let out = out.stderr_has("other-hub").stderr_lacks("nothing was pushed");
        out.stderr_has("hint: to see its push URLs");
        assert_eq!(tip(&team.hub), tip(&ann));
    });
}

#[test]
fn a_host_that_declines_the_ref_leads_to_another_one() {
    alone(|| {
        let team = Team::new();
        let decline =
            "case $1 in refs/heads/*) ;; *) echo 'GL-1: only branches' >&2; exit 1;; esac";
        team.hub.hook("update", decline);
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let out = ann.ao(["push"]).code(1).stderr_has("hook declined");
        out.stderr_has("git config ao.remoteRef refs/heads/ao-sessions")
            .stderr_has("remote: GL-1: only branches");
        ann.config("ao.remoteRef", "refs/heads/ao-sessions");
        ann.ao(["push"]).ok();
    });
}

#[test]
fn a_dry_run_does_not_promise_what_a_newer_store_will_refuse() {
    alone(|| {
        let team = Team::new();
        let (ann, eve) = (team.member("ann"), team.member("eve"));
        create(&ann, 1, "One");
        plant(&eve, &[("100644", "version", b"2\n")]);
        eve.git(["push", "-q", "origin", "refs/ao/sessions"]);
        let out = ann.ao(["push", "--dry-run"]).code(128).stderr_has("format version 2");
        out.stderr_has("hint: update git ao");
    });
}

#[test]
fn one_damaged_blob_is_named() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        create(&ann, 2, "Two");
        let blob = ann.git(["rev-parse", &format!("refs/ao/sessions:{}", path(1))]);
        let (folder, file) = blob.trim().split_at(2);
        let object = ann.common_dir().join("objects").join(folder).join(file);
        let whole = fs::read(&object).unwrap();
        let spoil = |bytes: Option<&[u8]>| {
            fs::remove_file(&object).unwrap();
            if let Some(bytes) = bytes {
                fs::write(&object, bytes).unwrap();
            }
        };
        for bytes in [Some(&b"garbage"[..]), Some(b"")] {
            spoil(bytes);
            ann.ao(["push"]).code(128).stderr_has(&format!("'{}' is damaged", path(1)));
        }
        spoil(None);
        ann.ao(["push"]).code(128).stderr_has(&format!("'{}' is damaged", path(1)));
        fs::write(&object, whole).unwrap();
        ann.ao(["push"]).ok();
    });
}

#[test]
fn a_remote_that_answers_half_a_line_and_hangs_up() {
    alone(|| {
        let team = Team::new();
        for answer in [&b""[..], b"00", b"003", b"0044 half"] {
            let server = Server::start(move |mut stream| {
                let mut request = [0; 256];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(answer);
            });
            let name = format!("ann-{}", answer.len());
            let url = format!("git://127.0.0.1:{}/hub.git", server.port());
            let ann = team.member_at(&name, &url);
            create(&ann, 1, "One");
            let before = tip(&ann);
            ann.ao(["pull"]).code(128).stderr_has("fatal: cannot fetch from 'origin':");
            ann.ao(["push"]).code(128).stderr_has("fatal: cannot push to 'origin':");
            assert_eq!(tip(&ann), before);
        }
    });
}

use super::server::guard;
use super::{Team, create, read, tip};
use crate::support::alone;
use crate::support::sessions::{assert_whole, id, path, plant};

#[test]
fn what_is_bad_is_reported_and_not_read_and_displaces_nothing() {
    alone(|| {
        let team = Team::new();
        let (ann, eve) = (team.member("ann"), team.member("eve"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        eve.ao(["pull", "-q"]).ok();
        create(&eve, 2, "Two");
        let huge = vec![b'#'; (1 << 20) + 1];
        let deep = "[".repeat(5000);
        let bomb = format!(
            "id: {}\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
             c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
             e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
            id(5)
        );
        plant(
            &eve,
            &[
                ("120000", &path(1), b"/etc/passwd".as_slice()),
                ("100644", &path(3), &huge),
                ("100644", &path(4), deep.as_bytes()),
                ("100644", &path(5), bomb.as_bytes()),
                ("100755", "sessions/demo/00/run", b"#!/bin/sh"),
                ("100644", "sessions/..x/y/z", b"x"),
            ],
        );
        eve.git(["push", "-q", "origin", "refs/ao/sessions"]);
        let out = ann.ao(["pull"]).ok().stdout_has("from origin: 4 sessions new");
        let out = out.stderr_has(&format!(
            "warning: '{}' is in the way of a record, and kept as '",
            path(1)
        ));
        out.stderr_has("hint: unknown file");
        assert_eq!((read(&ann, 1).title, read(&ann, 2).title), ("One".into(), "Two".into()));
        let files = ann.git(["ls-tree", "-r", "--name-only", "refs/ao/sessions"]);
        let kept = ["sessions/..x/y/z", "sessions/demo/00/run", &path(3)];
        assert!(kept.iter().all(|path| files.contains(path)), "{files}");
        ann.ao(["list"]).ok().stdout_has("larger than 1024 KiB");
        assert!(ann.git(["ls-tree", "refs/ao/sessions", &path(1)]).starts_with("100644"));
        let found = ann.ao(["fsck", "--remote", "origin"]).code(1);
        let found = found.stdout_has(&format!("{}: is not a regular file\n", path(1)));
        let found = found.stdout_has(&format!("{}: larger than 1024 KiB\n", path(3)));
        let found = found.stdout_has("sessions/..x: is not a valid project name\n");
        assert_eq!(found.lines().len(), 6);
        assert_eq!(ann.ao(["fsck"]).code(1).lines().len(), 6);
        let before = tip(&ann);
        ann.ao(["pull"]).ok();
        assert_eq!(tip(&ann), before);
        assert_whole(&ann);
    });
}

#[test]
fn what_a_newer_version_may_know_goes_through_everybody_and_past_a_servers_hook() {
    alone(|| {
        let team = Team::new();
        guard(&team.hub);
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        bob.ao(["pull", "-q"]).ok();
        let huge = vec![b'#'; (1 << 20) + 1];
        let files: [(&str, &str, &[u8]); 4] = [
            ("100644", "README", b"of a newer format"),
            ("100755", "labels/x.yaml", b"red"),
            ("100644", &path(3), &huge),
            ("100644", &path(4), b"schema: 2\nfuture: 1\n"),
        ];
        plant(&ann, &files);
        ann.git(["push", "-q", "origin", "refs/ao/sessions"]);
        create(&bob, 2, "Two");
        let out = bob.ao(["push"]).ok();
        out.stderr_has("unknown file 'README' from 'origin' was kept (and 1");
        bob.ao(["archive", &id(1).to_string()]).ok();
        bob.ao(["push"]).ok();
        ann.ao(["pull"]).ok();
        for repo in [&ann, &bob, &team.hub] {
            for (mode, path, _) in files {
                assert!(
                    repo.git(["ls-tree", "refs/ao/sessions", path]).starts_with(mode),
                    "{path}"
                );
            }
        }
        let found = ann.ao(["fsck"]).ok();
        assert_eq!(found.lines().len(), 4);
        found.stdout_has("README: does not belong at the top of a store\n");
    });
}

#[test]
fn a_newer_store_is_refused_and_ours_stays() {
    alone(|| {
        let team = Team::new();
        let (ann, eve) = (team.member("ann"), team.member("eve"));
        create(&ann, 1, "One");
        plant(&eve, &[("100644", "version", b"2\n")]);
        eve.git(["push", "-q", "origin", "refs/ao/sessions"]);
        let before = tip(&ann);
        for verb in ["pull", "push", "sync"] {
            let out = ann.ao([verb]).code(128);
            out.stderr_has("format version 2").stderr_has("hint: update git ao");
        }
        assert_eq!(tip(&ann), before);
    });
}

#[test]
fn what_is_no_store_is_refused() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        team.hub.git(["update-ref", "refs/ao/sessions", "main"]);
        let before = tip(&ann);
        ann.ao(["sync"]).code(128).stderr_has("is not a session store").stderr_has("no 'version'");
        assert_eq!(tip(&ann), before);
        assert_ne!(tip(&team.hub), before);
    });
}

#[test]
fn fsck_finds_nothing_in_a_sound_store() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        ann.ao(["fsck"]).ok();
        ann.ao(["fsck", "--remote", "origin"]).code(1).stderr_has("nothing has been fetched");
        create(&ann, 1, "One");
        let out = ann.ao(["fsck"]).ok();
        assert_eq!(out.stdout, "");
        ann.ao(["fsck", "refs/ao/sessions"]).ok();
        ann.ao(["fsck", "--", "--all"]).code(1).stderr_has("'--all' is not a commit");
    });
}

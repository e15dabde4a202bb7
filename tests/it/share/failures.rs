//! Whatever goes wrong, the store is unchanged or fully merged, and the message says what to do.

use std::io::{Read, Write};
use std::sync::Mutex;
use std::sync::mpsc::channel;

use super::{Team, create, edit, read, tip};
use crate::support::sessions::{assert_whole, store};
use crate::support::{Server, alone};

#[test]
fn a_remote_that_is_gone() {
    alone(|| {
        let team = Team::new();
        let ann = team.member_at("ann", "../nowhere.git");
        create(&ann, 1, "One");
        let before = tip(&ann);
        for verb in ["fetch", "pull", "push", "sync"] {
            let out = ann.ao([verb]).code(128).stderr_has("does not appear to be a git repository");
            out.stderr_has("hint: to check its URL").stderr_lacks("Please make sure");
        }
        assert_eq!(tip(&ann), before);
        let port = Server::start(drop).port();
        ann.git(["remote", "set-url", "origin", &format!("git://127.0.0.1:{port}/x")]);
        ann.ao(["pull"]).code(128).stderr_has("hint: to check its URL");
    });
}

#[test]
fn a_remote_that_asks_who_is_there_when_nobody_is() {
    alone(|| {
        let team = Team::new();
        let server = Server::start(|mut stream| {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(
                b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n",
            );
        });
        let url = format!("http://127.0.0.1:{}/hub.git", server.port());
        let ann = team.member_at("ann", &url);
        create(&ann, 1, "One");
        for verb in ["pull", "push"] {
            let out = ann.ao_run([verb]).env("SSH_ASKPASS", "/bin/cat").env("DISPLAY", ":0").run();
            out.code(128)
                .stderr_has("hint: git has no sufficient credentials")
                .stderr_has("gitcredentials(7)");
        }
    });
}

#[test]
fn a_hook_there_that_refuses() {
    alone(|| {
        let team = Team::new();
        team.hub.hook("pre-receive", "echo 'not on fridays' >&2; exit 1");
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let before = tip(&ann);
        ann.ao(["push"])
            .code(1)
            .stderr_has("pre-receive hook declined")
            .stderr_has("remote: not on fridays");
        assert_eq!((tip(&ann), tip(&team.hub)), (before, None));
    });
}

#[test]
fn a_remote_that_hides_the_ref() {
    alone(|| {
        let team = Team::new();
        team.hub.config("transfer.hideRefs", "refs/ao");
        let ann = team.member("ann");
        create(&ann, 1, "One");
        let before = tip(&ann);
        ann.ao(["push"]).code(1).stderr_has("hidden ref").stderr_has("ao.remoteRef");
        assert_eq!((tip(&ann), tip(&team.hub)), (before, None));
        // The way out: a host that takes branches takes this.
        ann.config("ao.remoteRef", "refs/heads/ao-sessions");
        ann.ao(["push"]).ok();
        team.hub.git(["rev-parse", "--verify", "refs/heads/ao-sessions"]);
    });
}

#[test]
fn a_hook_here_that_refuses() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        ann.hook("pre-push", "test -e README || exit 2; echo 'looks secret' >&2; exit 1");
        create(&ann, 1, "One");
        ann.ao(["push", "--verify"]).code(128).stderr_has("looks secret");
        assert_eq!(tip(&team.hub), None);
        // Sessions are no code, and are not for it to check unless that is asked for.
        ann.git(["branch", "ao/work"]);
        edit(&ann, 1, |s| s.branch = Some("ao/work".to_owned()));
        ann.ao(["push", "--branches"]).code(128).stderr_has("looks secret");
        assert_eq!(tip(&team.hub), tip(&ann));
        assert_eq!(team.hub.git(["branch", "--list", "ao/*"]), "");
        ann.ao(["push", "--branches", "--no-verify"]).ok();
    });
}

#[test]
fn a_remote_that_never_answers_and_a_pull_that_is_killed() {
    alone(|| {
        let team = Team::new();
        let ((came, arrival), (release, end)) = (channel(), channel::<()>());
        let line = Mutex::new((came, end));
        let server = Server::start(move |stream| {
            let line = line.lock().unwrap();
            line.0.send(()).unwrap();
            let _ = line.1.recv();
            drop(stream);
        });
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        bob.ao(["pull", "-q"]).ok();
        edit(&ann, 1, |s| s.add_tag("more"));
        ann.ao(["push", "-q"]).ok();
        create(&bob, 2, "Two");
        let before = tip(&bob);
        let url = bob.git(["remote", "get-url", "origin"]);
        let silent = format!("git://127.0.0.1:{}/hub.git", server.port());
        bob.git(["remote", "set-url", "origin", &silent]);
        let mut pull = bob.ao_run(["pull"]).spawn();
        arrival.recv().unwrap();
        pull.kill().unwrap();
        pull.wait().unwrap();
        drop(release);
        assert_eq!(tip(&bob), before);
        bob.git(["remote", "set-url", "origin", url.trim()]);
        bob.ao(["sync"]).ok();
        assert_eq!(read(&bob, 1).tags, ["more"]);
        assert_whole(&bob);
    });
}

#[test]
fn a_remote_whose_sessions_were_deleted_rewritten_or_are_unrelated() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        edit(&ann, 1, |s| s.add_tag("more"));
        ann.ao(["push", "-q"]).ok();
        let before = tip(&ann);

        team.hub.git(["update-ref", "-d", "refs/ao/sessions"]);
        ann.ao(["pull"]).ok().stdout_has("origin has no sessions");
        assert_eq!(tip(&ann), before, "what is gone there is not gone here");
        ann.ao(["push"]).ok();
        assert_eq!(tip(&team.hub), before);

        let first = ann.git(["rev-list", "--max-parents=0", "refs/ao/sessions"]);
        team.hub.git(["update-ref", "refs/ao/sessions", first.trim()]);
        ann.ao(["sync"]).ok();
        assert_eq!(tip(&team.hub), before, "what was taken back there is there again");

        create(&bob, 2, "Two");
        bob.git(["push", "-q", "-f", "origin", "refs/ao/sessions"]);
        ann.ao(["sync"]).code(128).stderr_has("have no event in common");
        assert_eq!(tip(&ann), before);
        ann.ao(["sync", "--allow-unrelated"]).ok().stdout_has("from origin: 1 session new");
        bob.ao(["sync"]).ok();
        assert_eq!(tip(&ann), tip(&bob));
        assert_eq!((read(&bob, 1).tags, read(&ann, 2).title), (vec!["more".into()], "Two".into()));
    });
}

#[test]
fn shallow_and_partial_clones() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        team.hub.config("uploadpack.allowFilter", "true");
        let url = format!("file://{}", team.hub.dir().display());
        for (n, option) in ["--depth=1", "--filter=blob:none"].into_iter().enumerate() {
            let name = format!("clone-{n}");
            let clone = ["clone", "-q", option, &url, &name];
            team.env.git(&team.env.root(), clone).run().ok();
            let clone = team.hub.within(team.env.path(&name));
            clone.ao(["pull"]).ok();
            edit(&clone, 1, |s| s.add_tag(&name));
            edit(&ann, 1, |s| s.add_tag(&format!("ann-{n}")));
            ann.ao(["push", "-q"]).ok();
            clone.ao(["sync"]).ok();
            ann.ao(["pull", "-q"]).ok();
            assert_eq!(tip(&ann), tip(&clone));
            assert!(read(&ann, 1).tags.contains(&name));
        }
    });
}

#[test]
fn others_who_never_stop_pushing() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        // Says of every push that somebody else was faster.
        team.hub.hook("update", "echo x; git update-ref -d \"$1\"; exit 0");
        edit(&ann, 1, |s| s.add_tag("late"));
        ann.config("ao.pushTimeout", "0");
        let before = tip(&ann);
        let out = ann.ao(["push"]).code(1);
        out.stderr_has("kept changing for 0 seconds").stderr_has("ao.pushTimeout");
        assert_eq!(tip(&ann), before);
        ann.config("ao.pushTimeout", "soon");
        ann.ao(["push"]).code(128).stderr_has("'soon' in ao.pushTimeout");
    });
}

#[test]
fn a_clone_whose_own_store_is_empty_takes_all() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        create(&ann, 1, "One");
        ann.ao(["push", "-q"]).ok();
        assert!(store(&bob).tip().unwrap().is_none());
        bob.ao(["sync"]).ok().stdout_has("from origin: 1 session new");
        assert_eq!(tip(&ann), tip(&bob));
    });
}

//! Remotes that have too much to do, and connections that break.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Team, create, read, tip};
use crate::support::{Disturbance, Server, alone};

const BUSY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const MANY: &str =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A hub that disturbs this many requests for something, and how often it was asked for it.
fn hub(
    team: &Team,
    what: &'static str,
    times: usize,
    how: Disturbance,
) -> (Server, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let server = Server::git_http_disturbed(&team.env, &team.env.root(), move |target| {
        let is_it = target.contains(what);
        (is_it && count.fetch_add(1, Ordering::SeqCst) < times).then_some(how)
    });
    (server, asked)
}

fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}/hub.git", server.port())
}

#[test]
fn a_disturbed_transfer_is_made_again() {
    alone(|| {
        let team = Team::new();
        let first = team.member("first");
        create(&first, 0, "First");
        first.ao(["push", "-q"]).ok();
        let cases = [
            ("service=git-receive-pack", Disturbance::Answered(BUSY)),
            ("service=git-receive-pack", Disturbance::Answered(MANY)),
            ("service=git-receive-pack", Disturbance::Answered("")),
            ("hub.git/git-receive-pack", Disturbance::Answered(BUSY)),
            ("hub.git/git-receive-pack", Disturbance::Answered("")),
            ("hub.git/git-receive-pack", Disturbance::Unheard),
            ("service=git-upload-pack", Disturbance::Answered(BUSY)),
            ("hub.git/git-upload-pack", Disturbance::Answered("")),
            ("hub.git/git-upload-pack", Disturbance::Unheard),
        ];
        for (number, (what, how)) in (1..).zip(cases) {
            let (server, asked) = hub(&team, what, 1, how);
            let member = team.member(&format!("member-{number}"));
            member.ao(["pull", "-q"]).ok();
            member.git(["remote", "set-url", "origin", &url(&server)]);
            create(&member, number, "Mine");
            member.ao(["pull"]).ok();
            let out = member.ao(["push"]).ok();
            out.stdout_has("to origin: 1 session new").stderr_lacks("error");
            assert!(asked.load(Ordering::SeqCst) > 0, "{what} {how:?}");
            assert_eq!(tip(&member), tip(&team.hub), "{what} {how:?}");
            assert_eq!(read(&team.hub, number).title, "Mine");
        }
    });
}

#[test]
fn a_remote_that_stays_disturbed_is_said() {
    alone(|| {
        let team = Team::new();
        let (server, asked) = hub(&team, "hub.git", usize::MAX, Disturbance::Answered(BUSY));
        let member = team.member_at("busy", &url(&server));
        create(&member, 1, "Mine");
        member.ao(["pull"]).code(128).stderr_has("error: 503");
        let count = asked.swap(0, Ordering::SeqCst);
        assert!((2..20).contains(&count), "{count}");
        // What will not change is not asked for again.
        let (server, asked) = hub(&team, "hub.git", usize::MAX, Disturbance::Answered(FORBIDDEN));
        member.git(["remote", "set-url", "origin", &url(&server)]);
        member.ao(["pull"]).code(128).stderr_has("error: 403");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    });
}

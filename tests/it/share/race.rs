//! Contention as a law: what was reported as pushed is there.

use git_ao::store::Shelf;

use super::{Team, create, edit, read};
use crate::support::sessions::{assert_whole, store};
use crate::support::{Repo, Server, alone, race, skipped};

const CHANGES: usize = 5;

/// How many clones push by way of a server. Each loses to each other one, so that the processes grow
/// with the square; what differs from a folder is how a refusal arrives, and a few losers show that.
const BY_SERVER: usize = 6;

/// Lets many clones change one session, and push at the same moment to where `url` says.
fn all_land(clones: usize, url: impl Fn(&Team) -> (String, Option<Server>)) {
    all_land_by(clones, |team| {
        let (url, server) = url(team);
        Some((url, "ssh".to_owned(), server))
    });
}

/// The same, with a command for ssh; nothing where there is no such remote.
fn all_land_by(clones: usize, remote: impl Fn(&Team) -> Option<(String, String, Option<Server>)>) {
    let team = Team::new();
    let first = team.member("first");
    create(&first, 0, "Shared");
    first.ao(["push", "-q"]).ok();
    let Some((url, ssh, _server)) = remote(&team) else { return };
    let ao = |repo: &Repo, args: &[&str]| repo.ao_run(args).env("GIT_SSH_COMMAND", &ssh);
    let members: Vec<Repo> = (0..clones)
        .map(|n| {
            let member = team.member_at(&format!("clone-{n}"), &url);
            ao(&member, &["pull", "-q"]).run().ok();
            // That all land is the law here, not how soon.
            member.config("ao.pushTimeout", "600");
            for change in 0..CHANGES {
                let key = format!("{n}-{change}");
                edit(&member, 0, |s| drop(s.context.insert(&*key, 1)));
            }
            member
        })
        .collect();
    for out in race(clones, |n| ao(&members[n], &["push"])) {
        out.ok().stdout_has("to origin: 1 session changed");
    }
    assert_eq!(read(&team.hub, 0).context.len(), clones * CHANGES);
    let updates = ["rev-list", "--count", "--grep=^Ao-Op: set", "refs/ao/sessions"];
    assert_eq!(team.hub.git(updates).trim(), (clones * CHANGES).to_string());
    assert_whole(&team.hub);
}

#[test]
fn sixteen_clones_push_at_once_to_a_folder() {
    alone(|| all_land(16, |team| (team.hub.dir().display().to_string(), None)));
}

#[test]
fn six_clones_push_at_once_to_a_daemon() {
    alone(|| {
        all_land(BY_SERVER, |team| {
            let server = Server::git_daemon(&team.env, &team.env.root());
            (format!("git://127.0.0.1:{}/hub.git", server.port()), Some(server))
        });
    });
}

#[test]
fn six_clones_push_at_once_over_http() {
    alone(|| {
        all_land(BY_SERVER, |team| {
            let server = Server::git_http(&team.env, &team.env.root());
            (format!("http://127.0.0.1:{}/hub.git", server.port()), Some(server))
        });
    });
}

#[test]
fn six_clones_push_at_once_over_ssh() {
    alone(|| {
        all_land_by(BY_SERVER, |team| match Server::ssh(&team.env) {
            Ok((server, command)) => {
                let url = format!("ssh://127.0.0.1{}", team.hub.dir().display());
                Some((url, command, Some(server)))
            }
            Err(why) => {
                skipped(&why);
                None
            }
        });
    });
}

/// Each clone has sessions of its own, as agents on many machines have.
#[test]
fn eight_clones_with_four_new_sessions_each_push_at_once_over_http() {
    alone(|| {
        let team = Team::new();
        let first = team.member("first");
        create(&first, 0, "Shared");
        first.ao(["push", "-q"]).ok();
        let server = Server::git_http(&team.env, &team.env.root());
        let url = format!("http://127.0.0.1:{}/hub.git", server.port());
        let members: Vec<Repo> = (0..8)
            .map(|n| {
                let member = team.member_at(&format!("clone-{n}"), &url);
                member.ao(["pull", "-q"]).ok();
                member.config("ao.pushTimeout", "600");
                (1..=4).for_each(|change| create(&member, 10 * (n + 1) + change, "Mine"));
                member
            })
            .collect();
        for out in race(members.len(), |n| members[n].ao_run(["push"])) {
            out.ok().stdout_has("to origin: 4 sessions new");
        }
        let all = store(&team.hub).snapshot().unwrap().list(Shelf::Active).unwrap();
        assert_eq!(all.len(), 1 + 4 * members.len());
        assert_whole(&team.hub);
    });
}

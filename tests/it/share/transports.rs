use super::{Team, create, edit, tip};
use crate::support::{Server, alone};

/// Pushes and pulls between a clone by path and one by this address, with both protocols.
fn works_at(team: &Team, url: &str) {
    let (near, far) = (team.member("near"), team.member_at("far", url));
    create(&near, 1, "One");
    near.ao(["push", "-q"]).ok();
    for protocol in ["0", "2"] {
        far.config("protocol.version", protocol);
        far.ao(["pull"]).ok();
        edit(&far, 1, |s| s.add_tag(protocol));
        far.ao(["push"]).ok().stdout_has("to origin: 1 session changed");
        near.ao(["pull"]).ok().stdout_has("from origin: 1 session changed");
        assert_eq!(tip(&near), tip(&far));
        edit(&near, 1, |s| s.tags.clear());
        near.ao(["push", "-q"]).ok();
    }
}

#[test]
fn a_git_daemon() {
    alone(|| {
        let team = Team::new();
        let server = Server::git_daemon(&team.env, &team.env.root());
        works_at(&team, &format!("git://127.0.0.1:{}/hub.git", server.port()));
    });
}

#[test]
fn smart_http() {
    alone(|| {
        let team = Team::new();
        let server = Server::git_http(&team.env, &team.env.root());
        works_at(&team, &format!("http://127.0.0.1:{}/hub.git", server.port()));
    });
}

#[test]
fn an_address_that_git_rewrites() {
    alone(|| {
        let team = Team::new();
        let ann = team.member_at("ann", "hub:hub.git");
        let root = format!("url.{}/.insteadOf", team.env.root().display());
        ann.config(&root, "hub:");
        create(&ann, 1, "One");
        ann.ao(["sync"]).ok();
        assert_eq!(tip(&ann), tip(&team.hub));
        let other = ["clone", "-q", "--bare", "hub.git", "other.git"];
        team.env.git(&team.env.root(), other).run().ok();
        ann.config("remote.origin.pushurl", "../other.git");
        edit(&ann, 1, |s| s.add_tag("elsewhere"));
        ann.ao(["push"]).ok();
        let other = team.hub.within(team.env.path("other.git"));
        assert_eq!(tip(&ann), tip(&other));
        assert_ne!(tip(&ann), tip(&team.hub));
    });
}

//! Records that a newer program wrote, among clones of which this is the older program.

use super::{Team, create, edit, tip};
use crate::support::alone;
use crate::support::sessions::{id, path, plant};

fn newer(n: u64, more: &str) -> String {
    format!("schema: 2\nid: {}\nproject_id: demo\n{more}\n", id(n))
}

#[test]
fn an_older_program_spreads_a_newer_record_and_not_its_own() {
    alone(|| {
        let team = Team::new();
        let (old, new) = (team.member("old"), team.member("new"));
        create(&old, 1, "One");
        old.ao(["push", "-q"]).ok();
        new.ao(["pull", "-q"]).ok();
        edit(&old, 1, |s| s.title = "of the older program".to_owned());
        let record = newer(1, "future: {kept: [1, 2]}");
        plant(&new, &[("100644", &path(1), &record)]);
        new.git(["push", "-q", "origin", "refs/ao/sessions"]);

        old.ao(["push"]).ok().stdout_has("merged with conflicts");
        for repo in [&old, &team.hub] {
            assert_eq!(repo.git(["show", &format!("refs/ao/sessions:{}", path(1))]), record);
        }
        let before = tip(&old);
        old.ao(["set", &id(1).to_string(), "title=x"]).code(128).stderr_has("update git ao");
        assert_eq!(tip(&old), before);
        let log = old.git([
            "log",
            "-p",
            "--full-history",
            "--format=",
            "refs/ao/sessions",
            "--",
            &path(1),
        ]);
        assert!(log.contains("+title: of the older program"), "the loser is in the history");
    });
}

#[test]
fn a_private_twin_does_not_replace_a_newer_public_record() {
    alone(|| {
        let team = Team::new();
        let ann = team.member("ann");
        ann.ao(["spawn", "--no-worktree", "--no-agent", "--private", "Mine"]).ok();
        let full = ann.ao(["list", "--json"]).ok().json()["sessions"][0]["id"].clone();
        let id = full.as_str().unwrap();
        let place = format!("sessions/hub/{}/{id}.yaml", &id[..2]);
        let record = "schema: 2\nfuture: 1\n";
        plant(&ann, &[("100644", "version", "1\n"), ("100644", &place, record)]);
        ann.ao(["set", id, "visibility=public"]).code(128).stderr_has("update git ao");
        assert_eq!(ann.git(["show", &format!("refs/ao/sessions:{place}")]), record);
        let private = ann.git(["show", &format!("refs/ao/private:{place}")]);
        assert!(private.contains("title: Mine"));
    });
}

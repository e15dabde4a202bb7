//! A session that comes in with the id of one in another project.

use git_ao::model::Session;

use super::{Team, create};
use crate::support::alone;
use crate::support::sessions::{id, session, store, with};

fn of(project: &str, n: u64) -> Session {
    with(&session(n, "Same id"), |it| it.project_id = project.parse().unwrap())
}

#[test]
fn pull_names_it_once_with_a_way_out() {
    alone(|| {
        let team = Team::new();
        let (ann, eve) = (team.member("ann"), team.member("eve"));
        ann.config("ao.project", "demo");
        create(&ann, 1, "Mine");
        ann.ao(["push", "-q"]).ok();
        eve.ao(["pull", "-q"]).ok().stderr_lacks("same id");
        eve.ao(["archive", &id(1).to_string()]).ok();
        eve.ao(["delete", "--force", &id(1).to_string()]).ok();
        store(&eve).create(&of("evil", 1)).unwrap();
        store(&eve).create(&of("evil", 2)).unwrap();
        eve.git(["push", "-q", "origin", "refs/ao/sessions"]);
        // It is mine, changed: it stays, and now there are two.
        create(&ann, 3, "Other");
        super::edit(&ann, 1, |session| session.add_tag("mine"));
        let short = super::short(1);
        let out = ann.ao(["pull"]).ok();
        let out = out.stderr_has(&format!(
            "warning: session evil/{short} has the same id as demo/{short}\n"
        ));
        let fix = out.stderr.lines().find_map(|line| line.split_once(": git ao delete "));
        let fix = fix.unwrap_or_else(|| panic!("no hint: {out}")).1.to_owned();
        ann.ao(["pull"]).ok().stderr_lacks("same id");
        // Whoever has only the other one is told when mine comes in.
        ann.ao(["push", "-q"]).ok();
        eve.ao(["pull", "-q"]).ok().stderr_has("has the same id as");
        ann.ao(["fsck"]).code(1);
        ann.ao(["delete"].into_iter().chain(fix.split(' '))).ok();
        ann.ao(["fsck"]).ok().stdout_is("");
        ann.ao(["show", &id(1).to_string()]).ok();
    });
}

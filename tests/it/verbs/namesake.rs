//! A session of another project with the same id.

use super::world::{A, World};
use crate::support::sessions::plant;

fn world() -> World {
    let world = World::new();
    world.repo.config("ao.project", "demo");
    world.titled(A, "mine");
    let path = format!("sessions/demo/{}/{A}.yaml", &A[..2]);
    let text = world.repo.git(["show", &format!("refs/ao/sessions:{path}")]);
    let evil = text.replace("project_id: demo", "project_id: evil");
    plant(&world.repo, &[("100644", path.replace("demo", "evil").as_str(), evil)]);
    world
}

#[test]
fn fsck_names_it_with_a_way_out() {
    let world = world();
    let found = world.repo.ao(["fsck"]).code(1).stdout_has("same id as 'sessions/demo/");
    let fix = found.text().trim().rsplit_once("git ").unwrap().1.to_owned();
    world.repo.ao(fix.split(' ').skip(1)).ok();
    world.repo.ao(["fsck"]).ok().stdout_is("");
    let mine = world.repo.ao(["show", "--json", A]).ok().json();
    assert_eq!(mine["session"]["project_id"], "demo");
}

#[test]
fn an_archived_session_of_this_project_goes_first() {
    let world = world();
    world.repo.ao(["archive", A]).ok();
    let shown = world.repo.ao(["show", "--json", A]).ok().stderr_has(&format!("evil/{A}"));
    assert_eq!(shown.json()["session"]["project_id"], "demo");
    world.repo.ao(["fsck"]).code(1).stdout_has("same id as 'archive/demo/");
    world.repo.ao(["unarchive", A]).ok();
    world.repo.ao(["show", &format!("evil/{A}")]).ok();
}

#[test]
fn fsck_of_a_commit_or_a_remote_names_it_too() {
    let world = world();
    let tip = world.repo.git(["rev-parse", "refs/ao/sessions"]).trim().to_owned();
    world.repo.git(["update-ref", "refs/ao/remotes/origin/sessions", &tip]);
    world.repo.git(["remote", "add", "origin", "."]);
    let fix = format!("evil/{}", &A[..8]);
    world.repo.ao(["delete", "--force", &fix]).ok();
    world.repo.ao(["fsck"]).ok().stdout_is("");
    for place in [vec!["fsck", &tip], vec!["fsck", "--remote", "origin"]] {
        // What is not in this clone's store cannot be deleted from it.
        let found = world.repo.ao(&place).code(1).stdout_has("same id as 'sessions/demo/");
        found.stdout_has("sessions/evil/").stdout_lacks("git ao delete");
    }
    let before = format!("{tip}^");
    world.repo.ao(["fsck", &before]).ok().stdout_is("");
}

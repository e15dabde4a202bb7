//! A session of another project with the same id.

use super::world::{A, World};
use crate::support::sessions::plant;

fn world() -> World {
    let world = World::new();
    world.repo.git(["config", "ao.project", "demo"]);
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

//! A repository that is moved while an agent runs.

use std::{fs, path::Path};

use git_ao::model::SessionStatus;

use super::world::{World, until};

#[test]
fn the_old_folder_is_not_made_again() {
    let world = World::new();
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    until("it works", || world.session(&id).status == SessionStatus::Working);
    let pid = world.live(&id)["pid"].as_u64().unwrap();
    let (old, new) = (world.repo.dir().to_owned(), world.repo.env().path("moved"));
    fs::rename(&old, &new).unwrap();
    fs::write(world.repo.env().path("go"), "\n").unwrap();
    until("what looked after it has ended", || {
        fs::read_link(Path::new("/proc").join(pid.to_string()).join("exe")).is_err()
    });
    assert!(!old.exists(), "{} is there again", old.display());
    fs::rename(&new, &old).unwrap();
    assert_eq!(world.live(&id)["agent"], "gone");
}

//! A record with my session's id in another project, as anybody can push it.

use std::fs;

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::sessions::plant;

/// Plants a copy of a session's record under another project, as done.
fn namesake(world: &World, id: &str) {
    let path = format!("demo/{}/{id}.yaml", &id[..2]);
    let text = world.repo.git(["show", &format!("refs/ao/sessions:sessions/{path}")]);
    let evil = text.replace("project_id: demo", "project_id: evil");
    assert_ne!(text, evil);
    let status = text.lines().find(|line| line.starts_with("status:")).unwrap();
    let evil = evil.replace(status, "status: done");
    let path = format!("sessions/evil/{}/{id}.yaml", &id[..2]);
    plant(&world.repo, &[("100644", path.as_str(), evil)]);
}

#[test]
fn it_takes_neither_the_worktree_nor_the_name() {
    for is_old in [false, true] {
        let world = World::new();
        world.repo.config("ao.project", "demo");
        let id = world.spawn(&["--no-agent", "mine"]);
        let tree = world.worktree(&id);
        world.repo.write(".git/info/exclude", "*.env\n");
        fs::write(tree.join("x.env"), "SECRET").unwrap();
        let admin = world.repo.common_dir().join("worktrees").join(&id[..8]);
        assert_eq!(fs::read_to_string(admin.join("AO_SESSION")).unwrap(), format!("{id}\n"));
        if is_old {
            fs::remove_file(admin.join("AO_PROJECT")).unwrap();
        }
        namesake(&world, &id);
        let there = world.repo.within(&tree);
        let other = format!("evil/{id}");
        assert_eq!(there.ao(["show", "--json", "@"]).ok().json()["session"]["project_id"], "demo");
        let out = world.repo.ao(["show", "--json", &id]).ok().stderr_has(&other);
        assert_eq!(out.json()["session"]["project_id"], "demo");
        world.repo.ao(["cleanup", "--branches", "--force"]);
        assert_eq!(fs::read_to_string(tree.join("x.env")).unwrap(), "SECRET", "{is_old}");
        world.repo.ao(["reconcile"]).ok();
        world.repo.ao(["complete", &id]).ok();
        world.repo.ao(["cleanup"]).ok().stdout_has(tree.to_str().unwrap());
        assert!(!tree.exists());
    }
}

#[test]
fn the_end_of_an_agent_is_written_down_nevertheless() {
    for project in ["demo", "other"] {
        let world = World::new();
        world.repo.config("ao.project", "demo");
        let id = world.spawn(&["--runtime", "detached", "--project", project, "mine"]);
        until("it works", || world.session(&id).status == SessionStatus::Working);
        let path = format!("{project}/{}/{id}.yaml", &id[..2]);
        let show = || world.repo.git(["show", &format!("refs/ao/sessions:sessions/{path}")]);
        let text = show().replace(&format!("project_id: {project}"), "project_id: evil");
        let evil = format!("sessions/evil/{}/{id}.yaml", &id[..2]);
        plant(&world.repo, &[("100644", evil.as_str(), text)]);
        fs::write(world.repo.env().path("go"), "\n").unwrap();
        until("its end is written down", || show().contains("status: done"));
    }
}

//! A copy of a repository has the same sessions; the processes belong to the clone that started
//! them.

use std::fs;
use std::path::Path;

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::Repo;

/// A session whose agent has started something that goes on in this folder; its id and that
/// process.
fn leaving(world: &World, folder: &str) -> (String, String) {
    let file = world.repo.env().path("left");
    let file = file.display();
    let left = format!("sh -c 'echo $$ >{file}.new; mv {file}.new {file}; exec sleep 1000'");
    world.agent(&format!("cd {folder}\nsetsid {left} &\nexec sleep 1000"));
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    let file = world.repo.env().path("left");
    until("the process says its number", || file.exists());
    until("the agent works", || world.session(&id).status == SessionStatus::Working);
    (id, fs::read_to_string(file).unwrap().trim().to_owned())
}

fn copy(world: &World) -> Repo {
    let copy = world.repo.env().path("copy");
    let from = world.repo.dir().to_str().unwrap();
    let to = copy.to_str().unwrap();
    world.repo.env().run(&world.repo.env().root(), "cp", ["-a", from, to]).run().ok();
    let copy = world.repo.within(&copy);
    copy.config("ao.replica", "copy-0000");
    copy
}

fn variables(pid: &str) -> Vec<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap();
    let variables = environment.split(|byte| *byte == 0);
    variables.map(|variable| String::from_utf8_lossy(variable).into_owned()).collect()
}

fn runs(pid: &str) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok()
}

#[test]
fn kill_names_no_process_of_another_clone() {
    let world = World::new();
    let (id, left) = leaving(&world, "/");
    assert!(variables(&left).contains(&format!("AO_SESSION_ID={id}")));
    let copy = copy(&world);
    copy.ao(["kill", "--force", &id]).ok().stderr_lacks("started by its agent");
    copy.ao(["kill", "--all-processes", &id]).ok().stdout_lacks("was stopped");
    assert!(runs(&left));
    let named = format!("process {left} (sleep), started by its agent");
    world.repo.ao(["kill", &id]).ok().stderr_has(&named);
    // A repository that was moved is the same one.
    let moved = world.repo.env().path("moved");
    fs::rename(world.repo.dir(), &moved).unwrap();
    world.repo.within(&moved).ao(["kill", &id]).ok().stderr_has(&named);
    fs::rename(&moved, world.repo.dir()).unwrap();
}

/// A process that was started before there was a variable for the clone.
fn old_one(world: &World, folder: &Path, id: &str) -> String {
    let file = world.repo.env().path("old");
    let script = "setsid sleep 1000 >/dev/null 2>&1 & echo $! >\"$0\"";
    let run = world.repo.env().run(folder, "sh", ["-c", script, file.to_str().unwrap()]);
    run.env("AO_SESSION_ID", id).run().ok();
    let pid = fs::read_to_string(file).unwrap().trim().to_owned();
    until("it is sleep", || {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n")
    });
    pid
}

#[test]
fn processes_of_older_programs_are_told_by_where_they_work() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let copy = copy(&world);
    let theirs = copy.env().path("theirs");
    copy.git(["worktree", "add", "-q", "--detach", theirs.to_str().unwrap()]);
    fs::write(copy.common_dir().join("worktrees/theirs/AO_SESSION"), format!("{id}\n")).unwrap();
    let theirs = old_one(&world, &theirs, &id);
    let ours = old_one(&world, &world.worktree(&id), &id);
    let out = world.repo.ao(["kill", &id]).ok();
    out.stderr_lacks(&format!("process {theirs} ")).stderr_has(&format!("process {ours} "));
    let out = world.repo.ao(["kill", "--all-processes", &id]).ok();
    out.stdout_has(&format!("process {ours} (sleep) was stopped"));
    assert!(runs(&theirs) && !runs(&ours));
}

#[test]
fn they_are_no_proof_of_life_in_another_clone() {
    let world = World::new();
    let (id, left) = leaving(&world, "/");
    let copy = copy(&world);
    let path = world.repo.common_dir().join(format!("ao/run/{id}.agent"));
    let text = fs::read_to_string(path).unwrap();
    let directory = {
        use std::os::unix::fs::MetadataExt as _;
        let meta = fs::metadata(copy.common_dir()).unwrap();
        format!("directory {}:{}", meta.dev(), meta.ino())
    };
    // As where the one that starts the agent is killed before it has written down which it is.
    let runner = "runner 4194000@1-00000000";
    let lines = text.lines().filter_map(|line| match line.split_once(' ')?.0 {
        "runner" => Some(runner),
        "directory" => Some(directory.as_str()),
        "agent" => None,
        _ => Some(line),
    });
    let text: Vec<_> = lines.collect();
    fs::write(copy.common_dir().join(format!("ao/run/{id}.agent")), text.join("\n")).unwrap();
    let all = copy.ao(["status", "--json", &id]).ok().json();
    assert_ne!(all["sessions"][0]["live"]["agent"], "unknown", "{all}");
    assert!(runs(&left));
}

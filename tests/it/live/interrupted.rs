//! Signals that come while the kernel is busy: on slow disks it then says so, and is asked again.

use std::fs;
use std::path::Path;

use git_ao::git::Repository;
use git_ao::model::SessionStatus;

use super::world::World;
use crate::support::strace;

#[test]
fn signals_do_not_end_a_cleanup_or_a_restore() {
    let world = World::new();
    let common_dir = world.repo.common_dir();
    let id = world.spawn(&["--no-agent", "the task"]);
    let path = world.worktree(&id);
    let at = |path: &Path| format!("--trace-path={}", path.display());
    let cleanup = ["cleanup", "--force"];
    let restore = ["restore", "--no-agent", &id];
    let cases = [
        (&cleanup[..], "unlink", at(&common_dir.join(format!("ao/run/{id}.agent")))),
        (&cleanup, "openat", at(&common_dir.join("worktrees"))),
        (&cleanup, "openat", at(&common_dir.join("worktrees").join(&id[..8]))),
        (&cleanup, "openat", at(&path)),
        (&cleanup, "copy_file_range", "-qq".to_owned()),
        (&restore, "unlink", at(&common_dir.join(format!("ao/agent/{id}.text")))),
    ];
    for (verb, call, place) in cases {
        world.set_status(&id, &SessionStatus::Done);
        if verb == cleanup {
            fs::write(path.join("work"), "work").unwrap();
        }
        let fault = format!("inject={call}:error=EINTR:when=1");
        let run = world.repo.ao_run(verb);
        let Some(run) = strace(&run, &["-e", &fault, &place]) else { return };
        run.run().ok();
        assert_eq!(path.exists(), verb != cleanup, "{call} {place}");
        world.repo.ao(restore).ok();
    }
}

#[test]
fn a_signal_does_not_make_doctor_take_a_folder_for_unwritable() {
    let world = World::new();
    let git_dir = world.repo.common_dir();
    let run = world.repo.ao_run(["doctor"]);
    let Some(run) = strace(&run, &["-e", "inject=unlink:error=EINTR:when=1"]) else { return };
    let said = format!("{:?}", run.run().ok());
    assert!(!said.contains("cannot write"), "{said}");
    assert_eq!(probes(&git_dir), 0);
}

#[test]
fn what_a_killed_doctor_left_does_not_make_a_folder_unwritable() {
    let world = World::new();
    let git_dir = world.repo.common_dir();
    let name = format!(".git-ao-probe-{}", std::process::id());
    for folder in [git_dir.clone(), git_dir.join("objects"), git_dir.join("refs/heads")] {
        fs::write(folder.join(&name), "").unwrap();
    }
    let repo = Repository::discover(&git_dir).unwrap();
    let found: Vec<_> = repo.unwritable(&[]).iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(probes(&git_dir), 0);
}

/// How many of the files that doctor writes to try a folder are below this one.
fn probes(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| {
        let is_probe = path.file_name().unwrap().to_string_lossy().starts_with(".git-ao-probe-");
        usize::from(is_probe) + if path.is_dir() { probes(&path) } else { 0 }
    };
    entries.map(count).sum()
}

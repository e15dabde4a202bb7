//! Signals that come while the kernel is busy: on slow disks it then says so, and is asked again.

use std::fs;
use std::path::Path;

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

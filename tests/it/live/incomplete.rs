//! A removal that stops in the middle says where the work is and how to go on.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::model::SessionStatus;

use super::world::World;
use crate::support::{Out, strace, write_script};

/// An ended session with a file that is committed, one that git ignores, and work.
fn ended(world: &World) -> (String, PathBuf) {
    let id = world.spawn(&["--no-agent", "the task"]);
    let tree = world.repo.within(world.worktree(&id));
    tree.commit(".gitignore", "*.env\n");
    for (name, text) in [("a.env", "secret"), ("dirty", "work"), ("README", "changed")] {
        tree.write(name, text);
    }
    world.set_status(&id, &SessionStatus::Done);
    (id, tree.dir().to_owned())
}

fn backups(world: &World) -> String {
    world.repo.git(["for-each-ref", "--format=%(refname)", "refs/ao/backup"])
}

/// A cleanup that cannot remove one file of the worktree.
fn cleanup(world: &World, stuck: &Path, more: &[&str]) -> Option<Out> {
    let run = world.repo.ao_run(["cleanup", "--branches", "--force"].iter().chain(more));
    let place = format!("--trace-path={}", stuck.display());
    strace(&run, &["-e", "inject=unlink:error=EIO", &place]).map(|run| run.run())
}

#[test]
fn the_backup_is_named_and_both_ways_on_are_open() {
    for back in [true, false] {
        let world = World::new();
        let (id, path) = ended(&world);
        let Some(out) = cleanup(&world, &path.join(".gitignore"), &[]) else { return };
        let name = format!("refs/ao/backup/{id}");
        let kept = format!("'{}' was left incomplete", path.display());
        let hint = format!("git ao restore --no-agent {}", &id[..8]);
        out.code(1)
            .stdout_has(&kept)
            .stdout_has(&format!("  backup    {name}\n"))
            .stdout_has("  ignored   a.env\n")
            .stderr_has(&hint);
        assert!(!path.join("dirty").exists() && path.join(".gitignore").exists());
        assert_eq!(world.repo.git(["show", &format!("{name}:dirty")]), "work");
        world.repo.ao(["doctor"]).code(1).stdout_has("was interrupted");
        if back {
            world.repo.ao(["restore", "--no-agent", &id]).ok().stderr_has(&name);
            assert_eq!(world.repo.within(&path).git(["status", "--porcelain"]), "");
        } else {
            // The branch goes too, and its commit is in the backup.
            world.repo.ao(["cleanup", "--branches", "--force"]).ok();
            assert!(!path.exists());
            world.repo.git(["show", &format!("{name}:.gitignore")]);
        }
    }
}

#[test]
fn json_names_it() {
    let world = World::new();
    let (id, path) = ended(&world);
    let Some(out) = cleanup(&world, &path.join(".gitignore"), &["--json"]) else { return };
    let session = &out.code(1).json()["sessions"][0];
    assert_eq!(session["incomplete"], true);
    assert_eq!(session["backup"], format!("refs/ao/backup/{id}"));
    assert!(session["kept"].as_str().unwrap().contains("left incomplete"), "{session}");
}

#[test]
fn where_nothing_went_there_is_no_backup() {
    let world = World::new();
    let (_, path) = ended(&world);
    // The last one in order goes first.
    let Some(out) = cleanup(&world, &path.join("dirty"), &[]) else { return };
    out.code(1).stdout_has("cannot remove").stdout_lacks("incomplete").stdout_lacks("backup");
    assert_eq!(backups(&world), "");
    assert!(path.join("a.env").exists());
    world.repo.ao(["doctor"]).stdout_lacks("was interrupted");
}

/// What was removed is named although it cannot be recorded; the next cleanup records it.
#[test]
fn what_cannot_be_recorded_is_named() {
    for json in [false, true] {
        let world = World::new();
        let (id, path) = ended(&world);
        world.repo.ao(["reconcile"]).ok();
        let hook = world.repo.common_dir().join("hooks/reference-transaction");
        write_script(&hook, "[ \"$1\" = prepared ] && grep -q refs/ao/sessions && exit 1\nexit 0");
        let args = ["cleanup", "--force", "--json"];
        let out = world.repo.ao(&args[..if json { 3 } else { 2 }]);
        assert!(out.status > 1, "{out}");
        let name = format!("refs/ao/backup/{id}");
        if json {
            assert_eq!(out.json()["sessions"][0]["backup"], name);
        } else {
            out.stdout_has("cleaned up").stdout_has(&format!("  backup    {name}\n"));
        }
        assert!(!path.exists());
        assert!(world.placement(&id).is_some());
        fs::remove_file(&hook).unwrap();
        world.repo.ao(["cleanup"]).ok();
        assert!(world.placement(&id).is_none());
    }
}

#[test]
fn what_cannot_be_recorded_after_an_interrupt_is_not_said_to_be() {
    let world = World::new();
    let (id, _) = ended(&world);
    world.repo.ao(["reconcile"]).ok();
    let hook = world.repo.common_dir().join("hooks/reference-transaction");
    let script = "[ \"$1\" = prepared ] && grep -q refs/ao/sessions || exit 0\n\
                  read -r _ _ _ above _ </proc/$PPID/stat && kill -INT $above\nexit 1";
    write_script(&hook, script);
    let out = world.repo.ao(["cleanup", "--force"]).code(130);
    out.stderr_has("interrupted; completed steps were not recorded")
        .stderr_has("git ao cleanup")
        .stdout_has(&format!("  backup    refs/ao/backup/{id}\n"));
    fs::remove_file(&hook).unwrap();
    world.repo.ao(["cleanup"]).ok();
    assert!(world.placement(&id).is_none());
}

/// What was staged in a worktree whose folder is gone is backed up before it is made again.
#[test]
fn a_restore_that_fails_names_the_backup() {
    let world = World::new();
    let (id, path) = ended(&world);
    world.repo.within(&path).git(["add", "dirty"]);
    fs::remove_dir_all(&path).unwrap();
    let run = world.repo.ao_run(["restore", "--no-agent", &id]);
    let place = format!("--trace-path={}", path.display());
    let Some(run) = strace(&run, &["-e", "inject=mkdir:error=ENOSPC", &place]) else { return };
    let name = format!("refs/ao/backup/{id}");
    let failed = run.run();
    assert!(failed.status > 0, "{failed}");
    failed.stderr_has("was left incomplete").stderr_has(&name);
    assert_eq!(world.repo.git(["show", &format!("{name}:dirty")]), "work");
    world.repo.ao(["restore", "--no-agent", &id]).ok().stderr_has(&name);
}

/// The backup does not hide why the restore failed, and what to do about it.
#[test]
fn a_restore_that_fails_keeps_the_hint_of_its_cause() {
    let world = World::new();
    let (id, path) = ended(&world);
    world.repo.within(&path).git(["add", "dirty"]);
    fs::remove_dir_all(&path).unwrap();
    let run = world.repo.ao_run(["restore", "--no-agent", &id]);
    let place = format!("--trace-path={}", path.display());
    let Some(run) = strace(&run, &["-e", "inject=mkdir:error=EEXIST", &place]) else { return };
    let failed = run.run();
    assert!(failed.status > 0, "{failed}");
    failed
        .stderr_has(&format!("; its unsaved work is in 'refs/ao/backup/{id}': "))
        .stderr_has("already exists")
        .stderr_has("hint: move it away first");
}

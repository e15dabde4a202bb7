//! What is asked of the disk, and what happens when the disk says no.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use git_ao::store::{SESSIONS_REF, Shelf};

use crate::support::sessions::{
    assert_whole, chain, id, increment, leftovers, session, store, store_in,
};
use crate::support::{Repo, Run, TestEnv, alone, employ, skipped, worker};

#[test]
fn worker_writes_one() {
    worker(|args| {
        let store = store_in(Path::new("."));
        let n: u64 = args[0].parse().unwrap();
        if let Err(error) = store.create(&session(n, "One")) {
            panic!("refused: {}", chain(&error));
        }
    });
}

fn write_one(repo: &Repo, n: u64) -> Run {
    employ(repo.env(), repo.dir(), worker_writes_one, &[&n.to_string()])
}

/// Runs a command after a script that mounts something, where only the command sees it; None where
/// this machine does not let us.
pub(super) fn mounted(run: Run, script: &str) -> Option<Run> {
    for flags in ["-m", "-rm"] {
        let run = run.clone().after(script).under("unshare", [flags]);
        if run.clone().like("unshare", [flags, "sh", "-c", script]).run().status == 0 {
            return Some(run);
        }
    }
    skipped("no mount namespaces here");
    None
}

/// How often a write syncs, by what `strace` sees; None where it cannot be run.
fn syncs(repo: &Repo, n: u64) -> Option<usize> {
    let log = repo.env().path("trace");
    let flags = ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", log.to_str().unwrap()];
    let probe = repo.env().run(repo.dir(), "sh", ["-c", "command -v strace && strace true"]);
    if probe.run().status != 0 {
        skipped("no strace here");
        return None;
    }
    write_one(repo, n).under("strace", flags).run().ok();
    Some(fs::read_to_string(log).unwrap().lines().filter(|line| line.contains("sync(")).count())
}

#[test]
fn core_fsync_is_honoured() {
    alone(|| {
        let repo = Repo::new();
        // Once for the version that only the first write makes.
        write_one(&repo, 0).run().ok();
        let Some(default) = syncs(&repo, 1) else { return };
        assert_eq!(default, 0);
        repo.config("core.fsync", "loose-object");
        let objects = syncs(&repo, 2).unwrap();
        // The record, four trees and the commit: each file, and the folder that it is in.
        assert_eq!(objects, 12);
        repo.config("core.fsync", "reference");
        assert_eq!(syncs(&repo, 3).unwrap(), 2);
        repo.config("core.fsync", "committed");
        assert_eq!(syncs(&repo, 4).unwrap(), objects + 2);
        // As with git, a word without a minus counts whatever follows.
        repo.config("core.fsync", "all,-reference");
        assert_eq!(syncs(&repo, 6).unwrap(), objects + 2);
        repo.config("core.fsync", "none");
        assert_eq!(syncs(&repo, 5).unwrap(), 0);
    });
}

/// All that lies in a folder, with what git made taken out.
fn files(dir: &Path) -> Vec<(String, fs::Metadata)> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
            found.push((entry.path().display().to_string(), entry.metadata().unwrap()));
        }
    }
    found
}

#[test]
fn core_shared_repository_is_honoured() {
    alone(|| {
        for (value, dir_bits, file_bits) in
            [("group", 0o2770, 0o660), ("all", 0o2775, 0o664), ("0640", 0o2750, 0o640)]
        {
            let repo = Repo::new();
            repo.config("core.sharedRepository", value);
            let before: Vec<_> =
                files(&repo.common_dir()).into_iter().map(|(path, _)| path).collect();
            write_one(&repo, 1).after("umask 077").run().ok();
            let mut new = files(&repo.common_dir());
            new.retain(|(path, _)| !before.contains(path));
            assert!(new.len() > 10, "{}", new.len());
            for (path, meta) in new {
                let mode = meta.permissions().mode() & 0o7777;
                let wanted = match (meta.is_dir(), path.contains("/objects/")) {
                    (true, _) => dir_bits,
                    (false, true) => file_bits & 0o444,
                    (false, false) => file_bits,
                };
                assert_eq!(mode & wanted, wanted, "{value}: {path} is {mode:o}");
                assert!(value == "all" || mode & 0o007 == 0, "{value}: {path} is {mode:o}");
            }
        }
    });
}

#[test]
fn without_it_files_are_as_readable_as_gits() {
    alone(|| {
        let repo = Repo::new();
        write_one(&repo, 1).after("umask 022").run().ok();
        let object = repo.git(["rev-parse", SESSIONS_REF]);
        let (folder, file) = object.trim().split_at(2);
        for (path, mode) in [
            (SESSIONS_REF.to_owned(), 0o644),
            (format!("logs/{SESSIONS_REF}"), 0o644),
            (format!("objects/{folder}/{file}"), 0o444),
            (format!("objects/{folder}"), 0o755),
        ] {
            let meta = fs::metadata(repo.common_dir().join(&path)).unwrap();
            assert_eq!(meta.mode() & 0o777, mode, "{path}");
        }
        let repo = Repo::new();
        write_one(&repo, 1).after("umask 077").run().ok();
        let tip = fs::metadata(repo.common_dir().join(SESSIONS_REF)).unwrap();
        assert_eq!(tip.mode() & 0o777, 0o600, "the umask decides");
    });
}

#[test]
fn a_read_only_repository_is_read_and_not_written() {
    alone(|| {
        let repo = Repo::new();
        write_one(&repo, 1).run().ok();
        let dir = repo.dir().to_str().unwrap();
        let script = format!(
            "mount --bind '{dir}' '{dir}' && mount -o remount,bind,ro '{dir}' && cd '{dir}'"
        );
        let Some(write) = mounted(write_one(&repo, 2), &script) else { return };
        let said = write.run().code(101);
        said.stderr_has("refused: cannot lock '").stderr_has("ao/lock': Read-only file system");
        let read = employ(repo.env(), repo.dir(), worker_lists, &["1"]);
        mounted(read, &script).unwrap().run().ok();
        assert_eq!(leftovers(&repo), [""; 0]);
    });
}

#[test]
fn worker_lists() {
    worker(|args| {
        let count = store_in(Path::new(".")).snapshot().unwrap().count(Shelf::Active).unwrap();
        assert_eq!(count.to_string(), args[0]);
    });
}

#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    alone(|| {
        let env = TestEnv::new();
        let run = employ(&env, &env.root(), worker_fills_the_disk, &["go"]);
        let script = "mount -t tmpfs -o size=4m none \"$TMPDIR\"";
        if let Some(run) = mounted(run, script) {
            let out = run.run().ok();
            eprint!("{}", out.stderr);
            drop(out.stdout_has("1 passed"));
        }
    });
}

#[test]
fn worker_fills_the_disk() {
    worker(|_| {
        const PAGE: u64 = 4096;
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(0, "One")).unwrap();
        let (mut refused, mut n) = (0, 1);
        // With more and more room, so that each step of a write is the one that fails.
        for pages in 0.. {
            let path = repo.env().path("filler");
            let mut filler = File::create(&path).unwrap();
            while filler.write(&[1; PAGE as usize]).is_ok_and(|n| n > 0) {}
            let full = filler.metadata().unwrap().len();
            filler.set_len(full.saturating_sub(pages * PAGE)).unwrap();
            let tip = store.tip().unwrap();
            let end = store.create(&session(n, "One more"));
            drop(filler);
            fs::remove_file(&path).unwrap();
            match end {
                Ok(_) => break,
                Err(error) => {
                    let said = chain(&error);
                    assert!(said.contains("No space left on device"), "{pages}: {said}");
                    refused += 1;
                }
            }
            assert_eq!(store.tip().unwrap(), tip);
            assert_eq!(leftovers(&repo), [""; 0], "{pages}");
            // With room again, the next write works.
            store.create(&session(n, "One more")).unwrap();
            store.update(id(0), "set", increment).unwrap();
            n += 1;
        }
        assert!(refused >= 5, "{refused} writes were refused");
        assert_whole(&repo);
        let reflog = repo.git(["reflog", "show", "--format=%gs", SESSIONS_REF]);
        assert!(reflog.lines().all(|line| line.starts_with("ao: ")), "{reflog}");
    });
}

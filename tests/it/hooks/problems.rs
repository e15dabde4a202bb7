//! Stores that or written: git goes on, with one warning at most.

use std::fs;
use std::time::{Duration, Instant};

use super::{BRANCH, Bed, store};
use crate::support::{Combo, Out, write_script};

/// A checkout ends well, says this and nothing else, and records nothing.
#[track_caller]
fn warned(bed: &Bed, warning: &str) {
    let tip = bed.repo.git(["rev-parse", "refs/ao/sessions"]);
    let out = bed.run(&["checkout", "-q", "-b", "other"]).run().ok();
    let lines: Vec<_> = out.stderr.lines().collect();
    assert!(lines.len() == 1 && lines[0].starts_with("warning: git-ao post-checkout: "), "{out}");
    assert!(lines[0].contains(warning), "{out}");
    assert_eq!(bed.repo.git(["rev-parse", "refs/ao/sessions"]), tip);
    assert_eq!(bed.work.git(["branch", "--show-current"]), "other\n");
    // Elsewhere nobody is bothered with it.
    bed.repo.git_result(["checkout", "-q", "-b", "mine"]).ok().stderr_is("");
}

/// Makes a commit of these files the tip of the store.
fn put(bed: &Bed, files: &[(&str, &str)]) {
    let index = bed.repo.env().path("store-index");
    let git = |args: &[&str], input: &str| -> Out {
        let run = bed.repo.env().git(bed.repo.dir(), args).env("GIT_INDEX_FILE", &index);
        run.input(input).run().ok()
    };
    for (path, text) in files {
        let blob = git(&["hash-object", "-w", "--stdin"], text);
        git(
            &["update-index", "--add", "--cacheinfo", &format!("100644,{},{path}", blob.text())],
            "",
        );
    }
    let tree = git(&["write-tree"], "");
    let commit = git(&["commit-tree", "-m", "by hand", tree.text()], "");
    bed.repo.git(["update-ref", "refs/ao/sessions", commit.text()]);
}

#[test]
fn a_store_that_is_newer() {
    let bed = Bed::new().hooked(&[]);
    put(&bed, &[("version", "2\n")]);
    warned(&bed, "the store has format version 2; this git ao supports 1");
}

#[test]
fn a_ref_that_is_no_store() {
    let bed = Bed::new().hooked(&[]);
    bed.repo.git(["update-ref", "refs/ao/sessions", "main"]);
    warned(&bed, "'refs/ao/sessions' is not a session store");
}

#[test]
fn a_record_that_is_corrupt() {
    let bed = Bed::new().hooked(&[]);
    let path = "sessions/demo/7b/7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e.yaml";
    put(&bed, &[("version", "1\n"), (path, "{not yaml\u{1b}[2J")]);
    warned(&bed, "is corrupt");
}

#[test]
fn objects_that_are_gone() {
    let bed = Bed::new().hooked(&[]);
    let tree = bed.repo.git(["rev-parse", "refs/ao/sessions^{tree}"]);
    let (folder, file) = tree.trim().split_at(2);
    fs::remove_file(bed.repo.common_dir().join("objects").join(folder).join(file)).unwrap();
    warned(&bed, "is missing");
}

#[test]
fn a_repository_that_only_a_newer_git_ao_knows() {
    let bed = Bed::new().hooked(&[]);
    write_script(&bed.hook("post-checkout"), "");
    let run = bed.work.ao_run(["hook", "post-checkout", "a", "b", "1"]);
    let run = run.env("GIT_DIR", bed.repo.env().path("no-repository"));
    let out = run.run().ok();
    assert_eq!(out.stderr.lines().count(), 1, "{out}");
    let out = bed.work.ao(["hook", "no-such-hook", "--x", "-h"]).ok().stdout_is("");
    assert_eq!(out.stderr, "warning: git-ao no-such-hook: unsupported hook 'no-such-hook'\n");
    bed.work.ao(["hook", "post-checkout"]).ok().stderr_is("");
    bed.work.ao(["hook", "post-checkout", "a", "b", "1", "c"]).ok().stderr_is("");
}

#[test]
fn another_writer_that_does_not_end_is_waited_for_a_moment() {
    let bed = Bed::new().hooked(&[]);
    let lock = store(&bed.repo).repository().lock(Duration::ZERO).unwrap();
    let start = Instant::now();
    warned(&bed, "another git ao process has held");
    assert!(start.elapsed() < Duration::from_secs(30));
    drop(lock);
    bed.work.git(["checkout", "-q", "-b", "third"]);
    assert_eq!(bed.branch(), "third");
}

#[test]
fn a_marker_with_anything_in_it_is_no_session() {
    let bed = Bed::new().hooked(&[]);
    let marker = bed.work.git(["rev-parse", "--path-format=absolute", "--git-path", "AO_SESSION"]);
    for text in ["", "nonsense", "../../../etc/passwd", "7b6d11f9"] {
        fs::write(marker.trim(), text).unwrap();
        bed.run(&["checkout", "-q", "-B", "other"]).run().ok().stderr_is("");
        assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1));
    }
}

#[test]
fn branch_names_that_need_care() {
    let bed = Bed::new().hooked(&[]);
    for name in ["it's", "a\"b", "wide\u{3000}space", "$(touch${IFS}x)", "größe/東京", "a;b|c&d"]
    {
        bed.run(&["checkout", "-q", "-b", name]).run().ok().stderr_is("");
        assert_eq!(bed.branch(), name);
    }
    assert_eq!(bed.work.git(["status", "--porcelain"]), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_branch_that_is_not_utf8_is_one_warning() {
    use std::os::unix::ffi::OsStrExt;
    let bed = Bed::new().hooked(&[]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let args = ["checkout".as_ref(), "-q".as_ref(), "-b".as_ref(), name];
    let out = bed.repo.env().git(bed.work.dir(), args).run().ok();
    assert_eq!(out.stderr.lines().count(), 1, "{out}");
    assert!(out.stderr.starts_with("warning: git-ao post-checkout: "), "{out}");
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1));
}

#[test]
fn a_placement_that_cannot_be_named_is_one_warning() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    bed.repo.config("ao.replica", "../not a name");
    let out = bed.repo.git_result(["worktree", "add", "-q", "../work", BRANCH]).ok();
    assert_eq!(out.stderr.lines().count(), 1, "{out}");
    assert!(out.stderr.contains("ao.replica"), "{out}");
    assert_eq!(bed.events(), 1);
}

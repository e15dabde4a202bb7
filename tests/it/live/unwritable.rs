//! Places that cannot be written to are found by trying, and the way out works.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Out, Repo, Run, skipped};

/// A repository with one session, whose worktrees are to be beside it.
fn prepare() -> Repo {
    let repo = Repo::new();
    repo.config("ao.worktreeDir", repo.env().path("trees").to_str().unwrap());
    repo.ao(["spawn", "--no-agent", "One"]).ok();
    repo.ao(["doctor"]).ok().stdout_lacks("cannot write");
    repo
}

/// Runs it after a script that mounts something, where only the command sees it; None where this
/// machine does not let us.
fn mounted(run: Run, script: &str) -> Option<Out> {
    for flags in ["-m", "-rm"] {
        if run.clone().like("unshare", [flags, "sh", "-c", script]).run().status == 0 {
            return Some(run.after(script).under("unshare", [flags]).run());
        }
    }
    skipped("no mount namespaces here");
    None
}

/// All files and folders below one, to see that nothing was left.
fn all(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(all(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

#[test]
fn nothing_stays_of_the_attempt() {
    let repo = prepare();
    let before = all(&repo.env().root());
    repo.ao(["doctor"]).ok();
    assert_eq!(all(&repo.env().root()), before);
}

#[test]
fn each_place_without_permission_is_named_with_what_permits_it() {
    let repo = prepare();
    let (root, git) = (repo.env().root(), repo.common_dir());
    if repo.env().run(&root, "setpriv", ["--reuid", "65534", "--clear-groups", "true"]).run().status
        != 0
    {
        return skipped("cannot be another user here");
    }
    let shell = |script: &str| {
        let script = format!("umask 022; {script}");
        repo.env().run(&root, "sh", ["-c", &script]).run().ok()
    };
    shell("chmod 755 . && chown -R 65534 .");
    let places = ["", "objects", "refs/ao", "logs/refs/ao", "ao"].map(|name| git.join(name));
    for place in places.into_iter().chain([repo.env().path("trees")]) {
        let place = place.display().to_string();
        let place = place.trim_end_matches('/');
        let user = ["--reuid", "65534", "--clear-groups"];
        let doctor = || repo.ao_run(["doctor"]).under("setpriv", user).run();
        doctor().ok().stdout_lacks("cannot write");
        shell(&format!("chmod -R a-w '{place}'"));
        let said = doctor().code(1).stdout_has("Permission denied").stdout_has(place);
        let fixes: Vec<_> =
            said.stdout.lines().filter(|line| line.trim_start().starts_with("chmod ")).collect();
        assert!(!fixes.is_empty(), "{said}");
        for fix in fixes {
            repo.env().run(&root, "sh", ["-c", fix]).under("setpriv", user).run().ok();
        }
        doctor().ok().stdout_lacks("cannot write");
        // A write says which file it is, and a command that helps.
        shell(&format!("chmod -R a-w '{place}'"));
        let title = format!("title={place}");
        let verbs: &[&str] = match place.ends_with("trees") {
            true => &["spawn", "--no-agent", "Two"],
            false => &["set", "latest", &title],
        };
        let write = || repo.ao_run(verbs).under("setpriv", user).run();
        let said = write().code(128).stderr_has(place).stderr_has("Permission denied");
        assert!(said.stderr.contains("hint: "), "{said}");
        let mut tries = 0;
        while let Some(hint) = write().stderr.lines().find_map(|it| it.strip_prefix("hint: ")) {
            let fix = match hint.ends_with("git ao doctor") {
                true => doctor().code(1).stdout,
                false => hint.to_owned(),
            };
            let fix = fix.lines().find(|line| line.trim_start().starts_with("chmod ")).unwrap();
            repo.env().run(&root, "sh", ["-c", fix]).under("setpriv", user).run().ok();
            tries += 1;
            assert!(tries < 10, "{fix}");
        }
        write().ok();
        shell(&format!("chmod -R u+w '{place}'"));
    }
}

#[test]
fn a_file_system_without_room_or_for_reading_only_is_named_once() {
    let repo = prepare();
    let root = repo.env().root().display().to_string();
    let read_only = format!("mount --bind '{root}' '{root}' && mount -o remount,ro,bind '{root}'");
    let git = repo.common_dir().display().to_string();
    let copy = format!("cp -a '{git}' '{root}/copy' && mount -t tmpfs -o");
    let back = format!("'{git}' && cp -a '{root}/copy/.' '{git}' && rm -r '{root}/copy'");
    let full = format!(
        "{copy} size=2m none {back} && {{ dd if=/dev/zero of='{git}/fill' bs=4k 2>/dev/null; true; }}"
    );
    let inodes = format!(
        "{copy} nr_inodes=500 none {back} && {{ i=0; while : 2>/dev/null >'{git}/fill'$i; do i=$((i+1)); \
         done; true; }}"
    );
    for (script, words, command) in [
        (&read_only, "Read-only file system", "findmnt -T '"),
        (&full, "No space left on device", "df -h '"),
        (&inodes, "No space left on device", "df -i '"),
    ] {
        let script = format!("{{ {script}; }} >&2");
        let Some(said) = mounted(repo.ao_run(["doctor"]), &script) else { return };
        let said = said.code(1).stdout_has(words).stdout_has(command).stdout_has(&git);
        assert_eq!(said.stdout.matches("cannot write").count(), 1, "{said}");
        let said = mounted(repo.ao_run(["set", "latest", "title=x"]), &script).unwrap();
        said.code(128).stderr_has(words).stderr_has(command);
    }
}

/// Needs no rights at all.
#[test]
fn a_file_in_the_way_is_named() {
    let repo = prepare();
    fs::remove_dir_all(repo.env().path("trees")).unwrap();
    repo.env().run(repo.dir(), "touch", [repo.env().path("trees")]).run().ok();
    let said = repo.ao(["doctor"]).code(1).stdout_has("Not a directory");
    let fix = said.stdout.lines().find(|line| line.trim_start().starts_with("mv ")).unwrap();
    repo.env().run(repo.dir(), "sh", ["-c", fix]).run().ok();
    repo.ao(["doctor"]).code(1).stdout_lacks("cannot write");
}

//! Files that the configuration includes: where git fails on one, so do we.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::sessions::{session, store};
use crate::support::{Repo, Run};

/// Where git can read the configuration, its value of `ao.agent` counts; where it cannot, nothing is
/// taken for unset.
fn assert_as_git(repo: &Repo, section: &str, as_whom: impl Fn(Run) -> Run) -> bool {
    let config = repo.dir().join(".git/config");
    let before = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{before}{section}")).unwrap();
    let git = as_whom(repo.env().run(repo.dir(), "git", ["config", "--list"])).run();
    let ao = as_whom(repo.ao_run(["list"])).run();
    fs::write(&config, before).unwrap();
    assert!([0, 128].contains(&git.status), "{section}: {git}");
    assert_eq!(ao.status, git.status, "{section}: git: {git}\ngit ao: {ao}");
    git.status == 0
}

#[test]
fn one_that_git_cannot_read_is_fatal() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    let path = |name: &str| repo.env().path(name);
    fs::create_dir(path("folder")).unwrap();
    symlink("loop", path("loop")).unwrap();
    fs::write(path("file"), "[ao]\n\treplica = here\n").unwrap();
    fs::write(path("empty"), "").unwrap();
    fs::write(path("nested"), "[include]\n\tpath = folder\n").unwrap();
    let include = |path: &str| format!("[include]\n\tpath = {path}\n");
    let at = |name: &str| include(path(name).to_str().unwrap());
    let same = |section: &str| assert_as_git(&repo, section, |run| run);
    for fatal in ["folder", "loop", "nested"] {
        assert!(!same(&at(fatal)), "{fatal}");
    }
    assert!(!same(&include("~nobody-has-this-name/x")));
    for harmless in ["file", "empty", "missing", "file/below"] {
        assert!(same(&at(harmless)), "{harmless}");
    }
    let path = path("folder");
    let path = path.display();
    // Only where the condition holds; git compares the names of sections in either case.
    assert!(same(&format!("[includeIf \"gitdir:/nowhere/\"]\n\tpath = {path}\n")));
    assert!(!same(&format!(
        "[includeIf \"gitdir:{}\"]\n\tpath = {path}\n",
        repo.common_dir().display()
    )));
    assert!(!same(&format!("[INCLUDE]\n\tpath = {path}\n")));
    repo.config("include.path", &path.to_string());
    let list = repo.ao(["list"]).code(128);
    list.stderr_has(&format!("cannot read the configuration file '{path}'"));
}

#[test]
fn one_in_a_folder_that_is_closed_is_fatal() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    let closed = repo.env().path("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("file"), "[ao]\n\treplica = here\n").unwrap();
    let root = repo.env().root();
    let own = repo.env().run(&root, "chown", ["-R", "65534:65534", root.to_str().unwrap()]).run();
    const NOBODY: [&str; 5] = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let as_nobody = |run: Run| run.under("setpriv", NOBODY);
    if own.status != 0 || as_nobody(repo.ao_run(["version"])).run().status != 0 {
        eprintln!("skipped: this needs the superuser, setpriv(1) and a build that all may read");
        return;
    }
    let close = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    let include = format!("[include]\n\tpath = {}/file\n", closed.display());
    assert!(assert_as_git(&repo, &include, as_nobody));
    fs::set_permissions(closed.join("file"), fs::Permissions::from_mode(0o000)).unwrap();
    assert!(!assert_as_git(&repo, &include, as_nobody));
    fs::set_permissions(closed.join("file"), fs::Permissions::from_mode(0o644)).unwrap();
    close(0o000);
    assert!(!assert_as_git(&repo, &include, as_nobody));
    close(0o755);
}

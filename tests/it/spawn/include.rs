//! Ignored files that a new worktree gets.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git_ao::git::Repository;
use git_ao::model::SessionId;
use git_ao::workspace::{Addition, Branch, Skipped, Workspace as _, Worktrees};

use super::{spawn, workspace};
use crate::support::{Combo, Repo, TestEnv, alone};

/// A repository that ignores some files and includes some of them.
fn repo(include: &str) -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit(".gitignore", ".env\n/node_modules/\n/cache/\n*.sock\n*.fifo\n/vendor/\n/l*\n");
    repo.write(".env", "secret\n");
    repo.write("app/.env", "nested\n");
    repo.write("node_modules/a/index.js", "a\n");
    repo.write("cache/big", "big\n");
    repo.write("open.txt", "neither tracked nor ignored\n");
    repo.commit("app/main", "main\n");
    fs::write(repo.dir().join(".worktreeinclude"), include).unwrap();
    repo
}

fn made(repo: &Repo, args: &[&str]) -> PathBuf {
    let mut all = vec!["--no-agent"];
    all.extend(args);
    workspace(&spawn(repo, &all))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn what_matches_and_is_ignored_is_copied_as_it_is() {
    alone(|| {
        let repo = repo("# the usual\n.env\nnode_modules/\nopen.txt\napp/main\n");
        let tool = repo.dir().join("node_modules/.bin");
        fs::create_dir(&tool).unwrap();
        symlink("../a/index.js", tool.join("a")).unwrap();
        let file = repo.dir().join("node_modules/a/index.js");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        fs::File::options().append(true).open(&file).unwrap().set_modified(old).unwrap();
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stdout_has("  copied    4 ignored files, 16 bytes\n").stderr_lacks("warning");
        let made = PathBuf::from(repo.ao(["path", "latest"]).ok().text());
        assert_eq!(read(made.join(".env")), "secret\n");
        assert_eq!(read(made.join("app/.env")), "nested\n");
        assert_eq!(read(made.join("node_modules/.bin/a")), "a\n");
        let meta = fs::metadata(made.join("node_modules/a/index.js")).unwrap();
        assert_eq!((meta.permissions().mode() & 0o777, meta.modified().unwrap()), (0o750, old));
        assert!(!made.join("cache").exists() && !made.join("open.txt").exists());
        assert_eq!(repo.within(&made).git(["status", "--porcelain"]), "");
    });
}

#[test]
fn nothing_is_copied_unless_it_is_asked_for() {
    alone(|| {
        let repo = repo(".env\n");
        let path = made(&repo, &["--no-include", "One"]);
        assert!(!path.join(".env").exists());
        fs::remove_file(repo.dir().join(".worktreeinclude")).unwrap();
        assert!(!made(&repo, &["Two"]).join(".env").exists());
        // A link could name any file of the machine.
        repo.write("patterns", ".env\n");
        symlink("patterns", repo.dir().join(".worktreeinclude")).unwrap();
        assert!(!made(&repo, &["Three"]).join(".env").exists());
    });
}

#[test]
fn a_pattern_that_is_taken_back_counts_as_git_says() {
    alone(|| {
        let repo = repo("node_modules/*\n!node_modules/a/\ncache/\n");
        repo.write("node_modules/b/index.js", "b\n");
        let path = made(&repo, &["One"]);
        assert!(path.join("node_modules/b/index.js").exists());
        assert!(!path.join("node_modules/a").exists());
        assert!(path.join("cache/big").exists());
    });
}

#[test]
fn nothing_is_overwritten() {
    alone(|| {
        let repo = repo(".env\n");
        repo.hook("post-checkout", "echo hook >.env");
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stdout_has("copied    1 ignored file, 7 bytes");
        let path = PathBuf::from(repo.ao(["path", "latest"]).ok().text());
        assert_eq!(read(path.join(".env")), "hook\n");
        assert_eq!(read(path.join("app/.env")), "nested\n");
    });
}

#[test]
fn what_the_new_worktree_does_not_ignore_stays_away() {
    alone(|| {
        let repo = repo(".env\n.key\n");
        // Only this worktree knows that it is a secret: a commit in the other would take it.
        repo.write(".gitignore", ".env\n.key\n");
        repo.write(".key", "key\n");
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stderr_has("not copied: '.key': the new worktree does not ignore it");
        let path = PathBuf::from(repo.ao(["path", "latest"]).ok().text());
        assert!(path.join(".env").exists() && !path.join(".key").exists());
    });
}

#[test]
fn odd_files_and_ways_out_are_left_out() {
    alone(|| {
        let repo = repo("../*\n~/x\n/etc/passwd\n*.sock\n*.fifo\nl*\nvendor/\n");
        let top = repo.dir();
        fs::create_dir_all(top.join("vendor")).unwrap();
        let _socket = UnixListener::bind(top.join("a.sock")).unwrap();
        let fifo = repo.env().shell(top, "mkfifo a.fifo vendor/b.fifo").run();
        fifo.ok();
        symlink("/etc/passwd", top.join("l1")).unwrap();
        symlink("../..", top.join("l2")).unwrap();
        symlink("README", top.join("l3")).unwrap();
        repo.git(["init", "-q", "vendor/other"]);
        repo.write("vendor/other/.env", "of another\n");
        repo.write("vendor/own", "own\n");
        repo.git(["worktree", "add", "-q", "--detach", "vendor/tree"]);
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        let out = out
            .stdout_has("copied    2 ignored files, 4 bytes")
            .stderr_has("'../*' in .worktreeinclude matches nothing")
            .stderr_has("'~/x' in .worktreeinclude matches nothing")
            .stderr_has("'l1' (and 1 more): the link points out of the worktree")
            .stderr_has("another worktree or repository");
        out.stderr_has("it is a FIFO, a socket or a device");
        let path = PathBuf::from(repo.ao(["path", "latest"]).ok().text());
        assert_eq!(fs::read_link(path.join("l3")).unwrap(), Path::new("README"));
        assert_eq!(read(path.join("vendor/own")), "own\n");
        let names = |folder: &Path| fs::read_dir(folder).unwrap().count();
        assert_eq!(names(&path.join("vendor")), 1);
        assert!(!path.join("l1").is_symlink() && !path.join("l2").is_symlink());
    });
}

#[test]
fn a_fork_takes_them_from_its_parent() {
    alone(|| {
        let repo = repo(".env\n");
        let one = made(&repo, &["One"]);
        fs::write(one.join(".env"), "of the parent\n").unwrap();
        let id = repo.within(&one).ao(["show", "@", "--json"]).ok().json();
        let id = id["session"]["id"].as_str().or(id["id"].as_str()).unwrap().to_owned();
        let fork = repo.ao(["fork", "--no-agent", "--print-path", &id, "Two"]).ok();
        assert_eq!(read(Path::new(fork.text()).join(".env")), "of the parent\n");
        // Without the parent's worktree, from the main one.
        fs::remove_dir_all(&one).unwrap();
        let fork = repo.ao(["fork", "--no-agent", "--print-path", &id, "Three"]).ok();
        assert_eq!(read(Path::new(fork.text()).join(".env")), "secret\n");
    });
}

#[test]
fn a_worktree_that_is_made_again_gets_them_again() {
    alone(|| {
        let repo = repo(".env\n");
        let path = made(&repo, &["One"]);
        fs::remove_dir_all(&path).unwrap();
        let out = repo.ao(["restore", "--no-agent", "latest"]).ok();
        out.stdout_has("copied    2 ignored files");
        assert_eq!(read(path.join(".env")), "secret\n");
    });
}

/// What a library does with it, step by step.
fn in_steps(repo: &Repo, act: impl FnOnce(&Worktrees<'_>, &Path)) {
    let git = Repository::discover(repo.dir()).unwrap();
    let worktrees = Worktrees::new(&git);
    let path = repo.env().path("w/one");
    let at = repo.git(["rev-parse", "HEAD"]).trim().parse().unwrap();
    let branch = Branch::New { name: "one".to_owned(), at };
    let added = worktrees.add(&Addition::new(&path, branch, SessionId::random())).unwrap();
    act(&worktrees, added.path());
    drop(added);
    assert!(!path.exists(), "it is taken back with what was copied");
}

#[test]
fn a_link_that_appears_meanwhile_is_not_written_through() {
    alone(|| {
        let repo = repo("node_modules/\ncache/\n");
        let outside = repo.env().path("outside");
        fs::create_dir(&outside).unwrap();
        in_steps(&repo, |worktrees, to| {
            let is_first = Cell::new(true);
            // Between the choice of the files and the copy.
            let act = || {
                if is_first.replace(false) {
                    symlink(&outside, to.join("cache")).unwrap();
                    symlink(&outside, to.join("node_modules")).unwrap();
                }
                false
            };
            let included = worktrees.include(repo.dir(), to, &act).unwrap();
            assert_eq!(included.files, 0);
            assert_eq!(included.skipped[&Skipped::Blocked].0, 2);
            assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
            fs::remove_file(to.join("cache")).unwrap();
            fs::remove_file(to.join("node_modules")).unwrap();
        });
    });
}

#[test]
fn a_link_in_the_place_of_a_folder_is_not_followed() {
    alone(|| {
        let repo = repo(".env\n");
        let outside = repo.env().path("outside");
        fs::create_dir(&outside).unwrap();
        repo.git(["rm", "-q", "-r", "--cached", "app"]);
        fs::rename(repo.dir().join("app"), repo.env().path("kept")).unwrap();
        symlink(&outside, repo.dir().join("app")).unwrap();
        repo.git(["add", "app"]);
        repo.git(["commit", "-q", "-m", "a link"]);
        fs::remove_file(repo.dir().join("app")).unwrap();
        fs::rename(repo.env().path("kept"), repo.dir().join("app")).unwrap();
        let out = repo.ao(["spawn", "--no-agent", "One"]).ok();
        out.stderr_has("not copied: 'app/.env': something else is in its place");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    });
}

#[test]
fn an_interrupt_stops_the_copy_and_leaves_nothing() {
    alone(|| {
        let repo = repo("node_modules/\n");
        for number in 0..100 {
            repo.write(&format!("node_modules/a/{number}"), "x\n");
        }
        in_steps(&repo, |worktrees, to| {
            let asked = Cell::new(0);
            let is_over = || asked.replace(asked.get() + 1) > 50;
            let included = worktrees.include(repo.dir(), to, &is_over).unwrap();
            assert!((1..60).contains(&included.files), "{}", included.files);
        });
    });
}

/// A program may name the worktrees from its own folder, in which git does not run.
#[test]
fn paths_may_be_relative() {
    alone(|| {
        let repo = repo("node_modules/\n");
        let here = std::env::current_dir().unwrap();
        let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
        let relative = |path: &Path| up.join(path.strip_prefix("/").unwrap());
        in_steps(&repo, |worktrees, to| {
            let included = worktrees.include(&relative(repo.dir()), &relative(to), &|| false);
            assert_eq!(included.unwrap().files, 1);
            assert_eq!(read(to.join("node_modules/a/index.js")), "a\n");
        });
    });
}

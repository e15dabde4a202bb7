//! The files of the index and of the stored records where they cannot be what they should be, or not
//! for this user.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use git_ao::model::{Order, SessionStatus};
use git_ao::store::{Query, SESSIONS_REF, Shelf, Visibility};

use super::index::{Numbers, check, filled, index_file, varied};
use super::records::records_file;
use crate::support::sessions::{id, store};
use crate::support::{Combo, Kind, Repo, Run, TestEnv, race, skipped};

/// Nobody, who owns nothing.
const NOBODY: [&str; 5] = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

/// What readers of all kinds say. None of them may take long.
const QUESTIONS: [&[&str]; 6] = [
    &["list", "--porcelain", "-n", "5"],
    &["list", "--porcelain", "--status", "idle", "--all"],
    &["show", "--json", "latest"],
    &["candidates", "--", "show", ""],
    &["list", "--json", "--all"],
    &["list", "--porcelain", "--sort", "title"],
];

/// A repository with both files.
fn repo(combo: Combo) -> Repo {
    let repo = TestEnv::new().repo(combo);
    filled(&repo);
    answers(&repo, |run| run);
    assert!(files(&repo).iter().all(|file| file.is_file()));
    repo
}

fn files(repo: &Repo) -> [PathBuf; 2] {
    [index_file(repo), records_file(repo)]
}

#[track_caller]
fn answers(repo: &Repo, how: impl Fn(Run) -> Run) -> Vec<String> {
    let ask = |question: &&[&str]| {
        let run = how(repo.ao_run(question.iter())).under("timeout", ["60"]);
        run.run().ok().stderr_is("").stdout
    };
    QUESTIONS.iter().map(ask).collect()
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}

/// Removes a file, and what is in its place.
fn clear(file: &Path) {
    match fs::symlink_metadata(file) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(file).unwrap(),
        Ok(_) => fs::remove_file(file).unwrap(),
        Err(_) => {}
    }
}

#[test]
fn what_is_no_file_is_neither_read_nor_waited_for() {
    let repo = repo(Combo::PLAIN);
    let expected = answers(&repo, |run| run);
    files(&repo).iter().for_each(|file| in_its_place(&repo, file, &expected));
}

fn in_its_place(repo: &Repo, file: &Path, expected: &[String]) {
    let whole = fs::read(file).unwrap();
    let copy = repo.env().path("copy");
    fs::write(&copy, &whole).unwrap();
    let make = |program: &str, args: &[&str]| {
        let made = repo.env().run(repo.dir(), program, args).run().status == 0;
        if !made {
            skipped(&format!("{program} {args:?}"));
        }
        made
    };
    let path = file.to_str().unwrap();
    let kinds: [(&str, &dyn Fn() -> bool); 7] = [
        ("a pipe", &|| make("mkfifo", &[path])),
        ("a device without an end", &|| make("mknod", &[path, "c", "1", "5"])),
        ("a link to one", &|| symlink("/dev/zero", file).is_ok()),
        ("a link to another one", &|| symlink(&copy, file).is_ok()),
        ("a link to nothing", &|| symlink("nothing", file).is_ok()),
        ("a folder", &|| fs::create_dir_all(file.join("in the way")).is_ok()),
        ("an empty file", &|| fs::write(file, "").is_ok()),
    ];
    for (what, put) in kinds {
        clear(file);
        if !put() {
            continue;
        }
        assert_eq!(answers(repo, |run| run), expected, "{what}");
        let kind = fs::symlink_metadata(file).unwrap().file_type();
        assert!(!kind.is_fifo() && !kind.is_char_device() && !kind.is_symlink(), "{what} stays");
        assert_eq!(kind.is_file(), what != "a folder", "{what} is replaced, if it can be");
        assert_eq!(fs::read(&copy).unwrap(), whole, "what a link leads to is left alone");
    }
    // The same in the place of its lock.
    clear(file);
    if make("mkfifo", &[&format!("{path}.lock")]) {
        assert_eq!(answers(repo, |run| run), expected);
        fs::remove_file(format!("{path}.lock")).unwrap();
        assert_eq!(answers(repo, |run| run), expected);
    }
}

#[test]
fn other_users_read_it_and_do_without() {
    let repo = repo(Combo::PLAIN);
    let (files, expected) = (files(&repo), answers(&repo, |run| run));
    let is_root = fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0);
    let top = repo.dir().display().to_string();
    let as_nobody = |run: Run| {
        let run = run.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory");
        let run = run.env("GIT_CONFIG_VALUE_0", &top);
        if is_root { run.under("setpriv", NOBODY) } else { run }
    };
    if is_root {
        fs::set_permissions(repo.env().root(), fs::Permissions::from_mode(0o755)).unwrap();
        let version = as_nobody(repo.ao_run(["version"]));
        if version.run().status != 0 {
            return skipped("another user cannot run the program");
        }
    }
    let folder = files[0].parent().unwrap();
    let set_mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    // Nothing can be written, as on a read-only file system.
    set_mode(folder, 0o555);
    assert_eq!(answers(&repo, as_nobody), expected, "they can be read");
    for file in &files {
        // A new file may get the number of the old one.
        let state = || (inode(file), fs::metadata(file).unwrap().modified().unwrap());
        let before = state();
        set_mode(file, 0);
        assert_eq!(answers(&repo, as_nobody), expected, "it can be neither read nor written");
        set_mode(folder, 0o755);
        fs::remove_file(file).unwrap();
        set_mode(folder, 0o555);
        assert_eq!(answers(&repo, as_nobody), expected, "there is none");
        assert!(!file.exists());
        set_mode(folder, 0o755);
        // And who may write it does again.
        assert_eq!(answers(&repo, |run| run), expected);
        assert_ne!(state(), before);
        set_mode(folder, 0o555);
    }
    set_mode(folder, 0o755);
}

#[test]
fn on_a_full_disk_there_is_none() {
    let repo = repo(Combo::PLAIN);
    let (files, expected) = (files(&repo), answers(&repo, |run| run));
    files.iter().for_each(|file| fs::remove_file(file).unwrap());
    // The limit is reached in the middle of the file.
    let full = |run: Run| run.after("trap '' XFSZ; ulimit -f 4");
    assert_eq!(answers(&repo, full), expected);
    let left: Vec<_> = fs::read_dir(files[0].parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| ["note-", "index", "records"].iter().any(|it| name.starts_with(it)))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn all_worktrees_share_it() {
    let repo = repo(Combo { kind: Kind::Linked, ..Combo::PLAIN });
    let (files, expected) = (files(&repo), answers(&repo, |run| run));
    let before = files.each_ref().map(|file| inode(file));
    let main = repo.within(repo.common_dir().parent().unwrap());
    assert_eq!(answers(&main, |run| run), expected);
    let elsewhere = repo.within(repo.env().root());
    let common = repo.common_dir();
    let named = |run: Run| run.env("GIT_DIR", &common);
    assert_eq!(answers(&elsewhere, named), expected);
    assert_eq!(files.each_ref().map(|file| inode(file)), before, "nobody wrote them again");
    let names = ["ao/index", "ao/records"];
    let mut found = walk(&common);
    found.retain(|path| names.iter().any(|name| path.ends_with(name)));
    found.sort();
    assert_eq!(found, files);
}

fn walk(top: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(top).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|it| if it.is_dir() { walk(&it) } else { vec![it] }).collect()
}

#[test]
fn a_clone_that_shares_the_objects_has_its_own() {
    let repo = repo(Combo::PLAIN);
    let (own, expected) = (files(&repo), answers(&repo, |run| run));
    let before = own.each_ref().map(|file| inode(file));
    let top = repo.dir().to_str().unwrap();
    repo.git(["clone", "-q", "--shared", top, "../clone"]);
    let clone = repo.within("../clone");
    assert!(files(&clone).iter().all(|file| !file.exists()), "a clone does not take them along");
    clone.git(["fetch", "-q", "origin", &format!("{SESSIONS_REF}:{SESSIONS_REF}")]);
    for _ in 0..2 {
        assert_eq!(answers(&clone, |run| run), expected);
    }
    assert!(files(&clone).iter().all(|file| file.is_file()));
    assert_eq!(own.each_ref().map(|file| inode(file)), before);
}

#[test]
fn what_was_fetched_over_night_is_there_at_once() {
    let repo = repo(Combo::PLAIN);
    let theirs = repo.clone_as("theirs");
    theirs.git(["fetch", "-q", "origin", &format!("{SESSIONS_REF}:{SESSIONS_REF}")]);
    // As many changes as there are sessions, and three times as many new ones.
    let (other, new) = (store(&theirs), 100..300);
    let changed = other.transaction("set", |tx| {
        for n in 0..70 {
            tx.update(id(n), |it| {
                it.title = format!("Over night {n}");
                Ok::<_, git_ao::store::StoreError>(())
            })?;
        }
        new.clone().try_for_each(|n| tx.create(varied(n)))
    });
    changed.unwrap();
    let open = store(&repo).with_private();
    open.snapshot().unwrap().query(Query::default().at_most(1));
    repo.git(["fetch", "-q", "../theirs", &format!("{SESSIONS_REF}:{SESSIONS_REF}")]);
    let before = inode(&index_file(&repo));
    check(&repo, &open, &mut Numbers(6), "a night");
    let after = inode(&index_file(&repo));
    assert_ne!(after, before, "so many changes are kept");
    check(&repo, &open, &mut Numbers(7), "another look");
    assert_eq!(inode(&index_file(&repo)), after, "and there is nothing new");
}

#[test]
fn a_clock_that_was_set_back_changes_nothing() {
    let repo = repo(Combo::PLAIN);
    let files = files(&repo);
    let back = |run: Run| run.at(1_700_000_000);
    let with = answers(&repo, back);
    // A session that is changed when the clock is back.
    back(repo.ao_run(["set", &id(3).short(), "title=Back"])).run().ok();
    let changed = answers(&repo, back);
    files.iter().for_each(|file| fs::remove_file(file).unwrap());
    assert_eq!(answers(&repo, back), changed);
    assert_ne!(with, changed);
}

#[test]
fn many_private_sessions_are_in_it_and_go_nowhere() {
    let repo = repo(Combo::PLAIN);
    let open = store(&repo).with_private();
    let made = open.transaction("set", |tx| {
        (0..70)
            .filter(|n| n % 2 == 0)
            .try_for_each(|n| tx.set_visibility(id(n), Visibility::Private).map(drop))
    });
    made.unwrap();
    let status = SessionStatus::ALL[0].to_string();
    let private = |store: &git_ao::store::Store| {
        let query = Query::default().sorted("id".parse::<Order>().unwrap()).at_most(40);
        let listed = store.snapshot().unwrap().query(query.on([Shelf::Active])).sessions;
        let is_private = |visibility| visibility == Visibility::Private;
        let count = listed.iter().filter(|it| is_private(it.location.visibility)).count();
        (listed.len(), count)
    };
    let mut numbers = Numbers(8);
    check(&repo, &open, &mut numbers, "half of them became private");
    assert_eq!(private(&open).0, 40);
    assert!(private(&open).1 > 10);
    // Who does not ask for them does not see them, nor what they hide.
    let public = store(&repo);
    assert_eq!(private(&public), (35, 0), "{status}");
    assert_eq!(private(&store(&repo).with_private()), private(&open));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let of_ref = repo.common_dir().join("refs/ao/private");
    files(&repo).iter().for_each(|file| assert_eq!(mode(file), mode(&of_ref)));
    let clone = repo.clone_as("clone");
    assert!(!clone.common_dir().join("ao").exists());
}

#[test]
fn many_readers_and_writers_at_once() {
    let repo = repo(Combo::PLAIN);
    let ends = race(64, |n| match n % 4 {
        0 => repo.ao_run(["set", &id(n as u64).short(), &format!("title=By {n}")]),
        1 => repo.ao_run(["list", "--porcelain", "-n", "3"]),
        2 => repo.ao_run(["list", "--porcelain"]),
        _ => {
            for file in files(&repo) {
                let _ = fs::remove_file(file);
            }
            repo.ao_run(["list", "--json", "--status", "idle"])
        }
    });
    for (n, end) in ends.into_iter().enumerate() {
        let end = end.ok().stderr_is("");
        assert!(n % 4 != 1 || end.stdout.lines().count() == 3, "{end}");
        assert!(n % 4 != 2 || end.stdout.lines().count() == 70, "{end}");
    }
    let open = store(&repo).with_private();
    for n in (0..64).step_by(4) {
        assert_eq!(open.snapshot().unwrap().session(id(n)).unwrap().title, format!("By {n}"));
    }
    check(&repo, &open, &mut Numbers(9), "64 at once");
    let left = fs::read_dir(repo.common_dir().join("ao")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("note-")).count(), 0);
}

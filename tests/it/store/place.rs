//! Where the store is looked for: as git looks.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::store::Shelf;

use crate::support::sessions::{path, plant_record, session, store, store_in};
use crate::support::{Combo, Out, Repo, Run, TestEnv, alone, employ, worker};

#[test]
fn worker_tells() {
    worker(|_| {
        let store = store_in(Path::new("."));
        let snapshot = store.snapshot().unwrap();
        let project = snapshot.default_project().unwrap();
        let count = snapshot.count(Shelf::Active).unwrap();
        println!("\ntold {} {project} {count}", store.repository().common_dir().display());
    });
}

fn told(out: Out) -> String {
    let mut lines = out.stdout.lines().filter_map(|line| line.strip_prefix("told "));
    lines.next_back().unwrap_or_else(|| panic!("{out}")).to_owned()
}

fn ask(repo: &Repo, dir: &Path) -> Run {
    employ(repo.env(), dir, worker_tells, &[])
}

fn filled(combo: Combo) -> (Repo, String) {
    let repo = TestEnv::new().repo(combo);
    store(&repo).create(&session(1, "One")).unwrap();
    let answer = format!("{} demo 1", repo.common_dir().display());
    (repo, answer)
}

#[test]
fn from_every_folder_of_every_worktree() {
    alone(|| {
        let (repo, answer) = filled(Combo::LINKED);
        let link = repo.env().path("link");
        std::os::unix::fs::symlink(repo.dir(), &link).unwrap();
        let deep = repo.dir().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        let main = repo.env().path("demo");
        for dir in [repo.dir(), &deep, &link, &link.join("a"), &main, &main.join(".git/refs")] {
            assert_eq!(told(ask(&repo, dir).run()), answer, "{}", dir.display());
        }
    });
}

#[test]
fn by_the_environment_and_by_gits_options() {
    alone(|| {
        let (repo, answer) = filled(Combo::PLAIN);
        let outside = repo.env().path("tmp");
        let git_dir = repo.common_dir();
        assert_eq!(told(ask(&repo, &outside).env("GIT_DIR", &git_dir).run()), answer);
        let (git_dir, work_tree) = (Path::new("../demo/.git"), repo.dir());
        let both = ask(&repo, &outside).env("GIT_DIR", git_dir).env("GIT_WORK_TREE", work_tree);
        assert_eq!(told(both.run()), answer);

        let alias = format!("alias.tell=!{}", ask(&repo, &outside).shell());
        let tell = |args: &[&str]| {
            let fixed = ["-c", alias.as_str()];
            let args: Vec<_> = fixed.iter().chain(args).chain(&["tell"]).copied().collect();
            told(ask(&repo, &outside).like("git", args).run())
        };
        let dir = repo.dir().to_str().unwrap();
        assert_eq!(tell(&["-C", dir]), answer);
        assert_eq!(tell(&["--git-dir", &format!("{dir}/.git")]), answer);
        let other = answer.replace(" demo ", " other ");
        assert_eq!(tell(&["-C", dir, "-c", "ao.project=other"]), other);
        let config = ask(&repo, repo.dir()).env("GIT_CONFIG_COUNT", "1");
        let config =
            config.env("GIT_CONFIG_KEY_0", "ao.project").env("GIT_CONFIG_VALUE_0", "other");
        assert_eq!(told(config.run()), other);
    });
}

#[test]
fn the_project_is_the_same_in_every_clone() {
    alone(|| {
        let repo = Repo::new();
        let name = |dir: &Path| {
            let told = told(ask(&repo, dir).run());
            told.rsplit(' ').nth(1).unwrap().to_owned()
        };
        assert_eq!(name(repo.dir()), "demo");
        let clone = repo.clone_as("another-folder");
        assert_eq!(name(clone.dir()), "demo");
        clone.git(["remote", "set-url", "origin", "git@example.org:team/Widgets.git"]);
        assert_eq!(name(clone.dir()), "Widgets");
        clone.git(["worktree", "add", "-q", "-b", "side", "../side"]);
        assert_eq!(name(&repo.env().path("side")), "Widgets");
        // A store that has one project says it for all.
        plant_record(&clone, &path(1).replace("/demo/", "/gadgets/"), "x");
        assert_eq!(name(&repo.env().path("side")), "gadgets");
        clone.config("ao.project", "mine");
        assert_eq!(name(clone.dir()), "mine");
    });
}

#[test]
fn reading_writes_nothing() {
    alone(|| {
        for repo in [Repo::new(), filled(Combo::LINKED).0] {
            let root: PathBuf = repo.env().root();
            fs::write(root.join("tmp/seen"), "").unwrap();
            let before = crate::support::tree_of(&root);
            let store = store(&repo);
            let snapshot = store.snapshot().unwrap();
            for shelf in [Shelf::Active, Shelf::Archived] {
                snapshot.list(shelf).unwrap();
                snapshot.projects(shelf).unwrap();
            }
            snapshot.events(Default::default()).for_each(|event| drop(event.unwrap()));
            snapshot.unexpected();
            snapshot.default_project().unwrap();
            assert!(snapshot.session(session(9, "").id).is_err());
            before.assert_same(&crate::support::tree_of(&root));
        }
    });
}

#[test]
fn a_clone_knows_its_name_as_soon_as_it_is_made() {
    let repo = Repo::new();
    let store = store(&repo);
    let before = store.clone();
    assert_eq!(store.known_replica(), None);
    let name = store.replica().unwrap();
    assert_eq!(store.known_replica(), Some(name.clone()));
    assert_eq!(before.known_replica(), Some(name.clone()));
    assert_eq!(repo.git(["config", "--local", "ao.replica"]).trim(), name);
    assert_eq!(store.replica().unwrap(), name);
}

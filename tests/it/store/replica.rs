//! A copy of a clone is another clone; one that was moved is the same.

use std::fs;
use std::path::Path;

use git_ao::model::SessionStatus;

use crate::support::agents::{STAYS, agent, record, spawn, wait_working};
use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Repo, TestEnv};

fn name(repo: &Repo) -> String {
    repo.git(["config", "--local", "ao.replica"]).trim().to_owned()
}

fn place(repo: &Repo) -> String {
    repo.git(["config", "--local", "ao.replicaPlace"]).trim().to_owned()
}

fn copy(repo: &Repo, to: &Path) -> Repo {
    let from = repo.dir().to_owned();
    repo.env().run(&from, "cp", ["-a".as_ref(), from.as_os_str(), to.as_os_str()]).run().ok();
    repo.within(to)
}

/// What the configuration says once the clone has written.
fn name_after_a_write(repo: &Repo) -> String {
    repo.ao(["set", "latest", "title=Changed"]).ok();
    let name = name(repo);
    repo.ao(["set", "latest", "title=Changed again"]).ok().stderr_lacks("copy");
    assert_eq!(self::name(repo), name, "once is enough");
    name
}

fn written() -> Repo {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    assert!(place(&repo).starts_with(&format!("{} ", name(&repo))));
    repo
}

#[test]
fn killing_in_a_copy_leaves_the_agent_of_the_original_alone() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = spawn(&repo, &["--agent", "mine", "--runtime", "detached", "x"]);
    wait_working(&repo, id);
    let copied = copy(&repo, &repo.env().path("copy"));
    let before = repo.env().path("copy/.git/config");
    let config = fs::read_to_string(&before).unwrap();
    copied.ao(["status"]).ok();
    copied.ao(["kill", "latest"]).code(1).stderr_has(&format!("runs on '{}'", name(&repo)));
    assert_eq!(fs::read_to_string(&before).unwrap(), config, "reading writes nothing");
    let forced = copied.ao(["kill", "--force", "latest"]).ok();
    forced.stdout_lacks("stopped").stderr_has("is a copy of the clone");
    assert_ne!(name(&copied), name(&repo));
    assert_eq!(record(&copied, id).status, SessionStatus::Killed);

    assert_eq!(record(&repo, id).status, SessionStatus::Working);
    let alive = repo.ao(["status", "--json"]).ok().json();
    assert_eq!(alive["sessions"][0]["live"]["agent"], "alive");
    repo.ao(["kill", "latest"]).ok().stdout_has("its agent was stopped");
}

#[test]
fn a_copy_says_once_that_it_has_a_new_name() {
    let repo = written();
    let copied = copy(&repo, &repo.env().path("copy"));
    let said = copied.ao(["set", "latest", "title=Two"]).ok();
    said.stderr_has(&format!("is a copy of the clone '{}'", name(&repo)));
    assert_ne!(name_after_a_write(&copied), name(&repo));
    let second = copy(&copied, &repo.env().path("second"));
    assert!(![name(&repo), name(&copied)].contains(&name_after_a_write(&second)));
}

#[test]
fn a_clone_that_was_moved_keeps_its_name() {
    let repo = written();
    let old = name(&repo);
    let path = repo.env().path("moved");
    fs::rename(repo.dir(), &path).unwrap();
    let moved = repo.within(&path);
    assert_eq!(name_after_a_write(&moved), old);
    assert!(place(&moved).ends_with("/moved/.git"), "{}", place(&moved));
    // The place is the present one, so that a copy of what was moved is found to be one.
    assert_ne!(name_after_a_write(&copy(&moved, &repo.env().path("copy"))), old);
}

#[test]
fn a_move_to_another_file_system_is_a_copy_without_an_original() {
    let repo = written();
    let old = name(&repo);
    let moved = copy(&repo, &repo.env().path("moved"));
    fs::rename(repo.dir(), repo.env().path("elsewhere")).unwrap();
    fs::remove_dir_all(repo.env().path("elsewhere")).unwrap();
    assert_eq!(name_after_a_write(&moved), old);
}

#[test]
fn a_backup_that_stands_where_the_clone_was_is_the_clone() {
    let repo = written();
    let old = name(&repo);
    copy(&repo, &repo.env().path("backup"));
    fs::remove_dir_all(repo.dir()).unwrap();
    repo.env()
        .run(
            &repo.env().root(),
            "cp",
            ["-a".as_ref(), repo.env().path("backup").as_os_str(), repo.dir().as_os_str()],
        )
        .run()
        .ok();
    assert_eq!(name_after_a_write(&repo), old);
}

#[test]
fn a_backup_from_another_machine_is_a_copy() {
    let repo = written();
    let old = name(&repo);
    let parts: Vec<_> = place(&repo).split(' ').map(str::to_owned).collect();
    let there = format!("{} 1{} - other-machine {}", parts[0], parts[1], parts[4]);
    repo.config("ao.replicaPlace", &there);
    assert_ne!(name_after_a_write(&repo), old);
}

#[test]
fn a_clone_seen_under_another_path_is_the_same() {
    let repo = written();
    let old = name(&repo);
    let link = repo.env().path("link");
    std::os::unix::fs::symlink(repo.dir(), &link).unwrap();
    let before = place(&repo);
    assert_eq!(name_after_a_write(&repo.within(&link)), old);
    assert_eq!(place(&repo), before);
    // As a container sees it: another machine, another path.
    let parts: Vec<_> = before.split(' ').collect();
    let mounted = format!("{} {} {} container /work/.git", parts[0], parts[1], parts[2]);
    if parts[2] != "-" {
        repo.config("ao.replicaPlace", &mounted);
        assert_eq!(name_after_a_write(&repo), old);
        assert_eq!(place(&repo), before);
    }
}

#[test]
fn a_name_without_a_place_is_adopted_by_the_first_write() {
    for combo in [Combo::PLAIN, Combo::BARE] {
        let repo = TestEnv::new().repo(combo);
        repo.config("ao.replica", "old-0000");
        assert_eq!(store(&repo).known_replica().as_deref(), Some("old-0000"));
        repo.git_result(["config", "ao.replicaPlace"]).code(1);
        store(&repo).create(&session(1, "One")).unwrap();
        assert!(place(&repo).starts_with("old-0000 "));
        // A name that somebody gives by hand is that of this clone.
        repo.config("ao.replica", "new-0000");
        assert_eq!(store(&repo).replica().unwrap(), "new-0000");
        assert!(place(&repo).starts_with("new-0000 "));
        let event = store(&repo).update(id(1), "set", |it| it.title = "Two".into()).unwrap().event;
        let text = repo.git(["cat-file", "commit", event.unwrap().as_str()]);
        assert!(text.contains("\nAo-Replica: new-0000"), "{text}");
    }
}

//! What lies where records belong, or folders of them, and is none: no write takes it away.

use git_ao::model::Session;
use git_ao::store::{SESSIONS_REF, Store};

use crate::support::sessions::{id, path, plant, session, store, with};
use crate::support::{Repo, TestEnv, alone};

/// What is planted, by its mode: where it lay, or beside it.
fn kept(repo: &Repo, mode: &str, content: &str) -> Vec<String> {
    let oid = match mode {
        "160000" => content.to_owned(),
        _ => {
            let hash = repo.env().git(repo.dir(), ["hash-object", "--stdin"]);
            hash.input(content).run().ok().stdout.trim().to_owned()
        }
    };
    let listed = repo.git(["ls-tree", "-r", SESSIONS_REF]);
    let entries = listed.lines().filter_map(|line| line.split_once('\t'));
    let same = entries.filter(|(item, _)| item.starts_with(mode) && item.ends_with(&oid));
    same.map(|(_, path)| path.to_owned()).collect()
}

fn archived(path: &str) -> String {
    path.replacen("sessions", "archive", 1)
}

/// A store in which this is planted beside session 1, and what is written to it.
fn check(planted: &str, mode: &str, content: &str, write: impl Fn(&Repo, &Store)) {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    plant(&repo, &[(mode, planted, content)]);
    assert_eq!(kept(&repo, mode, content), [planted], "planted");
    write(&repo, &store);
    let left = kept(&repo, mode, content);
    let beside = format!("{planted}~");
    assert!(
        matches!(&left[..], [one] if one == planted || one.starts_with(&beside)),
        "{mode} {planted}: {left:?}"
    );
    repo.git_result(["fsck", "--strict"]).ok();
    let found = repo.ao(["fsck"]);
    assert!(found.stdout.contains(&left[0]), "{found}");
}

/// Another project than that of session 1.
fn other(n: u64) -> Session {
    with(&session(n, "Other"), |it| it.project_id = "other".parse().unwrap())
}

#[test]
fn a_new_session_puts_what_is_in_its_way_beside_it() {
    alone(|| {
        let commit = "1234567890123456789012345678901234567890";
        let shard = format!("sessions/other/{}", id(2).shard());
        for (mode, content) in [("100644", "x"), ("120000", "/etc"), ("160000", commit)] {
            for place in ["sessions/other", &shard] {
                check(place, mode, content, |repo, store| {
                    store.create(&other(2)).unwrap();
                    assert_eq!(store.snapshot().unwrap().session(id(2)).unwrap(), other(2));
                    // What comes next finds its place made.
                    store.create(&other(3)).unwrap();
                    store.delete(id(2)).unwrap();
                    store.delete(id(3)).unwrap();
                    repo.ao(["list"]).ok().stdout_has("One");
                });
            }
        }
    });
}

#[test]
fn so_do_the_verbs_that_move_records() {
    alone(|| {
        let id = id(1).to_string();
        let record = archived(&path(1));
        let shard = record.rsplit_once('/').unwrap().0;
        for place in ["archive", "archive/demo", shard, &record] {
            check(place, "120000", "/etc/passwd", |repo, store| {
                let said = repo.ao(["archive", &id]).ok();
                said.stderr_has(&format!("warning: '{place}' is in the way of a record"));
                repo.ao(["list", "--archived"]).ok().stdout_has("One");
                repo.ao(["undo"]).ok();
                repo.ao(["list"]).ok().stdout_has("One");
                repo.ao(["archive", &id]).ok().stderr_lacks("in the way");
                assert!(store.delete(session(1, "").id).unwrap().is_some());
                repo.ao(["undo"]).ok();
            });
        }
        // Executable, and a folder, where a record was that comes back.
        for (mode, place) in [("100755", path(1)), ("100644", format!("{}/deep", path(1)))] {
            let repo = Repo::new();
            let store = store(&repo);
            store.create(&session(1, "One")).unwrap();
            repo.ao(["delete", "--force", &id]).ok();
            let deleted = repo.git(["rev-parse", SESSIONS_REF]);
            plant(&repo, &[(mode, &place, "mine")]);
            repo.ao(["undo", deleted.trim()]).ok();
            repo.ao(["list"]).ok().stdout_has("One");
            assert_eq!(kept(&repo, mode, "mine").len(), 1, "{place}");
        }
    });
}

#[test]
fn a_name_that_is_taken_is_left_to_whoever_has_it() {
    alone(|| {
        let repo = Repo::new();
        let store = store(&repo);
        store.create(&session(1, "One")).unwrap();
        plant(&repo, &[("100644", "sessions/other", "x")]);
        let oid = repo.git(["rev-parse", &format!("{SESSIONS_REF}:sessions/other")]);
        let taken = format!("sessions/other~{}", oid.trim());
        plant(&repo, &[("100644", &taken, "taken")]);
        store.create(&other(2)).unwrap();
        assert_eq!(kept(&repo, "100644", "taken"), [taken]);
        assert_eq!(kept(&repo, "100644", "x"), [format!("sessions/other~~{}", oid.trim())]);
    });
}

#[test]
fn pulls_and_pushes_keep_it_for_everybody() {
    alone(|| {
        let env = TestEnv::new();
        let hub = Repo::create(&env, "hub", crate::support::Combo::BARE);
        let clone = |name: &str| {
            let dir = env.path(name);
            let url = hub.dir().to_str().unwrap();
            env.git(&env.root(), ["clone", "-q", url, dir.to_str().unwrap()]).run().ok();
            hub.within(&dir)
        };
        let (ann, eve) = (clone("ann"), clone("eve"));
        store(&ann).create(&session(1, "One")).unwrap();
        ann.ao(["push", "-q"]).ok();
        eve.ao(["pull", "-q"]).ok();
        // Whoever comes first, a folder of records stays a folder.
        let shard = format!("sessions/other/{}", id(2).shard());
        plant(&eve, &[("100644", &shard, "theirs"), ("100644", "archive/demo", "theirs too")]);
        eve.ao(["push", "-q"]).ok();
        // And a record stays one, whatever somebody lays in its place.
        let record = format!("sessions/other/{}/{}.yaml", id(4).shard(), id(4));
        plant(&eve, &[("120000", &record, "in a record's place")]);
        eve.ao(["push", "-q"]).ok();
        store(&ann).create(&other(2)).unwrap();
        store(&ann).create(&other(4)).unwrap();
        ann.ao(["archive", &id(1).to_string()]).ok();
        ann.ao(["push"]).ok().stderr_has("is in the way of a record, and kept as '");
        eve.ao(["pull"]).ok();
        for repo in [&ann, &eve, &hub] {
            assert_eq!(kept(repo, "100644", "theirs").len(), 1);
            assert_eq!(kept(repo, "100644", "theirs too").len(), 1);
            assert_eq!(kept(repo, "120000", "in a record's place").len(), 1);
        }
        assert_eq!(eve.git(["rev-parse", SESSIONS_REF]), hub.git(["rev-parse", SESSIONS_REF]));
        eve.ao(["list", "--archived"]).ok().stdout_has("One");
        assert_eq!(store(&eve).snapshot().unwrap().session(id(4)).unwrap(), other(4));
        ann.ao(["pull"]).ok().stderr_lacks("in the way");
    });
}

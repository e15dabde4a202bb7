//! Records that break every rule: each command works with them, or refuses them clearly.

use git_ao::model::{Cost, Fork, Kind, SessionStatus, Timestamp};
use git_ao::store::{SESSIONS_REF, Shelf};

use crate::support::sessions::{assert_whole, id, session, store};
use crate::support::{Combo, Repo, TestEnv};

/// A repository with a remote, and a session that breaks all rules after it merged.
fn broken() -> (Repo, Repo) {
    let env = TestEnv::new();
    let hub = Repo::create(&env, "hub", Combo::BARE);
    let repo = env.repo(Combo::PLAIN);
    repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    let store = store(&repo);
    for n in 1..=2 {
        store.create(&session(n, "One")).unwrap();
        store.update(id(n), "merge", |it| it.status = SessionStatus::Merged).unwrap();
    }
    store
        .update_unchecked(id(1), "import", |it| {
            it.status = "foo bar\u{1b}[2J\n".into();
            it.title = "one\ntwo\u{1b}[31m".into();
            it.kind = Kind::from("a\nb\u{7}");
            it.agent = Some("rm\n-rf".into());
            it.issue_id = Some("4\n2".into());
            it.tags = vec!["a\u{1b}b".into(), "".into()];
            it.cost.insert(Cost::default()).cost_usd = Some(-1.0);
            it.created_at = Timestamp::EPOCH;
            it.updated_at = "9999-01-01T00:00:00Z".parse().unwrap();
            it.fork = Some(Fork::new(id(1)));
        })
        .unwrap();
    store.update_unchecked(id(2), "import", |it| it.status = SessionStatus::Working).unwrap();
    (repo, hub)
}

#[test]
fn each_command_works_or_refuses_and_nothing_is_lost() {
    let (repo, hub) = broken();
    let one = id(1).to_string();
    let before = store(&repo).snapshot().unwrap().session(id(1)).unwrap();
    for args in [
        &["list"][..],
        &["list", "--porcelain"],
        &["list", "--sort=title", "--filter", "not ended"],
        &["show", &one],
        &["status"],
        &["status", &one],
        &["log"],
        &["log", &one],
        &["log", "-p"],
        &["log", "--graph"],
        &["fsck"],
        &["doctor"],
        &["push", "origin"],
        &["pull", "origin"],
        &["reconcile"],
        &["restore", "--no-agent", "--dry-run", &one],
        &["restore", "--no-agent", &one],
        &["cleanup", "--dry-run"],
        &["cleanup"],
        &["delete", &one],
    ] {
        let out = repo.ao(args);
        assert!([0, 1, 128].contains(&out.status), "{args:?}: {out}");
        assert!(!out.stderr.contains("panicked"), "{out}");
        for text in [&out.stdout, &out.stderr] {
            let is_hidden = |c: char| c.is_control() && !"\n\t".contains(c);
            assert!(!text.contains(is_hidden), "{args:?}: {out}");
        }
        let store = store(&repo);
        let now = store.snapshot().unwrap();
        assert_eq!(now.list(Shelf::Active).unwrap().len(), 2, "{args:?}");
        let now = now.session(id(1)).unwrap();
        let kept = (&now.title, &now.kind, &now.agent, &now.tags, now.created_at);
        let had = (&before.title, &before.kind, &before.agent, &before.tags, before.created_at);
        assert_eq!(kept, had, "{args:?}");
    }
    assert_whole(&repo);
    repo.ao(["fsck"]).code(1);

    // Another clone gets them, finds the same, and its own changes of other fields come back.
    let other = Repo::create(repo.env(), "other", Combo::PLAIN);
    other.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    other.ao(["pull", "origin"]).ok();
    let others = store(&other);
    let found = |store: &git_ao::store::Store| {
        let all = store.check_all().unwrap().into_iter();
        all.filter(|it| it.problem.contains("breaks a rule")).count()
    };
    assert!(found(&others) >= 8);
    assert_eq!(found(&others), found(&store(&repo)));
    others.update(id(1), "set", |it| it.branch = Some("topic".into())).unwrap();
    store(&repo).update(id(1), "set", |it| it.pr_number = Some(7)).unwrap();
    other.ao(["push", "origin"]).ok();
    repo.ao(["pull", "origin"]).ok();
    let merged = store(&repo).snapshot().unwrap().session(id(1)).unwrap();
    assert_eq!((merged.branch.as_deref(), merged.pr_number), (Some("topic"), Some(7)));
    assert_eq!(merged.title, before.title);
    assert_eq!(found(&store(&repo)), found(&others));
    repo.git(["fsck", "--strict"]);
    assert!(repo.git(["log", "--format=%B", SESSIONS_REF]).contains("Ao-Unchecked"));
}

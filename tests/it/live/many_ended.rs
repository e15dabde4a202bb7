//! The status of few sessions among many that have ended.

use git_ao::model::SessionStatus;

use crate::support::Repo;
use crate::support::sessions::{id, path, plant_record, session, store};

#[test]
fn ended_sessions_are_counted_and_not_read() {
    let repo = Repo::new();
    let store = store(&repo);
    let made = store.transaction("spawn", |tx| {
        (0..100).try_for_each(|n| {
            let mut one = session(n, &format!("Task {n}"));
            one.status = if n < 90 { SessionStatus::Done } else { SessionStatus::Paused };
            one.tags = vec![format!("tag-{}", n % 2)];
            tx.create(one)
        })
    });
    made.unwrap();
    plant_record(&repo, &path(95), "no: [record");
    let status = |args: &[&str]| {
        let out = repo.ao([&["status", "--json"], args].concat()).ok();
        let text: serde_json::Value = serde_json::from_str(&out.stdout).unwrap();
        let rows = text["sessions"].as_array().unwrap().clone();
        let corrupt = rows.iter().filter(|row| !row["corrupt"].is_null()).count();
        (rows.len(), corrupt, text["hidden"].as_u64().unwrap())
    };
    // The first one builds the index, and the second one reads it.
    for _ in 0..2 {
        assert_eq!(status(&[]), (10, 1, 90));
        assert_eq!(status(&["--tag", "tag-1"]), (4, 0, 45));
        assert_eq!(status(&["--status", "done"]), (0, 0, 90));
        assert_eq!(status(&["--all"]), (100, 1, 0));
        assert_eq!(status(&[&id(3).short()]), (1, 0, 0));
    }
    // Nothing of an ended session is looked at, so a blob that is missing is not missed.
    let blob = repo.git(["rev-parse", &format!("refs/ao/sessions:{}", path(3))]);
    let (folder, file) = blob.trim().split_at(2);
    let objects = repo.common_dir().join("objects");
    let loose = objects.join(folder).join(file);
    std::fs::remove_file(&loose).unwrap();
    assert_eq!(status(&[]), (10, 1, 90));
}

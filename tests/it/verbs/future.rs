//! One write under a clock that was a year ahead does not count for ever.

use crate::support::Repo;

const AHEAD: &str = "1826731451";
const NOW: &str = "1795195451";

fn at(repo: &Repo, now: &str, args: &[&str]) -> crate::support::Out {
    repo.ao_run(args).env("GIT_TEST_DATE_NOW", now).run()
}

#[test]
fn it_is_named_and_can_be_corrected() {
    let repo = Repo::new();
    at(&repo, AHEAD, &["spawn", "--no-agent", "--no-worktree", "Ahead"]).ok();
    let ahead = at(&repo, AHEAD, &["show", "latest", "--json"]).ok().json();
    let ahead = ahead["session"]["short_id"].as_str().unwrap().to_owned();
    at(&repo, NOW, &["spawn", "--no-agent", "--no-worktree", "Now"]).ok();
    at(&repo, NOW, &["show", "latest"]).ok().stdout_has("Now");
    let listed = at(&repo, NOW, &["list", "--json"]).ok().json();
    assert_eq!(listed["sessions"][0]["title"], "Now");
    at(&repo, NOW, &["complete", &ahead]).ok();
    at(&repo, NOW, &["fsck"]).ok();

    at(&repo, AHEAD, &["set", &ahead, "title=Ahead again"]).ok();
    let found = at(&repo, NOW, &["fsck"]).code(1);
    let found = found
        .stdout_has("has an update time in the future, 2027-11-20T")
        .stdout_has("in the future");
    let fix = format!("git ao set {ahead} updated_at=now");
    let shown = found.stdout_has(&fix);
    drop(shown);
    at(&repo, NOW, &["cleanup", "--older-than", "7d", "--dry-run"]).ok().stdout_has(&ahead);
    at(&repo, NOW, &["set", &ahead, "updated_at=now"]).ok();
    at(&repo, NOW, &["fsck"]).ok().stdout_is("");
    at(&repo, NOW, &["archive", &ahead]).ok();
    at(&repo, NOW, &["set", &ahead, "updated_at=now"]).ok();
    at(&repo, NOW, &["set", &ahead, "updated_at=2026-01-01T00:00:00Z"]).code(1);
}

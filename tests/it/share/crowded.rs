//! A store in which one folder has very many records: nothing looks each of them up on its own.

use std::time::{Duration, Instant};

use super::Team;
use crate::support::alone;
use crate::support::sessions::plant;

const COUNT: u64 = 4000;

/// A place in the one folder, and the record for it.
fn record(n: u64) -> (String, String) {
    let id = format!("7b{n:06x}-0000-4000-8000-000000000000");
    let time = "2026-01-01T00:00:00.000Z";
    let text = format!(
        "schema: 1\nid: {id}\nproject_id: demo\ntitle: \"{n}\"\nstatus: idle\n\
         created_at: {time}\nupdated_at: {time}\n"
    );
    (format!("sessions/demo/7b/{id}.yaml"), text)
}

/// What looks each record up takes minutes for so many, and what does not a second.
#[test]
fn what_they_cost_grows_with_their_number() {
    alone(|| {
        let team = Team::new();
        let (ann, bob) = (team.member("ann"), team.member("bob"));
        let records: Vec<(String, String)> = (0..COUNT).map(record).collect();
        let mut files = vec![("100644", "version", "1\n")];
        files.extend(records.iter().map(|(path, text)| ("100644", path.as_str(), text.as_str())));
        plant(&ann, &files);
        ann.git(["push", "-q", "origin", "refs/ao/sessions"]);
        bob.ao(["spawn", "--no-agent", "--private", "--title", "mine"]).ok();
        let start = Instant::now();
        bob.ao(["fetch"]).ok().stdout_has("4000 sessions new");
        bob.ao(["pull"]).ok().stdout_has("4000 sessions new");
        bob.ao(["show", "7b00"]).code(1).stderr_has("7b000000");
        bob.ao(["list", "-n", "1"]).ok();
        bob.ao(["fsck"]).ok();
        bob.ao(["push", "--dry-run"]).ok();
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(60), "{taken:?}");
    });
}

//! One long field does not pad every line.

use git_ao::model::SessionStatus;

use crate::support::sessions::{session, store};
use crate::support::{Combo, TestEnv};

#[test]
fn a_list_with_a_long_field_stays_small() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let store = store(&repo);
    for n in 0..30 {
        let mut session = session(n, "One");
        if n == 0 {
            session.branch = Some(format!("b/{}", "東".repeat(300)));
            session.agent = Some("x".repeat(20_000));
            session.status = SessionStatus::Other("s".repeat(20_000));
        }
        store.create_unchecked(&session).unwrap();
    }
    for verb in [&["list"][..], &["status"]] {
        let out = repo.ao(verb).ok();
        assert!(out.stdout.len() < 20_000, "{} bytes", out.stdout.len());
        assert!(out.stdout.contains('…'), "{out}");
    }
    // For programs nothing is cut.
    let long = "x".repeat(20_000);
    repo.ao(["list", "--porcelain"]).ok().stdout_has(&long);
}

//! The agent and the runtime of the examples, which are in memory.

use crate::support::Repo;
use crate::support::agents::record;
use crate::support::sessions::own_store;

#[allow(dead_code)] // its main
#[path = "../../../examples/memory.rs"]
mod example;

#[test]
fn a_restored_agent_knows_what_it_was_told_before() {
    let repo = Repo::new();
    let mut out = Vec::new();
    example::run(own_store(&repo), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let id = repo.ao(["list", "--porcelain"]).ok().stdout[..36].to_owned();
    let short = &id[..8];
    assert_eq!(
        out,
        format!(
            "{short}: killed\n{short}: working\n{short}: done\n  \
             Count the parrots\n  Twice, please\n  Go on\n  bye\n"
        )
    );
    let session = record(&repo, id.parse().unwrap());
    assert_eq!((session.agent.as_deref(), session.status.as_str()), (Some("parrot"), "done"));
    assert!(repo.git(["branch", "--list", "ao/*"]).contains(short));
}

//! A private session that becomes public: what it leads to, and what others did to it.

use git_ao::model::{Fork, Map};

use crate::support::Repo;
use crate::support::sessions::{id, session, store};

fn made(repo: &Repo, args: &[&str]) -> String {
    repo.ao(args).ok().json()["session"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_log_ends_at_a_fork_whose_event_is_not_here() {
    let repo = Repo::new();
    let event = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
    let mut kid = session(1, "Kid");
    let (branch, extra) = (None, Map::new());
    kid.fork = Some(Fork { session: id(2), event: Some(event), branch, extra });
    kid.branch = Some("main".to_owned());
    store(&repo).create(&kid).unwrap();
    let id = id(1).to_string();
    for more in [&["--oneline"][..], &["-p"], &["--json"], &["--graph"], &[]] {
        let out = repo.ao([&["log", &id], more].concat()).ok();
        out.stderr_is("").stdout_has(&id[..8]);
    }
    let fork = made(&repo, &["fork", "--json", "--no-worktree", &id]);
    repo.ao(["log", &fork]).ok().stderr_is("").stdout_has("spawn ").stdout_has("fork ");
}

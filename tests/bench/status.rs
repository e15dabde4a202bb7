//! What is true of many sessions, against the two programs that know the facts.

use std::path::Path;
use std::process::{Command, Stdio};

use git_ao::model::{Placement, Session};

use crate::measure::in_turn;
use crate::stage::{Stage, git, session};

const SESSIONS: usize = 200;
const LIVE: usize = 20;
const ROUNDS: usize = 30;

/// A tmux server of its own, which ends with this.
struct Tmux(String);

impl Tmux {
    fn run(&self, args: &[&str]) {
        let mut command = Command::new("tmux");
        let command = command.args(["-S", &self.0, "-f", "/dev/null"]).args(args);
        assert!(quiet(command), "tmux {args:?}");
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        quiet(Command::new("tmux").args(["-S", &self.0, "kill-server"]));
    }
}

fn quiet(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// `status` of 200 sessions with a worktree each, of which 20 have an agent in tmux, against `git
/// worktree list` and `tmux list-sessions` together.
pub fn against_git_and_tmux() {
    if !quiet(Command::new("tmux").arg("-V")) {
        println!("status: skipped, tmux is not installed");
        return;
    }
    let stage = Stage::with_sessions(1);
    let top = stage.dir.path();
    let socket = top.join("socket").display().to_string();
    git(top, &["config", "ao.tmuxSocket", &socket]);
    let tmux = Tmux(socket);
    let replica = stage.store.replica().expect("it can be made");
    let sessions: Vec<_> = (10..10 + SESSIONS).map(session).collect();
    let placed = sessions.into_iter().enumerate().map(|(n, mut session)| {
        let placement = place(top, &tmux, &session, n < LIVE);
        session.placements.insert(replica.clone(), placement);
        session
    });
    let placed: Vec<_> = placed.collect();
    let made = stage.store.transaction("spawn", |tx| {
        placed.iter().try_for_each(|session| tx.create(session.clone()))
    });
    made.expect("a store can be written");
    stage.pack();
    let ao = env!("CARGO_BIN_EXE_git-ao");
    let ours = |_| assert!(quiet(Command::new(ao).current_dir(top).arg("status")));
    let theirs = |_| {
        assert!(quiet(Command::new("git").current_dir(top).args(["worktree", "list"])));
        tmux.run(&["list-sessions"]);
    };
    let what = format!("status, {SESSIONS} sessions, {LIVE} live");
    in_turn(ROUNDS, ours, theirs).report(&what, "git worktree list; tmux list-sessions");
}

fn place(top: &Path, tmux: &Tmux, session: &Session, is_live: bool) -> Placement {
    let name = session.id.short();
    let path = top.join("trees").join(&name);
    let workspace = path.to_str().expect("a plain path").to_owned();
    let branch = session.branch.clone().expect("it has one");
    git(top, &["worktree", "add", "-q", "-b", &branch, &workspace]);
    let own = top.join(".git/worktrees").join(&name).join("AO_SESSION");
    std::fs::write(own, format!("{}\n", session.id)).expect("a fresh file");
    let mut placement = Placement::in_workspace(&*workspace);
    if is_live {
        let handle = format!("ao-{name}");
        tmux.run(&["new-session", "-d", "-s", &handle, "-c", &workspace, "sleep 1000"]);
        let (target, id) = (format!("={handle}:"), session.id.to_string());
        tmux.run(&["set-option", "-t", &target, "@ao_session", &id]);
        tmux.run(&["set-option", "-F", "-t", &target, "@ao_pane", "#{pane_id}"]);
        (placement.runtime, placement.handle) = (Some("tmux".to_owned()), Some(handle));
    }
    placement
}

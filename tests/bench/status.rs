//! What is true of many sessions, against the two programs that know the facts.

use std::path::Path;
use std::process::{Command, Stdio};

use git_ao::model::{Base, Oid, Placement, Session, SessionStatus};

use crate::fill::{LIVE, import, mixed};
use crate::lines::{STATUS_AMONG, STATUS_BASES};
use crate::measure::in_turn;
use crate::stage::{Stage, git, session};

const SESSIONS: usize = 200;
const ROUNDS: usize = 30;

/// A tmux server of its own, which ends with this.
struct Tmux(String);

impl Tmux {
    /// The one that the sessions of a store are to use.
    fn of(stage: &Stage) -> Self {
        let socket = stage.dir.path().join("socket").display().to_string();
        git(stage.dir.path(), &["config", "ao.tmuxSocket", &socket]);
        Self(socket)
    }

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
    if !has_tmux() {
        return;
    }
    let stage = Stage::with_sessions(1);
    let top = stage.dir.path();
    let tmux = Tmux::of(&stage);
    add(&stage, Some(&tmux), SESSIONS);
    stage.pack();
    let ours = |_| status(&stage);
    let theirs = |_| {
        assert!(quiet(Command::new("git").current_dir(top).args(["worktree", "list"])));
        tmux.run(&["list-sessions"]);
    };
    let what = format!("status, {SESSIONS} sessions, {LIVE} live");
    in_turn(ROUNDS, ours, theirs).report(&what, "git worktree list; tmux list-sessions");
}

/// `status` of the sessions that are alive, among many that have ended.
pub fn among_ended() {
    if !has_tmux() {
        return;
    }
    let stages = [100, 100_000].map(|count| {
        let ended = mixed(count).map(|mut session| {
            session.status = SessionStatus::Merged;
            session
        });
        let stage = Stage::filled(ended);
        let tmux = Tmux::of(&stage);
        add(&stage, Some(&tmux), LIVE);
        stage.pack();
        (tmux, stage)
    });
    let [few, many] = &stages;
    STATUS_AMONG.report(100_000, in_turn(ROUNDS, |_| status(&many.1), |_| status(&few.1)));
}

/// `status` of sessions whose branches are to be compared with a base that has many commits, in a
/// repository without a commit-graph, against git's own comparison of the same branches.
pub fn far_bases() {
    let count = 100_000;
    let stage = Stage::with_sessions(1);
    let top = stage.dir.path();
    let base = git(top, &["symbolic-ref", "HEAD"]);
    let sessions = add(&stage, None, LIVE);
    import(top, |to| {
        let mut commit = |name: &str, mark: usize, from: &str| {
            // Later than the commit that is there.
            let seconds = 1_900_000_000 + 60 * mark;
            writeln!(to, "commit {name}\nmark :{mark}")?;
            writeln!(to, "committer Bench <bench@example.org> {seconds} +0000")?;
            writeln!(to, "data 2\nx\n{from}")
        };
        commit(&base, 1, &format!("from {base}^0"))?;
        (2..=count).try_for_each(|mark| commit(&base, mark, ""))?;
        sessions.iter().enumerate().try_for_each(|(number, session)| {
            let branch = session.branch.as_deref().expect("it has one");
            let from = format!("from :{}", count - 10 * number);
            commit(&format!("refs/heads/{branch}"), count + 1 + number, &from)
        })
    });
    let args = ["for-each-ref", &format!("--format=%(ahead-behind:{base})"), "refs/heads/ao/"];
    let theirs = |_| assert_eq!(git(top, &args).lines().count(), LIVE);
    let ours = |_| {
        let _ = std::fs::remove_file(stage.store.repository().ao_dir().join("divergence"));
        status(&stage);
    };
    STATUS_BASES.report(count, in_turn(5, ours, theirs));
}

fn status(stage: &Stage) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-ao"));
    assert!(quiet(command.current_dir(stage.dir.path()).arg("status")), "git-ao status");
}

fn has_tmux() -> bool {
    let has = quiet(Command::new("tmux").arg("-V"));
    if !has {
        println!("status: skipped, tmux is not installed");
    }
    has
}

/// Adds sessions with a worktree each, of which the first [`LIVE`] have an agent if there is a tmux.
fn add(stage: &Stage, tmux: Option<&Tmux>, count: usize) -> Vec<Session> {
    let top = stage.dir.path();
    let replica = stage.store.replica().expect("it can be made");
    let base = git(top, &["symbolic-ref", "--short", "HEAD"]);
    let commit: Oid = git(top, &["rev-parse", "HEAD"]).parse().expect("an id");
    let placed = (10..10 + count).map(session).enumerate().map(|(n, mut session)| {
        let placement = place(top, tmux.filter(|_| n < LIVE), &session);
        session.placements.insert(replica.clone(), placement);
        let mut from = Base::default();
        (from.branch, from.commit) = (Some(base.clone()), Some(commit.clone()));
        session.base = Some(from);
        session
    });
    let placed: Vec<_> = placed.collect();
    let made = stage.store.transaction("spawn", |tx| {
        placed.iter().try_for_each(|session| tx.create(session.clone()))
    });
    made.expect("a store can be written");
    placed
}

fn place(top: &Path, tmux: Option<&Tmux>, session: &Session) -> Placement {
    let name = session.id.short();
    let path = top.join("trees").join(&name);
    let workspace = path.to_str().expect("a plain path").to_owned();
    let branch = session.branch.clone().expect("it has one");
    git(top, &["worktree", "add", "-q", "-b", &branch, &workspace]);
    let own = top.join(".git/worktrees").join(&name).join("AO_SESSION");
    std::fs::write(own, format!("{}\n", session.id)).expect("a fresh file");
    let mut placement = Placement::in_workspace(&*workspace);
    if let Some(tmux) = tmux {
        let handle = format!("ao-{name}");
        tmux.run(&["new-session", "-d", "-s", &handle, "-c", &workspace, "sleep 1000"]);
        let (target, id) = (format!("={handle}:"), session.id.to_string());
        tmux.run(&["set-option", "-t", &target, "@ao_session", &id]);
        tmux.run(&["set-option", "-F", "-t", &target, "@ao_pane", "#{pane_id}"]);
        (placement.runtime, placement.handle) = (Some("tmux".to_owned()), Some(handle));
    }
    placement
}

//! A task is never done a second time without a word: what has begun goes on, or is refused.

use std::fs;

use git_ao::model::{SessionId, SessionStatus};

use crate::support::Repo;
use crate::support::agents::{agent, events, record, spawn, traces, wait_ended, workspace};
use crate::support::sessions::{id, path, plant_record};

/// Counts how often it was run.
const COUNTS: &str = "echo run >>\"$COUNT\"";

struct Stage {
    repo: Repo,
}

impl Stage {
    fn new(script: &str) -> Self {
        let repo = Repo::new();
        let count = repo.env().path("count");
        agent(&repo, "mine", &format!("COUNT='{}'\n{COUNTS}\n{script}", count.display()));
        repo.config("ao.runtime", "detached");
        Self { repo }
    }

    fn runs(&self) -> usize {
        let text = fs::read_to_string(self.repo.env().path("count")).unwrap_or_default();
        text.lines().count()
    }

    fn start(&self) -> SessionId {
        let id = spawn(&self.repo, &["--agent", "mine", "the task"]);
        wait_ended(&self.repo, id);
        id
    }

    /// A restore is refused, says how to begin again, and changes nothing.
    #[track_caller]
    fn refuses(&self, id: SessionId, why: &str) {
        let before = (traces(&self.repo), events(&self.repo).len(), self.runs());
        let out = self.repo.ao(["restore", &id.short()]).code(1).stderr_has(why);
        out.stderr_has(&format!("git ao restore --fresh {}", id.short())).stdout_is("");
        assert_eq!((traces(&self.repo), events(&self.repo).len(), self.runs()), before);
    }
}

#[test]
fn a_command_that_has_run_is_not_run_again() {
    let stage = Stage::new("exit 0");
    let repo = &stage.repo;
    let id = stage.start();
    stage.refuses(id, "its agent cannot resume a conversation");
    fs::remove_file(workspace(repo, id).join("prompt")).unwrap();
    repo.ao(["restore", &id.short(), "--fresh"]).ok();
    wait_ended(repo, id);
    assert_eq!(stage.runs(), 2);

    // Also where nothing but the history tells that it ran.
    repo.ao(["cleanup", "--force"]).ok();
    stage.refuses(id, "its agent cannot resume a conversation");
    repo.ao(["complete", "--force", &id.short()]).ok();
    repo.ao(["restore", "--no-agent", &id.short()]).ok();
    assert_eq!(record(repo, id).status, SessionStatus::Idle);
    stage.refuses(id, "its agent cannot resume a conversation");
    agent(repo, "other", "exit 0");
    let out = repo.ao(["restore", "--agent", "other", &id.short()]).code(1);
    out.stderr_has("its conversation belongs to another agent");
}

#[test]
fn what_never_began_needs_no_word() {
    let stage = Stage::new("exit 0");
    let repo = &stage.repo;
    let id = spawn(repo, &["--agent", "mine", "--no-agent", "x"]);
    repo.ao(["kill", &id.short()]).ok();
    repo.ao(["restore", &id.short()]).ok();
    wait_ended(repo, id);
    assert_eq!(stage.runs(), 1);

    let program = repo.env().path("mine-agent");
    let script = fs::read_to_string(&program).unwrap();
    fs::write(&program, "#!/no/such/interpreter\n").unwrap();
    let id = stage.start();
    assert_eq!(record(repo, id).status, SessionStatus::Errored);
    fs::write(&program, &script).unwrap();
    repo.ao(["restore", &id.short()]).ok();
    wait_ended(repo, id);
    assert_eq!(stage.runs(), 2);

    // It ran, and could not be started once after that.
    fs::write(&program, "#!/no/such/interpreter\n").unwrap();
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    assert!(wait_ended(repo, id).status_reason.unwrap().starts_with("not started: "));
    fs::write(&program, &script).unwrap();
    stage.refuses(id, "its agent cannot resume a conversation");
}

/// A history that does not go back to the beginning does not tell that it never began.
#[test]
fn what_may_have_begun_is_not_begun_again() {
    let stage = Stage::new("exit 0");
    let repo = &stage.repo;
    repo.git(["branch", "theirs"]);
    let text = format!(
        "id: {}\nproject_id: demo\nstatus: killed\nagent: mine\nbranch: theirs\ntask: x\n\
         created_at: 2026-01-01T00:00:00Z\nupdated_at: 2026-01-01T00:00:00Z\n",
        id(1)
    );
    plant_record(repo, &path(1), text);
    stage.refuses(id(1), "its agent cannot resume a conversation");
}

/// An agent that keeps its conversation in a file of ours, as aider does.
#[test]
fn a_history_that_is_gone_is_no_conversation() {
    let stage = Stage::new("exit 0");
    let repo = &stage.repo;
    for (key, value) in [
        ("launch", "{history_file}"),
        ("resume", "again {history_file}"),
        ("headless", "{history_file} {prompt}"),
        ("headlessResume", "again {history_file} {prompt}"),
        ("sessionId", "history"),
    ] {
        repo.config(&format!("ao.agent.mine.{key}"), value);
    }
    let id = stage.start();
    stage.refuses(id, "its conversation was not found on this machine");
    let own = record(repo, id).agent_session_id.unwrap();
    let history = repo.common_dir().join(format!("ao/agent/mine-{own}.history"));
    fs::write(&history, "said").unwrap();
    repo.ao(["restore", "--runtime", "none", &id.short()]).ok();
    assert_eq!(record(repo, id).agent_session_id.as_ref(), Some(&own), "it is kept");
    repo.ao(["restore", "--runtime", "detached", &id.short(), "and", "now?"]).ok();
    wait_ended(repo, id);
    let args = fs::read_to_string(workspace(repo, id).join("args")).unwrap();
    assert_eq!(args, format!("again\n{}\nand now?\n", history.display()));
    assert!(!repo.common_dir().join(format!("ao/agent/{id}.text")).exists());
    assert_eq!(record(repo, id).agent_session_id, Some(own));
}

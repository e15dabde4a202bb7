//! What `git-ao run` does for an agent, with scripts as agents.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use git_ao::model::{Session, SessionId, SessionStatus};

use crate::support::agents::{
    STAYS, agent, events, handle, log, record, spawn, tmux, wait_ended, wait_file, wait_open,
    wait_working, workspace,
};
use crate::support::{Repo, write_script};

fn start(repo: &Repo, runtime: &str) -> SessionId {
    spawn(repo, &["--agent", "mine", "--runtime", runtime, "the task"])
}

fn how(session: &Session) -> (SessionStatus, &str) {
    (session.status.clone(), session.status_reason.as_deref().unwrap_or_default())
}

#[test]
fn its_environment_is_the_sessions() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let git_dir = repo.common_dir();
    let run = repo.ao_run(["spawn", "--json", "--agent", "mine", "--runtime", "detached", "x"]);
    let out = run.env("GIT_DIR", git_dir).env("CLAUDECODE", "1").run().ok();
    let id: SessionId = out.json()["session"]["id"].as_str().unwrap().parse().unwrap();
    let ended = wait_ended(&repo, id);
    let env = wait_file(&repo, id, "env");
    let has = |line: String| env.lines().any(|there| there == line);
    assert!(has(format!("AO_SESSION_ID={id}")), "{env}");
    assert!(has(format!("AO_SESSION_BRANCH={}", ended.branch.unwrap())), "{env}");
    assert!(has(format!("PWD={}", workspace(&repo, id).display())), "{env}");
    assert!(!env.contains("GIT_DIR=") && !env.contains("CLAUDECODE="), "{env}");
}

/// Where it keeps its conversations is where they are looked for later, also when a tmux server was
/// started with other variables.
#[test]
fn the_folder_of_its_conversations_is_the_callers() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    let program = agent(&repo, "codex", STAYS);
    write_script(&program, "env >env.new; mv env.new env\nexec sleep 1000");
    let server = ["-f", "/dev/null", "new-session", "-d", "sleep", "1000"];
    repo.env().run(repo.dir(), "tmux", server).env("CODEX_HOME", "/servers").run().ok();
    let args = ["spawn", "--json", "--agent", "codex", "--runtime", "tmux", "x"];
    for mine in [Some("/mine"), None] {
        let run = repo.ao_run(args);
        let run = if let Some(mine) = mine { run.env("CODEX_HOME", mine) } else { run };
        let id = run.run().ok().json()["session"]["id"].as_str().unwrap().parse().unwrap();
        let env = wait_file(&repo, id, "env");
        let has = env.lines().find_map(|line| line.strip_prefix("CODEX_HOME="));
        assert_eq!(has, mine);
    }
}

#[test]
fn its_end_is_recorded_as_it_was() {
    let repo = Repo::new();
    for (script, status, reason) in [
        ("exit 0", SessionStatus::Done, "agent_exited"),
        ("echo out; echo err >&2; exit 3", SessionStatus::Errored, "agent_exited: status 3"),
        ("kill -9 $$", SessionStatus::Errored, "agent_exited: signal 9"),
    ] {
        agent(&repo, "mine", script);
        let id = start(&repo, "detached");
        let ended = wait_ended(&repo, id);
        assert_eq!(how(&ended), (status, reason), "{script}");
        if script.contains("out") {
            let log = log(&repo, id);
            let mut lines: Vec<_> = log.lines().collect();
            lines.sort_unstable();
            assert_eq!(lines, ["err", "out"]);
        }
        let short = id.short();
        let events = events(&repo);
        assert_eq!(events[1], format!("status {short}: spawning -> working"));
        assert_eq!(events[2], format!("spawn {short}: the task"));
    }
}

#[test]
fn a_program_that_cannot_start_is_recorded() {
    let repo = Repo::new();
    let path = agent(&repo, "mine", "exit 0");
    let id = start(&repo, "detached");
    wait_ended(&repo, id);
    fs::write(&path, "#!/no/such/interpreter\n").unwrap();
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    let ended = wait_ended(&repo, id);
    assert_eq!(ended.status, SessionStatus::Errored);
    let reason = ended.status_reason.unwrap();
    assert!(reason.starts_with("not started: "), "{reason}");
}

#[test]
fn a_signal_to_it_reaches_the_agent_and_is_recorded() {
    let repo = Repo::new();
    for runtime in ["detached", "tmux"] {
        if runtime == "tmux" && tmux(&repo, &["-V"]).is_none() {
            continue;
        }
        agent(
            &repo,
            "mine",
            "trap 'echo told >told; exit 7' TERM; touch ready\nwhile :; do sleep 0.05; done",
        );
        let id = start(&repo, runtime);
        wait_working(&repo, id);
        wait_file(&repo, id, "ready");
        let pid = match handle(&repo, id).split_once('@') {
            Some((pid, _)) => pid.to_owned(),
            None => tmux(&repo, &["list-panes", "-a", "-F", "#{pane_pid}"]).unwrap(),
        };
        repo.env().run(repo.dir(), "kill", ["-TERM", pid.trim()]).run().ok();
        let ended = wait_ended(&repo, id);
        assert_eq!(how(&ended), (SessionStatus::Errored, "agent_exited: status 7"), "{runtime}");
        assert_eq!(wait_file(&repo, id, "told"), "told\n");
    }
}

#[test]
fn a_second_one_refuses() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, "detached");
    wait_working(&repo, id);
    let before = events(&repo);
    let place = repo.within(workspace(&repo, id));
    let again = repo.ao(["restore", "--fresh", &id.short()]);
    again.code(1).stderr_has("is running");
    place.ao(["run", &id.to_string()]).code(1).stderr_has("no terminal");
    // script(1) gives it one.
    if repo.env().run(repo.dir(), "sh", ["-c", "command -v script"]).run().status == 0 {
        let run = format!("'{}' run {id}", env!("CARGO_BIN_EXE_git-ao"));
        let out = repo.env().run(place.dir(), "script", ["-qec", &run, "/dev/null"]).run();
        assert!(out.stdout.contains("is running"), "{out}");
    }
    assert_eq!(events(&repo), before);
    repo.ao(["kill", &id.short()]).ok().stdout_has("its agent was stopped");
    place.ao(["run", "--wait", &id.to_string()]).code(1).stderr_has("is killed");
}

#[test]
fn one_that_does_not_end_when_asked_is_killed() {
    let repo = Repo::new();
    agent(&repo, "mine", "trap '' TERM HUP; touch ready\nwhile :; do sleep 0.05; done");
    let id = start(&repo, "detached");
    wait_working(&repo, id);
    wait_file(&repo, id, "ready");
    repo.ao(["cancel", "-m", "no use", &id.short()]).ok().stdout_has("was killed");
    let it = record(&repo, id);
    assert_eq!(how(&it), (SessionStatus::Killed, "cancelled: no use"));
}

#[test]
fn while_it_waits_for_its_turn_a_signal_ends_it() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = spawn(&repo, &["--agent", "mine", "--no-agent", "x"]);
    let path = repo.common_dir().join(format!("ao/run/{id}.start"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let claim = fs::File::create(&path).unwrap();
    claim.lock().unwrap();
    let run = repo.ao_run(["run", "--wait", &id.to_string()]);
    let mut waiting = run.spawn();
    // Until it has opened the file it cannot know that it has to wait.
    wait_open(waiting.id(), &path);
    repo.env().run(repo.dir(), "kill", ["-TERM", &waiting.id().to_string()]).run().ok();
    assert_eq!(waiting.wait().unwrap().signal(), Some(15));
    drop(claim);
    assert_eq!(record(&repo, id).status, SessionStatus::Idle);
}

#[test]
fn without_an_agent_a_session_waits_and_a_hint_says_why() {
    let repo = Repo::new();
    let out = repo.ao(["spawn", "x"]).ok();
    let out = out.stderr_has("no agent was started").stderr_has("looked for claude, codex");
    out.stderr_has("ao.agent");
    repo.ao(["spawn", "--no-agent", "x"]).ok().stderr_is("");
    let sessions = crate::support::sessions::store(&repo);
    let listed = sessions.snapshot().unwrap().list(git_ao::store::Shelf::Active).unwrap();
    assert!(listed.iter().all(|it| it.session.as_ref().unwrap().status == SessionStatus::Idle));
}

/// Without a terminal of its own it would be suspended when it asks something.
#[test]
fn one_that_only_does_its_task_reads_nothing_from_tmux() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", "cat \"$1\" >task");
    repo.config("ao.agent.mine.headless", "{prompt_file}");
    let id = start(&repo, "tmux");
    assert_eq!(wait_ended(&repo, id).status, SessionStatus::Done);
    assert_eq!(wait_file(&repo, id, "task"), "the task");
    assert_eq!(wait_file(&repo, id, "prompt"), "");
}

#[test]
fn its_own_id_is_learned_from_its_output() {
    let repo = Repo::new();
    agent(&repo, "mine", r#"echo '{"type":"start","talk":"t-1"}'; echo more"#);
    repo.config("ao.agent.mine.sessionId", "json:talk");
    let id = start(&repo, "detached");
    assert_eq!(wait_ended(&repo, id).agent_session_id.as_deref(), Some("t-1"));
    assert_eq!(log(&repo, id), "{\"type\":\"start\",\"talk\":\"t-1\"}\nmore\n");
}

//! When transcripts are captured: while an agent works, at its end, and in passing.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use git_ao::git::Repository;
use git_ao::model::{Session, SessionId, SessionStatus};
use git_ao::transcript::TranscriptStore;

use crate::support::Repo;
use crate::support::agents::{
    STAYS, agent, log, record, spawn, until, wait_ended, wait_until, wait_working, workspace,
};

/// An agent whose transcript is below the home directory, named after the session.
fn talker(repo: &Repo, script: &str) {
    let begin = "talk=$HOME/talks/$AO_SESSION_ID.jsonl; mkdir -p \"$HOME/talks\"\n";
    agent(repo, "talker", &format!("{begin}{script}"));
    repo.config("ao.agent.talker.transcript", "~/talks/{session_id}.jsonl");
}

fn start(repo: &Repo) -> SessionId {
    spawn(repo, &["--agent", "talker", "--runtime", "detached", "x"])
}

fn talk(repo: &Repo, id: SessionId) -> PathBuf {
    repo.env().home().join(format!("talks/{id}.jsonl"))
}

fn replica(session: &Session) -> String {
    session.placements.keys().chain(session.transcripts.keys()).next().unwrap().clone()
}

/// What was captured of a session.
fn captured(repo: &Repo, id: SessionId) -> Vec<u8> {
    let repository = Repository::discover_with(repo.dir(), repo.env().environment()).unwrap();
    let Some(store) = TranscriptStore::open(&repository).unwrap() else { return Vec::new() };
    let all = store.session_transcripts(id).unwrap();
    let mut lines = all.iter().flat_map(|it| it.lines()).map(|line| line.unwrap().bytes).peekable();
    let mut whole = Vec::new();
    while let Some(line) = lines.next() {
        whole.extend(line);
        if lines.peek().is_some() {
            whole.push(b'\n');
        }
    }
    whole
}

fn append(repo: &Repo, id: SessionId, text: &str) {
    let file = fs::File::options().append(true).create(true).open(talk(repo, id));
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn while_the_agent_works_and_at_its_end() {
    let repo = Repo::new();
    talker(
        &repo,
        "printf '{\"a\":1}\\n{\"b\":2}\\n{\"c\"' >>\"$talk\"\n\
         until [ -e go ]; do sleep 0.05; done; printf ':3}\\nlast' >>\"$talk\"\n",
    );
    let id = start(&repo);
    until("the lines were captured", || captured(&repo, id) == b"{\"a\":1}\n{\"b\":2}");
    let working = wait_working(&repo, id);
    assert!(working.transcripts.is_empty(), "the record learns of it at the end");
    fs::write(workspace(&repo, id).join("go"), "").unwrap();
    let ended = wait_ended(&repo, id);
    assert_eq!(ended.status, SessionStatus::Done, "{}", log(&repo, id));
    assert_eq!(captured(&repo, id), b"{\"a\":1}\n{\"b\":2}\n{\"c\":3}\nlast");
    let facts = &ended.transcripts[&replica(&ended)];
    assert_eq!((facts.bytes, facts.lines, facts.entries), (28, 4, 4));
    assert!(facts.at.is_some());
    let json = repo.ao(["show", "--json", &id.short()]).ok().json();
    assert_eq!(json["session"]["transcripts"][replica(&ended)]["bytes"], 28, "{json}");
    // Nothing else is told of it.
    repo.ao(["transcript", "capture", &id.short()]).ok().stdout_has("nothing new");
    assert_eq!(record(&repo, id), ended);
    repo.ao(["set", &id.short(), "transcripts.x=1"]).code(1);
}

#[test]
fn nothing_where_it_is_turned_off() {
    let repo = Repo::new();
    repo.config("ao.transcripts", "false");
    talker(&repo, "echo '{}' >>\"$talk\"\n");
    let id = start(&repo);
    let ended = wait_ended(&repo, id);
    assert!(ended.transcripts.is_empty());
    assert!(!repo.common_dir().join("ao/transcripts.git").exists());
    repo.ao(["status"]).ok();
    repo.ao(["reconcile"]).ok();
    let refused = repo.ao(["transcript", "capture", &id.short()]).code(1);
    refused.stderr_has("hint: to capture now: git -c ao.transcripts=true ao transcript capture");
    assert!(!repo.common_dir().join("ao/transcripts.git").exists());
    let now = repo.ao_run(["transcript", "capture", &id.short()]);
    let now = now.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "ao.transcripts");
    now.env("GIT_CONFIG_VALUE_0", "true").run().ok().stdout_has("3 bytes, 1 line");
    let record = record(&repo, id);
    assert_eq!((record.updated_at, record.transcripts.len()), (ended.updated_at, 1));
}

#[test]
fn above_the_limit_it_stops_and_that_is_said() {
    let repo = Repo::new();
    repo.config("ao.transcriptMaxSize", "10");
    talker(&repo, "echo 12345678 >>\"$talk\"\nuntil [ -e go ]; do sleep 0.05; done\n");
    let id = start(&repo);
    until("the line was captured", || captured(&repo, id) == b"12345678");
    append(&repo, id, "more\n");
    fs::write(workspace(&repo, id).join("go"), "").unwrap();
    let ended = wait_ended(&repo, id);
    assert_eq!(ended.status, SessionStatus::Done, "{}", log(&repo, id));
    assert_eq!(ended.transcripts, Default::default());
    let said = format!("the capture of {} has stopped at 9 bytes", id.short());
    repo.ao(["status", "--all"]).ok().stderr_has(&said);
    let said = format!("the capture of the transcripts of {} has stopped at 9 bytes", id.short());
    repo.ao(["doctor"]).stdout_has(&said);
    let failed = repo.ao(["transcript", "capture", &id.short()]).code(1);
    failed.stderr_has("has more than 10 bytes; capture has stopped at 9");
    repo.config("ao.transcriptMaxSize", "0");
    repo.ao(["transcript", "capture", &id.short()]).ok().stdout_has("5 bytes, 1 line");
    repo.ao(["status", "--all"]).ok().stderr_lacks("stopped");
    let facts = record(&repo, id).transcripts;
    assert_eq!(facts.values().next().unwrap().bytes, 14);
}

/// Nobody looks after the agent any more: whoever passes captures what it has left.
#[test]
fn in_passing_where_a_file_grew() {
    let repo = Repo::new();
    talker(&repo, &format!("echo one >>\"$talk\"\n{STAYS}"));
    let id = start(&repo);
    until("the line was captured", || captured(&repo, id) == b"one");
    for pid in processes(&repo, id) {
        let _ = std::process::Command::new("kill").args(["-9", &pid]).status();
    }
    append(&repo, id, "two\n");
    let before = record(&repo, id);
    until("it is seen that nobody works", || {
        repo.ao(["status", "--json"]).ok().json()["sessions"][0]["live"]["agent"] == "gone"
    });
    assert_eq!(captured(&repo, id), b"one\ntwo");
    assert_eq!(record(&repo, id), before, "status writes no record");
    append(&repo, id, "three");
    repo.ao(["reconcile"]).ok().stdout_has("its agent is gone");
    assert_eq!(captured(&repo, id), b"one\ntwo\nthree");
    let now = record(&repo, id);
    assert_eq!(now.transcripts[&replica(&now)].bytes, 13);
    append(&repo, id, "\nfour\n");
    repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
    assert_eq!(captured(&repo, id), b"one\ntwo\nthree\nfour");
    // Who reads it reads all of it.
    append(&repo, id, "five\n");
    repo.ao(["transcript", "show", "--raw", &id.short()]).ok().stdout_has("four\nfive\n");
}

/// The processes of a session's agent and its supervisor.
fn processes(repo: &Repo, id: SessionId) -> Vec<String> {
    let file = repo.common_dir().join(format!("ao/run/{id}.agent"));
    let text = fs::read_to_string(file).unwrap();
    let pids =
        text.split(|c: char| !(c.is_ascii_digit() || c == '@')).filter(|it| it.contains('@'));
    pids.map(|it| it.split('@').next().unwrap().to_owned()).collect()
}

/// What only the worktree has is gone with it.
#[test]
fn before_cleanup_removes_anything() {
    let repo = Repo::new();
    agent(&repo, "talker", "");
    repo.config("ao.agent.talker.transcript", ".talk.jsonl");
    fs::write(repo.common_dir().join("info/exclude"), ".talk.jsonl\nprompt\nargs\nenv\n").unwrap();
    let id = start(&repo);
    wait_ended(&repo, id);
    fs::write(workspace(&repo, id).join(".talk.jsonl"), "late\n").unwrap();
    repo.ao(["cleanup", "--force"]).ok();
    assert_eq!(captured(&repo, id), b"late");
    let now = record(&repo, id);
    assert!(now.placements.is_empty());
    assert_eq!(now.transcripts[&replica(&now)].bytes, 5);
}

#[test]
fn before_delete_removes_the_history_of_an_agent_without_ids() {
    let repo = Repo::new();
    let path = agent(&repo, "aider", "");
    repo.config("ao.agent.aider.command", &format!("'{}'", path.display()));
    let id = spawn(&repo, &["--agent", "aider", "--runtime", "detached", "x"]);
    let ended = wait_ended(&repo, id);
    let own = ended.agent_session_id.expect("it has a history file");
    let history = repo.common_dir().join(format!("ao/agent/aider-{own}.history"));
    fs::write(&history, "# aider chat\n").unwrap();
    repo.ao(["delete", &id.short()]).ok();
    assert!(!history.exists());
    assert_eq!(captured(&repo, id), b"# aider chat");
}

/// Whatever is wrong with the transcript or its store, the agent and its record do not notice.
#[test]
fn a_store_that_cannot_be_used_disturbs_nobody() {
    let repo = Repo::new();
    talker(&repo, "echo one >>\"$talk\"\n");
    let first = start(&repo);
    wait_ended(&repo, first);
    let store = repo.common_dir().join("ao/transcripts.git");
    fs::write(store.join("config"), "[core\n").unwrap();
    let id = start(&repo);
    let ended = wait_ended(&repo, id);
    assert_eq!(ended.status, SessionStatus::Done, "{}", log(&repo, id));
    assert!(ended.transcripts.is_empty());
    repo.ao(["status", "--all"]).ok().stderr_is("");
    repo.ao(["reconcile"]).ok().stderr_is("");
    let failed = repo.ao(["transcript", "capture", &id.short()]).code(1);
    failed.stderr_has("cannot open the transcript store");
    let doctor = repo.ao(["doctor"]).code(1);
    doctor.stdout_has("the transcript store is damaged").stdout_has("git ao doctor --fix");
    repo.ao(["doctor", "--fix"]).stdout_has("ao/set-aside/transcripts.git-1'");
    repo.ao(["doctor"]).stdout_lacks("transcript store");
    repo.ao(["transcript", "capture"]).ok();
    assert_eq!(captured(&repo, id), b"one");
    assert_eq!(captured(&repo, first), b"one");
}

/// One session's last capture is damaged: the others are saved whole.
#[test]
fn a_damaged_store_is_made_anew_from_what_is_whole() {
    let repo = Repo::new();
    talker(&repo, "echo one >>\"$talk\"\n");
    let [good, bad] = [start(&repo), start(&repo)];
    for id in [good, bad] {
        wait_ended(&repo, id);
    }
    fs::remove_file(talk(&repo, good)).unwrap();
    let store = repo.common_dir().join("ao/transcripts.git");
    let name = format!("refs/ao/transcripts/{}/{bad}", bad.shard());
    let tip = repo.git([
        "--git-dir",
        store.to_str().unwrap(),
        "for-each-ref",
        "--format=%(objectname)",
        &name,
    ]);
    let (folder, rest) = tip.trim().split_at(2);
    fs::remove_file(store.join("objects").join(folder).join(rest)).unwrap();
    repo.ao(["doctor"]).code(1).stdout_has("the transcript store is damaged");
    let fixed = repo.ao(["doctor", "--fix"]);
    fixed.stdout_has("1 sessions were saved, 1 have to be captured again");
    assert_eq!((captured(&repo, good), captured(&repo, bad)), (b"one".to_vec(), Vec::new()));
    repo.ao(["transcript", "capture", &bad.short()]).ok().stdout_has("4 bytes");
    assert_eq!(captured(&repo, bad), b"one");
}

#[test]
fn an_agent_without_a_transcript_says_so() {
    let repo = Repo::new();
    agent(&repo, "mute", "");
    let id = spawn(&repo, &["--agent", "mute", "--runtime", "detached", "x"]);
    wait_ended(&repo, id);
    let out = repo.ao(["transcript", "capture", &id.short()]).ok();
    out.stdout_is(&format!("{}  its agent keeps no transcript\n", id.short()));
    repo.ao(["transcript", "capture"]).ok().stdout_is("");
    let json = repo.ao(["transcript", "capture", "--json", &id.short()]).ok().json();
    assert_eq!(json["sessions"][0]["outcome"], "no_transcript");
    assert!(!repo.common_dir().join("ao/transcripts.git").exists());
    repo.ao(["transcript", "capture", "1234567"]).code(1);
}

#[test]
fn claudes_deletion_is_said_once() {
    let repo = Repo::new();
    agent(&repo, "claude", "");
    repo.config("ao.agent.other.command", "x");
    for _ in 0..2 {
        let id = spawn(&repo, &["--agent", "claude", "--runtime", "detached", "x"]);
        wait_until(&repo, id, |session| session.status.is_terminal());
    }
    let said = "claude deletes its conversations after 30 days";
    let doctor = repo.ao(["doctor"]);
    assert_eq!(doctor.stdout.matches(said).count(), 1, "{}", doctor.stdout);
    doctor.stdout_has("set \"cleanupPeriodDays\" in ");
    let settings = repo.env().home().join(".claude");
    fs::create_dir_all(&settings).unwrap();
    fs::write(settings.join("settings.json"), "{\"cleanupPeriodDays\": 99999}").unwrap();
    repo.ao(["doctor"]).stdout_lacks(said);
}

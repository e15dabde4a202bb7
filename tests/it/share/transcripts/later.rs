//! What a later push sends: what was said since.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use git_ao::model::SessionId;

use super::{all_objects, fetched, refs, said, token};
use crate::share::Team;
use crate::support::Repo;
use crate::support::agents::{agent, spawn, until, wait_ended, workspace};

fn talk(repo: &Repo, id: SessionId) -> PathBuf {
    repo.env().home().join(format!("{id}.jsonl"))
}

fn say(repo: &Repo, id: SessionId, text: &str) {
    let file = fs::File::options().append(true).create(true).open(talk(repo, id));
    file.unwrap().write_all(said(text).as_bytes()).unwrap();
}

#[test]
fn it_is_captured_first() {
    let team = Team::new();
    let (ann, ben) = (team.member("ann"), team.member("ben"));
    ann.commit("file", "one");
    ann.config("remote.origin.aoShareTranscripts", "true");
    agent(&ann, "talker", "exit 0");
    ann.config("ao.agent.talker.transcript", "~/{session_id}.jsonl");
    let id = spawn(&ann, &["--agent", "talker", "--runtime", "detached", "x"]);
    wait_ended(&ann, id);
    let short = id.short();
    ann.ao(["push", "--transcript", &short]).code(1).stderr_has("no transcript");

    say(&ann, id, &format!("first\n{}", token()));
    let first = ann.ao(["push", "--transcript", &short]).ok();
    first.stdout_has(&format!("captured {short}: ")).stdout_has("1 line, 1 secret replaced");
    say(&ann, id, "second");
    ann.ao(["push", "--dry-run"]).ok().stdout_has("2 lines");
    say(&ann, id, "third");
    let before = refs(&team.hub);
    let later = ann.ao(["sync"]).ok().stdout_has("captured").stdout_has("1 line\n");
    later.stdout_has(&format!("to origin: transcripts of {short}: ")).stdout_has("3 lines");
    assert_ne!(refs(&team.hub), before);
    ann.ao(["push"]).ok().stdout_lacks("captured").stdout_lacks("transcripts of");
    say(&ann, id, "fourth");
    assert_eq!(ann.ao(["push", "-q"]).ok().stdout, "");
    ben.ao(["pull"]).ok();
    ben.ao(["transcript", "fetch", &short]).ok();
    assert_eq!(fetched(&ben, id).len(), 4);
    // What cannot be captured does not keep the sessions from being pushed.
    ann.config("ao.transcriptMaxSize", "10");
    say(&ann, id, "fifth");
    ann.ao(["push"]).ok().stderr_has(&format!("cannot capture {short}"));
}

#[test]
fn a_secret_that_is_gone_does_not_leave() {
    let team = Team::new();
    let ann = team.member("ann");
    ann.commit("file", "one");
    ann.config("remote.origin.aoShareTranscripts", "true");
    agent(&ann, "talker", "exit 0");
    ann.config("ao.agent.talker.transcript", "~/{session_id}.jsonl");
    let id = spawn(&ann, &["--agent", "talker", "--runtime", "detached", "x"]);
    wait_ended(&ann, id);
    let short = id.short();
    say(&ann, id, "the first is opensesame-1, the second opensesame-2, the third opensesame-3");
    let tree = workspace(&ann, id);
    fs::write(tree.join(".env"), "A=opensesame-1\n").unwrap();
    fs::write(ann.dir().join(".env.local"), "B=opensesame-2\n").unwrap();
    let run = ann.ao_run(["transcript", "capture", &short]).env("SOME_API_KEY", "opensesame-3");
    run.run().ok();
    let kept = ann.common_dir().join("ao/transcripts.values");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(tree.join(".env"), "A=another-one\n").unwrap();
    fs::remove_file(ann.dir().join(".env.local")).unwrap();
    ann.ao(["push", "--transcript", &short]).ok().stdout_has("3 secrets replaced");
    assert!(!all_objects(&team.hub).contains("opensesame"));
    ann.ao(["transcript", "export", &short]).ok().stdout_lacks("opensesame");
    // Without them, nothing is shared.
    say(&ann, id, "more");
    let text = fs::read(&kept).unwrap();
    fs::write(&kept, "[\"opens").unwrap();
    ann.ao(["push"]).code(128).stderr_has("transcripts.values");
    fs::write(&kept, text).unwrap();
    ann.ao(["push"]).ok();
    // They go with the last transcript.
    ann.ao(["transcript", "purge", "--yes", &short]).ok();
    assert!(!kept.exists());
}

#[test]
fn a_push_of_branches_sends_it_too() {
    let team = Team::new();
    let ann = team.member("ann");
    ann.commit("file", "one");
    ann.config("remote.origin.aoShareTranscripts", "true");
    ann.config("ao.autoPush", "true");
    agent(&ann, "talker", "exit 0");
    ann.config("ao.agent.talker.transcript", "~/{session_id}.jsonl");
    let id = spawn(&ann, &["--agent", "talker", "--runtime", "detached", "x"]);
    wait_ended(&ann, id);
    say(&ann, id, "first");
    ann.ao(["push", "--transcript", &id.short()]).ok();
    ann.ao(["hooks", "install", "--file", "pre-push"]).ok();
    let tree = || {
        let name = refs(&team.hub).split_whitespace().next().unwrap().to_owned();
        team.hub.git(["rev-parse", &format!("{name}^{{tree}}")]).trim().to_owned()
    };
    let before = tree();
    say(&ann, id, &format!("second\n{}", token()));
    ann.git(["push", "-q", "origin", "HEAD"]);
    until("the transcript arrives", || tree() != before);
    // The record says so last.
    let tip = |repo: &Repo| repo.git(["rev-parse", "refs/ao/sessions"]);
    let record = || ann.ao(["show", "--json", &id.short()]).ok().stdout;
    until("the records arrive", || record().contains(&tree()) && tip(&team.hub) == tip(&ann));
    let there = all_objects(&team.hub);
    assert!(there.contains("second"), "{there}");
    assert!(!there.contains(&token()), "{there}");
}

//! The working day: three attempts at one task, each with its own services, from empty worktrees to
//! landed code, and from a line back to what was asked.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use git_ao::model::{Session, SessionId, SessionStatus};

use super::place::{Place, installed};
use crate::support::agents::{log, record, wait_ended};
use crate::support::{Repo, wait_for};

const PROMPT: &str =
    "Retry failed payments.\n\nrun: sh change.sh && git commit -qam 'Retry payments'";

/// What each agent is to do; the attempts differ in it.
const CHANGE: &str = "sed -i \"s/retries = .*/retries = $AO_PORT/\" src/pay.js\n";

/// A server of the worktree, which outlives the setup that starts it.
fn serves(offset: u16) -> String {
    format!(
        "port=$((AO_PORT + {offset}))\n\
         python3 -m http.server --bind 127.0.0.1 $port >server-{offset}.log 2>&1 </dev/null &\n\
         echo $! >server-{offset}.pid\n"
    )
}

fn stops(offset: u16) -> String {
    format!("kill \"$(cat server-{offset}.pid)\"\n")
}

/// A small project: sources, files that git ignores, and a program that sets it up.
fn project(repo: &Repo) {
    repo.write("src/pay.js", "export const currency = 'EUR'\nexport const retries = 0\n");
    repo.write("change.sh", CHANGE);
    repo.write(".gitignore", ".env\nnode_modules/\nserver-*\n");
    repo.write(".worktreeinclude", ".env\n/node_modules/\n");
    for (name, body) in [("setup", serves(1)), ("teardown", stops(1))] {
        let path = repo.write(&format!(".ao/{name}"), &format!("#!/bin/sh\n{body}"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    repo.git(["add", "."]);
    repo.git(["commit", "-q", "-m", "A shop"]);
    repo.write(".env", "API_KEY=secret\n");
    repo.write("node_modules/pad/index.js", "module.exports = 1\n");
    repo.config("ao.setup", &serves(0));
    repo.config("ao.teardown", &stops(0));
    repo.config("ao.agent.claude.args", "--allowedTools=Bash");
    repo.config("ao.agent.codex.args", "--dangerously-bypass-approvals-and-sandbox");
}

/// One of the attempts.
struct Attempt {
    session: Session,
    path: PathBuf,
    port: u16,
}

impl Attempt {
    fn id(&self) -> String {
        self.session.id.to_string()
    }

    /// What its services say is in a file of the worktree; None if none listens.
    fn served(&self, offset: u16, file: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port + offset)).ok()?;
        write!(stream, "GET /{file} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.split_once("\r\n\r\n")?.1.to_owned())
    }

    #[track_caller]
    fn is_gone(&self) {
        assert!(!self.path.exists());
        for offset in [0, 1] {
            wait_for("a server's end", || self.served(offset, "").is_none());
        }
    }
}

/// Starts three attempts, and waits until their agents have done their work.
fn attempts(place: &Place) -> Vec<Attempt> {
    let args = ["spawn", "--attempts", "3", "--agent", "claude,codex", "--file", "-"];
    let out = place.ao(&args, PROMPT).ok().stdout_has("copied    2 ignored files");
    let tag = out.stderr.split("--tag ").nth(1).expect("a hint").trim().to_owned();
    let listed = place.repo.ao(["list", "--json", "--tag", &tag]).ok().json();
    let listed = listed["sessions"].as_array().unwrap().clone();
    let attempt = |listed: &serde_json::Value| {
        let id: SessionId = listed["id"].as_str().unwrap().parse().unwrap();
        let session = wait_ended(&place.repo, id);
        assert_eq!(session.status, SessionStatus::Done, "{}", log(&place.repo, id));
        let path = place.repo.ao(["path", &id.to_string()]).ok().text().into();
        let port = place.repo.ao(["exec", &id.to_string(), "printenv", "AO_PORT"]).ok();
        Attempt { session, path, port: port.text().parse().unwrap() }
    };
    listed.iter().map(attempt).collect()
}

#[test]
fn from_empty_worktrees_to_landed_code_and_back_to_the_prompt() {
    let has = ["codex", "python3"].into_iter().all(|program| installed(program).is_some());
    let Some(place) = has.then(|| Place::new("claude")).flatten() else { return };
    let repo = &place.repo;
    project(repo);
    repo.ao(["trust", "--yes"]).ok();
    let all = attempts(&place);
    let mut agents: Vec<_> = all.iter().filter_map(|it| it.session.agent.as_deref()).collect();
    agents.sort_unstable();
    assert_eq!(agents, ["claude", "claude", "codex"]);

    // Each worktree is ready, and all services run at once.
    for attempt in &all {
        assert_eq!(fs::read_to_string(attempt.path.join(".env")).unwrap(), "API_KEY=secret\n");
        assert!(attempt.path.join("node_modules/pad/index.js").is_file());
        for offset in [0, 1] {
            let wanted = format!("export const retries = {}\n", attempt.port);
            let serves =
                || attempt.served(offset, "src/pay.js").is_some_and(|it| it.ends_with(&wanted));
            wait_for("a server's answer", serves);
        }
    }

    // What each has done, and how two of them differ.
    let [one, two, three] = &all[..] else { panic!("{} attempts", all.len()) };
    let commits = repo.ao(["log", "--commits", "--oneline", "--op", "commit", "--since", "1h"]);
    assert_eq!(commits.ok().stdout.matches(": Retry payments\n").count(), 3);
    let status = repo.ao(["status", "--all"]).ok().stdout;
    assert_eq!(status.matches(" +1 ").count(), 3, "{status}");
    repo.ao(["diff", "-U0", &one.id(), &two.id()]).ok().stdout_has(&format!(
        "-export const retries = {}\n+export const retries = {}\n",
        one.port, two.port
    ));
    let check = repo.ao(["land", "--check"]).ok();
    assert_eq!(check.stdout.matches("clean").count(), 3, "{check}");

    // One of them lands. The others are in its way now, and go when nobody wants them.
    // By another subject than that of its commit: at the same second it would be the same commit.
    repo.ao(["land", "--squash", "--message", "Retry", &one.id()]).ok().stdout_has("(squash)");
    one.is_gone();
    let pay = fs::read_to_string(repo.dir().join("src/pay.js")).unwrap();
    assert!(pay.ends_with(&format!("retries = {}\n", one.port)));
    let check = repo.ao(["land", "--check"]).ok();
    assert_eq!(check.stdout.matches("src/pay.js").count(), 2, "{check}");
    repo.ao(["cleanup", "--branches"]).code(1).stdout_has("1 commit");
    for attempt in [two, three] {
        assert!(attempt.served(0, "").is_some());
        repo.ao(["cancel", "--discard", "-m", "not chosen", &attempt.id()]).ok();
        attempt.is_gone();
    }
    assert_eq!(repo.git(["branch", "--format=%(refname:short)"]), "main\n");
    assert_eq!(fs::read_to_string(repo.common_dir().join("ao/ports")).unwrap_or_default(), "");
    repo.ao(["cleanup", "--branches"]).ok().stdout_is("nothing to clean up\n");

    // From the line to the session and what was asked.
    let line = "src/pay.js:2";
    let known = |repo: &Repo| {
        let blamed = repo.ao(["blame", "src/pay.js"]).ok();
        let names = format!("{} Retry failed payments.", one.session.id.short());
        let has_name: Vec<_> = blamed.lines().iter().map(|line| line.contains(&names)).collect();
        assert_eq!(has_name, [false, true], "{blamed}");
        let out = repo.ao(["why", "--prompt", line]).ok().stdout_has(&one.session.id.short());
        out.stdout_has("strong: its work was landed with")
    };
    known(repo).stdout_has("prompt:\n        Retry failed payments.").stdout_has("        done");
    repo.ao(["why", "src/pay.js:1"]).code(1).stderr_has("no session is known");

    // A teammate has pulled, and sees the prompt when it is shared.
    let hub = repo.env().path("hub.git");
    repo.git(["clone", "-q", "--bare", ".", hub.to_str().unwrap()]);
    repo.git(["remote", "add", "origin", hub.to_str().unwrap()]);
    repo.ao(["push"]).ok();
    let mate = Repo::found(repo.env(), repo.env().path("mate"));
    repo.git(["clone", "-q", hub.to_str().unwrap(), mate.dir().to_str().unwrap()]);
    mate.ao(["pull"]).ok();
    known(&mate).stdout_has("no earlier prompt is known in this clone").stderr_lacks("hint");
    repo.config("remote.origin.aoShareTranscripts", "true");
    repo.ao(["push", "--transcript", &one.id()]).ok();
    mate.ao(["pull"]).ok();
    known(&mate).stderr_has(&format!("git ao transcript fetch {}", one.session.id.short()));
    mate.ao(["transcript", "fetch", &one.id()]).ok();
    known(&mate).stdout_has("prompt:\n        Retry failed payments.");

    // One that was not chosen comes back after all.
    repo.ao(["restore", "--no-agent", &three.id()]).ok();
    let again = fs::read_to_string(three.path.join("src/pay.js")).unwrap();
    assert!(again.ends_with(&format!("retries = {}\n", three.port)));
    assert_eq!(record(repo, three.session.id).head, three.session.head);
    wait_for("a server's answer", || three.served(0, "").is_some());
    repo.ao(["cancel", "--discard", &three.id()]).ok();
    three.is_gone();
}

/// An agent with a terminal does not end by itself: it waits for the next prompt.
#[test]
fn an_agent_that_waits_is_stopped_when_its_work_has_landed() {
    let Some(place) = Place::in_tmux("claude") else { return };
    let repo = &place.repo;
    repo.config("ao.agent.claude.args", "--allowedTools=Bash");
    let works = |file: &str| {
        let prompt =
            format!("Add {file}\n\nrun: echo 1 >{file} && git add . && git commit -qm {file}");
        let id = place.starts(&["spawn", "--json", "--file", "-"], &prompt);
        wait_for("the agent's answer", || {
            let live = place.ao(&["status", "--json", &id.to_string()], "").ok().json();
            let live = &live["sessions"][0]["live"];
            live["activity"]["state"] == "ready" && live["base"]["ahead"] == 1
        });
        (id, PathBuf::from(repo.ao(["path", &id.to_string()]).ok().text()))
    };
    let (id, path) = works("a");
    let out = place.ao(&["land", "--squash", &id.to_string()], "").ok().stderr_is("");
    out.stdout_has("its agent was stopped").stdout_has("(removed)");
    assert!(!path.exists());
    assert_eq!(record(repo, id).status, SessionStatus::Merged);
    assert!(place.repo.ao(["transcript", &id.to_string()]).ok().stdout.contains("Add a"));

    let (id, path) = works("b");
    let out = place.ao(&["land", "--squash", "--keep", &id.to_string()], "").ok();
    out.stdout_lacks("its agent was stopped");
    assert!(path.exists() && place.screen(id).contains("Add b"));
    place.ao(&["cancel", "--discard", &id.to_string()], "").ok();
    assert!(!path.exists());
    assert_eq!(record(repo, id).status, SessionStatus::Merged);
}

//! ^C at every step of a verb: what it did so far is undone, or all of it is done.
//!
//! The programs that a verb runs are its steps. A wrapper of each of them sends the signal to the
//! process group of the verb, as a terminal does: before the program begins, or when it has done its
//! work and has not said so yet.

use std::cell::Cell;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use git_ao::model::{SessionId, SessionStatus};

use crate::support::agents::{
    STAYS, agent, record, spawn, tmux, tmux_sessions, traces, wait_working, workspace,
};
use crate::support::sessions::store;
use crate::support::{Out, Repo, Snapshot, write_script};

/// The most steps that any verb here takes; more are a verb that did not exit.
const MANY: usize = 80;

struct Stage {
    repo: Repo,
    dir: PathBuf,
    /// How many runs said that they were interrupted.
    stopped: Cell<usize>,
}

/// When the signal is sent.
#[derive(Debug, Clone, Copy)]
struct Moment {
    step: usize,
    when: &'static str,
    signal: &'static str,
}

impl Stage {
    fn new() -> Self {
        let repo = Repo::new();
        agent(&repo, "mine", STAYS);
        repo.config("ao.agent", "mine");
        // The server outlives the sessions, and the first session names the clone.
        tmux(&repo, &["new-session", "-d", "-s", "keeper"]);
        spawn(&repo, &["--no-agent", "first"]);
        let dir = repo.env().path("steps");
        fs::create_dir(&dir).unwrap();
        for (program, last) in [
            ("git", "\"$real\" \"$@\"; code=$?; strike after; exit $code"),
            ("tmux", "\"$real\" \"$@\"; code=$?; strike after; exit $code"),
            ("setsid", "exec \"$real\" \"$@\""),
        ] {
            let found = repo.env().run(&dir, "sh", ["-c", &format!("command -v {program}")]).run();
            if found.status != 0 {
                continue;
            }
            let text = format!(
                "real='{}'
read leader <'{dir}/leader'
[ \"$PPID\" = \"$leader\" ] || exec \"$real\" \"$@\"
read step <'{dir}/step'
step=$((step + 1))
echo $step >'{dir}/step'
strike() {{
    read at when signal <'{dir}/moment'
    [ $step = $at ] && [ $1 = $when ] && kill -s $signal -- -$leader
}}
strike before
{last}",
                found.text(),
                dir = dir.display()
            );
            write_script(&dir.join(program), &text);
        }
        Self { repo, dir, stopped: Cell::new(0) }
    }

    /// Runs a verb in a process group of its own, and interrupts it. The second is whether it got to
    /// that step.
    fn run(&self, args: &[&str], moment: Moment) -> (Out, bool) {
        let Moment { step, when, signal } = moment;
        fs::write(self.dir.join("step"), "0\n").unwrap();
        fs::write(self.dir.join("moment"), format!("{step} {when} {signal}\n")).unwrap();
        let path = std::env::var("PATH").unwrap();
        let run = self.repo.ao_run(args).env("PATH", format!("{}:{path}", self.dir.display()));
        let run = run.after(&format!("echo $$ >'{}/leader'", self.dir.display()));
        let mut command = run.command();
        command.process_group(0).stdin(Stdio::null());
        let out = Out::new(run.name(), command.output().unwrap());
        self.stopped.set(self.stopped.get() + usize::from(out.stderr.contains("interrupted")));
        let steps: usize =
            fs::read_to_string(self.dir.join("step")).unwrap().trim().parse().unwrap();
        (out, steps >= step)
    }

    /// Interrupts a verb at each of its steps.
    fn at_every_step(&self, mut verb: impl FnMut(Moment) -> bool) {
        for when in ["before", "after"] {
            let interrupted =
                (1..MANY).take_while(|step| verb(Moment { step: *step, when, signal: "INT" }));
            let count = interrupted.count();
            assert!(count > 2 && count < MANY - 1, "{count}");
        }
        assert!(self.stopped.get() > 2, "it is never interrupted");
    }

    /// All that a session consists of outside of its record, and the files that are its own.
    fn all(&self) -> Vec<String> {
        let mut all = vec![traces(&self.repo), tmux_sessions(&self.repo).join(" ")];
        let ao = self.repo.common_dir().join("ao");
        let trees = self.repo.env().home().join(".worktrees/demo");
        for folder in [ao.join("log"), ao.join("run"), ao.join("agent"), trees] {
            let files = fs::read_dir(folder).into_iter().flatten().flatten();
            all.extend(files.map(|file| file.path().display().to_string()));
        }
        all.extend(self.runners().into_iter().map(|pid| format!("process {pid}")));
        all.sort();
        all
    }

    /// The processes that look after an agent.
    fn runners(&self) -> Vec<u32> {
        let home = format!("HOME={}", self.repo.env().home().display());
        let has = |pid: u32, file: &str, word: &str| {
            let text = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            text.split(|byte| *byte == 0).any(|part| part == word.as_bytes())
        };
        let all = fs::read_dir("/proc").unwrap().flatten();
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| has(*pid, "cmdline", "--placed") && has(*pid, "environ", &home)).collect()
    }

    fn agent_of(&self, id: SessionId) -> String {
        let json = self.repo.ao(["status", "--json", &id.short()]).ok().json();
        json["sessions"][0]["live"]["agent"].as_str().unwrap().to_owned()
    }

    /// Ends a session and everything of it.
    fn put_away(&self, id: SessionId) {
        self.repo.ao(["kill", &id.short()]).ok();
        self.repo.ao(["cleanup", "--force", "--branches"]).ok();
        self.repo.ao(["delete", &id.short()]).ok();
    }
}

/// What it says, unless the signal came before it had begun to watch for one.
#[track_caller]
fn said(out: &Out, words: &str) {
    assert!(out.stderr.is_empty() || out.stderr.contains(words), "{out}");
}

fn new_or_nothing(args: &[&str]) {
    let stage = Stage::new();
    let base = spawn(&stage.repo, &["--no-agent", "the parent"]).short();
    let args: Vec<_> =
        args.iter().map(|arg| if *arg == "@parent" { &base[..] } else { arg }).collect();
    stage.at_every_step(|moment| {
        let before = stage.all();
        let (out, was_hit) = stage.run(&args, moment);
        if out.status == 130 {
            said(&out, "interrupted; everything was undone");
            assert_eq!(stage.all(), before, "{moment:?} {out}");
        } else {
            let id: SessionId = out.ok().json()["session"]["id"].as_str().unwrap().parse().unwrap();
            wait_working(&stage.repo, id);
            assert_eq!(stage.agent_of(id), "alive", "{moment:?}");
            assert!(workspace(&stage.repo, id).join("README").exists(), "{moment:?}");
            stage.put_away(id);
        }
        was_hit
    });
}

#[test]
fn a_spawn_leaves_nothing_or_a_session() {
    new_or_nothing(&["spawn", "--json", "--runtime", "detached", "x"]);
}

#[test]
fn a_spawn_in_tmux_leaves_nothing_or_a_session() {
    new_or_nothing(&["spawn", "--json", "--runtime", "tmux", "x"]);
}

#[test]
fn a_fork_leaves_nothing_or_a_session() {
    new_or_nothing(&["fork", "--json", "--runtime", "tmux", "@parent", "x"]);
}

/// Also one that has not ended, whose agent is gone: what an interrupted restore has started must
/// not take its record for an order to begin.
#[test]
fn a_restore_is_done_or_was_never_begun() {
    let stage = Stage::new();
    let id = spawn(&stage.repo, &["--runtime", "tmux", "x"]);
    wait_working(&stage.repo, id);
    let place = workspace(&stage.repo, id);
    for status in [SessionStatus::Killed, SessionStatus::NeedsInput] {
        stage.at_every_step(|moment| {
            stage.repo.ao(["kill", &id.short()]).ok();
            store(&stage.repo)
                .update_unchecked(id, "test", |it| it.status = status.clone())
                .unwrap();
            if place.exists() {
                stage.repo.git(["worktree", "remove", "--force", place.to_str().unwrap()]);
            }
            let (before, as_it_was) = (stage.all(), record(&stage.repo, id));
            let (out, was_hit) = stage.run(&["restore", "--fresh", "--json", &id.short()], moment);
            if out.status == 130 {
                said(&out, "interrupted; the session was not changed");
                assert_eq!(stage.all(), before, "{moment:?} {out}");
                assert_eq!(record(&stage.repo, id), as_it_was, "{moment:?} {out}");
            } else {
                out.ok();
                wait_working(&stage.repo, id);
                assert_eq!(stage.agent_of(id), "alive", "{moment:?}");
                assert!(place.join("README").exists(), "{moment:?}");
            }
            was_hit
        });
    }
}

#[test]
fn a_kill_is_done_or_was_never_begun() {
    let stage = Stage::new();
    let id = spawn(&stage.repo, &["--runtime", "tmux", "x"]);
    for when in ["before", "after"] {
        let steps = (1..MANY).take_while(|step| {
            if record(&stage.repo, id).status == SessionStatus::Killed {
                stage.repo.ao(["restore", "--fresh", &id.short()]).ok();
            }
            let as_it_was = wait_working(&stage.repo, id);
            let moment = Moment { step: *step, when, signal: "INT" };
            let (out, was_hit) = stage.run(&["kill", &id.short()], moment);
            match out.status {
                130 => {
                    assert_eq!(record(&stage.repo, id), as_it_was, "{moment:?} {out}");
                    assert_eq!(stage.agent_of(id), "alive", "{moment:?}");
                }
                _ => {
                    out.ok();
                    assert_eq!(record(&stage.repo, id).status, SessionStatus::Killed);
                    assert_eq!(
                        (stage.runners(), tmux_sessions(&stage.repo)),
                        (vec![], vec!["keeper".into()])
                    );
                }
            }
            was_hit
        });
        assert!((1..MANY - 1).contains(&steps.count()));
    }
}

#[test]
fn a_cleanup_writes_down_what_it_did() {
    let stage = Stage::new();
    let ids = ["a", "b"].map(|title| spawn(&stage.repo, &["--no-agent", title]));
    for id in ids {
        stage.repo.ao(["complete", &id.short()]).ok();
    }
    let places = ids.map(|id| workspace(&stage.repo, id));
    let worktrees = stage.repo.env().home().join(".worktrees");
    let before = Snapshot::of([stage.repo.dir(), &worktrees]);
    stage.at_every_step(|moment| {
        before.restore();
        let (out, was_hit) = stage.run(&["cleanup"], moment);
        assert!(matches!(out.status, 0 | 130), "{moment:?} {out}");
        for (id, place) in ids.iter().zip(&places) {
            let is_there = place.join("README").exists();
            let is_placed = !record(&stage.repo, *id).placements.is_empty();
            let listed = stage.repo.git(["worktree", "list"]).contains(&id.short());
            assert_eq!((is_placed, listed), (is_there, is_there), "{moment:?} {out}");
            assert!(is_there || !place.exists(), "{moment:?} half of it is left");
        }
        was_hit
    });
}

/// The exit status says by which signal: 128 and its number.
#[test]
fn each_signal_has_its_exit_status() {
    let stage = Stage::new();
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let before = stage.all();
        let moment = Moment { step: 3, when: "before", signal };
        let (out, _) = stage.run(&["spawn", "--runtime", "detached", "x"], moment);
        out.code(status).stderr_has("interrupted");
        assert_eq!(stage.all(), before);
    }
}

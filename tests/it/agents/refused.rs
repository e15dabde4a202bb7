//! What cannot be done is refused before anything is made, and says what can be done instead.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git_ao::model::{SessionId, SessionStatus};

use crate::support::agents::{
    STAYS, agent, events, handle, record, spawn, tmux, tmux_sessions, traces, wait_ended,
    wait_file, wait_until, wait_working,
};
use crate::support::{Repo, Run, write_script};

const DETACHED: [&str; 4] = ["--runtime", "detached", "--agent", "mine"];
const TMUX: [&str; 4] = ["--runtime", "tmux", "--agent", "mine"];

fn start(repo: &Repo, how: [&str; 4]) -> SessionId {
    let id = spawn(repo, &[&how[..], &["the task"]].concat());
    wait_working(repo, id);
    id
}

fn which(repo: &Repo, program: &str) -> String {
    let out = repo.env().run(repo.dir(), "sh", ["-c", &format!("command -v {program}")]).run();
    out.stdout.trim().to_owned()
}

/// A folder with the programs that git-ao and the scripts need, and no tmux.
fn without_tmux(repo: &Repo) -> PathBuf {
    let bin = repo.env().path("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["git", "sh", "cat", "env", "mv", "setsid", "sleep"] {
        let program = which(repo, name);
        if !program.is_empty() {
            symlink(program, bin.join(name)).unwrap();
        }
    }
    bin
}

/// Everything that there is: refs, worktrees, files of ours in the git directory, but for what a
/// supervisor says of its agent when it comes to it.
fn all(repo: &Repo) -> String {
    let args = ["ao", "-type", "f", "-not", "-path", "ao/activity/*"];
    let ao = repo.env().run(&repo.common_dir(), "find", args).run();
    traces(repo) + &ao.stdout
}

#[test]
fn without_tmux_its_sessions_are_unknown_and_never_gone() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let bin = without_tmux(&repo);
    let ao = |args: &[&str]| repo.ao_run(args.to_vec()).env("PATH", &bin).run();
    let nothing = all(&repo);
    for config in [false, true] {
        if config {
            repo.config("ao.runtime", "tmux");
        }
        let args = if config {
            &["spawn", "--agent", "mine", "x"][..]
        } else {
            &["spawn", "--runtime", "tmux", "--agent", "mine", "x"]
        };
        let out = ao(args).code(128).stderr_has("'tmux' is not installed");
        out.stderr_has("hint: install tmux, or use --runtime detached");
        assert_eq!(all(&repo), nothing);
    }
    repo.git(["config", "--unset", "ao.runtime"]);

    let id = start(&repo, TMUX);
    let short = id.short();
    let before = all(&repo);
    ao(&["status"]).ok().stdout_has("mine   active").stderr_is("");
    ao(&["restore", &short]).code(1).stderr_has("is running");
    ao(&["restore", "--force", &short]).code(1).stderr_has("is running");
    for args in [&["send", &short, "x"][..], &["attach", &short]] {
        let out = ao(args).code(1).stderr_has("cannot be reached");
        out.stderr_has("'tmux' is not installed").stdout_is("");
    }
    ao(&["reconcile"]).ok().stdout_is("nothing to do\n").stderr_is("");
    assert_eq!(all(&repo), before);
    ao(&["kill", &short]).ok().stdout_has("its agent was stopped");
    assert!(tmux_sessions(&repo).is_empty());
    // Nothing tells of it any more but tmux.
    let out = ao(&["status", "--all"]).ok().stdout_has("mine   unknown");
    out.stderr_has("cannot determine whether the agent of").stderr_has("'tmux' is not installed");
    ao(&["cleanup"]).code(1).stdout_has("keep").stdout_has("cannot determine whether");
    ao(&["restore", &short]).code(128).stderr_has("--force");
    ao(&["restore", "--fresh", "--force", &short]).ok().stdout_has("without a terminal");
    wait_working(&repo, id);
    ao(&["kill", &short]).ok().stdout_has("its agent was stopped");
}

/// A tmux that says that it has another version.
fn of_version(repo: &Repo, words: &str) -> PathBuf {
    let bin = repo.env().path("old");
    fs::create_dir_all(&bin).unwrap();
    let real = which(repo, "tmux");
    let body = format!("case $1 in -V) echo '{words}' ;; *) exec '{real}' \"$@\" ;; esac");
    write_script(&bin.join("tmux"), &body);
    bin
}

fn first_in_path(run: Run, repo: &Repo, folder: &Path) -> Run {
    let path = repo.env().run(repo.dir(), "sh", ["-c", "echo $PATH"]).run().stdout;
    run.env("PATH", format!("{}:{}", folder.display(), path.trim()))
}

#[test]
fn a_tmux_that_is_too_old_is_refused_or_passed_over() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let ended = start(&repo, TMUX);
    repo.ao(["kill", &ended.short()]).ok();
    for version in ["1.8", "3.1c"] {
        let old = of_version(&repo, &format!("tmux {version}"));
        let ao = |args: &[&str]| first_in_path(repo.ao_run(args.to_vec()), &repo, &old).run();
        let before = all(&repo);
        let out = ao(&["spawn", "--runtime", "tmux", "--agent", "mine", "x"]).code(128);
        let needed = format!("tmux {version} is too old, 3.2 is needed");
        out.stderr_has(&needed).stderr_has("hint: install a newer tmux, or use --runtime detached");
        assert_eq!(all(&repo), before);
        ao(&["doctor"]).ok().stdout_has(&format!("note: {needed}"));
        // Who did not ask for it gets what there is.
        let out = ao(&["spawn", "--json", "--agent", "mine", "x"]).ok();
        let id: SessionId = out.json()["session"]["id"].as_str().unwrap().parse().unwrap();
        assert!(handle(&repo, id).contains('@'));
        ao(&["restore", "--fresh", &ended.short()]).ok().stdout_has("without a terminal");
        for id in [id, ended] {
            wait_working(&repo, id);
            repo.ao(["kill", &id.short()]).ok();
        }
        // What it is in it can be asked about.
        ao(&["status", "--all"]).ok().stderr_is("");
        repo.ao(["restore", "--fresh", "--runtime", "tmux", &ended.short()]).ok();
        wait_working(&repo, ended);
        repo.ao(["kill", &ended.short()]).ok();
    }
}

#[test]
fn when_the_tmux_server_dies_its_sessions_are_gone_and_can_be_restored() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let id = start(&repo, TMUX);
    let runner = tmux(&repo, &["list-panes", "-a", "-F", "#{pane_pid}"]).unwrap();
    let server = tmux(&repo, &["display-message", "-p", "#{pid}"]).unwrap();
    // The server first: without a session it ends by itself.
    repo.env().run(repo.dir(), "kill", ["-KILL", server.trim(), runner.trim()]).run().ok();
    let agent_is = |word: &str| {
        let json = repo.ao(["status", "--json", &id.short()]).ok().json();
        json["sessions"][0]["live"]["agent"] == word
    };
    wait_until(&repo, id, |_| agent_is("gone"));
    repo.ao(["send", &id.short(), "x"]).code(1).stderr_has("git ao restore");
    repo.ao(["restore", "--fresh", &id.short()]).ok().stdout_has("in tmux session");
    wait_working(&repo, id);
    assert!(agent_is("alive"));
    repo.ao(["kill", &id.short()]).ok();
}

#[test]
fn an_agent_that_is_not_installed_starts_nothing() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, DETACHED);
    repo.ao(["kill", &id.short()]).ok();
    repo.config("ao.agent.absent.command", "no-such-program");
    repo.config("ao.agent.nowhere.command", "/no/such/program");
    let before = all(&repo);
    for (name, words) in [
        ("absent", "there is no 'no-such-program' on PATH"),
        ("nowhere", "there is no '/no/such/program'"),
        ("claude", "there is no 'claude' on PATH"),
        ("who", "unknown agent 'who'"),
    ] {
        for runtime in ["detached", "foreground"] {
            let how = ["--agent", name, "--runtime", runtime];
            for verb in [
                &["spawn", "x"][..],
                &["fork", &id.short(), "x"],
                &["restore", "--fresh", &id.short()],
            ] {
                let out = repo.ao([verb, &how[..]].concat()).code(1).stderr_has(words);
                out.stderr_has("hint: ").stdout_is("");
                assert_eq!(all(&repo), before, "{verb:?} {how:?}");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_one_agent_does_not_concern_the_others() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, DETACHED);
    let short = id.short();
    repo.config("ao.agent.zz.command", "x {nope}");
    let before = all(&repo);
    for verb in [&["spawn", "x"][..], &["fork", &short, "x"]] {
        let out = repo.ao([verb, &["--agent", "zz"]].concat()).code(1).stdout_is("");
        out.stderr_has("'ao.agent.zz.command': unknown placeholder '{nope}'");
        assert_eq!(all(&repo), before, "{verb:?}");
    }
    repo.ao(["spawn", "--no-agent", "x"]).ok();
    repo.ao(["kill", &short]).ok().stdout_has("its agent was stopped");
    repo.ao(["restore", "--fresh", "--agent", "zz", &short])
        .code(1)
        .stderr_has("ao.agent.zz.command");
    repo.ao(["restore", "--fresh", &short]).ok();
    wait_working(&repo, id);
    repo.ao(["cancel", &short]).ok().stdout_has("its agent was stopped");
    let other = start(&repo, DETACHED);
    // What runs is stopped, whatever is wrong with it by now.
    repo.config("ao.agent.mine.launch", "{nope}");
    repo.ao(["kill", &other.short()]).ok().stdout_has("its agent was stopped");
}

/// How an agent's script ends, and what the record says then.
const ENDS: [(&str, &str, &str); 4] = [
    ("exit 0", "done", "agent_exited"),
    ("exit 1", "errored", "agent_exited: status 1"),
    ("kill -TERM $$", "errored", "agent_exited: signal 15"),
    ("kill -KILL $$", "errored", "agent_exited: signal 9"),
];

#[test]
fn an_agent_that_ends_at_once_is_recorded_by_every_runtime() {
    let repo = Repo::new();
    for (n, (body, status, reason)) in ENDS.into_iter().enumerate() {
        let name = format!("quick{n}");
        agent(&repo, &name, body);
        for runtime in ["detached", "foreground", "tmux"] {
            if runtime == "tmux" && tmux(&repo, &["-V"]).is_none() {
                continue;
            }
            let args = ["spawn", "--json", "--agent", &name, "--runtime", runtime, "x"];
            let out = repo.ao(args);
            let code = if runtime == "foreground" { i32::from(status == "errored") } else { 0 };
            let json = out.code(code).json();
            let id: SessionId = json["session"]["id"].as_str().unwrap().parse().unwrap();
            let ended = wait_ended(&repo, id);
            let how = (ended.status.as_str(), ended.status_reason.as_deref());
            assert_eq!(how, (status, Some(reason)), "{runtime}");
        }
    }
}

#[test]
fn what_an_agent_started_goes_with_it() {
    let repo = Repo::new();
    let body = "trap '' TERM HUP INT\n\
        sh -c 'trap \"\" TERM HUP INT; echo $$ >child.new; mv child.new child; exec sleep 1000' &\n\
        while :; do wait; done";
    agent(&repo, "mine", body);
    for how in [DETACHED, TMUX] {
        if how == TMUX && tmux(&repo, &["-V"]).is_none() {
            continue;
        }
        let id = start(&repo, how);
        let child = wait_file(&repo, id, "child");
        repo.ao(["kill", &id.short()]).ok().stdout_has("did not stop when asked, and was killed");
        // A signal is not waited for by whoever sends it.
        let is_alive = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", child.trim()));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let end = Instant::now() + Duration::from_secs(20);
        while is_alive() {
            assert!(Instant::now() < end, "{how:?}");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_task_that_is_too_long_is_refused_and_an_edited_one_is_kept() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, DETACHED);
    let long = "\u{fc}".repeat(5 << 19);
    let file = repo.env().path("long");
    fs::write(&file, &long).unwrap();
    let path = file.to_str().unwrap();
    let before = all(&repo);
    let refused = |run: Run, what: &str| {
        let out = run.run().code(1).stderr_has(what).stderr_has("hint: put it into a file");
        out.stdout_is("");
        assert_eq!(all(&repo), before);
    };
    let short = id.short();
    for verb in [&["spawn"][..], &["fork", &short]] {
        let what = "longer than 768 KiB";
        refused(repo.ao_run([verb, &["-"]].concat()).input(&*long), what);
        refused(repo.ao_run([verb, &["--file", path]].concat()), what);
    }
    refused(repo.ao_run(["send", &short, "-"]).input(&*long), "longer than 1 MiB");
    refused(repo.ao_run(["send", &short, "--file", path]), "longer than 1 MiB");

    let editor = repo.env().path("editor");
    write_script(&editor, &format!("cat '{path}' >\"$1\""));
    let edited = |verb: &[&str]| {
        let out = repo.ao_run([verb, &["--edit"]].concat()).env("GIT_EDITOR", &editor).run();
        let kept = out.stderr.split("your text was saved in '").nth(1).unwrap_or_default();
        let kept = kept.split('\'').next().unwrap().to_owned();
        assert_eq!(fs::read_to_string(&kept).unwrap(), fs::read_to_string(&file).unwrap(), "{out}");
        fs::remove_dir_all(Path::new(&kept).parent().unwrap()).unwrap();
        assert_eq!(all(&repo), before);
        out.code(1)
    };
    edited(&["spawn"]).stderr_has("longer than 768 KiB");
    edited(&["fork", &short]).stderr_has("longer than 768 KiB");
    // Whatever it is that fails after the text was written.
    fs::write(&file, "a task\n").unwrap();
    edited(&["spawn", "--agent", "who"]).stderr_has("unknown agent 'who'");
    assert_eq!(record(&repo, id).status, SessionStatus::Working);
    assert!(events(&repo).len() == 2, "{:?}", events(&repo));
    repo.ao(["kill", &short]).ok();
}

//! The scripts, in every shell that is there and with every kind of broken program.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use git_ao::hook::HookName;

use super::{BRANCH, Bed};
use crate::support::{Run, TestEnv, write_script};

/// The scripts as they lie in the project, which are the ones that are installed.
fn scripts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks");
    let read = |name: HookName| fs::read_to_string(folder.join(name.as_str())).unwrap();
    let all = HookName::ALL.map(|name| (name.to_string(), read(name)));
    assert!(HookName::ALL.iter().zip(&all).all(|(name, (_, text))| name.script() == text));
    all.to_vec()
}

/// The ways to run a script that this machine has.
fn shells(env: &TestEnv) -> Vec<Vec<&'static str>> {
    let all = [
        vec!["sh"],
        vec!["dash", "-eu"],
        vec!["bash", "-eu"],
        vec!["bash", "--posix", "-e"],
        vec!["zsh", "-eu"],
        vec!["ksh", "-eu"],
        vec!["mksh", "-eu"],
        vec!["busybox", "sh", "-eu"],
    ];
    let is_there = |shell: &Vec<&str>| {
        let probe = format!("command -v {}", shell[0]);
        env.run(&env.root(), "sh", ["-c", &probe]).run().status == 0
    };
    all.into_iter().filter(is_there).collect()
}

fn run_script(env: &TestEnv, shell: &[&str], path: &Path, bin: &Path) -> Run {
    let old_path = std::env::var("PATH").unwrap();
    let args = shell[1..].iter().copied().chain([path.to_str().unwrap(), "a b", "*", "1"]);
    env.run(&env.root(), shell[0], args).env("PATH", format!("{}:{old_path}", bin.display()))
}

#[test]
fn any_shell_runs_them_and_hands_on_what_git_gave() {
    let env = TestEnv::new();
    write_script(&env.path("bin/git-ao"), "printf '[%s]' \"$@\"; cat");
    let shells = shells(&env);
    assert!(shells.contains(&vec!["sh"]));
    for (name, text) in scripts() {
        let path = env.path(&name);
        fs::write(&path, text).unwrap();
        for shell in &shells {
            let run = run_script(&env, shell, &path, &env.path("bin")).input("given\n");
            // Only one of them is told on standard input what has happened.
            let read = if name == "post-rewrite" { "given\n" } else { "" };
            let said = format!("[hook][{name}][a b][*][1]{read}");
            run.run().ok().stdout_is(&said).stderr_is("");
        }
    }
}

#[test]
fn a_program_that_is_missing_or_fails_fails_nothing() {
    let env = TestEnv::new();
    fs::create_dir(env.path("empty")).unwrap();
    write_script(&env.path("failing/git-ao"), "exit 128");
    write_script(&env.path("killed/git-ao"), "kill -KILL $$");
    for (name, text) in scripts() {
        let path = env.path(&name);
        fs::write(&path, text).unwrap();
        for shell in &shells(&env) {
            let run = |bin| run_script(&env, shell, &path, &env.path(bin)).run().ok().stdout_is("");
            run("empty").stderr_is("");
            run("failing").stderr_is("");
            run("killed");
        }
    }
}

#[test]
fn a_program_that_hangs_is_given_up() {
    let bed = Bed::new().hooked(&[]);
    let bin = bed.repo.env().path("bin/git-ao");
    write_script(&bin, "echo started >&2; exec sleep 600");
    let hook = bed.hook("post-checkout");
    let text = fs::read_to_string(&hook).unwrap();
    let own = format!("'{}'", env!("CARGO_BIN_EXE_git-ao"));
    assert!(text.contains(&own));
    fs::write(&hook, text.replace(&own, &format!("'{}'", bin.display()))).unwrap();
    let start = Instant::now();
    bed.run(&["checkout", "-q", "-b", "other"]).run().ok().stderr_is("started\n");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(bed.work.git(["branch", "--show-current"]), "other\n");
}

#[test]
fn the_program_it_was_installed_with_is_found_and_its_end_is_silent() {
    let bed = Bed::new();
    let bin = bed.repo.env().path("it's here/git-ao");
    fs::create_dir_all(bin.parent().unwrap()).unwrap();
    // By another process: what this one writes, a child of another test could still have open.
    let copy = [env!("CARGO_BIN_EXE_git-ao").as_ref(), bin.as_os_str()];
    bed.repo.env().run(bed.repo.dir(), "cp", copy).run().ok();
    bed.repo.env().run(bed.repo.dir(), &bin, ["hooks", "install", "--file"]).run().ok();
    bed.run(&["checkout", "-q", "-b", "one"]).run().ok().stderr_is("");
    assert_eq!(bed.branch(), "one");

    fs::remove_file(&bin).unwrap();
    let before = bed.events();
    bed.run(&["checkout", "-q", "-b", "two"]).run().ok().stderr_is("");
    assert_eq!((bed.branch().as_str(), bed.events()), ("one", before));

    // Another one on PATH steps in.
    let dir = Path::new(env!("CARGO_BIN_EXE_git-ao")).parent().unwrap();
    let path = format!("{}:{}", dir.display(), std::env::var("PATH").unwrap());
    bed.run(&["checkout", "-q", BRANCH]).env("PATH", path).run().ok().stderr_is("");
    assert_eq!(bed.branch(), BRANCH);
}

//! The test program, started once more: for an environment of its own, or to race against itself.

use std::any::type_name;
use std::path::{Path, PathBuf};

use super::{Run, TestEnv, write_script};

const ALONE: &str = "GIT_AO_TEST_ALONE";
const ARGS: &str = "GIT_AO_TEST_WORKER";

/// Runs the body of a test in a process of its own that sees nothing of the machine but PATH: the
/// library reads GIT_DIR, HOME and more from the process that it is in.
#[track_caller]
pub fn alone<F: FnOnce()>(test: F) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let env = TestEnv::new();
    let out = again::<F>(&env, &env.root()).env(ALONE, "1").run();
    eprint!("{}", out.stderr);
    out.ok().stdout_has("1 passed");
}

/// Says why something is not tested here.
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// The body of a `#[test]` that works for other tests, in another process: nothing happens unless
/// [`employ`] started it.
pub fn worker(work: impl FnOnce(&[&str])) {
    if let Ok(args) = std::env::var(ARGS) {
        work(&args.split_terminator('\n').collect::<Vec<_>>());
    }
}

/// The command that runs a worker in `dir`; it ends with 0 unless the worker panics.
pub fn employ<W: Fn()>(env: &TestEnv, dir: &Path, worker: W, args: &[&str]) -> Run {
    // Only its name is needed, but a worker that is named is one that exists.
    let _ = worker;
    again::<W>(env, dir).env(ARGS, args.join("\n"))
}

/// A program whose work is done by a worker, which gets the program's arguments; `first` is a line of
/// shell that comes before it.
pub fn program<W: Fn()>(env: &TestEnv, worker: W, first: &str) -> PathBuf {
    let path = env.path("program");
    let worker = employ(env, &env.root(), worker, &[]).shell();
    let work = format!("{ARGS}=\"$(printf '%s\\n' \"$@\")\" exec {worker}");
    write_script(&path, &format!("{first}\n{work}"));
    path
}

fn again<F>(env: &TestEnv, dir: &Path) -> Run {
    let program = std::env::current_exe().expect("a running program has a file");
    let name = type_name::<F>().replace("::{{closure}}", "");
    let name = name.split_once("::").map_or(&*name, |(_, rest)| rest);
    env.run(dir, program, ["--exact", name, "--nocapture"])
}

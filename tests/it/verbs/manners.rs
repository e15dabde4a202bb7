use super::world::{A, World};
use crate::support::{Combo, TestEnv};

const VERBS: [&[&str]; 9] = [
    &["list"],
    &["ls"],
    &["show", "aaaa"],
    &["log"],
    &["set", "aaaa", "title=x"],
    &["edit", "aaaa"],
    &["archive", "aaaa"],
    &["unarchive", "aaaa"],
    &["delete", "aaaa"],
];

#[test]
fn outside_a_repository() {
    let env = TestEnv::new();
    for args in VERBS {
        let out = env.ao(&env.home(), args).run().code(128).stdout_is("");
        out.stderr_has("fatal: not a git repository");
    }
}

#[test]
fn wrong_usage() {
    let world = World::new();
    for verb in VERBS.map(|args| args[0]) {
        world.repo.ao([verb, "-h"]).code(129).stdout_has("usage: git ao ");
        let out = world.repo.ao([verb, "--no-such-option"]).code(129).stdout_is("");
        out.stderr_has("error: unknown option '--no-such-option'");
    }
}

#[test]
fn a_reader_may_leave_early() {
    let world = World::new();
    world.titled(A, "one");
    for verb in ["list", "show", "log", "list --json", "log --json", "log --graph"] {
        let script = format!("'{}' {verb} | head -c 1; echo", env!("CARGO_BIN_EXE_git-ao"));
        let out = world.repo.env().run(world.repo.dir(), "sh", ["-c", &script]).run().ok();
        out.stderr_is("");
        let script = format!("'{}' {verb} > /dev/full", env!("CARGO_BIN_EXE_git-ao"));
        let out = world.repo.env().run(world.repo.dir(), "sh", ["-c", &script]).run().code(128);
        out.stderr_has("fatal: write failure on standard output");
    }
}

#[test]
fn from_a_folder_below_and_through_git() {
    let world = World::new();
    world.titled(A, "one");
    world.repo.write("deep/er/file", "");
    let below = world.repo.within("deep/er");
    below.ao(["log", "--graph", "aaaa"]).ok().stdout_has("spawn aaaa1111: one");
    below.git_ao(["list"]).ok().stdout_has("one");
    let git_dir = world.repo.common_dir();
    let outside = world.repo.env().ao(&world.repo.env().home(), ["show", "aaaa"]);
    outside.env("GIT_DIR", git_dir).run().ok().stdout_has("one");
}

#[test]
fn a_newer_store_is_refused() {
    let world = World::of(Combo::PLAIN);
    world.titled(A, "one");
    let index = world.repo.env().path("index");
    let git = |args: &[&str], input: &str| {
        let run = world.repo.env().git(world.repo.dir(), args).env("GIT_INDEX_FILE", &index);
        run.input(input).run().ok().text().to_owned()
    };
    git(&["read-tree", "refs/ao/sessions"], "");
    let blob = git(&["hash-object", "-w", "--stdin"], "2\n");
    git(&["update-index", "--cacheinfo", &format!("100644,{blob},version")], "");
    let tree = git(&["write-tree"], "");
    let commit = git(&["commit-tree", "-m", "newer", &tree], "");
    git(&["update-ref", "refs/ao/sessions", &commit], "");
    for args in VERBS {
        let out = world.repo.ao(args).code(128).stdout_is("");
        out.stderr_has("fatal: the store has format version 2").stderr_has("hint: update git ao");
    }
    assert_eq!(world.count(), 1);
}

#[test]
fn color_is_for_terminals() {
    let world = World::new();
    world.titled(A, "one");
    world.repo.ao(["list"]).ok().stdout_lacks("\u{1b}");
    let paged = world.repo.ao_run(["list"]).env("GIT_PAGER_IN_USE", "1").env("TERM", "xterm");
    paged.run().ok().stdout_has("\u{1b}[33maaaa1111\u{1b}[m");
    let always = ["-c", "color.ao=always", "ao", "log", "--oneline", "-p"];
    let run = world.repo.env().git_ao(world.repo.dir(), [""; 0]).command();
    let path = run.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
    let out = world.repo.env().git(world.repo.dir(), always).env("PATH", path).run().ok();
    out.stdout_has("\u{1b}[32m+title: one\u{1b}[m");
}

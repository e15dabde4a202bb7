//! The program's manners, which no verb has for itself.

mod columns;
mod complete;
mod hidden;
mod lines;
mod man;
mod true_words;

use std::fs;

use crate::support::TestEnv;

#[test]
fn usage_ends_with_129_and_nothing_asked_with_1() {
    let env = TestEnv::new();
    let here = env.root();
    let ao = |args: &[&str]| env.git_ao(&here, args).run();
    let overview = "usage: git ao <command> [<args>]\n";
    ao(&[]).code(1).stdout_has(overview).stderr_is("");
    ao(&["-h"]).code(129).stdout_has(overview).stderr_is("");
    ao(&["man", "--bogus"])
        .code(129)
        .stdout_is("")
        .stderr_is("error: unknown option '--bogus'\nusage: git ao man [<options>] [<page>]\n");
    ao(&["mann"])
        .code(129)
        .stderr_is("error: unknown command 'mann'\nhint: the most similar command is 'man'\n");
    env.ao(&here, ["--help"]).run().ok().stdout_has(overview);
    ao(&["log", "-n", "x"])
        .code(129)
        .stderr_has("'x' is not a value for '--max-count <number>': expected an integer\n");
    ao(&["-V"]).ok().stdout_is(concat!("git-ao version ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let env = TestEnv::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = env.ao(&env.root(), ["completions", "zsh"]).command();
    let output = command.stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(141), Vec::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_fatal() {
    let env = TestEnv::new();
    let mut command = env.ao(&env.root(), ["man"]).command();
    let output = command.stdout(fs::File::create("/dev/full").unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(128));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "fatal: write failure on standard output: No space left on device\n"
    );
}

#[test]
fn manual_pages_are_installed_among_the_users_own() {
    let env = TestEnv::new();
    env.git_ao(&env.root(), ["man", "--install"]).run().ok().stdout_has("installed ");
    let dir = env.home().join(".local/share/man/man1");
    let page = fs::read_to_string(dir.join("git-ao.1")).unwrap();
    env.ao(&env.root(), ["man"]).run().ok().stdout_is(&page);
    let page = fs::read_to_string(dir.join("git-ao-man.1")).unwrap();
    env.ao(&env.root(), ["man", "man"]).run().ok().stdout_is(&page);
    let none = env.ao(&env.root(), ["man", "git-ao-nope"]).run().code(1);
    none.stderr_has("no manual page").stderr_has("git-ao-hooks.1, ").stderr_has("git-ao-hooks.7, ");
}

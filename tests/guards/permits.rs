//! Who may name what.

use super::layers::room;
use super::paths::{Named, named};
use super::tokens::Kind;
use super::{Finding, keep, source, tokens};

/// The places that name something, unless the file may.
fn named_by_others(
    path: &str,
    text: &str,
    may: impl Fn(&str) -> bool,
    what: impl Fn(&Named) -> bool,
) -> Vec<Finding> {
    if source::is_test(path) || may(path) {
        return Vec::new();
    }
    let found = named(&tokens::code(text)).into_iter().filter(|named| what(named));
    found.map(|named| (named.line, format!("names '{}'", named.path))).collect()
}

fn is_in(path: &str, rooms: &[&str]) -> bool {
    room(path).is_some_and(|(room, _)| rooms.contains(&room))
}

fn gix(path: &str, text: &str) -> Vec<Finding> {
    named_by_others(
        path,
        text,
        |path| is_in(path, &["store", "transcript", "ledger", "git"]),
        |named| named.is_below("gix"),
    )
}

fn yaml(path: &str, text: &str) -> Vec<Finding> {
    let codec = |path: &str| path == "src/store/codec.rs";
    named_by_others(path, text, codec, |named| named.is_below("serde_yaml"))
}

fn clap(path: &str, text: &str) -> Vec<Finding> {
    let may = |path: &str| is_in(path, &["cli"]) || path == "src/main.rs";
    let crates = ["clap", "clap_complete", "clap_mangen"];
    named_by_others(path, text, may, |named| crates.iter().any(|name| named.is_below(name)))
}

fn process(path: &str, text: &str) -> Vec<Finding> {
    let helper = |path: &str| {
        let words =
            path.strip_prefix("src/cli/").into_iter().flat_map(|p| p.split(['/', '_', '.']));
        words.into_iter().any(|word| ["pager", "editor", "formatter"].contains(&word))
    };
    let codes = is_in(path, &["cli"]) || path == "src/main.rs";
    let may = |path: &str| is_in(path, &["git", "runtime"]) || helper(path);
    named_by_others(path, text, may, |named| {
        named.is_below("std::process") && !(codes && named.is_below("std::process::ExitCode"))
    })
}

fn prints(path: &str, text: &str) -> Vec<Finding> {
    named_by_others(
        path,
        text,
        // A supervisor passes on what its agent prints.
        |path| is_in(path, &["cli"]) || path == "src/ops/common/inherited_output.rs",
        |named| {
            let macros = ["print", "println", "eprint", "eprintln"];
            let method = matches!(named.before, Some(Kind::Mark('.')));
            let field = matches!(named.after, Some(Kind::Mark(':' | ',' | '}')));
            let stream = ["stdout", "stderr"].contains(&named.last());
            let imported = named.path.contains("::");
            let called = matches!(named.after, Some(Kind::Mark('(')));
            (macros.contains(&named.last()) && named.is_macro())
                || (stream
                    && !method
                    && (called || (imported && !field) || named.is_below("std::io")))
        },
    )
}

fn unfinished(path: &str, text: &str) -> Vec<Finding> {
    let macros = ["todo", "unimplemented", "dbg"];
    named_by_others(
        path,
        text,
        |_| false,
        |named| named.is_macro() && macros.contains(&named.last()),
    )
}

fn impure(path: &str, text: &str) -> Vec<Finding> {
    let outside = ["std::fs", "std::io", "std::env", "std::net", "std::process", "std::thread"];
    let clocks = ["SystemTime", "Instant"];
    let is_model = is_in(path, &["model"]);
    named_by_others(
        path,
        text,
        |_| !is_model,
        |named| {
            let now = named.last() == "now" && named.path.contains("::");
            let clock = now || named.path.split("::").any(|segment| clocks.contains(&segment));
            clock || outside.iter().any(|module| named.is_below(module))
        },
    )
}

fn starts_git(path: &str, text: &str) -> Vec<Finding> {
    if is_in(path, &["git"]) || source::is_test(path) {
        return Vec::new();
    }
    let code = tokens::code(text);
    let starts = code.windows(5).filter(|at| {
        let program = match &at[4].kind {
            Kind::Text(text) => text.rsplit('/').next().unwrap_or_default(),
            _ => return false,
        };
        let new = at[0].word() == Some("Command") && at[2].word() == Some("new");
        new && at[1].kind == Kind::Sep && at[3].is('(') && ["git", "git.exe"].contains(&program)
    });
    starts.map(|at| (at[0].line, "starts git".to_owned())).collect()
}

/// What depends on a variable depends on whose it is: `git::Environment` holds them as a value.
fn variables(path: &str, text: &str) -> Vec<Finding> {
    let of_process =
        ["var", "var_os", "vars", "vars_os", "set_var", "remove_var", "home_dir", "temp_dir"];
    let may = |path: &str| path == "src/git/environment.rs";
    named_by_others(path, text, may, |named| {
        let mut segments = named.path.rsplit("::");
        let function = segments.next().is_some_and(|last| of_process.contains(&last));
        function && segments.next() == Some("env")
    })
}

/// A process is started with the variables of its caller's caller, not with those of this process.
fn starts_with_all(path: &str, text: &str) -> Vec<Finding> {
    let may = |path: &str| is_in(path, &["cli"]) || path == "src/git/environment.rs";
    named_by_others(path, text, may, |named| {
        named.is_below("Command::new") || named.path.ends_with("::Command::new")
    })
}

/// What a verb may do to a record is a rule for everybody who uses the library, so it is in `ops`.
fn stages(path: &str, text: &str) -> Vec<Finding> {
    const CHANGES: [&str; 12] = [
        "archive",
        "change_status",
        "create",
        "create_as",
        "delete",
        "rehearse",
        "set_visibility",
        "touch",
        "transaction",
        "unarchive",
        "undo",
        "update",
    ];
    if source::is_test(path) || !is_in(path, &["cli"]) {
        return Vec::new();
    }
    let code = tokens::code(text);
    let calls = code.windows(4).filter(|at| {
        let receiver = at[0].word().unwrap_or_default();
        let method = at[2].word().unwrap_or_default();
        let is_change = at[1].is('.') && at[3].is('(') && CHANGES.contains(&method);
        is_change && (method == "transaction" || ["store", "tx"].contains(&receiver))
    });
    calls.map(|at| (at[2].line, format!("calls '{}'", at[2].word().unwrap_or_default()))).collect()
}

/// A key that stands in one place has one default.
fn settings(path: &str, text: &str) -> Vec<Finding> {
    if path == "src/git/settings.rs" || source::is_test(path) {
        return Vec::new();
    }
    let is_key = |text: &str| {
        let name = text.strip_prefix("ao.").unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let keys = tokens::code(text).into_iter().filter_map(|token| match token.kind {
        Kind::Text(text) if is_key(&text) => Some((token.line, format!("names '{text}'"))),
        _ => None,
    });
    keys.collect()
}

#[test]
fn settings_stand_once() {
    keep("the keys of settings stand in 'src/git/settings.rs'", settings);
}

/// The front end decides nothing about sessions: it compares no status, and starts, inspects and
/// removes neither agents nor worktrees. Hints and completion only name what there is.
fn decides(path: &str, text: &str) -> Vec<Finding> {
    if !is_in(path, &["cli"]) {
        return Vec::new();
    }
    let may = |path: &str| {
        ["src/cli/hints/", "src/cli/candidates/"].iter().any(|it| path.starts_with(it))
    };
    let doers = ["Agents", "Child", "Detached", "Foreground", "Lock", "Process", "ProcessSpec"];
    let doers = [&doers[..], &["Runtimes", "Tmux", "Transaction", "Worktrees"]].concat();
    named_by_others(path, text, may, |named| {
        let status = named.path.split("::").skip_while(|part| *part != "SessionStatus").nth(1);
        let compares = status.is_some_and(|name| !["ALL", "from", "Other"].contains(&name));
        compares || (named.is_below("git_ao") && doers.contains(&named.last()))
    })
}

#[test]
fn cli_has_no_rule_of_its_own() {
    keep("'cli' parses, calls 'ops' and renders", decides);
}

#[test]
fn a_rule_in_cli_is_found() {
    let found = |text: &str| decides("src/cli/x.rs", text).len();
    assert_eq!(found("if session.status == SessionStatus::Done {}"), 1);
    assert_eq!(found("use git_ao::workspace::Worktrees;"), 1);
    assert_eq!(found("let all = SessionStatus::ALL;"), 0);
    assert_eq!(decides("src/ops/x.rs", "SessionStatus::Done").len(), 0);
}

#[test]
fn cli_changes_no_record_itself() {
    keep("'cli' changes records through 'ops' alone", stages);
}

#[test]
fn only_environment_reads_variables() {
    keep("only 'src/git/environment.rs' reads the variables of the process", variables);
}

#[test]
fn processes_are_started_with_an_environment() {
    keep("processes are made by 'Environment::command'", starts_with_all);
}

#[test]
fn only_stores_and_git_name_gix() {
    keep("only the stores, 'ledger' and 'git' know gix", gix);
}

#[test]
fn only_the_codec_names_serde_yaml() {
    keep("only 'src/store/codec.rs' knows serde_yaml", yaml);
}

#[test]
fn only_cli_names_clap() {
    keep("only 'cli' knows clap", clap);
}

#[test]
fn only_a_few_start_processes() {
    keep(
        "only 'git', 'runtime', the pager, the editor and the formatter know std::process",
        process,
    );
}

#[test]
fn only_git_starts_git() {
    keep("only 'git' starts the git program", starts_git);
}

#[test]
fn only_cli_prints() {
    keep("only 'cli' prints", prints);
}

#[test]
fn the_model_does_no_io() {
    keep("'model' does no input or output and reads no clock", impure);
}

#[test]
fn nothing_is_left_unfinished() {
    keep("no unfinished or debugging macros", unfinished);
}

#[test]
fn each_permit_can_be_refused() {
    type Check = fn(&str, &str) -> Vec<Finding>;
    let bad: [(Check, &str, &str); 30] = [
        (settings, "src/share/remote.rs", "fn f() { repo.config(\"ao.remote\") }"),
        (settings, "src/hook/run.rs", "const SWITCH: &str = \"ao.hooks\";"),
        (stages, "src/cli/set.rs", "fn f() { store.transaction(\"set\", |tx| x) }"),
        (stages, "src/cli/set.rs", "fn f() { ctx.store()?.transaction(\"set\", x) }"),
        (stages, "src/cli/fsck/a.rs", "fn f() { tx.touch(key.clone())?; }"),
        (stages, "src/cli/delete.rs", "fn f() { store.delete(key) }"),
        (gix, "src/ops/spawn.rs", "fn f(r: &gix::Repository) {}"),
        (gix, "src/lib.rs", "pub use gix;"),
        (yaml, "src/store/mod.rs", "use serde_yaml::Value;"),
        (yaml, "src/model/value.rs", "fn f() -> serde_yaml::Value { x }"),
        (clap, "src/ops/mod.rs", "#[derive(clap::Parser)] struct A;"),
        (clap, "src/lib.rs", "use clap_mangen::Man;"),
        (process, "src/cli/show.rs", "use std::process::Command;"),
        (process, "src/ops/spawn.rs", "use std::{fs, process::{Command, Stdio}};"),
        (process, "src/main.rs", "fn main() { std::process::exit(1) }"),
        (starts_git, "src/ops/spawn.rs", "Command::new(\"git\")"),
        (starts_git, "src/runtime/tmux.rs", "process::Command::new(\"/usr/bin/git\")"),
        (prints, "src/store/mod.rs", "fn f() { println!(\"a\") }"),
        (prints, "src/main.rs", "use std::io::{stdout, Write};"),
        (prints, "src/hook/run.rs", "fn f() { write(io::stderr(), x) }"),
        (impure, "src/model/time.rs", "use std::time::{Duration, SystemTime};"),
        (impure, "src/model/time.rs", "fn f() { jiff::Timestamp::now() }"),
        (variables, "src/ops/spawn.rs", "fn f() { std::env::var(\"HOME\") }"),
        (variables, "src/git/zone.rs", "use std::env; fn f() { env::vars_os() }"),
        (variables, "src/cli/show.rs", "use std::env::{self, var_os};"),
        (variables, "src/git/open.rs", "fn f() { gix::path::env::var(\"HOME\") }"),
        (starts_with_all, "src/runtime/child.rs", "fn f() { Command::new(program) }"),
        (starts_with_all, "src/git/run.rs", "fn f() { std::process::Command::new(\"git\") }"),
        (unfinished, "src/cli/show.rs", "fn f() { todo!() }"),
        (unfinished, "src/git/mod.rs", "fn f() { std::dbg!(1) }"),
    ];
    for (check, path, text) in bad {
        assert_ne!(check(path, text), [], "{path}: {text}");
    }
    let good: [(Check, &str, &str); 20] = [
        (settings, "src/git/settings.rs", "const HOOKS: &str = \"ao.hooks\";"),
        (settings, "src/cli/a.rs", "fn f() { \"git config ao.hooks true\" }"),
        (stages, "src/ops/set.rs", "fn f() { store.transaction(\"set\", |tx| tx.touch(key)) }"),
        (stages, "src/cli/delete.rs", "fn f() { ops::delete(&store, &keys, checks) }"),
        (stages, "src/cli/a.rs", "fn f() { hasher.update(bytes) }"),
        (gix, "src/store/read.rs", "use gix::ObjectId;"),
        (gix, "src/cli/show.rs", "// gix\nfn f() { \"gix\" }"),
        (yaml, "src/store/codec.rs", "use serde_yaml::Value;"),
        (clap, "src/cli/mod.rs", "use clap::Parser;"),
        (process, "src/main.rs", "use std::process::ExitCode;"),
        (process, "src/cli/pager.rs", "use std::process::{Child, Command};"),
        (process, "src/git/run.rs", "use std::process::Command;"),
        (starts_git, "src/git/run.rs", "Command::new(\"git\")"),
        (
            prints,
            "src/git/run.rs",
            "command.stdout(p); child.stderr.take(); Out { stdout, stderr: x }",
        ),
        (prints, "src/cli/out.rs", "use std::io::stdout;"),
        (variables, "src/git/environment.rs", "fn f() { std::env::vars_os() }"),
        (variables, "src/cli/man.rs", "fn f() { std::env::split_paths(x) }"),
        (starts_with_all, "src/cli/ui/pager.rs", "fn f() { Command::new(\"sh\") }"),
        (starts_with_all, "src/git/run.rs", "fn f() { environment.command(\"git\") }"),
        (impure, "src/store/clock.rs", "use std::time::SystemTime;"),
    ];
    for (check, path, text) in good {
        assert_eq!(check(path, text), [], "{path}: {text}");
    }
}

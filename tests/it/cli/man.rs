//! A manual page can be read at once, and scripts get its source.

use crate::support::TestEnv;

#[test]
fn a_page_on_a_terminal_is_rendered() {
    let env = TestEnv::new();
    let terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))";
    let shown = |args: &[&str], path: &str| {
        let run = env.ao(&env.root(), args).env("GIT_PAGER", "cat").env("TERM", "xterm");
        run.under("env", [path]).under("python3", ["-c", terminal]).run().stdout
    };
    let with_groff = concat!("PATH=", env!("PATH"));
    for args in [&["man", "kill"][..], &["help", "kill"]] {
        for path in [with_groff, "PATH=/nonexistent"] {
            let text = shown(args, path);
            assert!(
                text.contains("Stop a session's agent and end the session"),
                "{args:?}: {text}"
            );
            assert!(!text.contains(".SH") && !text.contains("\\fB"), "{args:?}: {text}");
        }
    }
    assert!(shown(&["man", "kill", "--roff"], with_groff).contains(".SH NAME"));
}

#[test]
fn help_works_before_pages_are_installed() {
    let env = TestEnv::new();
    let root = env.root();
    let overview = "usage: git ao <command> [<args>]\n";
    env.git_ao(&root, ["help"]).run().ok().stdout_has(overview).stdout_has("git ao help <command>");
    let page = env.git_ao(&root, ["help", "spawn"]).run().ok().stdout_lacks(".SH");
    page.stdout_has("\nOPTIONS\n")
        .stdout_lacks("\\f")
        .stdout_has("       git ao spawn [<options>]");
    for page in ["config", "hooks.7", "sharing", "gitformat-ao", "git-ao"] {
        env.git_ao(&root, ["help", page]).run().ok().stdout_has("NAME\n").stdout_lacks("\\(");
    }
    env.git_ao(&root, ["help", "sapwn"]).run().code(1).stderr_has("no manual page 'sapwn'");
    env.git_ao(&root, ["spawn", "--help"]).run().ok().stdout_has("usage: git ao spawn");
    env.ao(&root, ["--help"]).run().ok().stdout_has(overview);
    let version = env.git_ao(&root, ["version"]).run().ok().stdout;
    assert_eq!(version, env.git_ao(&root, ["--version"]).run().ok().stdout);
    // For man, as before.
    env.git_ao(&root, ["man", "kill"]).run().ok().stdout_has("\n.SH NAME\n");
}

#[test]
fn words_of_other_tools_lead_to_the_command() {
    let env = TestEnv::new();
    for (word, command) in [
        ("stop", "kill <session>"),
        ("rm", "delete <session>"),
        ("ps", "status"),
        ("new", "spawn <task>"),
        ("done", "complete <session>"),
        ("switch", "attach <session>"),
        ("checkout", "attach <session>"),
        ("add", "spawn <task>"),
        ("stash", "archive <session>"),
        ("watch", "status --watch"),
    ] {
        let hint = format!(
            "error: unknown command '{word}'\nhint: the command for that is 'git ao {command}'\n"
        );
        env.git_ao(&env.root(), [word]).run().code(129).stdout_is("").stderr_is(&hint);
    }
    let commit = env.git_ao(&env.root(), ["commit"]).run().code(129);
    commit.stderr_has("hint: the command for that is 'git commit'\n");
    env.git_ao(&env.root(), ["lsit"]).run().code(129).stderr_has("most similar command");
}

//! Hooks that are there already: they go on as they were, and come back as they were.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::{Bed, same_as_without};
use crate::support::{tree_of, write_script};

fn write(path: &Path, bytes: impl AsRef<[u8]>, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn hooks(bed: &Bed) -> PathBuf {
    bed.repo.common_dir().join("hooks")
}

/// What lies in the folder of hooks: names, modes, links and bytes.
fn inside(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
            let link = fs::read_link(&path).map(|to| to.into_os_string().into_encoded_bytes());
            let bytes = link.or_else(|_| fs::read(&path)).unwrap_or_default();
            (path, mode, bytes)
        })
        .collect();
    found.sort();
    found
}

/// Git does the same with the hooks that `put` makes, with and without ours; ours works; and
/// taking it out leaves what was there.
fn kept(name: &str, put: impl Fn(&Path)) {
    let make = || {
        let bed = Bed::new();
        put(&hooks(&bed));
        bed
    };
    let before = make();
    let before_install = inside(&hooks(&before));
    before.repo.ao(["hooks", "install", "--file"]).ok();
    before
        .repo
        .ao(["hooks", "install", "--file"])
        .ok()
        .stdout_is("post-checkout: already installed\n");
    before.repo.ao(["hooks", "uninstall"]).ok().stdout_is("post-checkout: removed\n");
    assert_eq!(inside(&hooks(&before)), before_install, "{name}");

    let bed = same_as_without(&[], make, |bed| {
        let out = bed.run(&["checkout", "-b", "other"]).run();
        let log = fs::read_to_string(bed.work.dir().join("log")).unwrap_or_default();
        let _ = fs::remove_file(bed.work.dir().join("log"));
        vec![out, bed.repo.env().run(bed.work.dir(), "printf", ["%s", &log]).run()]
    });
    assert_eq!(bed.branch(), "other", "{name}");
}

#[test]
fn shell_scripts_with_every_way_to_end() {
    for text in [
        "#!/bin/sh\necho \"$0 $*\" | sed 's,.*/,,' >log\n",
        "#!/bin/sh -eu\nprintf '%s\\n' \"$@\" >log\nexit 3\n",
        "#!/bin/bash\nset -euo pipefail\nexec sh -c 'echo \"$1\" >log; exit 5' x \"$3\"\n",
        "#!/usr/bin/env sh\nfalse",
        "#!/bin/sh\necho out; echo err >&2\n",
        "#!/bin/sh\n# no newline at the end, and a carriage return\r\necho a >log",
    ] {
        kept(text, |hooks| write(&hooks.join("post-checkout"), text, 0o755));
    }
}

#[test]
fn programs_of_other_languages() {
    for text in [
        "#!/usr/bin/env python3\nimport sys\nopen('log', 'w').write(repr(sys.argv[1:]))\nsys.exit(4)\n",
        "#!/usr/bin/perl\nopen(F, '>log'); print F \"@ARGV\"; exit 6;\n",
        "#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\nimport sys\nopen('log', 'w').write(str(len(sys.argv)))\n",
        "echo \"$@\" >log; exit 7\n",
        "",
    ] {
        kept(text, |hooks| write(&hooks.join("post-checkout"), text, 0o755));
    }
    let program = fs::read("/bin/false").unwrap();
    kept("a binary", |hooks| write(&hooks.join("post-checkout"), &program, 0o755));
}

#[test]
fn a_hook_that_cannot_run_fails_as_before() {
    for text in ["#!/bin/sh\r\necho crlf >log\r\n", "#!/no/such/interpreter\n"] {
        let bed = Bed::new();
        write(&bed.hook("post-checkout"), text, 0o755);
        let before = inside(&hooks(&bed));
        bed.run(&["checkout", "-b", "one"]).run().code(1);
        bed.repo.ao(["hooks", "install", "--file"]).ok();
        bed.run(&["checkout", "-b", "two"]).run().code(1);
        assert_eq!(bed.branch(), "two");
        bed.repo.ao(["hooks", "uninstall"]).ok();
        assert_eq!(inside(&hooks(&bed)), before);
    }
}

#[test]
fn a_hook_that_git_does_not_run_is_not_run() {
    for text in ["#!/bin/sh\necho ran >log\nexit 1\n", "#!/usr/bin/env python3\n1/0\n", ""] {
        let bed = Bed::new();
        let hook = bed.hook("post-checkout");
        write(&hook, text, 0o644);
        let before = inside(&hooks(&bed));
        bed.repo.ao(["hooks", "install", "--file"]).ok();
        bed.run(&["checkout", "-q", "-b", "other"]).run().ok().stderr_is("");
        assert!(!bed.work.dir().join("log").exists());
        assert_eq!(bed.branch(), "other");
        bed.repo.ao(["hooks", "uninstall"]).ok();
        assert_eq!(inside(&hooks(&bed)), before);
    }
}

#[test]
fn a_link_and_what_it_leads_to() {
    kept("a link to a script", |hooks| {
        write(&hooks.join("../../scripts/hook"), "#!/bin/sh\necho \"$@\" >log\nexit 2\n", 0o755);
        symlink("../../scripts/hook", hooks.join("post-checkout")).unwrap();
    });
    kept("a dispatcher that looks at its name", |hooks| {
        let text = "#!/usr/bin/env python3\nimport os, sys\n\
                    sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))\nimport beside\n\
                    open('log', 'w').write(os.path.basename(sys.argv[0]) + beside.x)\n";
        write(&hooks.join("all"), text, 0o755);
        write(
            &hooks.join("beside.py"),
            "import sys\nsys.dont_write_bytecode = True\nx = 'x'\n",
            0o644,
        );
        symlink("all", hooks.join("post-checkout")).unwrap();
    });
}

#[test]
fn a_hook_gets_all_of_its_input() {
    for text in [
        "#!/bin/sh\ncat >\"$GIT_DIR/../log\"; echo \"$@\" >>\"$GIT_DIR/../log\"\nexit 1\n",
        "#!/usr/bin/env python3\nimport os, sys\nopen(os.environ['GIT_DIR'] + '/../log', 'w').write(sys.stdin.read())\n",
    ] {
        same_as_without(
            &["pre-push"],
            || {
                let bed = Bed::new();
                let remote =
                    crate::support::Repo::init(bed.repo.env(), "one", crate::support::Combo::BARE);
                bed.repo.git(["remote", "add", "one", remote.dir().to_str().unwrap()]);
                write(&bed.hook("pre-push"), text, 0o755);
                bed
            },
            |bed| {
                let run = bed.repo.env().git(bed.repo.dir(), ["push", "one", "main"]);
                let out = run.env("GIT_DIR", bed.repo.dir().join(".git")).run();
                let log = fs::read_to_string(bed.repo.dir().join("log")).unwrap();
                assert!(log.starts_with("refs/heads/main "), "{log}");
                fs::remove_file(bed.repo.dir().join("log")).unwrap();
                vec![out]
            },
        );
    }
}

#[test]
fn huskys_layout() {
    let make = || {
        let bed = Bed::new();
        let top = bed.work.dir();
        write_script(&top.join(".husky/_/post-checkout"), ". \"$(dirname \"$0\")/h\"");
        let h = "n=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n\
                 [ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\nexit $?\n";
        write(&top.join(".husky/_/h"), h, 0o644);
        write(&top.join(".husky/_/.gitignore"), "*\n", 0o644);
        write(&top.join(".husky/post-checkout"), "echo \"husky $3\"\n", 0o644);
        bed.repo.config("core.hooksPath", ".husky/_");
        bed
    };
    let bed = make();
    let before = inside(&bed.work.dir().join(".husky/_"));
    bed.work
        .ao(["hooks", "install", "--file"])
        .ok()
        .stdout_is("post-checkout: installed in the existing hook\n")
        .stderr_has(".husky/post-checkout")
        .stderr_has("git-ao hook post-checkout \"$@\" || :");
    bed.run(&["checkout", "-q", "-b", "other"]).run().ok().stderr_is("husky 1\n");
    assert_eq!(bed.branch(), "other");
    bed.work.ao(["hooks", "uninstall"]).ok();
    assert_eq!(inside(&bed.work.dir().join(".husky/_")), before);

    // Wired by hand, as the hint says.
    let own = format!("{} hook post-checkout \"$@\" || :\n", env!("CARGO_BIN_EXE_git-ao"));
    write(&bed.work.dir().join(".husky/post-checkout"), own, 0o644);
    bed.run(&["checkout", "-q", "-b", "third"]).run().ok().stderr_is("");
    assert_eq!(bed.branch(), "third");
}

#[test]
fn lefthooks_and_pre_commits_layout() {
    let lefthook = "#!/bin/sh\n\nif [ \"$LEFTHOOK\" = \"0\" ]; then\n  exit 0\nfi\n\n\
                    call_lefthook()\n{\n  dir=\"$(git rev-parse --show-toplevel)\"\n  \
                    echo \"lefthook $@\" | sed \"s,$dir,,\" >log\n}\n\ncall_lefthook run \"post-checkout\" \"$@\"\n";
    kept("lefthook", |hooks| write(&hooks.join("post-checkout"), lefthook, 0o755));
    let pre_commit = "#!/usr/bin/env bash\n# start templated\nARGS=(hook-impl --hook-type=post-checkout)\n\
                      # end templated\n\nHERE=\"$(cd \"$(dirname \"$0\")\" && pwd)\"\n\
                      ARGS+=(--hook-dir \"$HERE\" -- \"$@\")\n\nexec echo \"${#ARGS[@]}\"\n";
    kept("pre-commit", |hooks| write(&hooks.join("post-checkout"), pre_commit, 0o755));
}

#[test]
fn a_kept_hook_that_somebody_took_away_is_no_failure() {
    let bed = Bed::new();
    write(&bed.hook("post-checkout"), "#!/usr/bin/env python3\n1/0\n", 0o755);
    bed.repo
        .ao(["hooks", "install", "--file"])
        .ok()
        .stdout_is("post-checkout: installed in front of the existing hook\n");
    fs::remove_file(bed.hook("post-checkout.git-ao-kept")).unwrap();
    bed.run(&["checkout", "-q", "-b", "other"]).run().ok().stderr_is("");
    bed.repo.ao(["hooks", "uninstall"]).ok();
    assert!(!bed.hook("post-checkout").exists());
}

#[test]
fn what_is_where_a_hook_would_be_kept_stays() {
    let bed = Bed::new();
    write(&bed.hook("post-checkout"), "#!/usr/bin/env python3\n", 0o755);
    write(&bed.hook("post-checkout.git-ao-kept"), "mine", 0o644);
    let before = tree_of(hooks(&bed));
    bed.repo
        .ao(["hooks", "install", "--file"])
        .code(1)
        .stderr_has("post-checkout.git-ao-kept' is in the way");
    before.assert_same(&tree_of(hooks(&bed)));
    fs::remove_file(bed.hook("post-checkout")).unwrap();
    fs::create_dir(bed.hook("post-checkout")).unwrap();
    bed.repo.ao(["hooks", "install", "--file"]).code(1).stderr_has("post-checkout' is in the way");
}

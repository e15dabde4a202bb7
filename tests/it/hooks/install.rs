//! Where hooks go, and what stands in their way.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use git_ao::git::Repository;
use git_ao::hook::{Edits, HookName, HookState, InstallMethod, Installed, Installer, Uninstalled};

use super::{BRANCH, Bed};
use crate::support::{Combo, Repo, for_each_format, tree_of, write_script};

#[test]
fn install_status_and_uninstall() {
    for_each_format(|repo| {
        let before = tree_of(repo.common_dir().join("hooks"));
        repo.ao(["hooks", "status"]).code(1).stdout_has("post-checkout       not installed\n");
        repo.ao(["hooks", "uninstall"]).ok().stdout_is("nothing to remove\n");
        repo.ao(["hooks", "install", "--file"])
            .ok()
            .stdout_is("post-checkout: installed\n")
            .stderr_is("");
        repo.ao(["hooks", "install", "--file"])
            .ok()
            .stdout_is("post-checkout: already installed\n");
        repo.ao(["hooks", "install", "--file", "post-commit", "pre-push"])
            .ok()
            .stdout_is("post-commit: installed\npre-push: installed\n");
        let status = repo.ao(["hooks", "status"]).ok();
        let installed =
            status.lines().iter().filter(|line| line.contains(" installed in '")).count();
        assert_eq!(installed, 3, "{status}");
        repo.ao(["hooks", "uninstall", "post-commit"]).ok().stdout_is("post-commit: removed\n");
        repo.ao(["hooks", "uninstall"])
            .ok()
            .stdout_is("post-checkout: removed\npre-push: removed\n");
        let after = tree_of(repo.common_dir().join("hooks"));
        // The folder itself has a new time, nothing else.
        assert!(before.changes(&after).len() <= 1, "{:?}", before.changes(&after));
    });
}

#[test]
fn a_hook_of_another_name_is_refused() {
    let repo = Repo::new();
    repo.ao(["hooks", "install", "--file", "pre-commit"])
        .code(129)
        .stderr_has("error: unsupported hook 'pre-commit'")
        .stderr_has("hint: the hooks are post-checkout, ");
    assert!(!repo.dir().join(".git/hooks/pre-commit").exists());
}

#[test]
fn a_hooks_path_in_the_worktree() {
    let bed = Bed::new();
    bed.repo.config("core.hooksPath", ".githooks");
    bed.work
        .ao(["hooks", "install", "--file"])
        .ok()
        .stderr_has(".githooks' is part of the worktree");
    assert!(bed.work.dir().join(".githooks/post-checkout").exists());
    bed.run(&["checkout", "-q", "-b", "other"]).dir(bed.work.dir()).run().ok().stderr_is("");
    assert_eq!(bed.branch(), "other");
    // From a subfolder it is the same folder.
    bed.work.write("sub/file", "");
    bed.work.within("sub").ao(["hooks", "status"]).ok().stdout_has("installed in '");
    bed.work.within("sub").ao(["hooks", "uninstall"]).ok();
    assert!(!bed.work.dir().join(".githooks/post-checkout").exists());
}

/// A clone that has its own session, with its own worktree.
fn neighbour(bed: &Bed) -> (Repo, Repo) {
    let clone = bed.repo.clone_as("neighbour");
    bed.repo.git(["push", "-q", "../neighbour", "refs/ao/sessions"]);
    clone.git(["branch", BRANCH]);
    let work = clone.within("../neighbours-work");
    (clone, work)
}

#[test]
fn hooks_that_repositories_share_work_only_where_they_are_wanted() {
    let bed = Bed::of(Combo::PLAIN);
    let shared = bed.repo.env().path("shared");
    let (clone, work) = neighbour(&bed);
    for repo in [&bed.repo, &clone] {
        repo.config("core.hooksPath", shared.to_str().unwrap());
    }
    let install =
        bed.repo.ao(["hooks", "install", "--file"]).ok().stderr_has("git config ao.hooks true");
    assert!(install.stderr.contains("shared' too"));
    assert_eq!(bed.repo.git(["config", "ao.hooks"]), "true\n");

    bed.repo.git(["worktree", "add", "-q", "../work", BRANCH]);
    assert_eq!(bed.session().placements.len(), 1);
    let before = clone.git(["rev-parse", "refs/ao/sessions"]);
    clone.git(["worktree", "add", "-q", work.dir().to_str().unwrap(), BRANCH]);
    assert_eq!(clone.git(["rev-parse", "refs/ao/sessions"]), before);

    clone.config("ao.hooks", "true");
    clone.git(["worktree", "remove", work.dir().to_str().unwrap()]);
    clone.git(["worktree", "add", "-q", work.dir().to_str().unwrap(), BRANCH]);
    assert_ne!(clone.git(["rev-parse", "refs/ao/sessions"]), before);

    bed.repo.ao(["hooks", "uninstall"]).ok();
    bed.repo.git_result(["config", "--get", "ao.hooks"]).code(1);
    assert!(!shared.join("post-checkout").exists());
}

#[test]
fn a_hooks_path_that_is_set_for_all_repositories() {
    let bed = Bed::new();
    let config = bed.repo.env().path("gitconfig");
    let shared = bed.repo.env().path("shared");
    write_script(&shared.join("post-checkout"), "echo shared");
    fs::write(&config, format!("[core]\n\thooksPath = {}\n", shared.display())).unwrap();
    let run = bed.repo.ao_run(["hooks", "install", "--file"]).env("GIT_CONFIG_GLOBAL", &config);
    run.run().ok().stdout_is("post-checkout: installed in the existing hook\n");
    let run = bed.run(&["checkout", "-q", "-b", "other"]).env("GIT_CONFIG_GLOBAL", &config);
    run.run().ok().stderr_is("shared\n");
    assert_eq!(bed.branch(), "other");
}

#[test]
fn hooks_that_are_turned_off_stay_off() {
    let repo = Repo::new();
    repo.config("core.hooksPath", "/dev/null");
    repo.ao(["hooks", "install", "--file"])
        .code(1)
        .stderr_has("error: core.hooksPath is '/dev/null'");
    repo.ao(["hooks", "status"]).code(1);
    repo.ao(["hooks", "uninstall"]).ok();
}

#[test]
fn a_folder_of_hooks_that_is_a_link_or_not_there() {
    let bed = Bed::new();
    let hooks = bed.repo.common_dir().join("hooks");
    fs::remove_dir_all(&hooks).unwrap();
    bed.repo.ao(["hooks", "install", "--file"]).ok();
    fs::remove_dir_all(&hooks).unwrap();
    let real = bed.repo.env().path("real");
    fs::create_dir(&real).unwrap();
    symlink(&real, &hooks).unwrap();
    bed.repo.ao(["hooks", "install", "--file"]).ok();
    assert!(real.join("post-checkout").exists() && hooks.is_symlink());
    bed.run(&["checkout", "-q", "-b", "other"]).run().ok().stderr_is("");
    assert_eq!(bed.branch(), "other");
    bed.repo.ao(["hooks", "uninstall"]).ok();
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_written_is_fatal_and_stays() {
    let repo = Repo::new();
    // Not even root writes there.
    repo.config("core.hooksPath", "/proc/self");
    repo.ao(["hooks", "install", "--file"])
        .code(128)
        .stdout_is("")
        .stderr_has("fatal: cannot write '/proc/self/post-checkout'");

    let hooks = repo.dir().join(".git/hooks");
    repo.git(["config", "--unset", "core.hooksPath"]);
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o555)).unwrap();
    let may_write = fs::write(hooks.join("probe"), "").is_ok();
    let out = repo.ao(["hooks", "install", "--file"]);
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o755)).unwrap();
    if !may_write {
        out.code(128).stderr_has("fatal: cannot write");
        assert!(!hooks.join("post-checkout").exists());
    }
}

#[test]
fn what_somebody_edited_is_not_lost_without_a_word() {
    let bed = Bed::new().hooked(&[]);
    let hook = bed.hook("post-checkout");
    let ours = fs::read_to_string(&hook).unwrap();
    let edited = ours.replace("timeout 5", "timeout 50");
    fs::write(&hook, &edited).unwrap();
    for args in [&["hooks", "install", "--file"][..], &["hooks", "uninstall"]] {
        bed.repo
            .ao(args)
            .code(1)
            .stderr_has("git ao's part of '")
            .stderr_has("hint: to discard the edits, use --force");
        assert_eq!(fs::read_to_string(&hook).unwrap(), edited);
    }
    bed.repo.ao(["hooks", "status"]).ok().stdout_has("', and edited\n");
    bed.repo
        .ao(["hooks", "install", "--force", "--file"])
        .ok()
        .stdout_is("post-checkout: updated\n");
    assert_eq!(fs::read_to_string(&hook).unwrap(), ours);

    // Lines around it are somebody's own, and stay.
    fs::write(&hook, format!("{ours}echo mine\n")).unwrap();
    bed.repo
        .ao(["hooks", "install", "--file"])
        .ok()
        .stdout_is("post-checkout: already installed\n");
    bed.repo.ao(["hooks", "uninstall"]).ok();
    assert_eq!(fs::read_to_string(&hook).unwrap(), "#!/bin/sh\necho mine\n");
}

#[test]
fn half_a_block_is_left_to_its_owner() {
    let bed = Bed::new().hooked(&[]);
    let hook = bed.hook("post-checkout");
    let damaged = fs::read_to_string(&hook).unwrap().replace("# <<< git-ao <<<\n", "");
    fs::write(&hook, &damaged).unwrap();
    for args in [&["hooks", "install", "--force", "--file"][..], &["hooks", "uninstall"]] {
        bed.repo.ao(args).code(1).stderr_has("the git-ao markers in '");
        assert_eq!(fs::read_to_string(&hook).unwrap(), damaged);
    }
    bed.repo.ao(["hooks", "status"]).code(1).stdout_has("damaged in '");
}

#[test]
fn the_second_of_two_versions_takes_over() {
    for theirs in [None, Some("#!/bin/sh\nexit 3\n"), Some("#!/usr/bin/env python3\n")] {
        let bed = Bed::new();
        let hook = bed.hook("post-checkout");
        if let Some(text) = theirs {
            write_script(&hook, "");
            fs::write(&hook, text).unwrap();
        }
        let before = fs::read(&hook).ok();
        let repo = Repository::discover(bed.repo.dir()).unwrap();
        let installer = Installer::new(&repo, InstallMethod::File, Edits::Keep);
        let install =
            |program| installer.install(HookName::PostCheckout, Path::new(program)).unwrap();
        install("/old version/git-ao");
        assert_eq!(install("/new/git-ao"), Installed::Updated);
        assert_eq!(install("/new/git-ao"), Installed::Already);
        let text = fs::read_to_string(&hook).unwrap();
        assert!(text.contains("'/new/git-ao'") && !text.contains("/old version/"), "{text}");
        assert_eq!(installer.uninstall(HookName::PostCheckout).unwrap(), Uninstalled::Gone);
        assert_eq!(fs::read(&hook).ok(), before);
    }
}

/// The installed git may be too old for this; what it would run is run as it would run it.
#[test]
fn hooks_in_gits_configuration() {
    let bed = Bed::new().hooked(&[]);
    let repo = Repository::discover(bed.repo.dir()).unwrap();
    let installer = Installer::new(&repo, InstallMethod::Configured, Edits::Keep);
    let name = HookName::PostCheckout;
    let program = Path::new(env!("CARGO_BIN_EXE_git-ao"));
    for key in ["gc.refs/ao/heads.reflogExpire", "gc.refs/ao/heads.reflogExpireUnreachable"] {
        bed.repo.config(key, "never");
    }
    let config = fs::read(repo.common_dir().join("config")).unwrap();

    // The file of an older git gives way.
    assert_eq!(installer.install(name, program).unwrap(), Installed::Updated);
    assert!(!bed.hook("post-checkout").exists());
    assert_eq!(installer.install(name, program).unwrap(), Installed::Already);
    assert_eq!(installer.status(name).unwrap(), HookState::Configured);
    let event = bed.repo.git(["config", "--get-all", "hook.git-ao-post-checkout.event"]);
    assert_eq!(event, "post-checkout\n");
    let command = bed.repo.git(["config", "--get-all", "hook.git-ao-post-checkout.command"]);

    bed.work.git(["checkout", "-q", "-b", "other"]);
    let git_ran_it = bed.branch() == "other";
    assert_eq!(git_ran_it, InstallMethod::of_git(&repo).unwrap() == InstallMethod::Configured);
    if !git_ran_it {
        let head = bed.work.git(["rev-parse", "HEAD"]);
        let line = format!("{} \"$@\"", command.trim_end());
        let args = ["-c", &line, &command, head.trim(), head.trim(), "1"];
        bed.repo.env().run(bed.work.dir(), "sh", args).run().ok().stdout_is("").stderr_is("");
    }
    assert_eq!(bed.branch(), "other");

    // And the other way round.
    let files = Installer::new(&repo, InstallMethod::File, Edits::Keep);
    assert_eq!(files.install(name, program).unwrap(), Installed::Updated);
    assert_eq!(files.status(name).unwrap(), HookState::File(bed.hook("post-checkout")));
    assert_eq!(installer.install(name, Path::new("/new/git-ao")).unwrap(), Installed::Updated);
    assert_eq!(installer.uninstall(name).unwrap(), Uninstalled::Gone);
    assert_eq!(installer.uninstall(name).unwrap(), Uninstalled::NotThere);
    assert_eq!(fs::read(repo.common_dir().join("config")).unwrap(), config);
}

#[test]
fn the_installed_git_is_asked_which_way_it_knows() {
    let repo = Repo::new();
    repo.ao(["hooks", "install"]).ok().stdout_is("post-checkout: installed\n");
    let git = Repository::discover(repo.dir()).unwrap();
    let is_file = InstallMethod::of_git(&git).unwrap() == InstallMethod::File;
    assert_eq!(repo.dir().join(".git/hooks/post-checkout").exists(), is_file);
    repo.ao(["hooks", "status"]).ok().stdout_has("post-checkout       installed in ");
    repo.ao(["hooks", "uninstall"]).ok().stdout_is("post-checkout: removed\n");
    repo.ao(["hooks", "status"]).code(1);
}

#[test]
fn a_hook_that_lost_its_run_bit_is_given_it_again() {
    let bed = Bed::new().hooked(&[]);
    let hook = bed.hook("post-checkout");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    let status = bed.repo.ao(["hooks", "status"]).code(1);
    status.stdout_has("post-checkout', but not executable: git ignores it\n");
    bed.repo.ao(["doctor"]).code(1).stdout_has("post-checkout': it is not executable\n");
    bed.repo.ao(["hooks", "install", "--file"]).ok().stdout_is("post-checkout: updated\n");
    assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o777, 0o755);
    bed.repo.ao(["hooks", "status"]).ok().stdout_has("post-checkout       installed in '");
    bed.run(&["checkout", "-q", "-b", "other"]).run().ok();
    assert_eq!(bed.branch(), "other");
}

#[test]
fn a_hook_of_somebody_elses_that_was_turned_off_stays_off() {
    let bed = Bed::new();
    let hook = bed.hook("post-checkout");
    write_script(&hook, "echo mine");
    bed.repo.ao(["hooks", "install", "--file"]).ok().stdout_has("in the existing hook");
    let off = || fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    off();
    bed.repo.ao(["hooks", "install", "--file"]).ok().stdout_has("in front of the existing hook");
    bed.run(&["checkout", "-q", "-b", "other"]).run().ok().stderr_is("");
    assert_eq!(bed.branch(), "other");
    bed.repo.ao(["hooks", "uninstall"]).ok();
    assert_eq!(fs::read_to_string(&hook).unwrap(), "#!/bin/sh\necho mine\n");
    assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o777, 0o644);
}

//! Hooks run in whatever environment git was run in, and in the one that it makes for them.

use std::fs;
use std::path::Path;

use super::{BRANCH, Bed, same_as_without};
use crate::support::{Combo, Out, write_script};

/// Commits something that any two of these branches disagree on.
fn diverge(bed: &Bed) {
    bed.work.commit("file", "work\n");
    bed.repo.commit("file", "main\n");
}

#[test]
fn git_dir_and_work_tree_from_outside() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        let git_dir = bed.work.git(["rev-parse", "--absolute-git-dir"]);
        let run = bed.run(&["checkout", "-b", "other"]).dir(bed.repo.env().root());
        vec![run.env("GIT_DIR", git_dir.trim()).env("GIT_WORK_TREE", bed.work.dir()).run().ok()]
    });
    assert_eq!(bed.branch(), "other");
}

#[test]
fn another_index_stays_what_git_made_of_it() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        let index = bed.repo.env().path("index");
        let run = |args: &[&str]| bed.run(args).env("GIT_INDEX_FILE", &index).run().ok();
        let outs = vec![run(&["read-tree", "HEAD"]), run(&["checkout", "-b", "other"])];
        [outs, vec![run(&["ls-files", "--stage"])]].concat()
    });
    assert_eq!(bed.branch(), "other");
    assert!(!bed.work.git(["ls-files"]).is_empty());
}

#[test]
fn an_alias_in_a_subfolder_sets_a_prefix() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        bed.work.write("sub/file", "");
        let run = bed.run(&["-c", "alias.co=!git checkout", "co", "-b", "other"]);
        vec![run.dir(bed.work.dir().join("sub")).run().ok()]
    });
    assert_eq!(bed.branch(), "other");
}

#[test]
fn a_short_path_as_graphical_programs_have() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        let path = std::env::var_os("PATH").unwrap();
        let folder = std::env::split_paths(&path).find(|folder| folder.join("git").is_file());
        let folder = folder.unwrap();
        assert!(!folder.join("git-ao").exists());
        let run = bed.run(&["checkout", "-b", "other"]);
        vec![run.env("PATH", folder).without("HOME").without("TERM").run().ok()]
    });
    assert_eq!(bed.branch(), "other");
}

#[test]
fn nothing_is_written_in_quarantine() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        let work = bed.work.dir().display().to_string();
        // What a server's hook may do: look after a worktree, with git's quarantine around it.
        write_script(
            &bed.hook("pre-receive"),
            &format!(
                "test -n \"$GIT_QUARANTINE_PATH\" || exit 9\n\
                 hook=$PWD/hooks/post-checkout; test -x \"$hook\" || exit 0\n\
                 unset GIT_DIR; cd '{work}' || exit 9\n\
                 dir=$(git rev-parse --absolute-git-dir)\n\
                 cp \"$dir/HEAD\" \"$dir/kept\"; echo ref: refs/heads/main > \"$dir/HEAD\"\n\
                 head=$(git rev-parse HEAD)\n\"$hook\" $head $head 1 || exit 9\n\
                 mv \"$dir/kept\" \"$dir/HEAD\""
            ),
        );
        let clone = bed.repo.clone_as("clone");
        clone.commit("new", "");
        vec![clone.git_result(["push", "origin", "HEAD:refs/heads/pushed"]).ok()]
    });
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1));
}

#[test]
fn a_push_into_the_repository_is_no_checkout() {
    let bed = same_as_without(
        &[],
        || Bed::of(Combo::BARE),
        |bed| {
            let clone = bed.repo.clone_as("clone");
            let tree = clone.git(["rev-parse", "HEAD^{tree}"]);
            let new = clone.git(["commit-tree", "-p", "HEAD", "-m", "new", tree.trim()]);
            let refspec = format!("{}:refs/heads/{BRANCH}", new.trim());
            vec![clone.git_result(["push", "origin", &refspec]).ok()]
        },
    );
    assert_eq!((bed.session().head, bed.events()), (None, 1));
}

#[test]
fn a_worktree_of_a_bare_repository() {
    let bed = same_as_without(
        &[],
        || Bed::of(Combo::BARE),
        |bed| {
            let add = bed.repo.git_result(["worktree", "add", "../work", BRANCH]).ok();
            vec![add, bed.run(&["checkout", "-b", "other"]).run().ok()]
        },
    );
    assert_eq!((bed.branch().as_str(), bed.events()), ("other", 3));
    assert_eq!(bed.session().placements.len(), 1);
}

#[test]
fn a_worktree_made_from_within_another() {
    let bed = same_as_without(
        &[],
        || Bed::of(Combo::PLAIN),
        |bed| {
            let git_dir = bed.repo.dir().join(".git");
            let run = bed.repo.env().git(bed.repo.dir(), ["worktree", "add", "../work", BRANCH]);
            vec![run.env("GIT_DIR", git_dir).run().ok()]
        },
    );
    let placements = bed.session().placements;
    let workspace = placements.values().next().unwrap().workspace.clone().unwrap();
    assert_eq!(Path::new(&workspace), bed.work.dir().canonicalize().unwrap());
}

#[test]
fn a_clone_is_silent() {
    let bed = same_as_without(
        &[],
        || Bed::of(Combo::PLAIN),
        |bed| {
            let template = bed.repo.env().path("template");
            let hook = bed.hook("post-checkout");
            fs::create_dir_all(template.join("hooks")).unwrap();
            if hook.exists() {
                fs::copy(hook, template.join("hooks/post-checkout")).unwrap();
            }
            let clone = bed.repo.env().path("clone");
            let args =
                ["clone".as_ref(), "-c".as_ref(), "init.x=y".as_ref(), "--template".as_ref()];
            let args = args.into_iter().chain([
                template.as_os_str(),
                bed.repo.dir().as_ref(),
                clone.as_ref(),
            ]);
            let out = bed.repo.env().git(&bed.repo.env().root(), args).run().ok();
            assert!(!clone.join(".git/ao").exists());
            vec![out, bed.repo.env().git(&clone, ["checkout", "-b", "other"]).run().ok()]
        },
    );
    assert_eq!(bed.events(), 1);
}

#[test]
fn a_rebase_is_recorded_when_it_is_over() {
    let scenario = |bed: &Bed| {
        bed.work.commit("a", "a\n");
        bed.work.commit("b", "b\n");
        bed.repo.commit("c", "c\n");
        vec![bed.run(&["rebase", "main"]).run().ok()]
    };
    let bed = same_as_without(&[], Bed::new, scenario);
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1));

    let bed = same_as_without(&["post-checkout", "post-rewrite"], Bed::new, scenario);
    let head = bed.work.git(["rev-parse", "HEAD"]);
    assert_eq!(bed.session().head.unwrap().as_str(), head.trim());
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 2));
}

#[test]
fn a_rebase_that_stops_and_goes_on() {
    for end in ["--continue", "--abort"] {
        let bed = same_as_without(&[], Bed::new, |bed| {
            diverge(bed);
            let stopped = bed.run(&["rebase", "main"]).run().code(1);
            let branch = bed.run(&["checkout", "-b", "aside", "HEAD"]).run();
            let back = bed.run(&["checkout", "--detach"]).run();
            bed.work.write("file", "both\n");
            bed.work.git(["add", "file"]);
            let ended = bed.run(&["rebase", end]).env("GIT_EDITOR", "true").run().ok();
            vec![stopped, branch, back, ended]
        });
        assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1), "{end}");
    }
}

#[test]
fn a_bisect_is_not_recorded() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        let first = bed.work.git(["rev-parse", "HEAD"]);
        for n in 0..7 {
            bed.work.commit(&format!("f{n}"), "");
        }
        let run = |args: &[&str]| bed.run(args).run().ok();
        let outs = [
            run(&["bisect", "start", "HEAD", first.trim()]),
            run(&["bisect", "run", "sh", "-c", "test ! -e f4"]).stdout_has("first bad commit"),
            run(&["bisect", "reset"]),
        ];
        outs.to_vec()
    });
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1));
}

#[test]
fn a_cherry_pick_a_revert_and_a_merge_are_not_recorded() {
    for command in [["cherry-pick", "main"], ["revert", "main"], ["merge", "main"]] {
        let bed = same_as_without(&[], Bed::new, |bed| {
            diverge(bed);
            let stopped: Out = bed.run(&command).run();
            let branch = bed.run(&["checkout", "--ours", "file"]).run();
            let aborted = bed.run(&[command[0], "--abort"]).run();
            vec![stopped, branch, aborted]
        });
        assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1), "{command:?}");
    }
}

#[test]
fn a_checkout_while_git_is_busy_is_not_recorded() {
    for sign in ["rebase-merge/x", "rebase-apply/x", "BISECT_LOG", "CHERRY_PICK_HEAD", "MERGE_HEAD"]
    {
        let bed = Bed::new();
        bed.work.git(["checkout", "-q", "-b", "other"]);
        let git_dir = bed.work.git(["rev-parse", "--absolute-git-dir"]);
        let path = Path::new(git_dir.trim()).join(sign);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        let head = bed.work.git(["rev-parse", "HEAD"]);
        let hook = ["hook", "post-checkout", head.trim(), head.trim(), "1"];
        bed.work.ao(hook).ok().stderr_is("");
        assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, 1), "{sign}");
        fs::remove_file(&path).unwrap();
        if sign.ends_with("/x") {
            fs::remove_dir(path.parent().unwrap()).unwrap();
        }
        bed.work.ao(hook).ok();
        assert_eq!((bed.branch().as_str(), bed.events()), ("other", 2), "{sign}");
    }
}

#[test]
fn a_submodule_is_another_repository() {
    let make = || {
        let bed = Bed::new();
        let library = crate::support::Repo::create(bed.repo.env(), "library", Combo::PLAIN);
        library.git(["branch", BRANCH]);
        let path = library.dir().to_str().unwrap().to_owned();
        let git = |args: &[&str]| {
            let args = ["-c", "protocol.file.allow=always"].iter().chain(args).copied();
            bed.repo.env().git(bed.work.dir(), args).run().ok()
        };
        git(&["submodule", "add", "-q", &path, "sub"]);
        bed.work.git(["commit", "-q", "-m", "submodule"]);
        bed
    };
    let bed = same_as_without(&[], make, |bed| {
        let sub = bed.work.within("sub");
        if bed.hook("post-checkout").exists() {
            sub.ao(["hooks", "install", "--file"]).ok();
        }
        let update =
            bed.run(&["-c", "protocol.file.allow=always", "submodule", "update", "--force"]);
        vec![
            sub.git_result(["checkout", "-b", "inside", "HEAD"]).ok(),
            sub.git_result(["checkout", BRANCH]).ok(),
            update.run().ok(),
            bed.run(&["checkout", "--recurse-submodules", "-b", "other"]).run().ok(),
        ]
    });
    assert_eq!((bed.branch().as_str(), bed.events()), ("other", 2));
    let sub = bed.work.within("sub");
    assert_eq!(sub.git(["for-each-ref", "refs/ao"]), "");
}

#[test]
fn a_bundled_hook_run_by_git_itself() {
    let bed = same_as_without(&[], Bed::new, |bed| {
        bed.work.git(["symbolic-ref", "HEAD", "refs/heads/main2"]);
        bed.work.git(["update-ref", "refs/heads/main2", "main"]);
        let head = bed.work.git(["rev-parse", "HEAD"]);
        let args = [
            "hook",
            "run",
            "--ignore-missing",
            "post-checkout",
            "--",
            head.trim(),
            head.trim(),
            "1",
        ];
        vec![bed.run(&args).run().ok()]
    });
    assert_eq!(bed.branch(), "main2");
}

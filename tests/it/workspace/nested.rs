//! What git does not see in a worktree is not lost with it.

use std::fs;
use std::path::{Path, PathBuf};

use git_ao::workspace::{OnUnsaved, Removal, Removed, Workspace, WorkspaceError, Worktrees};

use super::{id, new, open};
use crate::support::{Combo, Repo, alone};

const BACKUP: &str = "refs/ao/backup/7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

fn remove(repo: &Repo, path: &Path, loss: OnUnsaved) -> Result<Removed, WorkspaceError> {
    let git = open(repo);
    Worktrees::new(&git).remove(&Removal::of_worktree(path, id()).branch("ao/x").on_unsaved(loss))
}

/// A worktree whose `.gitignore` names `ignored/`, and a repository that runs commands in it.
fn workspace(repo: &Repo) -> (Repo, PathBuf) {
    if !repo.dir().join(".gitignore").exists() {
        repo.commit(".gitignore", "ignored/\n*.env\n");
    }
    let path = repo.env().path("w/x");
    let git = open(repo);
    let path = Worktrees::new(&git).add(&new(repo, &path, "ao/x")).unwrap().keep();
    (repo.within(&path), path)
}

#[test]
fn worktrees_and_repositories_in_ignored_folders_are_kept() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let other = Repo::create(repo.env(), "other", Combo::PLAIN);
        let inner = path.join("ignored/deep");
        let place = inner.to_str().unwrap();
        let kinds: [(&str, &dyn Fn()); 5] = [
            ("a worktree of this repository", &|| {
                drop(repo.git(["worktree", "add", "-q", "--detach", place]));
            }),
            ("a worktree of another repository", &|| {
                drop(other.git(["worktree", "add", "-q", "--detach", place]));
            }),
            ("a repository without a remote", &|| {
                let inner = Repo::init(repo.env(), "w/x/ignored/deep", Combo::PLAIN);
                inner.commit("a", "precious");
            }),
            ("a bare one", &|| {
                drop(other.git(["clone", "-q", "--bare", ".", place]));
            }),
            ("a clone with a commit of its own", &|| {
                other.git(["clone", "-q", ".", place]);
                other.within(&inner).commit("new", "precious");
            }),
        ];
        fs::create_dir(path.join("ignored")).unwrap();
        for (kind, make) in kinds {
            make();
            for loss in [OnUnsaved::Refuse, OnUnsaved::Backup] {
                let error = remove(&repo, &path, loss).unwrap_err();
                use WorkspaceError as E;
                let (E::NestedWorktree(found) | E::NestedRepository(found)) = &error else {
                    panic!("{kind}: {error}")
                };
                assert_eq!(found, &inner, "{kind}");
            }
            fs::remove_dir_all(&inner).unwrap();
            repo.git(["worktree", "prune"]);
            other.git(["worktree", "prune"]);
        }
        // A dependency that was cloned can be cloned again; with a change it cannot.
        other.git(["clone", "-q", ".", place]);
        other.within(&inner).write("README", "changed");
        assert!(remove(&repo, &path, OnUnsaved::Backup).is_err());
        other.within(&inner).git(["stash", "--quiet"]);
        assert!(remove(&repo, &path, OnUnsaved::Backup).is_err());
        other.within(&inner).git(["stash", "drop", "--quiet"]);
        there.write("x.env", "SECRET");
        let git = open(&repo);
        let removal = Removal::of_worktree(&path, id());
        let verdict = Worktrees::new(&git).verdict(&removal).unwrap();
        let names = ["ignored/", "x.env"].map(PathBuf::from);
        assert_eq!((verdict.refusal.is_none(), verdict.ignored), (true, names.into()));
        remove(&repo, &path, OnUnsaved::Refuse).unwrap();
        assert!(!path.exists());
    });
}

#[test]
fn changes_that_the_index_hides_count() {
    alone(|| {
        let repo = Repo::new();
        repo.commit("other", "1\n");
        for flag in ["--assume-unchanged", "--skip-worktree"] {
            let (there, path) = workspace(&repo);
            there.git(["update-index", flag, "README", "other"]);
            there.write("README", "mine\n");
            assert_eq!(there.git(["status", "--porcelain"]), "");
            let error = remove(&repo, &path, OnUnsaved::Refuse).unwrap_err();
            assert!(matches!(error, WorkspaceError::Dirty { .. }), "{flag}: {error}");
            assert!(there.git(["ls-files", "-v", "README"]).starts_with(['h', 'S']), "as it was");
            let backup = remove(&repo, &path, OnUnsaved::Backup).unwrap().backup.unwrap();
            assert_eq!(repo.git(["show", &format!("{backup}:README")]), "mine\n", "{flag}");
            assert_eq!(repo.git(["show", &format!("{backup}:other")]), "1\n", "{flag}");
        }
    });
}

/// A hidden entry is not marked as uncertain when git writes the index, as others are.
#[test]
fn a_change_that_the_index_hides_counts_whatever_its_time() {
    alone(|| {
        let repo = Repo::new();
        for flag in ["--assume-unchanged", "--skip-worktree"] {
            let (there, path) = workspace(&repo);
            there.git(["config", "core.trustctime", "false"]);
            there.git(["update-index", flag, "README"]);
            let file = fs::File::options().write(true).open(path.join("README")).unwrap();
            let time = file.metadata().unwrap().modified().unwrap();
            let long_ago = time - std::time::Duration::from_secs(100);
            // As it is when all of this happens within a second, but for the index.
            file.set_modified(long_ago).unwrap();
            there.git(["update-index", "--no-assume-unchanged", "--no-skip-worktree", "README"]);
            there.git(["update-index", "--refresh"]);
            there.git(["update-index", flag, "README"]);
            let old = fs::read(path.join("README")).unwrap();
            let new = vec![b'x'; old.len()];
            std::os::unix::fs::FileExt::write_all_at(&file, &new, 0).unwrap();
            file.set_modified(long_ago).unwrap();
            let error = remove(&repo, &path, OnUnsaved::Refuse).unwrap_err();
            assert!(matches!(error, WorkspaceError::Dirty { .. }), "{flag}: {error}");
            let backup = remove(&repo, &path, OnUnsaved::Backup).unwrap().backup.unwrap();
            assert_eq!(repo.git(["show", &format!("{backup}:README")]).as_bytes(), new, "{flag}");
        }
    });
}

#[test]
fn commits_that_only_an_operation_in_progress_names_are_kept() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        repo.commit("README", "theirs\n");
        there.commit("README", "ours\n");
        there.write(".gitignore", "ignored/\n*.env\nstashed\n");
        there.git_result(["-c", "rebase.autoStash=true", "rebase", "-q", "main"]).code(1);
        assert!(remove(&repo, &path, OnUnsaved::Refuse).is_err());
        let backup = remove(&repo, &path, OnUnsaved::Backup).unwrap().backup.unwrap();
        let kept = repo.git(["log", "--format=%H", &backup]);
        let stash = kept.lines().any(|commit| {
            repo.git(["show", &format!("{commit}:.gitignore")]).ends_with("stashed\n")
        });
        assert!(stash, "{kept}");
    });
}

#[test]
fn a_ref_of_the_worktree_alone_counts() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let tip = there.commit("a", "1\n");
        there.git(["update-ref", "refs/worktree/mine", &tip]);
        there.git(["reset", "-q", "--hard", "main"]);
        let error = remove(&repo, &path, OnUnsaved::Refuse).unwrap_err();
        assert!(matches!(error, WorkspaceError::Unmerged { count: 1, .. }), "{error}");
        remove(&repo, &path, OnUnsaved::Backup).unwrap();
        repo.git(["merge-base", "--is-ancestor", &tip, BACKUP]);
    });
}

#[test]
fn a_stash_stays() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        there.write("README", "stashed\n");
        there.git(["stash", "--quiet"]);
        remove(&repo, &path, OnUnsaved::Refuse).unwrap();
        assert_eq!(repo.git(["show", "stash@{0}:README"]), "stashed\n");
    });
}

#[test]
fn one_that_git_is_at_work_in_is_kept() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let git_dir = PathBuf::from(there.git(["rev-parse", "--absolute-git-dir"]).trim());
        for lock in ["index.lock", "HEAD.lock"] {
            fs::write(git_dir.join(lock), "").unwrap();
            for loss in [OnUnsaved::Refuse, OnUnsaved::Backup] {
                let error = remove(&repo, &path, loss).unwrap_err();
                assert!(matches!(error, WorkspaceError::InUse(_)), "{error}");
            }
            fs::remove_file(git_dir.join(lock)).unwrap();
        }
        remove(&repo, &path, OnUnsaved::Refuse).unwrap();
    });
}

#[test]
fn the_repository_of_a_submodule_that_is_not_checked_out_is_kept() {
    alone(|| {
        let repo = Repo::new();
        let library = Repo::create(repo.env(), "library", Combo::PLAIN);
        let allow = "protocol.file.allow=always";
        let url = library.dir().to_str().unwrap();
        repo.git(["-c", allow, "submodule", "--quiet", "add", url, "sub"]);
        repo.git(["commit", "-q", "-m", "submodule"]);
        let (there, path) = workspace(&repo);
        there.git(["-c", allow, "submodule", "--quiet", "update", "--init"]);
        let tip = there.within("sub").commit("only here", "x");
        there.git(["submodule", "--quiet", "deinit", "--force", "sub"]);
        for loss in [OnUnsaved::Refuse, OnUnsaved::Backup] {
            let error = remove(&repo, &path, loss).unwrap_err();
            assert!(matches!(error, WorkspaceError::Submodule { .. }), "{error}");
        }
        there.git(["-c", allow, "submodule", "--quiet", "update", "--init"]);
        let sub = there.within("sub");
        sub.git(["push", "-q", "origin", &format!("{tip}:refs/heads/new")]);
        // A change that the submodule's index hides.
        sub.git(["update-index", "--assume-unchanged", "README"]);
        sub.write("README", "hidden");
        assert!(remove(&repo, &path, OnUnsaved::Backup).is_err());
        sub.git(["checkout", "-q", "HEAD", "--", "README"]);
        sub.git(["update-index", "--no-assume-unchanged", "README"]);
        sub.git(["checkout", "-q", "--force"]);
        remove(&repo, &path, OnUnsaved::Refuse).unwrap();
    });
}

#[test]
fn a_worktree_of_somebody_else_is_kept() {
    alone(|| {
        let repo = Repo::new();
        let (_, path) = workspace(&repo);
        let place = path.to_str().unwrap();
        repo.git(["worktree", "remove", place]);
        repo.git(["worktree", "add", "-q", "--detach", place]);
        fs::write(path.join("x.env"), "SECRET").unwrap();
        for loss in [OnUnsaved::Refuse, OnUnsaved::Backup] {
            let error = remove(&repo, &path, loss).unwrap_err();
            assert!(matches!(error, WorkspaceError::NotItsOwn { .. }), "{error}");
        }
        assert_eq!(fs::read_to_string(path.join("x.env")).unwrap(), "SECRET");
    });
}

#[test]
fn one_that_cannot_be_reached_is_kept() {
    alone(|| {
        let repo = Repo::new();
        let (_, path) = workspace(&repo);
        let (disk, away) = (repo.env().path("w"), repo.env().path("away"));
        fs::rename(&disk, &away).unwrap();
        for loss in [OnUnsaved::Refuse, OnUnsaved::Backup] {
            let error = remove(&repo, &path, loss).unwrap_err();
            assert!(matches!(error, WorkspaceError::OutOfReach(_)), "{error}");
        }
        fs::rename(&away, &disk).unwrap();
        remove(&repo, &path, OnUnsaved::Refuse).unwrap();
    });
}

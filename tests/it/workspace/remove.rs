//! Work that is nowhere else is never lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git_ao::git::Repository;
use git_ao::workspace::{OnUnsaved, Removal, Removed, Workspace, WorkspaceError, Worktrees};

use super::{existing, id, known, new, open};
use crate::support::{Combo, Repo, alone, employ, for_each_format, for_each_repo, tree_of, worker};

fn remove(
    repo: &Repo,
    path: &Path,
    branch: Option<&str>,
    loss: OnUnsaved,
) -> Result<Removed, WorkspaceError> {
    let git = open(repo);
    let removal = Removal::of_worktree(path, id()).on_unsaved(loss);
    let removal = match branch {
        Some(branch) => removal.branch(branch),
        None => removal,
    };
    Worktrees::new(&git).remove(&removal)
}

fn workspace(repo: &Repo) -> (Repo, PathBuf) {
    let path = repo.env().path("w/x");
    let git = open(repo);
    let worktrees = Worktrees::new(&git);
    let path = worktrees.add(&new(repo, &path, "ao/x")).unwrap().keep();
    (repo.within(&path), path)
}

/// The paths and contents of a commit.
fn content(repo: &Repo, commit: &str) -> Vec<(String, String)> {
    let names = repo.git(["ls-tree", "-r", "-z", "--name-only", commit]);
    let names = names.split_terminator('\0');
    names.map(|n| (n.to_owned(), repo.git(["show", &format!("{commit}:{n}")]))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

const BACKUP: &str = "refs/ao/backup/7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

#[test]
fn a_clean_one_goes_with_its_branch() {
    alone(|| {
        for_each_repo(|repo| {
            let before = known(repo);
            let (_, path) = workspace(repo);
            repo.config("branch.ao/x.remote", "origin");
            let removed = remove(repo, &path, Some("ao/x"), OnUnsaved::Refuse).unwrap();
            let branch = Some(super::main_commit(repo));
            assert_eq!((removed.backup, removed.branch, removed.kept), (None, branch, None));
            assert_eq!(known(repo), before);
            assert!(!path.exists());
            repo.git_result(["config", "--get-regexp", "branch.ao/x"]).code(1);
        });
    });
}

#[test]
fn dirty_trees_are_refused_or_kept_whole() {
    alone(|| {
        for_each_format(|repo| {
            let (there, path) = workspace(repo);
            there.commit("both", "1\n");
            let head = there.git(["rev-parse", "HEAD"]);
            there.write("both", "2\n");
            there.write("staged only", "s\n");
            there.git(["add", "--all"]);
            there.write("both", "3\n");
            fs::remove_file(path.join("staged only")).unwrap();
            fs::remove_file(path.join("README")).unwrap();
            there.write("new/file\nodd", "n\n");
            let (before, picture) = (known(repo), tree_of(repo.env().root()));
            let error = remove(repo, &path, None, OnUnsaved::Refuse).unwrap_err();
            assert!(matches!(error, WorkspaceError::Dirty { .. }), "{error}");
            assert_eq!(known(repo), before);
            tree_of(repo.env().root()).assert_same(&picture);

            let removed = remove(repo, &path, Some("ao/x"), OnUnsaved::Backup).unwrap();
            assert_eq!(removed.backup.as_deref(), Some(BACKUP));
            assert!(!path.exists());
            let tree = [("both", "3\n"), ("new/file\nodd", "n\n")];
            assert_eq!(content(repo, BACKUP), pairs(&tree));
            assert_eq!(repo.git(["rev-parse", &format!("{BACKUP}^1")]), head);
            let index = [("README", "demo\n"), ("both", "2\n"), ("staged only", "s\n")];
            assert_eq!(content(repo, &format!("{BACKUP}^2")), pairs(&index));
            repo.git_result(["rev-parse", "--verify", "-q", "refs/heads/ao/x"]).code(1);
        });
    });
}

#[test]
fn a_change_in_the_moment_of_the_add_is_kept() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        repo.config("core.trustctime", "false");
        let time = SystemTime::now() - Duration::from_secs(3600);
        let date = |path: &Path| {
            fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
        };
        date(&there.write("file", "2\n"));
        there.git(["add", "file"]);
        // Nothing that the index knows of the file is different, but the index is not newer.
        date(&there.write("file", "3\n"));
        date(Path::new(there.git(["rev-parse", "--git-path", "index"]).trim()));
        remove(&repo, &path, None, OnUnsaved::Backup).unwrap();
        assert_eq!(repo.git(["show", &format!("{BACKUP}:file")]), "3\n");
    });
}

#[test]
fn each_kind_of_change_counts() {
    alone(|| {
        let repo = Repo::new();
        let changes: [&dyn Fn(&Repo); 5] = [
            &|there| drop(there.write("untracked", "")),
            &|there| drop(there.write("README", "other")),
            &|there| drop(there.git(["rm", "-q", "--cached", "README"])),
            &|there| drop(there.git(["mv", "README", "OTHER"])),
            &|there| fs::remove_file(there.dir().join("README")).unwrap(),
        ];
        for (n, change) in changes.iter().enumerate() {
            let (there, path) = workspace(&repo);
            change(&there);
            let error = remove(&repo, &path, None, OnUnsaved::Refuse).unwrap_err();
            assert!(matches!(error, WorkspaceError::Dirty { .. }), "{n}: {error}");
            let removed = remove(&repo, &path, Some("ao/x"), OnUnsaved::Backup).unwrap();
            let suffix = if n == 0 { String::new() } else { format!("-{}", n + 1) };
            assert_eq!(removed.backup, Some(format!("{BACKUP}{suffix}")));
        }
        // Ignored files go, as with git.
        let (there, path) = workspace(&repo);
        repo.write(".git/info/exclude", "*.log\n");
        there.write("x.log", "");
        assert_eq!(remove(&repo, &path, None, OnUnsaved::Refuse).unwrap(), Removed::default());
    });
}

#[test]
fn commits_that_are_nowhere_else_are_refused_or_kept() {
    alone(|| {
        for_each_format(|repo| {
            let (there, path) = workspace(repo);
            let tip = there.commit("a", "1\n");
            let error = remove(repo, &path, Some("ao/x"), OnUnsaved::Refuse).unwrap_err();
            assert!(matches!(error, WorkspaceError::Unmerged { count: 1, .. }), "{error}");
            // On another branch, or on a remote, they are safe.
            for name in ["refs/heads/other", "refs/remotes/origin/x"] {
                repo.git(["update-ref", name, &tip]);
                let removed = remove(repo, &path, Some("ao/x"), OnUnsaved::Refuse).unwrap();
                assert_eq!((removed.backup, removed.branch), (None, Some(tip.parse().unwrap())));
                repo.git(["update-ref", "-d", name]);
                repo.git(["branch", "ao/x", &tip]);
                let git = open(repo);
                Worktrees::new(&git).add(&existing(&path, "ao/x")).unwrap().keep();
            }
            // The branch stays: nothing is lost.
            assert_eq!(remove(repo, &path, None, OnUnsaved::Refuse).unwrap(), Removed::default());
            // Also without a worktree.
            let removed = remove(repo, &path, Some("ao/x"), OnUnsaved::Backup).unwrap();
            assert_eq!(removed.backup.as_deref(), Some(BACKUP));
            assert_eq!(repo.git(["rev-parse", BACKUP]).trim(), tip);
        });
    });
}

#[test]
fn a_detached_head_is_kept_too() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let branch = there.commit("a", "1\n");
        there.git(["checkout", "-q", "--detach", "main"]);
        let head = there.commit("b", "1\n");
        let error = remove(&repo, &path, None, OnUnsaved::Refuse).unwrap_err();
        assert!(matches!(error, WorkspaceError::Unmerged { count: 1, .. }), "{error}");
        remove(&repo, &path, Some("ao/x"), OnUnsaved::Backup).unwrap();
        let parents = repo.git(["rev-parse", &format!("{BACKUP}^@")]);
        assert_eq!(parents.lines().collect::<Vec<_>>(), [head, branch]);
    });
}

#[test]
fn what_is_no_removable_workspace_stays() {
    alone(|| {
        for_each_format(|repo| {
            let (there, path) = workspace(repo);
            fs::create_dir(path.join("folder")).unwrap();
            there.write("folder/file", "");
            let outer = Repo::init(repo.env(), "outer", Combo::PLAIN);
            repo.git(["worktree", "lock", "--reason", "stick", path.to_str().unwrap()]);
            let picture = tree_of(repo.env().root());
            let refuse = |path: &Path| remove(repo, path, None, OnUnsaved::Backup).unwrap_err();
            use WorkspaceError as E;
            let locked = refuse(&path);
            assert!(matches!(locked, E::Locked { ref reason, .. } if reason == "stick"));
            for path in [path.join("folder"), repo.common_dir(), outer.dir().to_owned(), "/".into()]
            {
                assert!(matches!(refuse(&path), E::NotRemovable { .. }), "{}", path.display());
            }
            if repo.combo().kind != crate::support::Kind::Bare {
                let main = open(repo).main_folder().to_owned();
                assert!(matches!(refuse(&main), E::MainWorktree(_)));
                let branch = remove(repo, &path.join("no"), Some("main"), OnUnsaved::Backup);
                assert!(matches!(branch, Err(E::BranchInUse { .. })), "{branch:?}");
            }
            tree_of(repo.env().root()).assert_same(&picture);
        });
    });
}

#[test]
fn one_in_the_middle_of_something_is_refused_or_kept() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        repo.commit("README", "theirs\n");
        there.commit("README", "ours\n");
        there.git_result(["merge", "main"]).code(1);
        let error = remove(&repo, &path, None, OnUnsaved::Refuse).unwrap_err();
        assert!(error.to_string().contains("merge"), "{error}");
        remove(&repo, &path, None, OnUnsaved::Backup).unwrap();
        let kept = repo.git(["show", &format!("{BACKUP}:README")]);
        assert!(kept.contains("<<<<<<<") && kept.contains("theirs"), "{kept}");
    });
}

#[test]
fn a_repository_inside_is_never_removed() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        let inner = path.join("deep/inner");
        fs::create_dir_all(&inner).unwrap();
        let inside = there.within(&inner);
        inside.git(["init", "-q"]);
        // Without a commit git itself refuses to add it.
        assert!(remove(&repo, &path, None, OnUnsaved::Backup).is_err());
        inside.commit("a", "precious");
        let error = remove(&repo, &path, None, OnUnsaved::Backup).unwrap_err();
        assert!(matches!(error, WorkspaceError::NestedRepository(p) if p == inner));
        assert_eq!(fs::read_to_string(inner.join("a")).unwrap(), "precious");
        repo.git_result(["rev-parse", "--verify", "-q", BACKUP]).code(1);
        let git_dir = there.git(["rev-parse", "--absolute-git-dir"]);
        let left = fs::read_dir(git_dir.trim()).unwrap().map(|e| e.unwrap().file_name());
        let left: Vec<_> = left.filter(|n| n.to_string_lossy().starts_with("ao-index")).collect();
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn submodules_are_looked_into() {
    alone(|| {
        let repo = Repo::new();
        let library = Repo::create(repo.env(), "library", Combo::PLAIN);
        let url = library.dir().to_str().unwrap();
        let allow = "protocol.file.allow=always";
        repo.git(["-c", allow, "submodule", "--quiet", "add", url, "sub"]);
        repo.git(["commit", "-q", "-m", "submodule"]);
        let (there, path) = workspace(&repo);
        assert_eq!(fs::read_dir(path.join("sub")).unwrap().count(), 0, "as git leaves them");
        there.git(["-c", allow, "submodule", "--quiet", "update", "--init"]);
        let sub = there.within("sub");
        let refused = |loss| match remove(&repo, &path, None, loss).unwrap_err() {
            WorkspaceError::Submodule { path, why } => (path, why),
            other => panic!("{other}"),
        };
        for loss in [OnUnsaved::Refuse, OnUnsaved::Backup] {
            sub.write("new", "");
            assert_eq!(refused(loss), (path.join("sub"), "uncommitted changes"));
            sub.commit("new", "x");
            assert_eq!(refused(loss), (path.join("sub"), "commits that are on no remote"));
            sub.git(["reset", "-q", "--hard", "origin/main"]);
        }
        sub.write("README", "stashed");
        sub.git(["stash", "--quiet"]);
        assert_eq!(refused(OnUnsaved::Backup).0, path.join("sub"));
        sub.git(["stash", "drop", "--quiet"]);
        remove(&repo, &path, Some("ao/x"), OnUnsaved::Refuse).unwrap();
        assert!(!path.exists());
    });
}

#[test]
fn files_outside_of_a_sparse_checkout_are_kept() {
    alone(|| {
        let repo = Repo::new();
        repo.commit("far/away", "1\n");
        let (there, path) = workspace(&repo);
        there.git(["sparse-checkout", "set", "near"]);
        assert!(!path.join("far").exists());
        there.write("far/other", "2\n");
        remove(&repo, &path, None, OnUnsaved::Backup).unwrap();
        let all = [("README", "demo\n"), ("far/away", "1\n"), ("far/other", "2\n")];
        assert_eq!(content(&repo, BACKUP), pairs(&all));
    });
}

#[test]
fn snapshot_here() {
    worker(|args| {
        let repo = Repository::discover(Path::new(".")).unwrap();
        let removal = Removal::of_worktree(args[0].as_ref(), id()).on_unsaved(OnUnsaved::Backup);
        Worktrees::new(&repo).remove(&removal).unwrap();
    });
}

#[test]
fn a_snapshot_needs_no_identity() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        there.write("new", "");
        repo.config("user.useConfigOnly", "true");
        let names = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME"];
        let run = employ(repo.env(), repo.dir(), snapshot_here, &[path.to_str().unwrap()]);
        let run = names.into_iter().fold(run, |run, name| run.without(name));
        let run = run.without("GIT_COMMITTER_EMAIL");
        run.run().ok();
        assert_eq!(repo.git(["log", "-1", "--format=%an %cn", BACKUP]).trim(), "git-ao git-ao");
    });
}

#[test]
fn what_cannot_be_kept_is_not_removed() {
    alone(|| {
        let repo = Repo::new();
        let (there, path) = workspace(&repo);
        there.write("new", "precious");
        repo.config("filter.broken.clean", "false");
        repo.config("filter.broken.required", "true");
        repo.write(".git/info/attributes", "* filter=broken\n");
        let before = known(&repo);
        let error = remove(&repo, &path, None, OnUnsaved::Backup).unwrap_err();
        assert!(error.to_string().contains("filter"), "{error}");
        assert_eq!(fs::read_to_string(path.join("new")).unwrap(), "precious");
        assert_eq!(known(&repo), before);
    });
}

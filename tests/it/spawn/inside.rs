//! Worktrees inside the repository, which `git add -A` must not take.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::{spawn, workspace};
use crate::support::{Combo, Kind, Out, Repo, TestEnv, race, write_script};

const SPAWN: [&str; 3] = ["spawn", "--no-agent", "the task"];

fn inside(dir: &str) -> Repo {
    let repo = Repo::new();
    repo.config("ao.worktreeDir", dir);
    repo
}

fn exclude(repo: &Repo) -> PathBuf {
    repo.common_dir().join("info/exclude")
}

/// The lines that this program added.
fn added(repo: &Repo) -> Vec<String> {
    let text = fs::read_to_string(exclude(repo)).unwrap_or_default();
    text.lines().filter(|line| line.starts_with('/')).map(str::to_owned).collect()
}

/// What `git add -A` takes.
#[track_caller]
fn taken(repo: &Repo) -> String {
    repo.git(["add", "-A"]);
    let taken = repo.git(["diff", "--cached", "--name-only"]);
    repo.git(["reset", "-q"]);
    taken
}

fn doctor(repo: &Repo) -> Out {
    repo.ao(["doctor"])
}

#[test]
fn git_add_does_not_take_them() {
    for (dir, line) in [
        (".worktrees", "/.worktrees/"),
        ("deep/er/trees", "/deep/er/trees/"),
        ("#a [b]*c?! ", "/#a \\[b]\\*c\\?! /"),
        // The top of the repository itself is not ignored.
        (".", "/demo/"),
    ] {
        let repo = inside(dir);
        // As an editor leaves it that ends no line.
        fs::write(exclude(&repo), "*.o").unwrap();
        let said = repo.ao(SPAWN).ok().stderr_has("so that git ignores the worktrees");
        assert_eq!(said.stderr.matches("so that git ignores").count(), 1, "{said}");
        repo.ao(SPAWN).ok().stderr_lacks("ignores");
        assert_eq!(fs::read_to_string(exclude(&repo)).unwrap(), format!("*.o\n{line}\n"));
        assert_eq!(taken(&repo), "", "{dir}");
        // Nor does git status show them.
        assert_eq!(repo.git(["status", "--porcelain"]), "", "{dir}");
        doctor(&repo).stdout_lacks("git does not ignore");
    }
}

#[test]
fn a_folder_with_files_of_the_user_is_not_ignored() {
    let repo = inside("src");
    repo.commit("src/main.c", "x");
    repo.write("src/demo/new.c", "x");
    let path = workspace(&spawn(&repo, &["--no-agent", "the task"]));
    let name = path.file_name().unwrap().to_str().unwrap();
    assert_eq!(added(&repo), [format!("/src/demo/{name}/")]);
    assert_eq!(taken(&repo), "src/demo/new.c\n");
}

#[test]
fn what_is_ignored_already_is_left_to_the_user() {
    let repo = inside(".worktrees");
    repo.commit(".gitignore", ".worktrees\n");
    let before = fs::read(exclude(&repo)).unwrap();
    repo.ao(SPAWN).ok().stderr_lacks("ignores");
    assert_eq!(fs::read(exclude(&repo)).unwrap(), before);
    assert_eq!(taken(&repo), "");
}

#[test]
fn worktrees_outside_need_nothing() {
    let repo = Repo::new();
    let before = fs::read(exclude(&repo)).unwrap();
    repo.ao(SPAWN).ok().stderr_lacks("ignores");
    // A bare repository has no worktree, also where a file '.git' beside it leads to it.
    let bare = TestEnv::new().repo(Combo { kind: Kind::Bare, ..Combo::PLAIN });
    bare.config("ao.worktreeDir", "../trees");
    fs::write(bare.env().path(".git"), "gitdir: ./demo.git\n").unwrap();
    bare.ao(SPAWN).ok().stderr_lacks("ignores");
    assert_eq!(added(&bare), [""; 0]);
    assert_eq!(fs::read(exclude(&repo)).unwrap(), before);
}

#[test]
fn links_are_followed() {
    // Out of the repository: nothing is inside it. Within it, and into it: the real folder counts.
    for (from, to, dir, line) in [
        ("demo/trees", "outside", "trees", None),
        ("demo/trees", "demo/real", "trees", Some("/real/")),
        ("link", "demo/real", "../link", Some("/real/")),
    ] {
        let repo = inside(dir);
        let (from, to) = (repo.env().path(from), repo.env().path(to));
        fs::create_dir(&to).unwrap();
        symlink(&to, &from).unwrap();
        repo.ao(SPAWN).ok();
        assert_eq!(added(&repo), Vec::from_iter(line), "{dir}");
        let taken = taken(&repo);
        assert!(!taken.contains("real"), "{taken}");
    }
}

#[test]
fn those_inside_another_worktree_are_kept_out_there() {
    let repo = Repo::new();
    let linked = repo.env().path("linked");
    repo.git(["worktree", "add", "-q", linked.to_str().unwrap()]);
    repo.config("ao.worktreeDir", linked.join("trees").to_str().unwrap());
    repo.ao(SPAWN).ok();
    assert_eq!(added(&repo), ["/trees/"]);
    assert_eq!(taken(&repo.within(&linked)), "");
}

#[test]
fn where_it_cannot_be_written_the_session_is_made_and_the_way_out_works() {
    let check = |repo: &Repo| {
        let said = repo.ao(SPAWN).ok().stderr_has("warning: git does not ignore");
        let hint = said.stderr.lines().find_map(|line| line.strip_prefix("hint: to ignore it: "));
        let hint = hint.unwrap_or_else(|| panic!("{said}")).to_owned();
        doctor(repo).code(1).stdout_has("git does not ignore");
        repo.env().run(&repo.env().root(), "sh", ["-c", &hint]).run().ok();
        assert_eq!(taken(repo), ".gitignore\n");
        repo.ao(SPAWN).ok().stderr_lacks("ignore");
        doctor(repo).stdout_lacks("git does not ignore");
    };
    // The file cannot be written: the superuser, too, meets this.
    let repo = inside("it's \\ trees");
    fs::remove_file(exclude(&repo)).unwrap();
    symlink("no/such/folder", exclude(&repo)).unwrap();
    check(&repo);
    // No folder can be there.
    let repo = inside("trees");
    let info = repo.common_dir().join("info");
    fs::remove_dir_all(&info).unwrap();
    fs::write(&info, "").unwrap();
    check(&repo);
    // The user's own file says otherwise.
    let repo = inside("trees");
    repo.commit(".gitignore", "!trees/\n");
    check(&repo);
}

#[test]
fn a_missing_folder_is_made_and_doctor_mends_older_ones() {
    let repo = inside(".worktrees");
    fs::remove_dir_all(repo.common_dir().join("info")).unwrap();
    repo.ao(SPAWN).ok();
    assert_eq!(added(&repo), ["/.worktrees/"]);
    repo.ao(SPAWN).ok();
    // As an older version left it.
    fs::write(exclude(&repo), "").unwrap();
    let found = doctor(&repo).code(1);
    assert_eq!(found.stdout.matches("git does not ignore").count(), 1, "{found}");
    repo.ao(["doctor", "--fix"]).ok().stdout_has("fixed: git does not ignore");
    repo.ao(["doctor"]).stdout_lacks("git does not ignore");
    assert_eq!(added(&repo), ["/.worktrees/"]);
}

#[test]
fn those_who_spawn_at_once_write_one_line() {
    let repo = inside(".worktrees");
    for out in race(6, |_| repo.ao_run(SPAWN)) {
        out.ok();
    }
    assert_eq!(added(&repo), ["/.worktrees/"]);
    assert_eq!(taken(&repo), "");
}

/// Git reads the file before it lists: what another spawn makes meanwhile looks like the user's.
#[test]
fn a_worktree_that_is_begun_meanwhile_is_not_the_users() {
    let repo = inside(".worktrees");
    let (folder, path) = (repo.env().path("early"), std::env::var("PATH").unwrap());
    let script = format!(
        "export PATH='{path}'\n\
         case \" $* \" in *' ls-files '*' --exclude-standard '*) ;; *) exec git \"$@\";; esac\n\
         if mkdir '{0}/met' 2>/dev/null; then\n\
           '{1}' spawn --no-agent other >/dev/null 2>&1\n\
           for arg; do shift; [ \"$arg\" = --exclude-standard ] || set -- \"$@\" \"$arg\"; done\n\
         fi\n\
         exec git \"$@\"",
        folder.display(),
        env!("CARGO_BIN_EXE_git-ao"),
    );
    write_script(&folder.join("git"), &script);
    repo.ao_run(SPAWN).env("PATH", format!("{}:{path}", folder.display())).run().ok();
    assert!(folder.join("met").is_dir());
    assert_eq!(added(&repo), ["/.worktrees/"]);
    assert_eq!(fs::read_dir(repo.dir().join(".worktrees/demo")).unwrap().count(), 2);
}

#[test]
fn a_failed_hook_is_not_passed_over() {
    let repo = Repo::new();
    write_script(&repo.dir().join("hooks/post-checkout"), "echo 'no such tool' >&2\nexit 1");
    repo.config("core.hooksPath", repo.dir().join("hooks").to_str().unwrap());
    let said = "warning: the post-checkout hook failed; the worktree was created anyway\n  no such";
    let out = repo.ao(["spawn", "--no-agent", "--json", "the task"]).ok().stderr_has(said);
    let path = workspace(&out.json());
    let id = super::text(&out.json(), "id").to_owned();
    repo.git(["worktree", "remove", path.to_str().unwrap()]);
    repo.ao(["restore", "--no-agent", &id]).ok().stderr_has(said);
}

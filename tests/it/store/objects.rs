//! Objects elsewhere: GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES.

use std::fs;

use git_ao::store::SESSIONS_REF;

use crate::support::Repo;

#[test]
fn objects_go_where_the_environment_says() {
    let repo = Repo::new();
    let other = repo.env().path("objects");
    let own = repo.common_dir().join("objects");
    let spawn = repo.ao_run(["spawn", "--no-agent", "--no-worktree", "Elsewhere"]);
    let spawn = spawn.env("GIT_OBJECT_DIRECTORY", &other);
    spawn.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &own).run().ok();
    let tip = repo.git(["rev-parse", SESSIONS_REF]).trim().to_owned();
    let (folder, file) = tip.split_at(2);
    assert!(other.join(folder).join(file).is_file());
    assert!(!own.join(folder).join(file).exists());

    // They are read from there, as git reads them.
    repo.git_result(["cat-file", "-e", &tip]).code(1);
    repo.ao(["list"]).code(128);
    for name in ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"] {
        repo.ao_run(["list"]).env(name, &other).run().ok().stdout_has("Elsewhere");
    }
    fs::write(own.join("info/alternates"), format!("{}\n", other.display())).unwrap();
    repo.ao(["list"]).ok().stdout_has("Elsewhere");
}

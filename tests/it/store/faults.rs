//! What fails beside the store: the way in, and the git that it runs.

use std::fs;

use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Refs, Repo, TestEnv, strace};

fn title(repo: &Repo) -> String {
    store(repo).snapshot().unwrap().session(id(1)).unwrap().title
}

/// A git that moved the ref and cannot be waited for has moved it: doing it again would be to undo
/// the undoing.
#[test]
fn what_git_did_is_not_done_again() {
    let hooked = TestEnv::new().repo(Combo::PLAIN);
    hooked.hook("reference-transaction", "exit 0");
    let tables = Refs::can_be_chosen()
        .then(|| TestEnv::new().repo(Combo { refs: Refs::Reftable, ..Combo::PLAIN }));
    for repo in [hooked].into_iter().chain(tables) {
        store(&repo).create(&session(1, "One")).unwrap();
        for n in 1..=12 {
            repo.ao(["set", &id(1).short(), "title=Two"]).ok();
            let fault = format!("inject=wait4,waitid:error=EIO:when={n}");
            let undo = repo.ao_run(["undo"]);
            let Some(undo) = strace(&undo, &["-e", &fault]) else { return };
            let out = undo.run();
            match out.status {
                0 => {
                    assert_eq!(title(&repo), "One", "wait {n}: {out}");
                    assert!(out.stdout.contains("undid"), "wait {n}: {out}");
                }
                _ => assert!(["One", "Two"].contains(&title(&repo).as_str()), "{out}"),
            }
            repo.ao(["set", &id(1).short(), "title=One"]).ok();
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_not_an_empty_one() {
    let repo = Repo::new();
    store(&repo).create(&session(1, "One")).unwrap();
    let config = repo.common_dir().join("config");
    let text = fs::read(&config).unwrap();
    fs::remove_file(&config).unwrap();
    std::os::unix::fs::symlink("config", &config).unwrap();
    let out = repo.ao(["list"]).code(128);
    out.stderr_has(&format!("cannot read the configuration file '{}'", config.display()));
    fs::remove_file(&config).unwrap();
    fs::write(&config, text).unwrap();
    repo.ao(["list"]).ok();

    let user = repo.env().path("user");
    std::os::unix::fs::symlink("user", &user).unwrap();
    let list = || repo.ao_run(["list"]).env("GIT_CONFIG_GLOBAL", &user);
    list().run().code(128).stderr_has("user'");
    // One without a section, and one that is not there, are no failure.
    fs::remove_file(&user).unwrap();
    list().run().ok();
    fs::write(&user, "# nothing yet\n").unwrap();
    list().run().ok();
    // What can be read at the second attempt counts.
    repo.config("ao.replica", "here");
    let list = repo.ao_run(["list"]);
    let fault = format!("--trace-path={}", config.display());
    let Some(once) = strace(&list, &[&fault, "-e", "inject=openat:error=EIO:when=1"]) else {
        return;
    };
    once.run().ok();
    let always = strace(&list, &[&fault, "-e", "inject=openat:error=EIO"]).unwrap();
    always.run().code(128).stderr_has("/config'");
}

use super::Finding;
use crate::git::{OLDEST_GIT, Repository, is_new_enough};
use crate::ops::common::OpsError;
use crate::runtime::{Runtime as _, RuntimeError, Tmux};

pub fn look(repo: &Repository, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let environment = repo.environment();
    let words = repo.git("version").run()?.text();
    if !is_new_enough(&words) {
        let (major, minor) = OLDEST_GIT;
        found.push(Finding::wrong(
            format!("git is too old: {words}"),
            format!("install git {major}.{minor} or newer"),
        ));
    }
    if environment.find_program("tmux").is_none() {
        let what = "tmux is not installed: agents run without a terminal";
        found.push(Finding::note(what, "install tmux"));
    } else if let Err(error @ RuntimeError::TooOld { .. }) =
        Tmux::new(None, environment).and_then(|t| t.check())
    {
        let what = format!("{error}: agents run without a terminal");
        found.push(Finding::note(what, "install a newer tmux"));
    }
    if repo.git("var").arg("GIT_AUTHOR_IDENT").run().is_err() {
        let fix = "git config --global user.email <address>";
        found.push(Finding::note("your identity is not configured in git", fix));
    }
    Ok(())
}

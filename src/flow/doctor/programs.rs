use std::ffi::OsStr;

use super::Finding;
use crate::agent::find_program;
use crate::flow::FlowError;
use crate::git::Repository;
use crate::runtime::{RuntimeError, Tmux};

/// The first git that can count how far branches are apart in one go.
const GIT: (u32, u32) = (2, 41);

pub fn look(repo: &Repository, path: &OsStr, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    let words = repo.git("version").run()?.text();
    let number = words.split_whitespace().nth(2).unwrap_or_default();
    let mut parts = number.split('.').map_while(|part| part.parse().ok());
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < GIT {
        let (major, minor) = GIT;
        found.push(Finding::wrong(
            format!("git is too old: {words}"),
            format!("install {major}.{minor} or newer"),
        ));
    }
    if find_program("tmux", path).is_none() {
        let what = "tmux is not installed: agents run without a terminal";
        found.push(Finding::note(what, "install tmux to attach to them"));
    } else if let Err(error @ RuntimeError::TooOld { .. }) = Tmux::new(None).and_then(|t| t.check())
    {
        let what = format!("{error}: agents run without a terminal");
        found.push(Finding::note(what, "install a newer tmux to attach to them"));
    }
    if repo.git("var").arg("GIT_AUTHOR_IDENT").run().is_err() {
        let fix = "git config --global user.email <address>";
        found.push(Finding::note("git does not know who you are", fix));
    }
    Ok(())
}

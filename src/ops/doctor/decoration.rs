use super::Finding;
use crate::git::Repository;
use crate::store::SESSIONS_REF;

/// Reports if `git log` labels commits with the refs of the store, as it does before git 2.39 and
/// with `log.initialDecorationSet` (git-log(1)).
pub fn look(repo: &Repository, found: &mut Vec<Finding>) {
    let git = repo.git("log").args(["-1", "--format=%D", SESSIONS_REF, "--"]);
    // Without a store there is nothing to label.
    let Ok(names) = git.run() else { return };
    if names.text().split(", ").any(|name| name.starts_with("refs/ao/")) {
        let what = "'git log' labels commits with refs of git ao, such as refs/ao/sessions";
        found.push(Finding::note(what, "git config --add log.excludeDecoration 'refs/ao/*'"));
    }
}

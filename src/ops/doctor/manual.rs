use std::path::Path;

use super::Finding;
use crate::git::{Environment, Repository};
use crate::model::shell_name;
use crate::ops::common::{man_dir, man_path};

/// Reports what keeps `git ao --help` from showing the manual page.
pub(super) fn look(repo: &Repository, found: &mut Vec<Finding>) {
    found.extend(finding(repo.environment()));
}

fn finding(environment: &Environment) -> Option<Finding> {
    let root = man_dir(environment)?;
    let has_page = |root: &Path| root.join("man1/git-ao.1").is_file();
    if man_path(environment).iter().any(|root| has_page(root)) {
        return None;
    }
    Some(match has_page(&root) {
        true => Finding::note(
            format!("man may not search '{}'", root.display()),
            format!("export MANPATH={}:\"$MANPATH\"", shell_name(&root.to_string_lossy())),
        ),
        false => Finding::note(
            "the manual pages are not installed: 'git ao --help' does not work",
            "git ao man --install",
        ),
    })
}

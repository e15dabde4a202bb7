use super::Finding;
use crate::hook::{
    Edits, HookError, HookName, HookState, HooksDir, InstallMethod, Installer, Lacking,
};
use crate::model::error_chain;
use crate::store::Store;

/// Reports hooks that are not installed, in this worktree or in others, and hooks that git does not
/// run or that were edited.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    let repo = store.repository();
    let installer = Installer::new(repo, InstallMethod::File, Edits::Keep);
    let turned_off = matches!(HooksDir::find(repo), Err(HookError::TurnedOff(_)));
    let look = |name| finding(&installer, name, turned_off);
    found.extend(HookName::ALL.into_iter().filter_map(look));
    found.extend(elsewhere(&installer));
}

fn finding(installer: &Installer<'_>, name: HookName, turned_off: bool) -> Option<Finding> {
    let install = format!("git ao hooks install {name}");
    match installer.status(name) {
        Ok(HookState::File(_) | HookState::Configured) => None,
        // The other hooks are optional.
        Ok(HookState::Missing(_)) if name != HookName::PostCheckout => None,
        Ok(HookState::Missing(_)) if turned_off => Some(Finding::note(
            "core.hooksPath leads to no folder: git runs no hooks, and 'git switch' is not recorded \
             immediately",
            "git config --show-origin --get core.hooksPath",
        )),
        Ok(HookState::Missing(_)) => Some(Finding::note(
            "the hook post-checkout is not installed: 'git switch' is not recorded immediately",
            install,
        )),
        Ok(HookState::Edited(path)) => Some(Finding::note(
            format!(
                "git ao's part of '{}' was edited; '--force' discards the edits",
                path.display()
            ),
            format!("{install} --force"),
        )),
        Ok(HookState::NotRun(path)) => Some(Finding::wrong(
            format!("git ignores '{}': it is not executable", path.display()),
            install,
        )),
        Ok(HookState::Damaged(path)) => Some(Finding::wrong(
            format!("a git-ao marker is missing in '{}'", path.display()),
            "remove the rest of git ao's part by hand, then run: git ao hooks install",
        )),
        Err(error) => Some(Finding::wrong(
            format!("hook {name}: {}", error_chain(&error)),
            "git ao hooks status",
        )),
    }
}

/// Reports the other worktrees in which git does not run this worktree's hooks, one finding each.
fn elsewhere(installer: &Installer<'_>) -> Vec<Finding> {
    let mut all: Vec<(Lacking, Vec<&str>)> = Vec::new();
    for name in HookName::ALL {
        if !installer.status(name).is_ok_and(|state| state.is_installed()) {
            continue;
        }
        for lacking in installer.lacking(name).unwrap_or_default() {
            match all.iter_mut().find(|(known, _)| *known == lacking) {
                Some((_, names)) => names.push(name.as_str()),
                None => all.push((lacking, vec![name.as_str()])),
            }
        }
    }
    let finding = |(lacking, names): &(Lacking, Vec<&str>)| {
        let (path, hooks) = (lacking.worktree.display(), names.join(", "));
        let (word, be) = if names.len() == 1 { ("hook", "is") } else { ("hooks", "are") };
        let mut what = format!("the {word} {hooks} {be} not installed in '{path}'");
        if let Some(path) = &lacking.turned_off {
            what += &format!(", where core.hooksPath is '{}'", path.display());
        }
        Finding::note(what, lacking.way_out(&names.join(" ")))
    };
    all.iter().map(finding).collect()
}

//! Warns of uncommitted changes that a new session does not get.

use std::path::Path;

use git_ao::model::shell_word;
use git_ao::ops::Uncommitted;

use super::Ctx;
use super::ui::escape;

/// Prints the warning, and how to copy the changes into the new worktree, if there is one.
pub fn say(ctx: &mut Ctx, left: &Uncommitted, new: Option<&Path>) {
    let from = escape::os(left.path.as_os_str());
    let text = format!("uncommitted changes in '{from}' are not copied ({})", left.changes);
    ctx.out.warn(&text);
    if let Some(hint) = new.and_then(|new| way(left, new)) {
        ctx.out.hint(&hint);
    }
}

/// Returns the commands, or None if a path is not valid UTF-8.
fn way(left: &Uncommitted, new: &Path) -> Option<String> {
    let (from, to) = (shell_word(left.path.to_str()?), shell_word(new.to_str()?));
    let mut lines = vec!["to copy them:".to_owned()];
    if left.changes.staged + left.changes.unstaged + left.changes.conflicted > 0 {
        lines.push(format!("git -C {from} diff --binary HEAD | git -C {to} apply"));
    }
    if left.changes.untracked > 0 {
        lines.push(format!(
            "git -C {from} ls-files -z --others --exclude-standard | \
             tar -C {from} --null -T - -cf - | tar -C {to} -xf -"
        ));
    }
    Some(lines.join("\n"))
}

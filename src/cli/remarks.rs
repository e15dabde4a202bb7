//! What there is to say of a worktree that was made.

use git_ao::workspace::{Exclusion, Remarks};

use super::Ctx;
use super::ui::escape;

/// Says it on standard error.
pub fn say(ctx: &mut Ctx, remarks: &Remarks) {
    match remarks.hook.as_deref().map(str::trim) {
        None => {}
        Some("") => {
            ctx.out.warn("the post-checkout hook failed; the worktree was made all the same")
        }
        Some(said) => {
            let said = format!(
                "the post-checkout hook failed; the worktree was made all the same\n{said}"
            );
            ctx.out.warn(&said);
        }
    }
    match &remarks.exclusion {
        None => {}
        Some(Exclusion::Written(exposed)) => {
            let pattern = escape::line(&exposed.pattern).into_owned();
            let file = escape::os(exposed.file.as_os_str());
            let text = format!("git now ignores the worktrees in '{pattern}', as '{file}' says");
            ctx.out.hint(&text);
        }
        Some(Exclusion::Failed(exposed, why)) => {
            let folder = escape::os(exposed.folder.as_os_str());
            let text =
                format!("git does not ignore '{folder}', and 'git add' would take it: {why}");
            ctx.out.warn(&text);
            ctx.out.hint(&format!("to ignore it: {}", exposed.way_out()));
        }
    }
}

//! Prints remarks on a new worktree.

use git_ao::workspace::{Exclusion, Refilled, Remarks};

use super::ui::escape;
use super::{Ctx, ready};

/// Prints the remarks on standard error.
pub fn say(ctx: &mut Ctx, remarks: &Remarks) {
    if let Some(Refilled { files, .. }) = remarks.refilled {
        let files = match files {
            0 => String::new(),
            1 => "; 1 missing file was put back".to_owned(),
            n => format!("; {n} missing files were put back"),
        };
        ctx.out.warn(&format!(
            "the removal of the worktree was interrupted{files}; ignored files may be missing"
        ));
    }
    match remarks.hook.as_deref().map(str::trim) {
        None => {}
        Some("") => ctx.out.warn("the post-checkout hook failed; the worktree was created anyway"),
        Some(said) => {
            let said =
                format!("the post-checkout hook failed; the worktree was created anyway\n{said}");
            ctx.out.warn(&said);
        }
    }
    ready::say_left_out(ctx, &remarks.included);
    if let Some((folder, problem)) = &remarks.left_folder {
        let folder = escape::line(folder);
        ctx.out
            .hint(&format!("the session works in the top directory, not in '{folder}': {problem}"));
    }
    match &remarks.exclusion {
        None => {}
        Some(Exclusion::Written(exposed)) => {
            let pattern = escape::line(&exposed.pattern).into_owned();
            let file = escape::os(exposed.file.as_os_str());
            let text = format!("added '{pattern}' to '{file}', so that git ignores the worktrees");
            ctx.out.hint(&text);
        }
        Some(Exclusion::Failed(exposed, why)) => {
            let folder = escape::os(exposed.folder.as_os_str());
            let text = format!("git does not ignore '{folder}', and 'git add' would add it: {why}");
            ctx.out.warn(&text);
            ctx.out.hint(&format!("to ignore it: {}", exposed.way_out()));
        }
    }
}

use crate::model::{SessionId, slug};

/// Returns the name of a session's branch, such as `ao/7b6d11f9-fix-the-flaky-test`.
pub(in crate::ops) fn branch_name(prefix: &str, id: SessionId, title: &str) -> String {
    let words = slug(title);
    let dash = if words.is_empty() { "" } else { "-" };
    format!("{prefix}{}{dash}{words}", id.short())
}

//! Makes the record of a new session from a request.

use crate::model::{
    Base, Field, Filter, Project, Session, SessionId, SessionStatus, Value, title_line,
};
use crate::ops::common::branch_name::branch_name;
use crate::ops::common::spawn_request::WorkFolder;
use crate::ops::common::{OpsError, SpawnError, SpawnRequest, parent};
use crate::store::{Snapshot, Store};
use crate::workspace::OnBranch;

/// Makes the record of a new session.
pub fn new_session(request: &SpawnRequest, project: Project, store: &Store, base: Base) -> Session {
    let mut session = Session::new(SessionId::random(), project, store.clock().now());
    if let Some((origin, event)) = &request.parent {
        parent::inherit(&mut session, origin, event);
    }
    session.status = SessionStatus::Idle;
    session.task = request.task.clone().or(session.task);
    session.title = match (&request.title, &request.task) {
        (Some(title), _) if !title.trim().is_empty() => title_line(title),
        (_, Some(task)) => title_line(without_heading(task)),
        (_, None) => session.title,
    };
    session.kind = request.kind.clone().unwrap_or(session.kind);
    session.agent = request.agent.clone().or(session.agent);
    if let Some(model) = &request.model {
        session.agent_config.insert("model", Value::from(model.as_str()));
    }
    session.head = base.commit.clone();
    session.base = Some(base);
    match &request.folder {
        WorkFolder::Inherited => {}
        WorkFolder::Top => session.folder = None,
        WorkFolder::Below(folder) => session.folder = Some(folder.clone()),
    }
    session.spawned_by = request.spawned_by;
    if let Some(issue) = &request.issue {
        (session.issue_id, session.issue_url) = (Some(issue.id.clone()), issue.url.clone());
    }
    if let Some(pr) = &request.pr {
        (session.pr_number, session.pr_url) = (pr.number(), pr.url.clone());
    }
    for tag in &request.tags {
        session.add_tag(tag);
    }
    session
}

/// Sets the branch: the requested one, or one such as `ao/7b6d11f9-fix-the-flaky-test`.
pub fn with_branch(mut session: Session, request: &SpawnRequest, prefix: &str) -> Session {
    let name = || branch_name(prefix, session.id, &session.title);
    let blank = |name: &&String| !name.trim().is_empty();
    session.branch = Some(request.branch.as_ref().filter(blank).cloned().unwrap_or_else(name));
    session
}

/// Sets the branch, which exists, and its last commit.
pub fn on_branch(session: &mut Session, on: &OnBranch) {
    session.branch = Some(on.branch.name().to_owned());
    session.existing_branch = session.branch.clone();
    session.head = Some(on.tip.clone());
}

/// Strips the marker of a Markdown heading, with which a task from a file may begin: `# Retry
/// policy`.
fn without_heading(task: &str) -> &str {
    let task = task.trim_start();
    let words = task.trim_start_matches('#');
    if words.len() < task.len() && words.starts_with([' ', '\t']) { words } else { task }
}

/// Refuses an issue on which another session of the project already works.
pub fn check_issue(snapshot: &Snapshot<'_>, session: &Session) -> Result<(), OpsError> {
    let Some(issue) = &session.issue_id else { return Ok(()) };
    let filter = Filter::Is(Field::Issue, issue.clone()).and(!Filter::Ended);
    let listed = snapshot.query_all(filter, |_| true)?.into_iter();
    let mut taken = listed.filter_map(|item| item.session.ok()).filter(|other| {
        other.project_id == session.project_id
            && other.issue_id.as_ref() == Some(issue)
            && !other.status.is_terminal()
    });
    match taken.next() {
        None => Ok(()),
        Some(other) => Err(SpawnError::IssueTaken {
            issue: issue.clone(),
            id: other.id,
            title: other.display_title(),
        }
        .into()),
    }
}

use super::*;
use crate::model::{Map, Session, SessionId, SessionStatus, Timestamp, Value};

fn session() -> Session {
    let id: SessionId = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
    let mut session = Session::new(id, "demo".parse().unwrap(), Timestamp::from_millis(1));
    session.title = "Fix it".to_owned();
    session.status = SessionStatus::Working;
    session.tags = vec!["a".to_owned(), "b".to_owned()];
    session
}

fn changed(assignments: &[&str]) -> Result<Session, String> {
    let before = session();
    let mut record = before.to_record();
    for text in assignments {
        let assignment: Assignment = text.parse().map_err(|e: AssignmentError| e.to_string())?;
        assignment.apply(&mut record).map_err(|error| error.to_string())?;
    }
    let project = before.project_id.clone();
    let after = Session::from_record(record, &project).map_err(|error| error.to_string())?;
    check_change(&before, &after, Guard::Table).map_err(|error| error.to_string())?;
    Ok(after)
}

#[test]
fn fields_take_what_they_hold() {
    let after = changed(&[
        "title=a=b: c",
        "issue_id=42",
        "pr_number=7",
        "agent_config.model=opus",
        "cost.input_tokens=12",
        "cost.cost_usd=0.5",
        "context.count=42",
        "context.name=\"42\"",
        "context.deep.er=true",
        "context.day=2026-11-20",
        "context.zip=01234",
        "status=done",
    ])
    .unwrap();
    assert_eq!((after.title.as_str(), after.issue_id.as_deref()), ("a=b: c", Some("42")));
    assert_eq!((after.pr_number, &after.status), (Some(7), &SessionStatus::Done));
    assert_eq!(after.agent_config.get("model"), Some(&"opus".into()));
    let cost = after.cost.unwrap();
    assert_eq!((cost.input_tokens, cost.cost_usd), (12, Some(0.5)));
    let context = after.context;
    assert_eq!(context.get("count"), Some(&Value::Int(42)));
    assert_eq!(context.get("name"), Some(&"42".into()));
    let deep: Map = [("er".into(), Value::Bool(true))].into_iter().collect();
    assert_eq!(context.get("deep"), Some(&deep.into()));
    assert_eq!(context.get("day"), Some(&"2026-11-20".into()));
    assert_eq!(context.get("zip"), Some(&"01234".into()));
}

#[test]
fn numbers_are_taken_as_people_write_them() {
    let after = changed(&["issue_id=#42", "pr_number=#7", "title=#1"]).unwrap();
    assert_eq!((after.issue_id.as_deref(), after.pr_number), (Some("42"), Some(7)));
    assert_eq!(after.title, "#1");
}

#[test]
fn nothing_empties_a_field() {
    let set = changed(&["context.a.b=1", "context.a.b=", "agent=claude", "agent=", "title="]);
    let after = set.unwrap();
    assert!(after.context.is_empty() && after.agent.is_none() && after.title.is_empty());
    assert!(changed(&["cost.input_tokens=1", "cost="]).unwrap().cost.is_none());
}

#[test]
fn tags_are_a_set() {
    let tags = |texts: &[&str]| changed(texts).unwrap().tags.join(" ");
    assert_eq!(tags(&["tags=x, y,x"]), "x y");
    assert_eq!(tags(&["tags+=c,a"]), "a b c");
    assert_eq!(tags(&["tags-=a"]), "b");
    assert_eq!(tags(&["tags="]), "");
    assert_eq!(tags(&["tags-=a,b", "tags+=z"]), "z");
}

#[test]
fn what_is_refused() {
    for (text, why) in [
        ("title", "'title' is not of the form <field>=<value>"),
        ("=x", "'=x' is not of the form <field>=<value>"),
        ("context.=x", "'context.=x' is not of the form <field>=<value>"),
        ("titel=x", "unknown field 'titel'"),
        ("title.x=y", "'title' has no subfields"),
        ("context=x", "'context' is a mapping: set a key in it"),
        ("title+=x", "'title' is not a list: use '=', not '+=' or '-='"),
        ("pr_number=x", "'pr_number' must be a number, not 'x'"),
        ("pr_number=-1", "'pr_number': expected a whole number, 0 or more, found '-1'"),
        ("branch=a..b", "'branch': expected a branch name, found 'a..b'"),
        ("spawned_by=x", "'spawned_by': expected a session id, found 'x'"),
        ("title=a\nb", "a title must be a single line"),
        ("kind=x\ny", "'kind' cannot contain control characters"),
        ("agent=x\ny", "'agent' cannot contain control characters"),
        ("issue_id=x\u{1b}y", "'issue_id' cannot contain control characters"),
        ("tags=ok,a\nb", "'tags' cannot contain control characters"),
        ("cost.cost_usd=-1", "'cost.cost_usd' cannot be negative"),
        ("status=dnoe", "unknown status 'dnoe'"),
        ("status=on hold", "a status must be a single word, not 'on hold'"),
        ("status=", "'status' cannot be empty"),
        ("schema=0", "'schema' cannot be changed"),
        ("id=7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4f", "'id' cannot be changed"),
        ("project_id=other", "'project_id' cannot be changed"),
        ("created_at=2026-11-20T00:00:00Z", "'created_at' cannot be changed"),
        ("placements.here.runtime=tmux", "'placements' cannot be changed"),
        ("fork=x", "'fork' cannot be changed"),
        ("base.branch=main", "'base' cannot be changed"),
    ] {
        assert_eq!(changed(&[text]).unwrap_err(), why, "{text}");
    }
}

#[test]
fn the_table_decides_unless_it_is_told_not_to() {
    let mut ended = session();
    ended.status = SessionStatus::Done;
    let working = session();
    assert!(matches!(check_change(&ended, &working, Guard::Table), Err(RuleError::Transition(_))));
    assert_eq!(check_change(&ended, &working, Guard::Off), Ok(()));
    let mut odd = session();
    odd.status = SessionStatus::from("levitating");
    assert_eq!(check_change(&working, &odd, Guard::Off), Ok(()));
    odd.status = SessionStatus::from("");
    assert!(check_change(&working, &odd, Guard::Off).is_err());
}

#[test]
fn a_close_status() {
    assert_eq!(close_status("Needs-Inptu"), Some(SessionStatus::NeedsInput));
}

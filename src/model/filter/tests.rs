use proptest::prelude::*;

use super::*;
use crate::model::{Fork, Kind, Placement, Session, SessionStatus, Shelf, Timestamp};

const PARENT: &str = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn session() -> Session {
    let created = "2026-11-10T12:00:00Z".parse().unwrap();
    let id = "0a1b2c3d-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
    let mut session = Session::new(id, "demo".parse().unwrap(), created);
    session.updated_at = "2026-11-19T12:00:00Z".parse().unwrap();
    session.status = SessionStatus::NeedsInput;
    session.kind = Kind::Refinement;
    session.title = "Fix the Flaky test".into();
    session.task = Some("Größe prüfen (twice)".into());
    session.agent = Some("claude".into());
    session.branch = Some("ao/0a1b2c3d-fix".into());
    session.issue_id = Some("42".into());
    session.issue_url = Some("https://example.org/issues/42".into());
    session.pr_number = Some(7);
    session.pr_url = Some("https://example.org/pull/7".into());
    session.tags = vec!["ci".into(), "two words".into()];
    let (event, branch, extra) = Default::default();
    session.fork = Some(Fork { session: PARENT.parse().unwrap(), event, branch, extra });
    session.placements.insert("laptop-9f2c".into(), Placement::default());
    session
}

fn found(expression: &str, session: &Session, shelf: Shelf) -> bool {
    Filter::parse(expression, now()).unwrap().matches(Subject { session, shelf })
}

#[test]
fn each_condition() {
    let session = session();
    for yes in [
        "all",
        "forked",
        "not root",
        "not ended",
        "!archived",
        "status:needs_input",
        "status:Needs-Input",
        "kind:refinement",
        "tag:ci",
        "tag:'two words'",
        "agent:claude",
        "branch:ao/0a1b2c3d-fix",
        "branch~FIX",
        "issue:42",
        "issue:#42",
        "issue:https://example.org/issues/42",
        "pr:7",
        "pr:#7",
        "pr:https://example.org/pull/7",
        "project:demo",
        "title~flaky",
        "title:\"Fix the Flaky test\"",
        "task~GRÖSSE or task~GRÖßE",
        "\"flaky\"",
        "'größe'",
        "text~\"the flaky\"",
        "task~'(twice)'",
        "parent:7b6d",
        "parent:7B6D11F9-5a0e",
        "id:0a1b2c3d",
        "replica:laptop-9f2c",
        "created<7d",
        "created>11d",
        "created>=2026-11-10T12:00:00Z",
        "created<=2026-11-10T12:00:00Z",
        "updated > yesterday or 'fix'",
        "updated>\"2 weeks ago\"",
        "UPDATED>2.weeks.ago AND tag: ci",
        "title~\"\"",
    ] {
        assert!(found(yes, &session, Shelf::Active), "{yes}");
    }
    for no in [
        "root",
        "ended",
        "archived",
        "not all",
        "status:working",
        "status:levitating",
        "tag:c",
        "tag:CI",
        "issue:4",
        "pr:70",
        "title:flaky",
        "parent:0a1b",
        "id:7b6d",
        "replica:laptop",
        "created>7d",
        "created<11d",
        "created>2026-11-10T12:00:00Z",
        "created<2026-11-10T12:00:00Z",
        "title~size",
    ] {
        assert!(!found(no, &session, Shelf::Active), "{no}");
    }
    for (digits, yes) in [("7b6d", true), ("7b6", false), ("", false)] {
        let subject = Subject { session: &session, shelf: Shelf::Active };
        assert_eq!(Filter::Is(Field::Parent, digits.into()).matches(subject), yes, "{digits}");
    }
    assert!(found("archived", &session, Shelf::Archived));
    let mut spawned = Session::new(session.id, session.project_id.clone(), now());
    assert!(found("root", &spawned, Shelf::Active));
    spawned.spawned_by = Some(PARENT.parse().unwrap());
    assert!(found("not root and not forked and parent:7b6d11f9", &spawned, Shelf::Active));
}

#[test]
fn not_binds_before_and_before_or() {
    let parse = |text: &str| Filter::parse(text, now()).unwrap();
    for (one, other) in [
        ("ended or forked and root", "ended or (forked and root)"),
        ("not ended and forked", "(not ended) and forked"),
        ("ended forked or root", "(ended and forked) or root"),
        ("! ! not ended", "not ended"),
        ("not !ended", "ended"),
        ("ended(forked)", "ended and forked"),
        ("((ended))", "ended"),
        ("ended and(root or!forked)", "ended and (root or not forked)"),
    ] {
        assert_eq!(parse(one), parse(other), "{one}");
    }
    assert_ne!(parse("(ended or forked) and root"), parse("ended or forked and root"));
}

#[test]
fn errors_say_where_and_what() {
    for (text, message) in [
        ("", "column 1: expected a condition such as status:working, found the end"),
        ("ended and", "column 10: expected a condition such as status:working, found the end"),
        ("or ended", "column 1: expected a condition such as status:working, found 'or'"),
        (
            "größe:1",
            "column 1: expected one of status, kind, tag, agent, branch, issue, pr, project, \
          title, task, text, parent, id, replica, created, updated, ended, archived, forked, root, \
          all, found 'größe:1'",
        ),
        ("status", "column 7: expected ':' or '~', found the end"),
        ("status<x", "column 7: expected ':' or '~', found '<x'"),
        ("tag: )", "column 6: expected a value, found ')'"),
        ("created:7d", "column 8: expected '<' or '>', found ':7d'"),
        (
            "updated<soon",
            "column 9: expected a time such as 2026-11-20, 7d or yesterday, found 'soon'",
        ),
        ("pr:x", "column 4: expected a number or a URL, found 'x'"),
        ("parent:@", "column 8: expected an id or its first digits, at least 4, found '@'"),
        ("(ended", "column 7: expected a condition, 'and', 'or' or ')', found the end"),
        ("ended)", "column 6: expected a condition, 'and', 'or' or the end, found ')'"),
        ("ended :x", "column 7: expected a condition, 'and', 'or' or the end, found ':x'"),
        ("title~\"x", "column 9: expected a closing \", found the end"),
    ] {
        let error = Filter::parse(text, now()).unwrap_err();
        assert_eq!(error.to_string(), format!("filter, {message}"), "{text}");
    }
}

#[test]
fn hostile_nesting_is_refused_not_followed() {
    let nested = |depth: usize| format!("{}root{}", "not (".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(64), now()).is_ok());
    assert!(Filter::parse(&nested(65), now()).is_err());
    assert!(Filter::parse(&"(".repeat(1_000_000), now()).is_err());
    let chain = "root ".repeat(50_000);
    assert!(Filter::parse(&chain, now()).is_ok());
    assert_eq!(Filter::parse(&format!("{}root", "!".repeat(100_001)), now()), Ok(!Filter::root()));
}

fn filters() -> impl Strategy<Value = Filter> {
    let leaf = prop::sample::select(vec![
        Filter::All,
        Filter::Ended,
        Filter::Archived,
        Filter::Forked,
        Filter::HasParent,
        Filter::Is(Field::Tag, "ci".into()),
        Filter::Is(Field::Project, "demo".into()),
        Filter::Is(Field::Status, "corrupt".into()),
        Filter::Is(Field::Status, "done".into()),
        Filter::Contains(Field::Text, "flaky".into()),
        Filter::Before(Moment::Created, now()),
        Filter::And(vec![]),
        Filter::Or(vec![]),
    ]);
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|filter| !filter),
        ]
    })
}

/// Text that is an expression now and then.
fn almost_expressions() -> impl Strategy<Value = String> {
    let parts = vec![
        "and ", "or ", "not ", "!", "(", ")", "status:", "done", "title~", "\"", "'", "\\",
        "created", "<", ">=", "7d", "root", "ended ", " ", "ü", "pr:", "#1", "\u{3000}", "\0",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..24).prop_map(|parts| parts.concat())
}

#[test]
fn an_unread_record() {
    let session = session();
    let project = &session.project_id;
    let unread = Unread { id: session.id, project, shelf: Shelf::Archived };
    for (expression, may, corrupt) in [
        ("all", true, true),
        ("archived", true, true),
        ("not archived", false, false),
        ("project:demo", true, true),
        ("project:other", false, false),
        ("project:other or tag:ci", true, false),
        ("project:demo or tag:ci", true, true),
        ("project:demo tag:ci", true, false),
        ("project:other tag:ci", false, false),
        ("id:0a1b2c3d", true, true),
        ("not id:0a1b2c3d", false, false),
        ("status:corrupt", true, true),
        ("not status:working", true, true),
        ("status:working", true, false),
        ("tag:ci or not tag:ci", true, false),
        ("root", true, false),
        ("ended", true, false),
        ("created>7d", true, false),
        ("'flaky'", true, false),
    ] {
        let filter = Filter::parse(expression, now()).unwrap();
        let told = (filter.may_match(unread), filter.matches_corrupt(unread));
        assert_eq!(told, (may, corrupt), "{expression}");
    }
}

proptest! {
    #[test]
    fn what_is_told_of_an_unread_record_is_true(filter in filters(), old: bool) {
        let session = session();
        let shelf = if old { Shelf::Archived } else { Shelf::Active };
        let unread = Unread { id: session.id, project: &session.project_id, shelf };
        let matches = filter.matches(Subject { session: &session, shelf });
        prop_assert!(!matches || filter.may_match(unread));
        let corrupt = Session { status: "corrupt".into(), ..session.clone() };
        let matches = filter.matches(Subject { session: &corrupt, shelf });
        prop_assert!(matches || !filter.matches_corrupt(unread));
    }

    #[test]
    fn any_text_is_a_filter_or_an_error(text in ".{0,80}", almost in almost_expressions()) {
        for text in [text, almost] {
            if let Err(error) = Filter::parse(&text, now()) {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.column));
            }
        }
    }

    #[test]
    fn de_morgan(a in filters(), b in filters(), tagged: bool, done: bool, parent: bool, old: bool) {
        let mut session = session();
        if !tagged { session.tags.clear(); }
        if done { session.status = SessionStatus::Done; }
        if !parent { session.fork = None; }
        let shelf = if old { Shelf::Archived } else { Shelf::Active };
        let subject = Subject { session: &session, shelf };
        let (x, y) = (a.matches(subject), b.matches(subject));
        prop_assert_eq!(a.clone().and(b.clone()).matches(subject), x && y);
        prop_assert_eq!(a.clone().or(b.clone()).matches(subject), x || y);
        let neither = !a.clone().or(b.clone());
        prop_assert_eq!(neither.matches(subject), (!a.clone()).and(!b.clone()).matches(subject));
        let not_both = !a.clone().and(b.clone());
        prop_assert_eq!(not_both.matches(subject), (!a).or(!b).matches(subject));
    }
}

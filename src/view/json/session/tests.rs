use proptest::prelude::*;

use super::*;
use crate::model::{Oid, SessionStatus, Timestamp};
use crate::view::json::text;
use crate::workspace::{Changes, Divergence};

/// Values that JSON can represent.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::Float(f64::from(eighths) / 8.0 + 0.0)),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            maps(inner).prop_map(Value::Map),
        ]
    })
}

fn maps(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Map> {
    let entry = (any::<String>().prop_map(Value::String), values);
    prop::collection::vec(entry, 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn lives() -> impl Strategy<Value = LiveJson> {
    let workspace = (any::<[u8; 3]>(), any::<Option<String>>(), any::<[u64; 2]>()).prop_map(
        |(counts, locked, [ahead, behind])| {
            let [staged, unstaged, untracked] = counts.map(usize::from);
            super::super::WorkspaceJson {
                condition: "ready".to_owned(),
                state: "ready".to_owned(),
                branch: locked.clone(),
                locked,
                changes: Some(Changes { staged, unstaged, untracked, conflicted: 0 }),
                upstream: Some(Divergence { ahead, behind }),
            }
        },
    );
    let texts = (any::<Option<String>>(), prop::collection::vec(any::<String>(), 0..3));
    (prop::option::of(workspace), texts, any::<Option<u32>>()).prop_map(
        |(workspace, (path, elsewhere), pid)| LiveJson {
            activity: None,
            standing: None,
            last_words: None,
            agent: "alive".to_owned(),
            agent_error: path.clone(),
            path,
            workspace,
            base: None,
            elsewhere,
            pid,
        },
    )
}

prop_compose! {
    fn sessions()(
        id in any::<[u8; 16]>(),
        millis in 0..4_000_000_000_000_i64,
        title in any::<String>(),
        status in any::<String>(),
        tags in prop::collection::vec("[a-z]{1,8}", 0..3),
        head in prop::option::of("[0-9a-f]{40}"),
        context in maps(values()),
        field in values(),
        archived in any::<bool>(),
        live in prop::option::of(lives()),
        private in any::<bool>(),
    ) -> SessionJson {
        let project = Project::unnamed();
        let id = SessionId::from_bytes(id);
        let mut session = Session::new(id, project, Timestamp::from_millis(millis));
        session.title = title.clone();
        session.status = SessionStatus::from(status.as_str());
        session.tags = tags;
        session.head = head.map(|hex| hex.parse::<Oid>().expect("hex digits"));
        session.context = context;
        session.extra.insert("future", field);
        SessionJson {
            session,
            archived,
            visibility: if private { Visibility::Private } else { Visibility::Public },
            here: live.is_some(),
            workspace_path: live.is_some().then(|| title.clone()),
            short_id: id.short(),
            display_title: title,
            live,
        }
    }
}

proptest! {
    #[test]
    fn a_session_is_read_as_it_was_written(session in sessions()) {
        let entry = EntryJson::from(session);
        let written = text(&entry).unwrap();
        let read: EntryJson = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&read, &entry);
        prop_assert_eq!(text(&read).unwrap(), written);
    }
}

#[test]
fn a_field_named_as_a_fact_gives_way_and_one_named_live_stays() {
    let now = Timestamp::from_millis(0);
    let mut session = Session::new(SessionId::from_bytes([1; 16]), Project::unnamed(), now);
    session.extra.insert("archived", "x");
    session.extra.insert("live", 3);
    session.extra.insert(Value::Int(1), "a");
    session.extra.insert("1", "b");
    let shown = SessionJson {
        archived: true,
        visibility: Visibility::Public,
        here: false,
        workspace_path: None,
        short_id: session.id.short(),
        display_title: String::new(),
        live: None,
        session,
    };
    let written = text(&shown).unwrap();
    assert_eq!(written.matches("\"archived\":").count(), 1, "{written}");
    assert_eq!(written.matches("\"1\":").count(), 1, "{written}");
    let read: SessionJson = serde_json::from_str(&written).unwrap();
    assert!(read.archived && read.live.is_none());
    assert_eq!(read.session.extra.get("live"), Some(&Value::Int(3)));
    assert_eq!(read.session.extra.get("1"), Some(&"b".into()));
}

//! Reads a session from the JSON that this version writes, without a map between.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{landed, transcripts, usage};
use crate::model::{
    Base, Cost, Dates, Fork, Kind, Map, Oid, Placement, Project, Session, SessionId, SessionStatus,
    Timestamp,
};

/// The keys of a record.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    schema: u64,
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "project_id")]
    _project_id: IgnoredAny,
    kind: String,
    #[serde(default)]
    title: String,
    task: Option<String>,
    status: String,
    status_reason: Option<String>,
    agent: Option<String>,
    #[serde(default)]
    agent_config: Map,
    agent_session_id: Option<String>,
    branch: Option<String>,
    #[serde(default)]
    base: Map,
    head: Option<Oid>,
    #[serde(rename = "created_at")]
    _created_at: IgnoredAny,
    #[serde(rename = "updated_at")]
    _updated_at: IgnoredAny,
    #[serde(default)]
    fork: Map,
    spawned_by: Option<SessionId>,
    issue_id: Option<String>,
    issue_url: Option<String>,
    pr_number: Option<u64>,
    pr_url: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    context: Map,
    #[serde(default)]
    cost: Map,
    #[serde(default)]
    placements: BTreeMap<String, Place>,
    #[serde(default)]
    transcripts: Map,
    #[serde(default)]
    usage: Map,
    #[serde(default)]
    landed: Map,
    folder: Option<String>,
    existing_branch: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    workspace: Option<String>,
    runtime: Option<String>,
    handle: Option<String>,
    socket: Option<String>,
    at: Option<Timestamp>,
}

impl Session {
    /// Reads a session of which the project, the id and the times are known. Returns None if the JSON
    /// has keys that this version does not know, or was not written by it.
    pub(crate) fn from_json(json: &str, project_id: Project, dates: Dates) -> Option<Self> {
        let record: Record = serde_json::from_str(json).ok()?;
        let Dates { id, created_at, updated_at } = dates;
        let placements = record.placements.into_iter();
        Some(Self {
            schema: record.schema,
            id,
            project_id,
            kind: Kind::from(record.kind.as_str()),
            title: record.title,
            task: record.task,
            status: SessionStatus::from(record.status.as_str()),
            status_reason: record.status_reason,
            agent: record.agent,
            agent_config: record.agent_config,
            agent_session_id: record.agent_session_id,
            branch: record.branch,
            base: Base::from_map(record.base).ok()?,
            head: record.head,
            created_at,
            updated_at,
            fork: Fork::from_map(record.fork).ok()?,
            spawned_by: record.spawned_by,
            issue_id: record.issue_id,
            issue_url: record.issue_url,
            pr_number: record.pr_number,
            pr_url: record.pr_url,
            tags: record.tags,
            context: record.context,
            cost: Cost::from_map(record.cost).ok()?,
            placements: placements.map(|(name, place)| (name, place.into())).collect(),
            transcripts: transcripts::from_map(&record.transcripts)?,
            usage: usage::from_map(&record.usage)?,
            landed: landed::from_record(record.landed)?,
            folder: record.folder,
            existing_branch: record.existing_branch,
            extra: Map::new(),
        })
    }
}

impl From<Place> for Placement {
    fn from(place: Place) -> Self {
        let Place { workspace, runtime, handle, socket, at } = place;
        Self { workspace, runtime, handle, socket, at, extra: Map::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CapturedTranscripts, ModelUsage, Value};

    fn read(session: &Session) -> Option<Session> {
        let json = serde_json::to_string(session).unwrap();
        Session::from_json(&json, session.project_id.clone(), session.dates())
    }

    #[test]
    fn a_session_comes_back_as_it_was() {
        let now = Timestamp::from_millis(1_767_225_600_123);
        let (project, id) = ("demo".parse::<Project>().unwrap(), SessionId::random());
        let mut session = Session::new(id, project, now);
        assert_eq!(read(&session).as_ref(), Some(&session));
        session.title = "Größe \u{1b}[2J \"".to_owned();
        for text in [
            &mut session.task,
            &mut session.status_reason,
            &mut session.agent,
            &mut session.agent_session_id,
            &mut session.branch,
            &mut session.issue_id,
            &mut session.issue_url,
            &mut session.pr_url,
            &mut session.folder,
            &mut session.existing_branch,
        ] {
            *text = Some("a\nb".to_owned());
        }
        session.kind = Kind::Other("spike".to_owned());
        session.status = SessionStatus::Other("waiting".to_owned());
        session.agent_config.insert("model", "x");
        session.base = Some(Base { branch: Some("main".to_owned()), ..Base::default() });
        session.head = Some("0123456789012345678901234567890123456789".parse().unwrap());
        session.fork = Some(Fork::new(id));
        session.spawned_by = Some(id);
        session.pr_number = Some(u64::MAX);
        session.tags = vec!["a".to_owned()];
        session.context.insert("list", Value::List(vec![Value::Null, Value::Float(2.5)]));
        session.cost = Some(Cost { cost_usd: Some(0.1), ..Cost::default() });
        let place = Placement { at: Some(now), ..Placement::in_workspace("~/w") };
        session.placements.insert("a".to_owned(), place);
        let captured = CapturedTranscripts { at: Some(now), ..CapturedTranscripts::new(9, 8, 7) };
        session.transcripts.insert("a".to_owned(), captured);
        let used = ModelUsage { calls: 3, first: Some(now), ..ModelUsage::default() };
        session.usage.entry("a".to_owned()).or_default().insert("opus".to_owned(), used);
        assert_eq!(read(&session).as_ref(), Some(&session));
        let mut newer = session.clone();
        newer.extra.insert("future", 3);
        assert_eq!(read(&newer), None);
        session.placements.values_mut().for_each(|place| drop(place.extra.insert("new", 3)));
        assert_eq!(read(&session), None);
    }
}

//! Converts sessions to and from their stored form, format version 1.

mod error;
mod fields;
mod json;
mod keys;
mod landed;
mod transcripts;
mod usage;
mod written;

use std::collections::BTreeMap;

pub use self::error::RecordError;
use self::fields::{Reader, Writer, invalid};
pub use self::keys::KEYS;
use super::{
    Base, Cost, Fork, Kind, Map, Placement, Project, Session, SessionStatus, Timestamp, Value,
};

impl Session {
    /// Returns the stored form: the known keys in order, without empty ones, then the unknown keys.
    pub fn to_record(&self) -> Map {
        let mut record: Map =
            self.written().map(|(key, value)| (key.into(), value.into_value())).collect();
        record.extend(self.extra.clone());
        record
    }

    /// Parses the stored form.
    ///
    /// Only `id` is required. A record without a project belongs to `project`.
    ///
    /// # Errors
    /// Fails if the id is missing, if a known key has an invalid value, or if the schema is newer than
    /// this version supports.
    pub fn from_record(record: Map, project: &Project) -> Result<Self, RecordError> {
        let mut from = Reader::new("", record);
        let schema = from.number("schema")?.unwrap_or(1);
        if schema > 1 {
            return Err(RecordError::Newer(schema));
        }
        let id = from.parse("id", "a session id")?;
        let id = id.ok_or_else(|| RecordError::Missing("id".to_owned()))?;
        let project_id =
            from.parse("project_id", "a project name")?.unwrap_or_else(|| project.clone());
        let updated_at = from.parse("updated_at", "a time")?;
        let created_at = from.parse("created_at", "a time")?;
        let created_at = created_at.or(updated_at).unwrap_or(Timestamp::EPOCH);
        let mut session = Session {
            schema,
            kind: from.text("kind")?.as_deref().map_or(Kind::Task, Kind::from),
            title: from.text("title")?.unwrap_or_default(),
            task: from.text("task")?,
            status: from
                .text("status")?
                .as_deref()
                .map_or(SessionStatus::Working, SessionStatus::from),
            status_reason: from.text("status_reason")?,
            agent: from.text("agent")?,
            agent_config: from.map("agent_config")?,
            agent_session_id: from.text("agent_session_id")?,
            branch: from.branch("branch")?,
            base: Base::from_map(from.map("base")?)?,
            head: from.parse("head", "an object id")?,
            created_at,
            updated_at: updated_at.unwrap_or(created_at),
            fork: Fork::from_map(from.map("fork")?)?,
            spawned_by: from.parse("spawned_by", "a session id")?,
            issue_id: from.text("issue_id")?,
            issue_url: from.url("issue_url")?,
            pr_number: from.number("pr_number")?,
            pr_url: from.url("pr_url")?,
            tags: from.texts("tags")?,
            context: from.map("context")?,
            cost: Cost::from_map(from.map("cost")?)?,
            placements: placements(from.map("placements")?)?,
            transcripts: BTreeMap::new(),
            usage: BTreeMap::new(),
            landed: None,
            folder: from.folder("folder")?,
            existing_branch: from.branch("existing_branch")?,
            extra: from.rest(),
            id,
            project_id,
        };
        session.transcripts = transcripts::take(&mut session.extra);
        session.usage = usage::take(&mut session.extra);
        session.landed = landed::take(&mut session.extra);
        Ok(session)
    }
}

impl Session {
    fn placements_to_map(&self) -> Map {
        let placements = self.placements.iter();
        placements.map(|(name, place)| (name.as_str().into(), place.to_map().into())).collect()
    }
}

fn placements(map: Map) -> Result<BTreeMap<String, Placement>, RecordError> {
    map.into_iter()
        .map(|(replica, value)| {
            let name = match replica {
                Value::String(name) => name,
                other => return Err(invalid("placements", "names of replicas", &other)),
            };
            let map = match value {
                Value::Map(map) => map,
                other => return Err(invalid(&format!("placements.{name}"), "a mapping", &other)),
            };
            let placement = Placement::from_map(&name, map)?;
            Ok((name, placement))
        })
        .collect()
}

impl Base {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.option("branch", self.branch.as_deref());
        out.option("commit", self.commit.as_ref().map(|oid| oid.as_str()));
        out.option("onto", self.onto.as_ref().map(|oid| oid.as_str()));
        out.finish(&self.extra)
    }

    fn from_map(map: Map) -> Result<Option<Self>, RecordError> {
        if map.is_empty() {
            return Ok(None);
        }
        let mut from = Reader::new("base.", map);
        let (branch, commit) = (from.branch("branch")?, from.parse("commit", "an object id")?);
        let onto = from.parse("onto", "an object id")?;
        Ok(Some(Self { branch, commit, onto, extra: from.rest() }))
    }
}

impl Fork {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.put("session", self.session.to_string());
        out.option("event", self.event.as_ref().map(|oid| oid.as_str()));
        out.option("branch", self.branch.as_deref());
        out.finish(&self.extra)
    }

    fn from_map(map: Map) -> Result<Option<Self>, RecordError> {
        if map.is_empty() {
            return Ok(None);
        }
        let mut from = Reader::new("fork.", map);
        let session = from.parse("session", "a session id")?;
        let session = session.ok_or_else(|| RecordError::Missing("fork.session".to_owned()))?;
        let (event, branch) = (from.parse("event", "an object id")?, from.branch("branch")?);
        Ok(Some(Self { session, event, branch, extra: from.rest() }))
    }
}

impl Cost {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.put("input_tokens", self.input_tokens);
        out.put("output_tokens", self.output_tokens);
        out.put("cache_read_tokens", self.cache_read_tokens);
        out.put("cache_creation_tokens", self.cache_creation_tokens);
        out.option("cost_usd", self.cost_usd.map(Value::Float));
        out.finish(&self.extra)
    }

    fn from_map(map: Map) -> Result<Option<Self>, RecordError> {
        if map.is_empty() {
            return Ok(None);
        }
        let mut from = Reader::new("cost.", map);
        Ok(Some(Self {
            input_tokens: from.number("input_tokens")?.unwrap_or(0),
            output_tokens: from.number("output_tokens")?.unwrap_or(0),
            cache_read_tokens: from.number("cache_read_tokens")?.unwrap_or(0),
            cache_creation_tokens: from.number("cache_creation_tokens")?.unwrap_or(0),
            cost_usd: from.float("cost_usd")?,
            extra: from.rest(),
        }))
    }
}

impl Placement {
    fn to_map(&self) -> Map {
        let mut out = Writer::default();
        out.option("workspace", self.workspace.as_deref());
        out.option("runtime", self.runtime.as_deref());
        out.option("handle", self.handle.as_deref());
        out.option("socket", self.socket.as_deref());
        out.option("at", self.at.map(|at| at.to_string()));
        out.finish(&self.extra)
    }

    fn from_map(replica: &str, map: Map) -> Result<Self, RecordError> {
        let mut from = Reader::new(&format!("placements.{replica}."), map);
        Ok(Self {
            workspace: from.text("workspace")?,
            runtime: from.text("runtime")?,
            handle: from.text("handle")?,
            socket: from.text("socket")?,
            at: from.parse("at", "a time")?,
            extra: from.rest(),
        })
    }
}

//! The fields of a session in the order and the form in which its record has them.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::keys::KEYS;
use crate::model::{Base, Cost, Fork, Map, Session, Value};

/// The value of a field of a record.
pub(crate) enum Written<'s> {
    Number(u64),
    Text(Cow<'s, str>),
    Texts(&'s [String]),
    Map(Cow<'s, Map>),
}

impl Session {
    /// Returns the known fields that are not empty.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, Written<'_>)> {
        let number = |number: u64| Some(Written::Number(number));
        let text = |text: String| Some(Written::Text(text.into()));
        let values = [
            number(self.schema),
            text(self.id.to_string()),
            borrowed(self.project_id.as_str()),
            borrowed(self.kind.as_str()),
            borrowed(&self.title).filter(|_| !self.title.is_empty()),
            optional(&self.task),
            borrowed(self.status.as_str()),
            optional(&self.status_reason),
            optional(&self.agent),
            map(Cow::Borrowed(&self.agent_config)),
            optional(&self.agent_session_id),
            optional(&self.branch),
            self.base.as_ref().and_then(|base| map(Cow::Owned(Base::to_map(base)))),
            self.head.as_ref().and_then(|oid| borrowed(oid.as_str())),
            text(self.created_at.to_string()),
            text(self.updated_at.to_string()),
            self.fork.as_ref().and_then(|fork| map(Cow::Owned(Fork::to_map(fork)))),
            self.spawned_by.and_then(|id| text(id.to_string())),
            optional(&self.issue_id),
            optional(&self.issue_url),
            self.pr_number.and_then(number),
            optional(&self.pr_url),
            Some(Written::Texts(&self.tags)).filter(|_| !self.tags.is_empty()),
            map(Cow::Borrowed(&self.context)),
            self.cost.as_ref().and_then(|cost| map(Cow::Owned(Cost::to_map(cost)))),
            map(Cow::Owned(self.placements_to_map())),
            map(Cow::Owned(super::transcripts::to_map(&self.transcripts))),
            map(Cow::Owned(super::usage::to_map(&self.usage))),
            self.landed.as_ref().and_then(|landed| map(Cow::Owned(landed.to_map()))),
            optional(&self.folder),
            optional(&self.existing_branch),
        ];
        KEYS.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?)))
    }

    /// Serializes the entries of the record, except those with unknown keys that are left out.
    pub(crate) fn serialize_record<M: SerializeMap>(
        &self,
        to: &mut M,
        is_left_out: impl Fn(&str) -> bool,
    ) -> Result<(), M::Error> {
        if self.extra.is_empty() {
            return self.written().try_for_each(|(key, value)| to.serialize_entry(key, &value));
        }
        let record = self.to_record();
        let mut entries = record.labelled().into_iter().filter(|(key, _)| !is_left_out(key));
        entries.try_for_each(|(key, value)| to.serialize_entry(&*key, value))
    }
}

fn borrowed(text: &str) -> Option<Written<'_>> {
    Some(Written::Text(Cow::Borrowed(text)))
}

fn optional(text: &Option<String>) -> Option<Written<'_>> {
    text.as_deref().and_then(borrowed)
}

fn map(map: Cow<'_, Map>) -> Option<Written<'_>> {
    (!map.is_empty()).then_some(Written::Map(map))
}

impl Written<'_> {
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Number(number) => number.into(),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Texts(texts) => Value::List(texts.iter().map(|it| it.as_str().into()).collect()),
            Self::Map(map) => Value::Map(map.into_owned()),
        }
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => to.serialize_u64(*number),
            Self::Text(text) => to.serialize_str(text),
            Self::Texts(texts) => to.collect_seq(*texts),
            Self::Map(map) => map.serialize(to),
        }
    }
}

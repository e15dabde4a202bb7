//! Compares records before and after an event, field by field.

use git_ao::model::{Event, FieldChange, Map, SessionId, Value, field_changes};
use git_ao::store::{Entry, Shelf, Snapshot, Store, StoreError, parse_record};
use git_ao::view::json::RecordChangeJson;

use crate::cli::Ctx;
use crate::cli::ui::{OutError, Style, escape};

/// The change of one record.
pub struct Change {
    id: SessionId,
    what: &'static str,
    detail: Detail,
}

enum Detail {
    Fields(Vec<FieldChange>),
    /// The lines before and after, if a record cannot be read.
    Lines(Vec<String>, Vec<String>),
}

/// Returns the changes of the records that an event names, compared with its first parent.
pub fn changes(event: &Event, store: &Store) -> Result<Vec<Change>, StoreError> {
    let after = store.snapshot_at(&event.id)?;
    let before = event.parents.first().map(|parent| store.snapshot_at(parent)).transpose()?;
    let changes = event.message.sessions.iter().map(|id| {
        let old = match &before {
            Some(before) => before.find(*id)?,
            None => None,
        };
        let new = after.find(*id)?;
        let old_bytes = bytes(before.as_ref(), old.as_ref())?;
        let new_bytes = bytes(Some(&after), new.as_ref())?;
        let what = what(old.as_ref(), new.as_ref());
        Ok(Change { id: *id, what, detail: Detail::of(&old_bytes, &new_bytes) })
    });
    changes.collect()
}

fn bytes(snapshot: Option<&Snapshot<'_>>, entry: Option<&Entry>) -> Result<Vec<u8>, StoreError> {
    let (Some(snapshot), Some(entry)) = (snapshot, entry) else { return Ok(Vec::new()) };
    snapshot
        .raw(entry)
        .map_err(|problem| StoreError::Corrupt { key: entry.location.id.into(), problem })
}

fn what(old: Option<&Entry>, new: Option<&Entry>) -> &'static str {
    match (old, new) {
        (None, None) => "missing",
        (None, Some(_)) => "created",
        (Some(_), None) => "deleted",
        (Some(old), Some(new)) => match (old.location.shelf, new.location.shelf) {
            (Shelf::Active, Shelf::Archived) => "archived",
            (Shelf::Archived, Shelf::Active) => "unarchived",
            _ => "changed",
        },
    }
}

impl Detail {
    fn of(old: &[u8], new: &[u8]) -> Self {
        let parse = |bytes: &[u8]| {
            if bytes.is_empty() { Some(Map::new()) } else { parse_record(bytes).ok() }
        };
        let lines = |bytes: &[u8]| -> Vec<String> {
            String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
        };
        match (parse(old), parse(new)) {
            _ if old == new => Self::Fields(Vec::new()),
            (Some(old), Some(new)) => Self::Fields(field_changes(&old, &new)),
            _ => Self::Lines(lines(old), lines(new)),
        }
    }
}

impl Change {
    /// Prints a heading, and below it `-field: before` and `+field: after`.
    pub fn print(&self, ctx: &mut Ctx) -> Result<(), OutError> {
        let heading = ctx.out.paint(Style::Title, &format!("session {} {}", self.id, self.what));
        writeln!(ctx.out, "{heading}")?;
        match &self.detail {
            Detail::Fields(fields) => {
                for change in fields {
                    field(ctx, '-', &change.field, change.before.as_ref())?;
                    field(ctx, '+', &change.field, change.after.as_ref())?;
                }
            }
            Detail::Lines(old, new) => {
                for (sign, lines) in [('-', old), ('+', new)] {
                    for text in lines {
                        line(ctx, sign, text)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the change as JSON. A record that cannot be read is represented by its lines.
    pub fn into_json(self) -> RecordChangeJson {
        match self.detail {
            Detail::Fields(fields) => RecordChangeJson::fields(self.id, self.what, fields),
            Detail::Lines(old, new) => RecordChangeJson::lines(self.id, self.what, old, new),
        }
    }
}

/// Prints a field. A text of several lines begins below the field's name.
fn field(ctx: &mut Ctx, sign: char, name: &str, value: Option<&Value>) -> Result<(), OutError> {
    let Some(value) = value else { return Ok(()) };
    let label = value.label();
    let mut lines = escape::block(label.trim_end()).into_owned();
    if lines.contains('\n') {
        lines.insert(0, '\n');
        lines = lines.replace('\n', "\n  ");
    }
    let text = format!("{}: {lines}", escape::line(name));
    for text in text.lines() {
        line(ctx, sign, text.trim_end())?;
    }
    Ok(())
}

fn line(ctx: &mut Ctx, sign: char, text: &str) -> Result<(), OutError> {
    let style = if sign == '-' { Style::Failed } else { Style::Good };
    let painted = ctx.out.paint(style, &format!("{sign}{text}"));
    writeln!(ctx.out, "{painted}")
}

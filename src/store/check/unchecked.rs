//! Finds the rules that unchecked writes broke.
//!
//! Only events that say so are examined. Other records may have values that the rules refuse: older
//! versions and other programs wrote them, and they are as good as any.

use std::collections::BTreeSet;

use super::finding::FsckFinding;
use crate::model::{
    Event, Project, RuleError, Session, SessionId, SessionStatus, broken_rules, close_status,
    shell_word,
};
use crate::store::{Entry, Key, Shelf, Snapshot};

/// The rules that unchecked writes broke, as far as the present records still break them.
pub(super) struct Unchecked<'s> {
    present: &'s Snapshot<'s>,
    seen: BTreeSet<(Project, SessionId, &'static str)>,
    pub findings: Vec<FsckFinding>,
}

impl<'s> Unchecked<'s> {
    pub fn of(present: &'s Snapshot<'s>) -> Self {
        Self { present, seen: BTreeSet::new(), findings: Vec::new() }
    }

    /// Checks the sessions that an event changed without checks. Newer events come first.
    pub fn check(&mut self, event: &Event) {
        for id in &event.message.unchecked {
            for shelf in [Shelf::Active, Shelf::Archived] {
                let entries = self.present.find_on(shelf, &Key::from(*id)).unwrap_or_default();
                entries.iter().for_each(|entry| self.check_record(event, entry));
            }
        }
    }

    /// What is unreadable here is reported elsewhere.
    fn check_record(&mut self, event: &Event, entry: &Entry) {
        let (store, key) = (self.present.store, Key::from(&entry.location));
        let at = |event| store.snapshot_at(event).and_then(|at| at.session(key.clone())).ok();
        let (Ok(now), Some(then)) = (self.present.load(entry), at(&event.id)) else { return };
        let before = event.parents.first().and_then(at);
        let still_broken = broken_rules(before.as_ref(), &now, event.time);
        for rule in broken_rules(before.as_ref(), &then, event.time) {
            let is_found = match rule {
                // Any record with such a time is a finding.
                RuleError::Future { field: "updated_at", .. } => false,
                // Every write sets it, but it never goes back.
                RuleError::Fixed("updated_at") => {
                    let went_back = |old: &Session| then.updated_at < old.updated_at;
                    now.updated_at == then.updated_at && before.as_ref().is_some_and(went_back)
                }
                _ => still_broken.contains(&rule),
            };
            if !is_found {
                continue;
            }
            let (project, id) = entry.location.owner();
            if self.seen.insert((project, id, rule.field())) {
                let remedy = remedy(&rule, &now, entry, event);
                let problem = format!("breaks a rule: {rule}; to correct it: {remedy}");
                self.findings.push(FsckFinding::wrong(entry.location.to_string(), problem));
            }
        }
    }
}

/// Returns the command that corrects a value.
fn remedy(rule: &RuleError, session: &Session, entry: &Entry, event: &Event) -> String {
    let one_line = |text: &str| text.split(char::is_control).collect::<Vec<_>>().join(" ");
    let value = match rule {
        RuleError::Fixed(_) => return format!("git ao undo {}", event.id),
        RuleError::LongTitle => format!("title={}", one_line(&session.title)),
        RuleError::Control("kind") => format!("kind={}", one_line(session.kind.as_str())),
        RuleError::Control("tags") => format!("tags={}", one_line(&session.tags.join(","))),
        RuleError::Control("issue_id") => {
            format!("issue_id={}", one_line(session.issue_id.as_deref().unwrap_or_default()))
        }
        RuleError::Control(_) => {
            format!("agent={}", one_line(session.agent.as_deref().unwrap_or_default()))
        }
        RuleError::NegativeCost => "cost.cost_usd=".to_owned(),
        RuleError::Future { .. } => "updated_at=now".to_owned(),
        RuleError::NotAWord(word) | RuleError::UnknownStatus(word) => {
            format!("status={}", close_status(word).unwrap_or(SessionStatus::Working))
        }
        RuleError::Transition(refused) => format!("status={}", refused.from),
    };
    let id = session.id.short();
    let force = if matches!(rule, RuleError::Transition(_)) { "--force " } else { "" };
    let set = format!("git ao set {force}{id} {}", shell_word(&value));
    match (entry.location.shelf, rule) {
        (Shelf::Active, _) | (_, RuleError::Future { .. }) => set,
        (Shelf::Archived, _) => format!("git ao unarchive {id} && {set}"),
    }
}

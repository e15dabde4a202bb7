//! Finds settings of remotes with which git overwrites, deletes or publishes the store.

use std::collections::BTreeMap;

use super::Finding;
use crate::git::Repository;
use crate::model::shell_word;
use crate::store::{PRIVATE_REF, SESSIONS_REF};

/// The refs that hold sessions.
const STORE: [&str; 2] = [SESSIONS_REF, PRIVATE_REF];

/// Example names of the refs that keep backups and damaged states. They must not be published
/// either.
const KEPT: [&str; 2] = ["refs/ao/backup/x", "refs/ao/broken/x"];

/// The direction in which a refspec is used. A push applies negative refspecs only to patterns that
/// keep the names of refs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Fetch,
    Push,
}

/// A refspec, as gitglossary(7) and git-fetch(1) describe it.
struct Refspec<'t> {
    text: &'t str,
    is_forced: bool,
    source: &'t str,
    target: &'t str,
}

pub fn look(repo: &Repository, found: &mut Vec<Finding>) {
    let mut remotes: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
    for entry in repo.config_entries("remote") {
        let Some((name, key)) =
            entry.key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.'))
        else {
            continue;
        };
        let [fetch, push] = remotes.entry(name.to_owned()).or_default();
        match key {
            "fetch" => fetch.push(entry.value),
            "push" => push.push(entry.value),
            _ => {}
        }
    }
    for (name, [fetch, push]) in &remotes {
        let prunes = repo.config_bool(&format!("remote.{name}.prune"));
        let prunes = prunes.or_else(|| repo.config_bool("fetch.prune")) == Some(true);
        for spec in parse(fetch).filter(|spec| spec.is_forced || prunes) {
            if let Some(ref_name) = reached(&spec, fetch, Way::Fetch, &STORE) {
                let harm = if spec.is_forced { "overwrite" } else { "delete" };
                let what = format!("'git fetch {name}' can {harm} {ref_name} ({})", spec.text);
                found.push(Finding::wrong(what, spec.way_out(name, "fetch")));
            }
        }
        if repo.config_bool(&format!("remote.{name}.mirror")) == Some(true) {
            let key = format!("remote.{name}.mirror");
            let what = format!(
                "'git push {name}' overwrites the sessions of the remote, and publishes private \
                 sessions ({key})"
            );
            found.push(Finding::wrong(what, format!("git config {} false", shell_word(&key))));
        }
        for spec in parse(push) {
            let refs = if spec.is_forced { &STORE[..] } else { &[PRIVATE_REF] };
            let kept = KEPT.iter().filter(|_| spec.is_pattern()).copied();
            let refs: Vec<_> = refs.iter().copied().chain(kept).collect();
            let what = match reached(&spec, push, Way::Push, &refs) {
                None => continue,
                Some(PRIVATE_REF) => "publishes private sessions",
                Some(SESSIONS_REF) => "overwrites the sessions of the remote",
                Some(_) => "publishes backups of worktrees and damaged states of the store",
            };
            let what = format!("'git push {name}' {what} ({})", spec.text);
            found.push(Finding::wrong(what, spec.way_out(name, "push")));
        }
    }
}

/// Parses the positive refspecs.
fn parse(texts: &[String]) -> impl Iterator<Item = Refspec<'_>> {
    let wanted = texts.iter().filter(|text| !text.starts_with('^'));
    wanted.map(|text| {
        let (is_forced, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (source, target) = rest.split_once(':').unwrap_or((rest, ""));
        Refspec { text, is_forced, source, target }
    })
}

/// Returns the first of `refs` that a refspec matches and no negative refspec excludes.
fn reached<'r>(spec: &Refspec<'_>, all: &[String], way: Way, refs: &[&'r str]) -> Option<&'r str> {
    let counts = way == Way::Fetch || (spec.is_pattern() && spec.keeps_names());
    let is_excluded = |source: &str| {
        let mut negative = all.iter().filter_map(|text| text.strip_prefix('^'));
        counts && negative.any(|it| expand(it, it, source).is_some())
    };
    let source_of = |name: &str| match way {
        Way::Fetch => spec.source_of(name),
        Way::Push => spec.pushed(name),
    };
    let mut refs = refs.iter().copied();
    refs.find(|name| source_of(name).is_some_and(|source| !is_excluded(&source)))
}

impl Refspec<'_> {
    fn is_pattern(&self) -> bool {
        self.source.contains('*')
    }

    fn keeps_names(&self) -> bool {
        self.target.is_empty() || self.target == self.source
    }

    /// Returns the remote ref that a fetch writes to `target`.
    fn source_of(&self, target: &str) -> Option<String> {
        expand(self.target, self.source, target)
    }

    /// Returns the ref if a push sends it.
    fn pushed(&self, source: &str) -> Option<String> {
        expand(self.source, self.source, source)
    }

    /// Returns the command that keeps the refspec away from the store.
    fn way_out(&self, remote: &str, kind: &str) -> String {
        let key = shell_word(&format!("remote.{remote}.{kind}"));
        // A push applies negative refspecs to patterns only. For other refspecs, a negative one
        // would not suffice, or would exclude more than the store.
        if self.is_pattern()
            && (kind == "fetch" || self.keeps_names())
            && STORE.iter().chain(&KEPT).any(|name| self.pushed(name).is_some())
        {
            return format!("git config --add {key} '^refs/ao/*'");
        }
        format!("git config --fixed-value --unset-all {key} {}", shell_word(self.text))
    }
}

/// Maps `name` from one side of a refspec to the other. Returns None if it does not match.
fn expand(from: &str, to: &str, name: &str) -> Option<String> {
    let Some((start, end)) = from.split_once('*') else {
        return (from == name).then(|| to.to_owned());
    };
    let middle = name.strip_prefix(start)?.strip_suffix(end)?;
    Some(to.replacen('*', middle, 1))
}

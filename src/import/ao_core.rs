//! ao-rs: `<folder>/<project>/<id>.yaml`, archived ones in `<folder>/<project>/.archive/`. What a
//! session cost is also in a ledger, and in its working directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::contents::{ForeignContents, ForeignSession, SkippedFile};
use super::cost_ledger::CostLedger;
use super::file::{self, foreign, has_extension, stem};
use super::record::{self, ImportDefaults, begin, set_branch};
use super::turn_logs::TurnLogs;
use crate::model::{
    Cost, Kind, Map, Project, SessionId, SessionStatus, Shelf, Timestamp, Value, is_url,
};
use crate::store::{LIMITS, parse_record};

const PROGRAM: &str = "ao_core";

pub fn read(folder: &Path, defaults: &ImportDefaults) -> ForeignContents {
    let mut contents = ForeignContents::default();
    let top = file::list(folder, &mut contents);
    let mut read = Vec::new();
    // The folder of a project may be named as well.
    take_project(folder, top.files, &top.folders, &mut read, &mut contents);
    for project in top.folders.iter().filter(|folder| !file::name(folder).starts_with('.')) {
        let inside = file::list(project, &mut contents);
        take_project(project, inside.files, &inside.folders, &mut read, &mut contents);
    }
    let ids = ids(&mut read, &mut contents);
    let ledger = CostLedger::beside(folder, &mut contents);
    let mut used = BTreeMap::<_, usize>::new();
    for workspace in read.iter().filter_map(Raw::workspace) {
        *used.entry(workspace).or_default() += 1;
    }
    for raw in read {
        // Where several sessions have worked, nobody knows which of them a line is about.
        let own = raw.workspace().filter(|it| it.is_absolute() && used.get(it) == Some(&1));
        let logs = own.map(|own| TurnLogs::read(&own, &mut contents)).unwrap_or_default();
        let session = session(raw, &ids, (&ledger, logs), defaults);
        contents.sessions.push(session);
    }
    deleted(&ledger, &ids, &mut contents, defaults);
    contents
}

/// Adds the sessions that are left only in the ledger.
fn deleted(
    ledger: &CostLedger,
    ids: &Ids,
    contents: &mut ForeignContents,
    defaults: &ImportDefaults,
) {
    for ((project, old), entry) in ledger.sessions() {
        let is_damaged = |it: &SkippedFile| stem(&it.file) == old;
        if ids.contains_key(&(project.clone(), old.clone()))
            || contents.skipped.iter().any(is_damaged)
        {
            continue;
        }
        let name = Project::from_loose_name(project).unwrap_or(defaults.project.clone());
        let created = entry.created().unwrap_or(entry.updated);
        let mut session = begin(PROGRAM, old, name, created);
        let is_taken = contents.sessions.iter().any(|found| found.session.id == session.id);
        if is_taken {
            session.id = SessionId::named(PROGRAM, &format!("{project}/{old}"));
        }
        session.updated_at = entry.updated;
        session.status = SessionStatus::Terminated;
        session.cost = entry.cost().map(cost);
        if is_orchestrator(old) {
            session.kind = Kind::Orchestrator;
        }
        if let Some(branch) = entry.branch() {
            set_branch(&mut session, branch);
            session.title = record::title(branch);
        }
        let notes = vec!["it was deleted; only its cost is known".to_owned()];
        let found = record::found(session, &entry.file);
        let mut found = ForeignSession { shelf: Shelf::Archived, notes, ..found };
        record::finish(&mut found, PROGRAM, Map::new(), defaults);
        contents.sessions.push(found);
    }
}

/// A record as it was read.
struct Raw {
    file: PathBuf,
    modified: Timestamp,
    shelf: Shelf,
    record: Map,
    id: String,
    project: String,
}

impl Raw {
    fn workspace(&self) -> Option<PathBuf> {
        text(&self.record, "workspace_path").map(PathBuf::from)
    }
}

fn take_project(
    folder: &Path,
    files: Vec<PathBuf>,
    folders: &[PathBuf],
    read: &mut Vec<Raw>,
    contents: &mut ForeignContents,
) {
    let archive = folder.join(".archive");
    let archived = match folders.contains(&archive) {
        true => file::list(&archive, contents).files,
        false => Vec::new(),
    };
    let files = files.into_iter().map(|file| (Shelf::Active, file));
    for (shelf, file) in files.chain(archived.into_iter().map(|file| (Shelf::Archived, file))) {
        if !has_extension(&file, "yaml") {
            contents.ignore(&file, foreign(&file));
            continue;
        }
        match parse(&file) {
            Ok((record, modified)) => {
                let id = text(&record, "id").unwrap_or_else(|| stem(&file).to_owned());
                let project = text(&record, "project_id");
                let project = project.unwrap_or_else(|| file::name(folder).to_owned());
                read.push(Raw { file, modified, shelf, record, id, project });
            }
            Err(why) => contents.unreadable(file, why),
        }
    }
}

fn parse(file: &Path) -> Result<(Map, Timestamp), String> {
    let content = file::read(file)?;
    if content.bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    if content.bytes.len() > LIMITS.bytes {
        return Err(format!("it is larger than {} KiB", LIMITS.bytes >> 10));
    }
    let record = parse_record(&content.bytes).map_err(|problem| problem.to_string())?;
    Ok((record, content.modified))
}

/// The ids of the sessions, by project and by the id that the program gave them.
type Ids = BTreeMap<(String, String), SessionId>;

/// Gives each session an id, and leaves out files with a session that another file has too: an
/// active one is the later state of an archived one.
fn ids(read: &mut Vec<Raw>, contents: &mut ForeignContents) -> Ids {
    read.sort_by_key(|raw| (raw.shelf, stem(&raw.file) != raw.id, raw.file.clone()));
    let mut ids = Ids::new();
    let mut taken = BTreeMap::new();
    read.retain(|raw| {
        let key = (raw.project.clone(), raw.id.clone());
        if ids.contains_key(&key) {
            let why = match raw.shelf {
                Shelf::Active => format!("a copy of session '{}'", raw.id),
                Shelf::Archived => format!("an earlier state of session '{}'", raw.id),
            };
            contents.ignore(&raw.file, why);
            return false;
        }
        let id = record::session_id(PROGRAM, &raw.id);
        let is_own = *taken.entry(id).or_insert(key.clone()) == key;
        // Two projects may use one name.
        let other = || SessionId::named(PROGRAM, &format!("{}/{}", raw.project, raw.id));
        ids.insert(key, if is_own { id } else { other() });
        true
    });
    ids
}

fn session(
    raw: Raw,
    ids: &Ids,
    (ledger, logs): (&CostLedger, TurnLogs),
    defaults: &ImportDefaults,
) -> ForeignSession {
    let Raw { file, modified, shelf, record: mut from, id: old, project } = raw;
    let refused = refused(&from);
    let mut notes = Vec::new();
    let name = project.parse().ok();
    match name {
        Some(_) => drop(from.remove("project_id")),
        None => notes.push(format!("'{project}' is no name of a project here")),
    }
    let name = name.or_else(|| Project::from_loose_name(&project));
    let created = number(&from, "created_at").map(|millis| {
        from.remove("created_at");
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    });
    let created_at = created.unwrap_or(modified);
    let mut session = begin(PROGRAM, &old, name.unwrap_or(defaults.project.clone()), created_at);
    let key = (project, old.clone());
    session.id = ids.get(&key).copied().unwrap_or(session.id);
    from.remove("id");
    session.updated_at = modified;
    let status = take_text(&mut from, "status").filter(|word| is_word(word));
    session.status = status.map_or(SessionStatus::Idle, |word| word.as_str().into());
    if is_orchestrator(&old) {
        session.kind = Kind::Orchestrator;
    }
    if let Some(task) = take_text(&mut from, "task") {
        session.title = record::title(&task);
        session.task = Some(task).filter(|task| !task.is_empty());
    }
    agent(&mut session, &mut from);
    if let Some(branch) = text(&from, "branch") {
        if branch.is_empty() || set_branch(&mut session, &branch) {
            from.remove("branch");
        } else {
            notes.push(format!("'{branch}' cannot be the name of a branch"));
        }
    }
    links(&mut session, &mut from, &key.0, ids);
    session.cost = from.get("cost").and_then(Value::as_map).map(cost);
    if session.cost.is_some() {
        from.remove("cost");
    }
    session.cost = session.cost.or_else(|| ledger.of(&key.0, &key.1).map(cost)).or(logs.cost);
    if let Some((at, state)) = logs.activity.filter(|(at, _)| *at >= modified) {
        session.updated_at = at;
        from.insert("activity", state);
    }
    let workspace = text(&from, "workspace_path").map(PathBuf::from);
    let mut found =
        ForeignSession { shelf, workspace, refused, notes, ..record::found(session, &file) };
    let some = from.into_iter().filter(|(_, value)| !matches!(value, Value::Null));
    record::finish(&mut found, PROGRAM, some.collect(), defaults);
    found
}

/// Returns why the program would not load a record.
fn refused(from: &Map) -> Option<String> {
    let is_missing = |key: &&str| from.get(key).is_none_or(|value| matches!(value, Value::Null));
    let needed = ["id", "project_id", "status", "branch", "task", "created_at"];
    if let Some(key) = needed.iter().find(|key| is_missing(key)) {
        return Some(format!("'{key}' is missing"));
    }
    if number(from, "created_at").is_none() {
        return Some("'created_at' is not a number".to_owned());
    }
    match SessionStatus::from(text(from, "status").unwrap_or_default().as_str()) {
        SessionStatus::Other(word) => Some(format!("unknown status '{word}'")),
        SessionStatus::Paused => Some("unknown status 'paused'".to_owned()),
        _ => None,
    }
}

fn agent(session: &mut crate::model::Session, from: &mut Map) {
    let agent = take_text(from, "agent").unwrap_or_else(|| "claude-code".to_owned());
    session.agent = Some(match agent.as_str() {
        "claude-code" => "claude".to_owned(),
        _ => agent.chars().filter(|c| !c.is_control()).collect(),
    });
    if let Some(Value::Map(mut config)) = from.remove("agent_config") {
        if let Some(id) = take_text(&mut config, "opencodeSessionId") {
            session.agent_session_id = Some(id);
        }
        session.agent_config = config;
    }
}

/// Sets the issue, the pull request and the orchestrator.
fn links(session: &mut crate::model::Session, from: &mut Map, project: &str, ids: &Ids) {
    let url = |from: &mut Map, key: &str| {
        text(from, key).filter(|url| is_url(url)).inspect(|_| drop(from.remove(key)))
    };
    session.issue_url = url(from, "issue_url");
    session.pr_url = url(from, "claimed_pr_url");
    session.issue_id =
        text(from, "issue_id").filter(|id| !id.is_empty() && !id.contains(char::is_control));
    if session.issue_id.is_some() {
        from.remove("issue_id");
    }
    session.pr_number = number(from, "claimed_pr_number");
    if session.pr_number.is_some() {
        from.remove("claimed_pr_number");
    }
    if let Some(parent) = take_text(from, "spawned_by").filter(|parent| !parent.is_empty()) {
        let known = ids.get(&(project.to_owned(), parent.clone()));
        session.spawned_by =
            Some(known.copied().unwrap_or_else(|| record::session_id(PROGRAM, &parent)));
    }
}

fn cost(from: &Map) -> Cost {
    let tokens = |key: &str| number(from, key).unwrap_or_default();
    let paid = from.get("cost_usd").and_then(Value::as_f64);
    Cost {
        input_tokens: tokens("input_tokens"),
        output_tokens: tokens("output_tokens"),
        cache_read_tokens: tokens("cache_read_tokens"),
        cache_creation_tokens: tokens("cache_creation_tokens"),
        cost_usd: paid.filter(|paid| paid.is_finite() && *paid >= 0.0),
        extra: Map::new(),
    }
}

fn is_orchestrator(id: &str) -> bool {
    let number = id.rsplit_once("-orchestrator-").map(|(_, number)| number);
    number.is_some_and(|number| number.parse::<u64>().is_ok())
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && !word.contains(|c: char| c.is_control() || c.is_whitespace())
}

fn number(from: &Map, key: &str) -> Option<u64> {
    from.get(key).and_then(Value::as_u64)
}

/// Returns a text, or the text of a number.
fn text(from: &Map, key: &str) -> Option<String> {
    match from.get(key)? {
        Value::Null | Value::List(_) | Value::Map(_) | Value::Tagged(..) => None,
        scalar => Some(scalar.label()),
    }
}

fn take_text(from: &mut Map, key: &str) -> Option<String> {
    text(from, key).inspect(|_| drop(from.remove(key)))
}

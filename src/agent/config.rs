//! Agents in git's configuration: `ao.agent.<name>.<what>`.
//!
//! | what | value |
//! |---|---|
//! | `command` | the program and arguments before every form; with placeholders, it is the only form, for launches in both modes |
//! | `args` | the arguments for `{args}` in every form |
//! | `launch`, `resume`, `fork` | the forms with a terminal |
//! | `headless`, `headlessResume`, `headlessFork` | the forms without; without `{prompt}`, the prompt is passed on standard input |
//! | `env` | `NAME=VALUE`; may be set several times |
//! | `version` | the arguments that make the program print its version |
//! | `transcript` | the file in which the agent keeps its conversation |
//! | `hooks` | whether the agent is started with hooks that tell what it is doing |
//! | `sessionId` | `assigned`, `json:<key>`, `history` or `none` |

use super::own_file::FileTemplate;
use super::own_id::OwnId;
use super::spec::Spec;
use super::template::Template;
use super::value::{check_id, check_text};
use super::{Action, AgentError, Mode, table};

/// An entry of git's configuration.
#[derive(Debug, Clone, Copy)]
pub struct AgentSetting<'a> {
    /// The whole key.
    pub key: &'a str,
    /// The value.
    pub value: &'a str,
    /// Whether the configuration file may name programs.
    pub trust: Trust,
}

/// Whether a configuration file may name programs to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The file belongs to the user, or to a repository of the user.
    Trusted,
    /// Any other file.
    Untrusted,
}

/// Applies one entry. Ignores entries that are not about an agent. Problems are stored with the
/// agent.
pub(super) fn apply(specs: &mut Vec<Spec>, entry: &AgentSetting) {
    let Some((name, what)) = split(entry.key) else { return };
    let at = specs.iter().position(|spec| spec.name == name).unwrap_or_else(|| {
        specs.push(table::unknown(name));
        specs.len() - 1
    });
    let spec = &mut specs[at];
    if let Err(problem) = check(name, entry).and_then(|()| set(spec, &what, entry)) {
        spec.problems.push(problem);
    }
}

fn check(name: &str, entry: &AgentSetting) -> Result<(), AgentError> {
    if entry.trust == Trust::Untrusted {
        return Err(AgentError::Untrusted { key: entry.key.to_owned() });
    }
    check_id("agent", name)?;
    check_text("value", entry.value)
}

/// Returns true if the entry names the program of an agent.
pub(super) fn is_command(entry: &AgentSetting) -> bool {
    split(entry.key).is_some_and(|(_, what)| what == "command")
}

/// Splits `ao.agent.<name>.<what>`. All parts but the name are case-insensitive, as in git.
fn split(key: &str) -> Option<(&str, String)> {
    let start = key.get(..9).filter(|start| start.eq_ignore_ascii_case("ao.agent."))?;
    let (name, what) = key[start.len()..].rsplit_once('.')?;
    Some((name, what.to_ascii_lowercase()))
}

fn set(spec: &mut Spec, what: &str, entry: &AgentSetting) -> Result<(), AgentError> {
    let form = match what {
        "command" => return command(spec, entry),
        "args" => {
            spec.args = words(entry)?;
            return Ok(());
        }
        "version" => {
            spec.version = words(entry)?;
            return Ok(());
        }
        "env" => {
            spec.env.push(variable(entry)?);
            return Ok(());
        }
        "hooks" => {
            spec.hooks = boolean(entry)?;
            return Ok(());
        }
        "sessionid" => {
            spec.own_id = own_id(entry)?;
            return Ok(());
        }
        "transcript" => {
            spec.own_file = Some(own_file(entry)?);
            return Ok(());
        }
        "launch" => (Action::Launch, Mode::Interactive),
        "resume" => (Action::Resume, Mode::Interactive),
        "fork" => (Action::Fork, Mode::Interactive),
        "headless" => (Action::Launch, Mode::Headless),
        "headlessresume" => (Action::Resume, Mode::Headless),
        "headlessfork" => (Action::Fork, Mode::Headless),
        _ => return Err(wrong(entry, "unknown agent setting")),
    };
    spec.forms.insert(form, template(entry)?);
    Ok(())
}

fn command(spec: &mut Spec, entry: &AgentSetting) -> Result<(), AgentError> {
    let (program, rest) = template(entry)?
        .split_program()
        .ok_or_else(|| wrong(entry, "must start with the name of a program"))?;
    if program.starts_with('-') || program.contains(char::is_control) {
        return Err(wrong(entry, "not a valid program name"));
    }
    spec.program = program;
    if rest.is_plain() {
        spec.prefix = plain(&rest);
    } else {
        spec.prefix.clear();
        spec.completes = false;
        spec.own_id = OwnId::Unknown;
        (spec.transcripts, spec.database, spec.activity) = (None, None, None);
        spec.forms = [Mode::Interactive, Mode::Headless]
            .map(|mode| ((Action::Launch, mode), rest.clone()))
            .into();
    }
    Ok(())
}

fn boolean(entry: &AgentSetting) -> Result<bool, AgentError> {
    match entry.value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" | "" => Ok(false),
        _ => Err(wrong(entry, "must be true or false")),
    }
}

fn words(entry: &AgentSetting) -> Result<Vec<String>, AgentError> {
    let template = template(entry)?;
    if !template.is_plain() {
        return Err(wrong(entry, "placeholders are not allowed here"));
    }
    Ok(plain(&template))
}

fn plain(template: &Template) -> Vec<String> {
    template.fill(&[], &|_| None).unwrap_or_default()
}

fn variable(entry: &AgentSetting) -> Result<(String, String), AgentError> {
    let (name, value) =
        entry.value.split_once('=').ok_or_else(|| wrong(entry, "expected NAME=VALUE"))?;
    let ok = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(ok) {
        return Err(wrong(entry, "not a valid variable name"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn own_id(entry: &AgentSetting) -> Result<OwnId, AgentError> {
    Ok(match entry.value {
        "assigned" => OwnId::Assigned,
        "history" => OwnId::HistoryFile,
        "none" => OwnId::Unknown,
        other => match other.strip_prefix("json:").filter(|key| !key.is_empty()) {
            Some(key) => OwnId::FromJson(key.to_owned()),
            None => return Err(wrong(entry, "expected assigned, json:<key>, history or none")),
        },
    })
}

fn own_file(entry: &AgentSetting) -> Result<FileTemplate, AgentError> {
    FileTemplate::new(template(entry)?).ok_or_else(|| {
        wrong(
            entry,
            "expected one path, in which only {agent_session_id}, {session_id}, {workspace} and \
             {history_file} are allowed",
        )
    })
}

fn template(entry: &AgentSetting) -> Result<Template, AgentError> {
    Template::parse(entry.value)
        .map_err(|source| AgentError::Template { key: entry.key.to_owned(), source })
}

fn wrong(entry: &AgentSetting, reason: &str) -> AgentError {
    AgentError::Config { key: entry.key.to_owned(), reason: reason.to_owned() }
}

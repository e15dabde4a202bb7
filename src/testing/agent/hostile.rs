use std::path::Component;

use super::super::law::{Outcome, Violation, expect};
use super::AgentLaws;
use super::stage::{AgentStage, path_of};
use crate::agent::{Action, Launch, LaunchRequest, Prepare};
use crate::model::error_chain;

/// Prompts that a person may well write. None may be refused.
const PROMPTS: [&str; 10] = [
    "Fix the flaky test",
    "-x",
    "--help",
    "a  b ",
    "two\nlines\n",
    "$(touch x) `y` ; z",
    "it's \"quoted\"",
    "{prompt} {title} {model} {agent_session_id}",
    "\u{fc} \u{1f600}",
    "*~#!\\",
];

/// Values that are options, paths, several words, or obeyed by a terminal.
const VALUES: [&str; 9] = [
    "--help",
    "-x",
    "a b; touch x",
    "../../../etc/passwd",
    "/etc/passwd",
    "two\nlines",
    "\u{1b}[2J",
    "a\0b",
    "$(touch x)",
];

/// The longest argument in bytes, with its NUL byte (execve(2), MAX_ARG_STRLEN).
const LONGEST_ARGUMENT: usize = 128 * 1024;

pub fn prompt(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    for prompt in PROMPTS {
        for (action, mode) in stage.forms(prompt) {
            let request = stage.request(action).prompt(prompt);
            let launch = laws.agent.plan(action, mode, &request).map_err(|error| {
                Violation::new(format!("a command for the prompt {prompt:?}"), error_chain(&error))
            })?;
            expect(delivers(&launch, prompt), format!("the prompt {prompt:?}, whole"), &launch)?;
            is_safe(&launch, &request, prompt)?;
        }
    }
    let stage = AgentStage::new(laws)?;
    let prompt = "a\0b";
    for (action, mode) in stage.forms(prompt) {
        let request = stage.request(action).prompt(prompt);
        if let Ok(launch) = laws.agent.plan(action, mode, &request) {
            is_safe(&launch, &request, prompt)?;
        }
    }
    Ok(())
}

pub fn long_prompt(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    let prompt = "Fix the flaky test. ".repeat(20_000);
    for (action, mode) in stage.forms(&prompt) {
        let request = stage.request(action).prompt(&prompt);
        let Ok(launch) = laws.agent.plan(action, mode, &request) else { continue };
        let longest = launch.args.iter().map(String::len).max().unwrap_or_default();
        expect(longest < LONGEST_ARGUMENT, "no argument that is too long", longest)?;
        expect(delivers(&launch, &prompt), "the whole prompt of 400 KB", launch.args)?;
    }
    Ok(())
}

pub fn values(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    for value in VALUES {
        for (action, mode) in stage.forms("Fix the flaky test") {
            let request = stage.request(action);
            let mut requests = vec![
                LaunchRequest { title: value.to_owned(), ..request.clone() },
                request.clone().model(value),
            ];
            if action != Action::Launch {
                requests.push(request.agent_session_id(value));
            }
            for request in requests {
                // It may well be refused.
                if let Ok(launch) = laws.agent.plan(action, mode, &request) {
                    is_safe(&launch, &request, value)?;
                }
            }
        }
    }
    Ok(())
}

/// Returns true if the program gets the whole prompt.
fn delivers(launch: &Launch, prompt: &str) -> bool {
    let written = |file: &Prepare| matches!(file, Prepare::Write { text, .. } if text == prompt);
    launch.args.iter().any(|arg| arg.ends_with(prompt))
        || launch.env.iter().any(|(_, value)| value == prompt)
        || launch.stdin.as_deref() == Some(prompt)
        || launch.prepare.iter().any(written)
}

/// Checks that a value does no harm in a command.
fn is_safe(launch: &Launch, request: &LaunchRequest, value: &str) -> Outcome {
    let mut before = launch.args.iter().take_while(|arg| *arg != "--");
    let option = before.find(|arg| value.starts_with('-') && *arg == value);
    let what = || format!("{value:?} refused, behind '--', or in one argument with its option");
    expect(option.is_none(), what(), &launch.args)?;
    let has_nul = |text: &String| text.contains('\0');
    let nul = launch.args.iter().any(has_nul)
        || launch.env.iter().any(|(name, value)| has_nul(name) || has_nul(value))
        || has_nul(&launch.program);
    expect(!nul, "no NUL byte, which no argument can have", launch)?;
    let bad_name = launch.env.iter().find(|(name, _)| name.is_empty() || name.contains('='));
    expect(bad_name.is_none(), "names of variables", bad_name)?;
    let is_within = |file: &&Prepare| {
        let path = path_of(file);
        let plain = path.components().all(|part| part != Component::ParentDir);
        plain && path.starts_with(&request.state_dir)
    };
    let outside = launch.prepare.iter().find(|file| !is_within(file));
    expect(outside.is_none(), "files in the state directory", outside)
}

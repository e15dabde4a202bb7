use super::super::law::{Outcome, Violation, expect};
use super::AgentLaws;
use super::stage::{ACTIONS, AgentStage, MODES, mentions};
use crate::agent::{Action, IdSource, Launch, LaunchRequest, Mode};
use crate::model::error_chain;

fn plan(
    laws: &AgentLaws<'_>,
    form: (Action, Mode),
    request: &LaunchRequest,
) -> Result<Launch, Violation> {
    let (action, mode) = form;
    let planned = laws.agent.plan(action, mode, request);
    planned.map_err(|error| {
        Violation::new(format!("a command to {action} {mode}, as mode says"), error_chain(&error))
    })
}

pub fn mode(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    for (prompt, action) in ["", "x"].into_iter().flat_map(|it| ACTIONS.map(|action| (it, action)))
    {
        let request = stage.request(action).prompt(prompt);
        for wanted in MODES {
            let mode = laws.agent.mode(action, wanted, prompt);
            if let Some(mode) = mode {
                plan(laws, (action, mode), &request)?;
            }
            let without = MODES.into_iter().filter(|other| match mode {
                None => true,
                Some(mode) => mode != wanted && *other == wanted,
            });
            for other in without {
                let planned = laws.agent.plan(action, other, &request);
                let what = format!("no command to {action} {other} with {prompt:?}, as mode says");
                expect(planned.is_err(), what, planned)?;
            }
        }
    }
    Ok(())
}

pub fn pure(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    for form in stage.forms("Fix the flaky test") {
        let request = stage.request(form.0);
        let first = plan(laws, form, &request)?;
        let again = plan(laws, form, &request)?;
        expect(first == again, format!("the same command again: {first:?}"), again)?;
    }
    stage.is_untouched()
}

pub fn resume(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    for (action, mode) in stage.forms("Fix the flaky test") {
        if action == Action::Launch {
            continue;
        }
        let request = stage.request(action);
        let launch = plan(laws, (action, mode), &request)?;
        let given = laws.conversation;
        let what = format!("a command to {action} {mode} that contains the id '{given}'");
        expect(mentions(&launch, given), what, &launch)?;
        let is_same = launch.agent_session_id.as_deref() == Some(given);
        let what = match action {
            Action::Resume => format!("the id '{given}' of the resumed conversation"),
            _ => format!("no id, or another one than '{given}', for the forked conversation"),
        };
        expect(is_same == (action == Action::Resume), what, &launch.agent_session_id)?;
        let without = LaunchRequest { agent_session_id: None, ..request };
        let planned = laws.agent.plan(action, mode, &without);
        expect(planned.is_err(), format!("an error: {action} {mode} needs an id"), planned)?;
    }
    Ok(())
}

pub fn fresh(laws: &AgentLaws<'_>) -> Outcome {
    let stage = AgentStage::new(laws)?;
    for (action, mode) in stage.forms("Fix the flaky test") {
        if action == Action::Resume {
            continue;
        }
        let request = stage.request(action);
        let launch = plan(laws, (action, mode), &request)?;
        let Some(id) = &launch.agent_session_id else { continue };
        let source = laws.agent.id_source();
        expect(source == IdSource::Given, "the id source Given, because plan has an id", source)?;
        expect(*id == request.fresh_id, format!("the fresh id '{}'", request.fresh_id), id)?;
        let what = format!("a command to {action} {mode} that contains the id '{id}'");
        expect(mentions(&launch, id), what, &launch)?;
    }
    Ok(())
}

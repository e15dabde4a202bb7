use std::fs;
use std::path::Path;

use super::*;
use crate::git::Environment;

const OLD: &str = "01a1fa46-287f-7942-b819-b05006deb61e";
const FRESH: &str = "32dddf36-746e-4264-b771-369fc3e35924";

fn request(prompt: &str) -> LaunchRequest {
    LaunchRequest {
        hook_program: None,
        session: "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap(),
        workspace: "/w".into(),
        prompt: prompt.to_owned(),
        title: "Fix it".to_owned(),
        model: Some("m".to_owned()),
        agent_session_id: Some(OLD.to_owned()),
        fresh_id: FRESH.to_owned(),
        state_dir: "/state".into(),
    }
}

fn plan(name: &str, action: Action, mode: Mode, request: &LaunchRequest) -> Launch {
    Agents::builtin().find(name).unwrap().plan(action, mode, request).unwrap()
}

fn configured(entries: &[(&str, &str)]) -> Agents {
    Agents::with_config(entries.iter().map(|&(key, value)| AgentSetting {
        key,
        value,
        trust: Trust::Trusted,
    }))
}

#[test]
fn claude_gets_an_id_and_keeps_it() {
    let launch = plan("claude", Action::Launch, Mode::Interactive, &request("-x \"q\"\nb"));
    assert_eq!(launch.program, "claude");
    let id = format!("--session-id={FRESH}");
    assert_eq!(launch.args, ["--model=m", "--name=Fix it", &id, "--", "-x \"q\"\nb"]);
    assert_eq!(launch.agent_session_id.as_deref(), Some(FRESH));
    assert_eq!((launch.stdin, launch.prepare), (None, vec![]));
    assert!(launch.remove.contains(&"CLAUDECODE".to_owned()));

    let bare = LaunchRequest { model: None, title: String::new(), ..request("") };
    let resume = plan("claude", Action::Resume, Mode::Interactive, &bare);
    assert_eq!(resume.args, [format!("--resume={OLD}")]);
    assert_eq!(resume.agent_session_id.as_deref(), Some(OLD));

    let fork = plan("claude", Action::Fork, Mode::Headless, &request("go on"));
    assert_eq!(fork.args[5..], [format!("--resume={OLD}"), "--fork-session".to_owned(), id]);
    assert_eq!(fork.agent_session_id.as_deref(), Some(FRESH));
    assert_eq!(fork.stdin.as_deref(), Some("go on"));
}

#[test]
fn codex_reads_standard_input_and_says_its_id() {
    let launch = plan("codex", Action::Launch, Mode::Headless, &request("-"));
    assert_eq!(launch.args, ["exec", "--json", "--model=m", "-"]);
    assert_eq!(launch.stdin.as_deref(), Some("-"));
    assert_eq!(launch.agent_session_id, None);
    let agents = Agents::builtin();
    let line = format!("{{\"type\":\"thread.started\",\"thread_id\":\"{OLD}\"}}");
    assert_eq!(agents.find("codex").unwrap().id_in_output(&line).as_deref(), Some(OLD));
    let fork = plan("codex", Action::Fork, Mode::Interactive, &request("-x"));
    assert_eq!(fork.args, ["fork", "--no-daemon", "--cd=/w", "--model=m", OLD, "--", "-x"]);
    assert_eq!(fork.agent_session_id, None);
}

#[test]
fn what_is_typed_is_not_completed() {
    let agents = Agents::builtin();
    let typed = |name: &str, text: &str| agents.find(name).unwrap().typed(text);
    assert_eq!(typed("claude", "see @src"), "see @src ");
    assert_eq!(typed("codex", "a\nback\\"), "a\nback\\ ");
    assert_eq!(typed("gemini", "use $it"), "use $it ");
    for plain in ["/exit", "a\n", "see @src\n", "a $b c", "\\ x", ""] {
        assert_eq!(typed("claude", plain), plain);
    }
    assert_eq!(typed("aider", "see @src"), "see @src");
    let other = configured(&[("ao.agent.claude.command", "mine {prompt}")]);
    assert_eq!(other.find("claude").unwrap().typed("@x"), "@x");
}

#[test]
fn aider_has_a_history_of_its_own_and_a_fork_a_copy() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let request = LaunchRequest { state_dir: state.clone(), ..request("-do it\n") };
    let launch = plan("aider", Action::Launch, Mode::Headless, &request);
    assert_eq!(launch.agent_session_id.as_deref(), Some(FRESH));
    launch.prepare().unwrap();
    let file = launch.args.last().unwrap().strip_prefix("--message-file=").unwrap();
    assert_eq!(fs::read_to_string(file).unwrap(), "-do it\n");
    let history = |id: &str| state.join(format!("aider-{id}.history"));
    fs::write(history(OLD), "talk").unwrap();
    let resume = plan(
        "aider",
        Action::Resume,
        Mode::Interactive,
        &LaunchRequest { prompt: String::new(), ..request.clone() },
    );
    assert_eq!(resume.args[1], format!("--chat-history-file={}", history(OLD).display()));
    assert_eq!(resume.agent_session_id.as_deref(), Some(OLD));
    let fork = plan("aider", Action::Fork, Mode::Headless, &request);
    fork.prepare().unwrap();
    assert_eq!(fs::read_to_string(history(FRESH)).unwrap(), "talk");
    assert_eq!(fork.args[1], format!("--chat-history-file={}", history(FRESH).display()));
}

#[test]
fn a_prompt_never_becomes_an_option_in_any_form() {
    let prompt = "--dangerous";
    let mut forms = 0;
    for agent in Agents::builtin().iter().filter(|agent| agent.name() != "command") {
        for action in [Action::Launch, Action::Resume, Action::Fork] {
            for mode in [Mode::Interactive, Mode::Headless] {
                let Ok(launch) = agent.plan(action, mode, &request(prompt)) else { continue };
                forms += 1;
                let at = launch.args.iter().position(|arg| arg == prompt);
                let after = launch.args.iter().position(|arg| arg == "--");
                let joined = launch.args.iter().any(|arg| arg.ends_with("=--dangerous"));
                let file = launch.prepare.iter().any(|step| matches!(step, Prepare::Write { .. }));
                let input = launch.stdin.as_deref() == Some(prompt);
                let ways = [at.is_some(), joined, file, input];
                let name = agent.name();
                assert_eq!(ways.iter().filter(|way| **way).count(), 1, "{name} {action} {mode}");
                assert!(at.is_none_or(|at| after == Some(at - 1)), "{name} {action} {mode}");
            }
        }
    }
    assert!(forms >= 30, "{forms}");
}

#[test]
fn a_long_prompt_arrives_whole() {
    let long = "-x".repeat(2_500_000);
    for agent in ["claude", "codex", "gemini", "opencode", "goose", "amp"] {
        let launch = plan(agent, Action::Launch, Mode::Headless, &request(&long));
        assert!(launch.stdin.as_deref() == Some(long.as_str()), "{agent}");
    }
    for (agent, mode) in [("claude", Mode::Interactive), ("cursor", Mode::Headless)] {
        let launch = plan(agent, Action::Launch, mode, &request(&long));
        let path = "/state/7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e.prompt";
        let Some(Prepare::Write { path: written, text }) = launch.prepare.last() else { panic!() };
        assert!(written == Path::new(path) && *text == long, "{agent}");
        assert!(launch.args.last().unwrap().contains(path), "{agent}");
        assert!(launch.args.iter().all(|arg| arg.len() < 1000), "{agent}");
    }
}

#[test]
fn values_from_a_record_are_checked() {
    let agents = Agents::builtin();
    let claude = agents.find("claude").unwrap();
    let refused = |request: &LaunchRequest| {
        let plan = claude.plan(Action::Resume, Mode::Interactive, request);
        matches!(plan, Err(AgentError::Refused { .. }))
    };
    assert!(!refused(&request("x")));
    for bad in ["-x", "--dangerously-skip-permissions", "a\nb", "a\0", ""] {
        assert!(refused(&LaunchRequest { model: Some(bad.to_owned()), ..request("x") }), "{bad:?}");
        let id = Some(bad.to_owned());
        assert!(refused(&LaunchRequest { agent_session_id: id, ..request("x") }), "{bad:?}");
    }
    assert!(refused(&request("nul\0")));
    for name in ["-x", "--help", "nope", "", "a\0", "../claude"] {
        assert!(matches!(agents.find(name), Err(AgentError::Unknown { .. })), "{name:?}");
    }
    let missing = LaunchRequest { agent_session_id: None, ..request("x") };
    let error = claude.plan(Action::Resume, Mode::Interactive, &missing).unwrap_err();
    assert_eq!(error.to_string(), "agent 'claude' requires {agent_session_id}, which is unknown");
}

#[test]
fn the_mode_is_one_that_can_carry_the_prompt() {
    let agents = Agents::builtin();
    let mode = |name: &str, action, wanted, prompt| {
        agents.find(name).unwrap().mode(action, wanted, prompt)
    };
    use {Action::*, Mode::*};
    assert_eq!(mode("claude", Launch, Interactive, "x"), Some(Interactive));
    assert_eq!(mode("claude", Launch, Headless, ""), Some(Interactive));
    assert_eq!(mode("aider", Launch, Interactive, "x"), Some(Headless));
    assert_eq!(mode("aider", Launch, Interactive, ""), Some(Interactive));
    assert_eq!(mode("gemini", Fork, Interactive, "x"), None);
    assert_eq!(mode("goose", Launch, Interactive, ""), None, "its command needs a prompt");
}

#[test]
fn config_changes_and_adds_agents() {
    let agents = configured(&[
        ("core.editor", "vi"),
        ("ao.agent", "claude"),
        ("AO.Agent.claude.Args", "--permission-mode 'accept edits'"),
        ("ao.agent.claude.command", "npx -y '@anthropic-ai/claude-code'"),
        ("ao.agent.claude.env", "A=b c"),
        ("ao.agent.mine.headlessResume", "-r {agent_session_id} [--m {model}]"),
        ("ao.agent.mine.sessionid", "json:id"),
        ("ao.agent.mine.command", "/opt/my agent"),
        ("ao.agent.my.own.command", "run --say={prompt} {args}"),
    ]);
    assert_eq!(agents.problems().count(), 0);
    let plan =
        |name: &str, action, mode| agents.find(name).unwrap().plan(action, mode, &request("-p"));
    let claude = plan("claude", Action::Resume, Mode::Interactive).unwrap();
    assert_eq!((claude.program.as_str(), claude.args.len()), ("npx", 8));
    let prefix = ["-y", "@anthropic-ai/claude-code", "--permission-mode", "accept edits"];
    assert_eq!(claude.args[..4], prefix);
    assert_eq!(claude.env, [("A".to_owned(), "b c".to_owned())]);

    let mine = plan("mine", Action::Launch, Mode::Headless).unwrap();
    assert_eq!((mine.program.as_str(), &*mine.args), ("/opt/my", &["agent".to_owned()][..]));
    assert_eq!(mine.stdin.as_deref(), Some("-p"));
    let resumed = plan("mine", Action::Resume, Mode::Headless).unwrap();
    assert_eq!(resumed.args, ["agent", "-r", OLD, "--m", "m"]);
    assert!(agents.find("mine").unwrap().id_in_output("{\"id\":\"x\"}").is_some());
    let error = plan("mine", Action::Launch, Mode::Interactive).unwrap_err();
    assert!(matches!(error, AgentError::NoPlaceForPrompt { .. }));

    let own = plan("my.own", Action::Launch, Mode::Interactive).unwrap();
    assert_eq!((own.program.as_str(), &*own.args), ("run", &["--say=-p".to_owned()][..]));
    let error = plan("command", Action::Launch, Mode::Headless).unwrap_err();
    assert!(matches!(error, AgentError::NoCommand { .. }), "{error}");
}

#[test]
fn config_that_is_not_trusted_or_not_understood_is_refused() {
    let entry =
        AgentSetting { key: "ao.agent.claude.args", value: "--verbose", trust: Trust::Untrusted };
    let agents = Agents::with_config([entry]);
    let error = agents.find("claude").err().unwrap();
    assert!(matches!(error, AgentError::Untrusted { .. }), "{error}");
    assert!(error.to_string().contains("'ao.agent.claude.args'"));
    let harmless = AgentSetting { key: "ao.agent", ..entry };
    assert_eq!(Agents::with_config([harmless]).problems().count(), 0);

    for (key, value) in [
        ("ao.agent.-x.command", "x"),
        ("ao.agent.a/b.command", "x"),
        ("ao.agent.x.command", ""),
        ("ao.agent.x.command", "-x"),
        ("ao.agent.x.command", "{prompt}"),
        ("ao.agent.x.command", "x 'y"),
        ("ao.agent.x.launch", "{nope}"),
        ("ao.agent.x.args", "{prompt}"),
        ("ao.agent.x.env", "=x"),
        ("ao.agent.x.env", "LD-X=1"),
        ("ao.agent.x.sessionId", "json:"),
        ("ao.agent.x.nope", "x"),
    ] {
        let agents = configured(&[(key, value)]);
        let name = key["ao.agent.".len()..].rsplit_once('.').unwrap().0;
        assert!(agents.find(name).is_err(), "{key} {value}");
        assert!(agents.iter().all(|agent| agent.name() != name), "{key} {value}");
        assert!(agents.names().any(|known| known == name));
        assert_eq!(agents.problems().count(), 1, "{key} {value}");
        assert!(agents.find("claude").is_ok(), "{key} {value}");
    }
}

#[test]
fn which_agent() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let environment = &Environment::empty().with("PATH", dir.path());
    let install = |program: &str| {
        let file = dir.path().join(program);
        fs::write(&file, "").unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let agents = Agents::builtin();
    let error = agents.choose(None, None, environment).err().unwrap();
    assert!(error.to_string().contains("claude, codex, gemini"), "{error}");
    assert!(error.hint().unwrap().contains("git config ao.agent mine"));
    install("cursor-agent");
    assert_eq!(agents.choose(None, None, environment).unwrap().name(), "cursor");
    install("codex");
    let error = agents.choose(None, None, environment).err().unwrap();
    assert_eq!(error.to_string(), "2 agents are installed, and none is selected: codex, cursor");
    assert_eq!(agents.choose(None, Some("amp"), environment).unwrap().name(), "amp");
    assert_eq!(agents.choose(Some("goose"), Some("amp"), environment).unwrap().name(), "goose");
    assert!(agents.choose(Some("nope"), Some("amp"), environment).is_err());
    let agents = configured(&[("ao.agent.codex.args", "'")]);
    assert_eq!(agents.choose(None, None, environment).unwrap().name(), "cursor");
    let error = agents.choose(Some("codex"), None, environment).err().unwrap();
    assert_eq!(error.to_string(), "cannot read 'ao.agent.codex.args'");
    let agents = configured(&[("ao.agent.codex.args", "'"), ("ao.agent.cursor.args", "'")]);
    let error = agents.choose(None, None, environment).err().unwrap();
    assert_eq!(error.to_string(), "cannot read 'ao.agent.codex.args'");
    assert_eq!(agents.installed(&Environment::empty()).len(), 0);
}

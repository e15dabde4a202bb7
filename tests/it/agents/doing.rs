//! What the agents themselves are doing, as git ao sees it.

use std::fs;
use std::time::{Duration, Instant};

use git_ao::model::{SessionId, SessionStatus};
use serde_json::Value;

use super::place::Place;
use crate::support::agents::{events, record, until, wait_until};

/// Only what never comes takes this long.
const LIMIT: Duration = Duration::from_secs(120);

/// What an agent is doing, and what it says of it.
fn doing(place: &Place, id: SessionId) -> (String, String) {
    let live = place.ao(&["status", "--json", &id.short()], "").ok().json();
    let activity = &live["sessions"][0]["live"]["activity"];
    let text = |key: &str| activity[key].as_str().unwrap_or_default().to_owned();
    assert!(!text("source").is_empty(), "{live}");
    (text("state"), text("what"))
}

#[track_caller]
fn until_doing(place: &Place, id: SessionId, state: &str, what: &str) {
    let end = Instant::now() + LIMIT;
    loop {
        let (now, said) = doing(place, id);
        if now == state && said.contains(what) {
            return;
        }
        let screen = || place.screen(id);
        assert!(Instant::now() < end, "not {state} ({what}): {now} ({said})\n{}", screen());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The process of the agent itself.
fn agent_pid(place: &Place, id: SessionId) -> String {
    let file = place.repo.common_dir().join(format!("ao/run/{id}.agent"));
    let text = fs::read_to_string(file).unwrap();
    let agent = text.lines().find_map(|line| line.strip_prefix("agent ")).unwrap();
    agent.split('@').next().unwrap().to_owned()
}

fn spawn(place: &Place, agent: &str, prompt: &str) -> SessionId {
    place.starts(&["spawn", "--json", "--agent", agent, "--file", "-"], prompt)
}

/// The agents wait for a person in each of the ways that they have, all at once.
#[test]
fn who_needs_a_person() {
    let (Some(place), true) =
        (Place::in_tmux("claude"), super::place::installed("codex").is_some())
    else {
        return;
    };
    place.repo.config("ao.agent.codex.args", "--sandbox read-only --ask-for-approval on-request");
    let config = place.repo.env().home().join(".codex/config.toml");
    let trusting = fs::read_to_string(&config).unwrap();
    fs::write(&config, trusting.split("[projects").next().unwrap()).unwrap();
    let distrusts = spawn(&place, "codex", "x");
    until_doing(&place, distrusts, "waiting_input", "it has not begun");
    // It reads its settings first.
    until("it asks for trust", || place.screen(distrusts).contains("trust"));
    fs::write(&config, trusting).unwrap();

    let permission = spawn(&place, "claude", "ask for permission");
    let codex_permission = spawn(&place, "codex", "ask for permission");
    let question = spawn(&place, "claude", "ask a question");
    let ready = spawn(&place, "claude", "x");
    let codex_ready = spawn(&place, "codex", "x");
    let failed = spawn(&place, "claude", "fail now");
    let codex_failed = spawn(&place, "codex", "fail now");
    let works = spawn(&place, "claude", "never answer");
    let codex_works = spawn(&place, "codex", "never answer");
    let killed = spawn(&place, "claude", "never answer");

    until_doing(&place, permission, "waiting_input", "Run touch granted?");
    until_doing(&place, codex_permission, "waiting_input", "May I touch it?");
    until_doing(&place, question, "waiting_input", "Which color?");
    until_doing(&place, ready, "ready", "done");
    until_doing(&place, codex_ready, "ready", "done");
    until_doing(&place, failed, "blocked", "the model fails");
    until_doing(&place, codex_failed, "blocked", "the model fails");
    place.told(works, "never answer");
    until_doing(&place, works, "active", "");
    until_doing(&place, codex_works, "active", "");
    until_doing(&place, killed, "active", "");

    let pid = agent_pid(&place, killed);
    place.repo.env().run(place.repo.dir(), "kill", ["-9", &pid]).run();
    wait_until(&place.repo, killed, |session| session.status == SessionStatus::Errored);
    until_doing(&place, killed, "exited", "");

    let asking = [distrusts, permission, codex_permission, question];
    let blocked = [failed, codex_failed];
    let at_work = [works, codex_works];
    seen_by_a_person(&place, &[&asking, &blocked, &[ready, codex_ready], &[killed], &at_work]);
    seen_by_a_program(&place, &asking, &blocked);

    // A person answers.
    place.press_until("it is granted", permission, "Enter", || {
        doing(&place, permission).0 != "waiting_input"
    });
    until_doing(&place, permission, "ready", "done");
    place.press_until("it is granted", codex_permission, "Enter", || {
        doing(&place, codex_permission).0 != "waiting_input"
    });
    until_doing(&place, codex_permission, "ready", "done");
    // A person answers from elsewhere.
    let again = spawn(&place, "claude", "ask for permission");
    until_doing(&place, again, "waiting_input", "Run touch granted?");
    place.ao(&["send", "--key", "Enter", &again.short()], "").ok();
    until_doing(&place, again, "ready", "done");
    let (one, two) = (ready.short(), again.short());
    place.ao(&["send", "--to", &one, "--to", &two, "said to both"], "").ok();
    for id in [ready, again] {
        place.told(id, "said to both");
    }
    let wrong = place.ao(&["send", "--key", "yes", &one], "").code(129);
    wrong.stderr_has("'yes' is not a value for '--key <key>'").stderr_has("or a single character");
    // No hook tells of this key.
    place.press_until("it is interrupted", works, "Escape", || doing(&place, works).0 == "ready");

    // Nothing of all this is in the store, and nothing stays of an agent that has ended.
    let log = place.repo.git(["log", "--format=%s", "refs/ao/sessions"]);
    assert!(log.lines().all(|line| !line.contains("waiting") && !line.contains("ready")), "{log}");
    let folder = place.repo.common_dir().join("ao/activity");
    assert!(!folder.join(format!("{killed}.json")).exists());
    assert!(folder.join(format!("{permission}.hook")).exists(), "hooks were heard");
    let noted = || -> Value {
        let text = fs::read(folder.join(format!("{ready}.json"))).unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    until("its supervisor sees it, too", || noted()["activity"] == "ready");
    assert_eq!(record(&place.repo, ready).status, SessionStatus::Working);
}

/// A wait that follows a prompt waits for the end of its turn, however soon it is asked for.
#[test]
fn a_wait_after_a_prompt_is_for_its_answer() {
    for agent in ["claude", "codex"] {
        let Some(place) = Place::in_tmux(agent) else { continue };
        let id = spawn(&place, agent, "x");
        until_doing(&place, id, "ready", "done");
        let short = id.short().to_string();
        for text in ["Say it again.", "Say it once more."] {
            place.ao(&["send", &short, text], "").ok();
            let wait = ["wait", "--for", "ready", "--timeout", "100s", &short];
            place.ao(&wait, "").ok().stdout_has("\tready\t");
            assert!(place.model.heard(text).is_some(), "{agent} was ready before it had answered");
        }
        place.ao(&["send", &short, "never answer"], "").ok();
        place.ao(&["wait", "--for", "ready", "--timeout", "3s", &short], "").code(124);
    }
}

/// All of them are in the table, those that need a person before the others, each on a line that says
/// what it does; and the same is drawn by a status that stays.
fn seen_by_a_person(place: &Place, groups: &[&[SessionId]; 5]) {
    let words = ["asks", "blocked", "ready", "vanished", "active"];
    let check = |text: &str| -> Result<(), String> {
        let mut lines = text.lines().skip_while(|line| !line.starts_with("ID "));
        lines.next();
        for (ids, word) in groups.iter().zip(words) {
            let mut left: Vec<String> = ids.iter().map(|id| id.short().to_string()).collect();
            while !left.is_empty() {
                let line = lines.next().ok_or("it ends too soon")?;
                let is_it = |id: &String| line.starts_with(id.as_str()) && line.contains(word);
                let place = left.iter().position(is_it).ok_or(format!("not {word}: {line}"))?;
                left.remove(place);
            }
        }
        let summary = "11 sessions: 6 need you, 1 vanished, 2 active, 2 ready";
        match lines.next() {
            Some(line) if line.trim_end() == summary => Ok(()),
            other => Err(format!("no summary: {other:?}")),
        }
    };
    let out = place.ao(&["status"], "").ok().stdout;
    assert_eq!(check(&out), Ok(()), "{out}");

    let command = format!("exec '{}' status --watch", env!("CARGO_BIN_EXE_git-ao"));
    let folder = place.repo.dir().display().to_string();
    let size = ["new-session", "-d", "-x", "200", "-y", "30", "-s", "watch", "-c", &folder];
    place.tmux(&[&size[..], &[command.as_str()]].concat());
    let screen = || place.tmux(&["capture-pane", "-p", "-t", "=watch:"]);
    let end = Instant::now() + LIMIT;
    while let Err(why) = check(&screen()) {
        assert!(Instant::now() < end, "{why}:\n{}", screen());
        std::thread::sleep(Duration::from_millis(50));
    }
    place.tmux(&["kill-session", "-t", "=watch"]);
}

/// What scripts and prompts are told.
fn seen_by_a_program(place: &Place, asking: &[SessionId], blocked: &[SessionId]) {
    let out = place.ao(&["status", "--porcelain"], "").ok();
    out.stdout_has("# needs_you 6\n").stdout_has("# waiting_input 4\n").stdout_has("# blocked 2\n");
    let all: Vec<String> = asking.iter().chain(blocked).map(ToString::to_string).collect();
    let wait = ["wait", "--all", "--for", "needs-you", "--timeout", "0"];
    let args: Vec<&str> = wait.into_iter().chain(all.iter().map(String::as_str)).collect();
    let out = place.ao(&args, "").ok();
    let found = |word: &str| out.stdout.lines().filter(|line| line.contains(word)).count();
    assert_eq!((found("\twaiting_input\t"), found("\tblocked\t")), (4, 2), "{out}");
    // Without a terminal, the hint names the one that has waited longest: it was the first.
    let to = format!("git ao send {} ", asking[0].short());
    place.ao(&["attach"], "").code(1).stderr_has(&to);
}

/// A person who looks elsewhere is told, once for each change; the record says it when it lasts.
#[test]
fn a_person_is_told_and_the_record_says_what_lasts() {
    let Some(place) = Place::in_tmux("claude") else { return };
    let told = place.repo.env().path("told");
    let command = format!(
        "printf '%s|%s|%s|%s\\n' \"$AO_SESSION_ID\" \"$AO_ACTIVITY\" \"$AO_TITLE\" \"$AO_WHAT\" >>{}",
        told.display()
    );
    place.repo.config("ao.notify", &command);
    place.repo.config("ao.stuckAfter", "1s");
    let id = spawn(&place, "claude", "ask for permission");
    let asks = format!("{id}|waiting_input|ask for permission|Run touch granted?\n");
    // On a slow machine, it may be told that the program has not begun.
    let read = || {
        let text = fs::read_to_string(&told).unwrap_or_default();
        let lines = text.split_inclusive('\n').filter(|line| !line.contains("has not begun"));
        lines.collect::<String>()
    };
    until("a person is told", || !read().is_empty());
    assert_eq!(read(), asks);
    wait_until(&place.repo, id, |session| session.status == SessionStatus::NeedsInput);
    place.press_until("it is granted", id, "Enter", || doing(&place, id).0 != "waiting_input");
    let ready = format!("{id}|ready|ask for permission|done\n");
    until("it is told again", || read().ends_with(&ready));
    let session = wait_until(&place.repo, id, |session| session.status == SessionStatus::Working);
    assert_eq!(session.status_reason, None, "no word of a conversation is in the record");
    let pid = agent_pid(&place, id);
    place.repo.env().run(place.repo.dir(), "kill", ["-9", &pid]).run();
    until("its end is told", || read().lines().last().unwrap_or_default().contains("|exited|"));
    assert_eq!(read().lines().count(), 3, "{}", read());
    let events = events(&place.repo);
    let told = |what: &str| events.iter().filter(|event| event.ends_with(what)).count();
    let (asked, answered) = (told("working -> needs_input"), told("needs_input -> working"));
    // On a slow machine, one for its beginning.
    assert!(asked == answered && (1..=2).contains(&asked), "{events:?}");

    // A verb that ends it needs no message.
    let other = spawn(&place, "claude", "never answer");
    until_doing(&place, other, "active", "");
    place.ao(&["kill", &other.short()], "").ok();
    assert_eq!(read().lines().count(), 3, "{}", read());
}

#[test]
fn geminis_title_tells_what_it_does() {
    let Some(place) = Place::in_tmux("gemini") else { return };
    let id = spawn(&place, "gemini", "x");
    until_doing(&place, id, "ready", "done");
}

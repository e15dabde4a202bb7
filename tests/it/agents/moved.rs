//! An agent's history that a variable has moved is found from a shell in which nobody has set it.

use std::fs;
use std::path::Path;

use git_ao::model::SessionStatus;

use super::place::Place;
use crate::support::agents::{log, wait_ended};

/// `usual` is the agent's folder in the home directory, of which the settings are copied.
fn goes_on_where_it_began(agent: &'static str, variable: &str, usual: &str, file: Option<&str>) {
    let Some(place) = Place::new(agent) else { return };
    let (home, moved) = (place.repo.env().home(), place.repo.env().path("moved"));
    fs::create_dir_all(&moved).unwrap();
    let copy = |from: &Path, to: &Path| {
        let all = fs::read_dir(from).into_iter().flatten().map(|it| it.unwrap().path());
        for path in all.filter(|path| path.is_file()) {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    };
    match agent {
        "claude" => drop(fs::copy(home.join(".claude.json"), moved.join(".claude.json")).unwrap()),
        "gemini" => {
            fs::create_dir(moved.join(".gemini")).unwrap();
            copy(&home.join(usual), &moved.join(".gemini"));
        }
        _ => copy(&home.join(usual), &moved),
    }
    let value = file.map_or(moved.clone(), |file| moved.join(file));
    let set = [(variable, value.to_str().unwrap())];
    let made = place.ao_with(&["spawn", "--json", "--file", "-"], "the first task", &set).ok();
    let id = made.json()["session"]["id"].as_str().unwrap().to_owned();
    let first = wait_ended(&place.repo, id.parse().unwrap());
    assert_eq!(first.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
    place.ao(&["transcript", &id], "").ok().stdout_has("the first task");

    // Captured anew, and resumed.
    fs::remove_dir_all(place.repo.common_dir().join("ao/transcripts.git")).unwrap();
    place.ao(&["transcript", "capture", &id], "").ok().stdout_has(" lines");
    fs::remove_dir_all(place.repo.common_dir().join("ao/transcripts.git")).unwrap();
    let again = place.ao(&["restore", "--json", &id, "the second"], "").ok().json();
    assert_eq!(again["resumed"], true, "{again}");
    let second = wait_ended(&place.repo, first.id);
    assert_eq!(second.status, SessionStatus::Done, "{}", log(&place.repo, first.id));
    let told = place.model.last();
    let heard = |text: &str| told.iter().any(|said| said.contains(text));
    assert!(heard("the first task") && heard("the second"), "{told:#?}");
    let is_history =
        |name: &String| matches!(&**name, "projects" | "sessions" | "tmp" | "opencode.db");
    assert!(!names(&home.join(usual)).iter().any(is_history), "nothing is where it usually is");
    place.ao(&["delete", "--force", &id], "").ok();
    let notes = place.repo.common_dir().join("ao/agent");
    assert!(!names(&notes).iter().any(|name| name.contains(&id)), "the note goes with the session");
}

fn names(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = all.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn claude_goes_on_where_it_began() {
    goes_on_where_it_began("claude", "CLAUDE_CONFIG_DIR", ".claude", None);
}

#[test]
fn codex_goes_on_where_it_began() {
    goes_on_where_it_began("codex", "CODEX_HOME", ".codex", None);
}

#[test]
fn gemini_goes_on_where_it_began() {
    goes_on_where_it_began("gemini", "GEMINI_CLI_HOME", ".gemini", None);
}

#[test]
fn opencode_goes_on_where_it_began() {
    let usual = ".local/share/opencode";
    goes_on_where_it_began("opencode", "OPENCODE_DB", usual, Some("own.db"));
}

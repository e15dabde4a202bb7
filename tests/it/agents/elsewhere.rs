//! What runs in another clone is let alone: no verb acts on another clone's placement.

use git_ao::model::{SessionId, SessionStatus};

use crate::support::Repo;
use crate::support::agents::{STAYS, agent, events, record, spawn, traces, wait_working};

/// Makes the repository another clone than the one the session was started in, which does not have
/// its locks. The process is one that a verb would find by the handle in the record.
fn move_away(repo: &Repo) -> String {
    let run = repo.common_dir().join("ao/run");
    std::fs::rename(&run, run.with_extension("away")).unwrap();
    let name = repo.git(["config", "ao.replica"]).trim().to_owned();
    repo.config("ao.replica", "other-0000");
    name
}

fn agent_state(repo: &Repo, id: SessionId) -> String {
    let json = repo.ao(["status", "--json", &id.short()]).ok().json();
    json["sessions"][0]["live"]["agent"].as_str().unwrap().to_owned()
}

#[test]
fn no_verb_acts_on_another_clones_placement() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = spawn(&repo, &["--agent", "mine", "--runtime", "detached", "x"]);
    let placements = wait_working(&repo, id).placements;
    let name = move_away(&repo);
    let ao = |args: &[&str]| repo.ao([args, &[&id.short()]].concat());

    ao(&["show"]).ok().stdout_has(&format!("Placed on:  {name}: "));
    repo.ao(["list"]).ok().stdout_has(&format!("mine on {name}"));
    assert_eq!(agent_state(&repo, id), "elsewhere");
    let (there, count) = (traces(&repo), events(&repo).len());
    ao(&["restore"]).code(1).stderr_has(&format!("may be running on '{name}'"));
    assert_eq!((traces(&repo), events(&repo).len()), (there, count), "a refusal changes nothing");
    ao(&["pause"]).ok();
    ao(&["resume"]).ok().stdout_has("paused -> working");
    let warning = format!("it may still be running on '{name}'");
    let (there, count) = (record(&repo, id), events(&repo).len());
    for verb in ["kill", "cancel"] {
        let out = ao(&[verb]).code(1).stderr_has(&format!("runs on '{name}'"));
        out.stderr_has("hint: ").stderr_has("--force").stdout_is("");
    }
    ao(&["attach"]).code(1).stderr_has(&format!("lives on '{name}'"));
    ao(&["send"]).code(129);
    repo.ao(["send", &id.short(), "x"]).code(1).stderr_has(&format!("lives on '{name}'"));
    repo.ao(["reconcile"]).ok().stdout_is("nothing to do\n");
    assert_eq!((record(&repo, id), events(&repo).len()), (there, count));
    ao(&["kill", "--force"]).ok().stdout_lacks("stopped").stderr_has(&warning);
    let killed = record(&repo, id);
    assert_eq!((&killed.status, &killed.placements), (&SessionStatus::Killed, &placements));
    repo.ao(["cleanup"]).code(1);
    assert_eq!(record(&repo, id).placements, placements, "cleanup removes this clone's only");

    let run = repo.common_dir().join("ao/run");
    std::fs::remove_dir_all(&run).unwrap();
    std::fs::rename(run.with_extension("away"), &run).unwrap();
    repo.config("ao.replica", &name);
    assert_eq!(agent_state(&repo, id), "alive");
    ao(&["kill"]).ok().stdout_has("its agent was stopped");
    assert_eq!(agent_state(&repo, id), "gone");
}

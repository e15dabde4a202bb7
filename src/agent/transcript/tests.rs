use super::*;
use crate::agent::Agents;
use std::time::Duration;

fn write(root: &Path, file: &str, text: &str, age: u64) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let time = SystemTime::now() - Duration::from_secs(age);
    File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
}

#[test]
fn codex_ids_are_learned_from_the_newest_rollout_of_the_workspace() {
    let home = tempfile::tempdir().unwrap();
    let (mine, other) = (home.path().join("mine"), home.path().join("other"));
    fs::create_dir_all(&mine).unwrap();
    fs::create_dir_all(&other).unwrap();
    let head = |id: &str, cwd: &Path| {
        format!(
            "{{\"type\":\"session_meta\",\"payload\":{{\"id\":\"{id}\",\"cwd\":\"{}\"}}}}\n{{}}\n",
            cwd.display()
        )
    };
    let root = home.path().join(".codex");
    let day = "sessions/2026/11/20/rollout-2026-11-20T18-44-24-";
    write(&root, &format!("{day}old.jsonl"), &head("old", &mine), 100);
    write(&root, &format!("{day}new.jsonl"), &head("new", &mine), 50);
    write(&root, &format!("{day}not-here.jsonl"), &head("not-here", &other), 5);
    let helper = head("helper", &mine).replace("\"id\"", "\"thread_source\":\"subagent\",\"id\"");
    write(&root, &format!("{day}helper.jsonl"), &helper, 1);
    write(&root, &format!("{day}torn.jsonl"), "{\"type\":", 1);
    write(&root, &format!("{day}evil.jsonl"), &head("--help", &mine), 1);

    let agents = Agents::builtin();
    let codex = agents.find("codex").unwrap();
    let env = Environment::empty().with("HOME", home.path());
    let ago = |secs| SystemTime::now() - Duration::from_secs(secs);
    assert_eq!(codex.id_in_transcripts(&mine, ago(200), &env).as_deref(), Some("new"));
    assert_eq!(codex.id_in_transcripts(&mine, ago(20), &env), None);
    let file = codex.transcript("old", &env).unwrap();
    assert_eq!(file, root.join(format!("{day}old.jsonl")));
    let moved = Environment::empty().with("CODEX_HOME", &root);
    assert_eq!(codex.transcript("old", &moved), Some(file));
    let own = [("ao.agent.codex.env", format!("CODEX_HOME={}", root.display()))];
    let own = Agents::with_config(own.iter().map(|(key, value)| crate::agent::AgentSetting {
        key,
        value,
        trust: crate::agent::Trust::Trusted,
    }));
    let found =
        own.find("codex").unwrap().has_conversation("old", home.path(), &Environment::empty());
    assert_eq!(found, Some(true), "what git config sets for it counts");
    let nowhere = Environment::empty();
    assert_eq!(codex.transcript("old", &nowhere), None);
    assert_eq!(codex.transcript("../old", &env), None);
}

#[test]
fn what_codex_has_put_away_is_brought_back() {
    let home = tempfile::tempdir().unwrap();
    let name = "rollout-2026-11-20T18-44-24-01a2.jsonl";
    write(home.path(), &format!("archived_sessions/{name}"), "{}\n", 0);
    let agents = Agents::builtin();
    let codex = agents.find("codex").unwrap();
    let env = Environment::empty().with("CODEX_HOME", home.path());
    assert_eq!(codex.has_conversation("01a2", home.path(), &env), Some(true));
    codex.bring_conversation("01a2", home.path(), &env).unwrap();
    let there = home.path().join("sessions/2026/11/20").join(name);
    assert_eq!(codex.transcript("01a2", &env), Some(there));
    assert_eq!(codex.has_conversation("01a3", home.path(), &env), Some(false));
}

#[test]
fn the_folders_of_claude_are_named_as_it_names_them() {
    let name = |path: &str| folder_name(Path::new(path)).unwrap();
    assert_eq!(name("/home/x/a_b.c d"), "-home-x-a-b-c-d");
    assert_eq!(name("/\u{1f600}/ü"), "-----");
    let long = format!("/home/{}", "ü".repeat(300));
    assert_eq!(name(&long), format!("-home-{}-civu3j", "-".repeat(194)));
}

#[test]
fn claude_is_given_a_conversation_where_it_looks() {
    let home = tempfile::tempdir().unwrap();
    let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
    let (old, new) = (home.path().join("old"), home.path().join("new"));
    let folder = |path: &Path| format!("projects/{}", folder_name(&real_path(path)).unwrap());
    let line = format!("{{\"type\":\"mode\"}}\n{{\"cwd\":\"{}\"}}\n", old.display());
    write(home.path(), &format!("{}/{id}.jsonl", folder(&old)), &line, 5);
    write(home.path(), &format!("{}/{id}/tool-results/a.txt", folder(&old)), "a", 5);
    let agents = Agents::builtin();
    let claude = agents.find("claude").unwrap();
    let env = Environment::empty().with("CLAUDE_CONFIG_DIR", home.path());
    let since = SystemTime::UNIX_EPOCH;
    let begun = |path: &Path| claude.id_in_transcripts(path, since, &env);
    assert_eq!((begun(&old).as_deref(), begun(&new)), (Some(id), None));
    for _ in 0..2 {
        claude.bring_conversation(id, &new, &env).unwrap();
    }
    let at = home.path().join(folder(&new));
    assert_eq!(fs::read_to_string(at.join(format!("{id}.jsonl"))).unwrap(), line);
    assert_eq!(fs::read_to_string(at.join(id).join("tool-results/a.txt")).unwrap(), "a");
    claude.bring_conversation("not-there", &new, &env).unwrap();
}

#[test]
fn claude_transcripts_are_found_by_their_id() {
    let home = tempfile::tempdir().unwrap();
    let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
    let file = format!("projects/-home-x-demo/{id}.jsonl");
    write(home.path(), &file, "{}\n", 0);
    let agents = Agents::builtin();
    let env = Environment::empty().with("CLAUDE_CONFIG_DIR", home.path());
    let found = agents.find("claude").unwrap().transcript(id, &env);
    assert_eq!(found, Some(home.path().join(file)));
}

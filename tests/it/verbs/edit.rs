use std::fs;

use super::world::{A, World, id};
use crate::support::{Combo, Out};

/// Edits with a script as the editor; `$1` is the file.
fn edit(world: &World, script: &str, args: &[&str]) -> Out {
    let path = world.repo.env().path("editor.sh");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    let editor = format!("sh '{}'", path.display());
    let all = ["edit", "aaaa"].iter().chain(args);
    world.repo.ao_run(all).env("GIT_EDITOR", editor).run()
}

fn kept(world: &World) -> Vec<std::path::PathBuf> {
    let folders = fs::read_dir(world.repo.common_dir().join("ao")).into_iter().flatten().flatten();
    let files = folders.map(|folder| folder.path().join("AO_EDIT.yaml"));
    files.filter(|path| path.exists()).collect()
}

#[test]
fn what_the_editor_changed_is_written() {
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let world = World::of(combo);
        world.make(A, |session| {
            session.title = "one".to_owned();
            session.extra.insert("later", "kept");
        });
        let out =
            edit(&world, "sed -i 's/^title: one/title: two/; /^kind/a agent: claude' \"$1\"", &[]);
        out.ok().stdout_is("changed aaaa1111 (two): title, agent\n");
        let session = world.session(A).unwrap();
        assert_eq!((session.title.as_str(), session.agent.as_deref()), ("two", Some("claude")));
        assert!(session.extra.get("later").is_some());
        assert_eq!((world.count(), kept(&world).len()), (2, 0));
    }
}

#[test]
fn an_unchanged_or_empty_text_writes_nothing() {
    let world = World::new();
    world.titled(A, "one");
    edit(&world, "true", &[]).code(1).stderr_has("error: the text was not changed");
    edit(&world, ": > \"$1\"", &[]).code(1).stderr_has("error: the text is empty");
    edit(&world, "echo '# a comment' >> \"$1\"", &[]).ok().stderr_has("hint: ");
    assert_eq!((world.count(), kept(&world).len()), (1, 0));
}

#[test]
fn a_text_that_is_no_record_is_kept() {
    let world = World::new();
    world.titled(A, "one");
    for (script, message) in [
        ("echo 'bad: [' >> \"$1\"", "error: invalid record: not valid YAML"),
        ("sed -i 's/^status:.*/status: dnoe/' \"$1\"", "unknown status 'dnoe'"),
        ("sed -i 's/^created_at: 2026/created_at: 2025/' \"$1\"", "'created_at' cannot be changed"),
        ("sed -i 's/^id: a/id: b/' \"$1\"", "'id' cannot be changed"),
    ] {
        let out = edit(&world, script, &[]).code(1).stderr_has(message);
        let file = kept(&world).pop().unwrap();
        let out = out.stderr_has(&format!("hint: your text was saved in '{}'", file.display()));
        assert!(fs::metadata(&file).unwrap().len() > 10, "{out}");
        fs::remove_file(file).unwrap();
    }
    assert_eq!(world.count(), 1);
    edit(&world, "exit 3", &[]).code(1).stderr_has("there was a problem with the editor");
    world.repo.ao(["edit", "aaaa"]).code(128).stderr_has("no editor");
}

#[test]
fn what_others_changed_meanwhile_is_kept() {
    let world = World::new();
    world.titled(A, "one");
    let binary = env!("CARGO_BIN_EXE_git-ao");
    let set = |change: &str| format!("'{binary}' set aaaa '{change}' >/dev/null");
    let script = format!("{}\nsed -i 's/^title: one/title: two/' \"$1\"", set("agent=codex"));
    edit(&world, &script, &[]).ok().stdout_is("changed aaaa1111 (two): title\n");
    let session = world.session(A).unwrap();
    assert_eq!((session.title.as_str(), session.agent.as_deref()), ("two", Some("codex")));

    let script = format!("{}\nsed -i 's/^title: two/title: mine/' \"$1\"", set("title=theirs"));
    let out = edit(&world, &script, &[]).code(1);
    out.stderr_has("error: 'title' was changed by another process in the meantime");
    assert_eq!(world.session(A).unwrap().title, "theirs");
    assert_eq!(kept(&world).len(), 1);
}

#[test]
fn the_table_of_statuses_is_obeyed() {
    let world = World::new();
    world.titled(A, "one");
    world.status(A, "done");
    let script = "sed -i 's/^status: done/status: working/' \"$1\"";
    edit(&world, script, &[]).code(1).stderr_has("cannot go from 'done' to 'working'");
    edit(&world, script, &["--force"]).ok();
    let _ = world.store().update(id(A), "set", |session| session.pr_number = Some(1)).unwrap();
    assert_eq!(world.session(A).unwrap().status.as_str(), "working");
}

#[test]
fn archived_and_corrupt_records_are_not_opened() {
    let world = World::new();
    world.titled(A, "one");
    world.repo.ao(["archive", "aaaa"]).ok();
    edit(&world, "exit 9", &[]).code(1).stderr_has("is archived");
    world.repo.ao(["unarchive", "aaaa"]).ok();
    world.overwrite(A, "id: [\n");
    edit(&world, "exit 9", &[]).code(128).stderr_has("is corrupt");
}

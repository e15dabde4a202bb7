//! Files that want to do harm stop nothing, and are named.

use std::fs::File;
use std::os::unix::fs::symlink;

use git_ao::store::Shelf;
use serde_json::json;

use super::world::{World, astrid, skipped, thulp};

const ID: &str = "7b100001-7000-4000-8000-000000000001";

fn name(n: u32) -> String {
    format!("7b1000{n:02}-7000-4000-8000-000000000000.json")
}

#[test]
fn files_of_other_kinds_and_of_any_size() {
    let world = World::new("thulp");
    world.file(&format!("{ID}.json"), thulp(ID, json!([])));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    world.file(&name(10), format!("{{\"metadata\":{{\"id\":\"x\"}},\"context\":{deep}}}"));
    world.file(&name(11), [0xff, 0xfe, 0x00]);
    File::create(world.folder().join(name(12))).unwrap().set_len(2 << 30).unwrap();
    symlink("/etc/passwd", world.folder().join(name(13))).unwrap();
    symlink(world.folder(), world.folder().join("loop")).unwrap();
    let pipe = world.folder().join(name(14));
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    let (report, status) = world.import(&[]);
    assert_eq!(status, 1);
    assert_eq!(world.session().id.to_string(), ID);
    let whys = skipped(&report);
    let of = |n: u32| {
        let (_, reason, why) = whys.iter().find(|(file, ..)| *file == name(n)).unwrap();
        format!("{reason}: {why}")
    };
    assert!(of(10).starts_with("unreadable: recursion limit exceeded"), "{whys:?}");
    assert!(of(11).starts_with("unreadable: expected value"), "{whys:?}");
    assert_eq!(of(12), "unreadable: it is larger than 64 MB");
    assert_eq!(
        (of(13).as_str(), of(14).as_str()),
        ("ignored: a symbolic link", "ignored: not a regular file")
    );
}

#[test]
fn text_and_ids_of_any_form() {
    let world = World::new("astrid");
    let bad = "\u{1b}[2J\u{202e}evil\n../../../etc";
    let mut session: serde_json::Value =
        serde_json::from_str(&astrid("../../x\u{1b}[2J", json!([{"role": bad, "content": bad}])))
            .unwrap();
    session["metadata"]["title"] = json!(bad);
    session["metadata"]["tags"] = json!(["\u{1b}[2J", "", "a\nb", 5]);
    session["model"] = json!(bad);
    session["workspace_path"] = json!("/proc/self/cwd/../..\u{0}");
    session["git_state"] = json!({"branch": "--upload-pack=x", "commit": "HEAD"});
    session["created_at"] = json!("9999-01-01T00:00:00Z");
    session["numbers"] = json!([1e300, -1e-300, u64::MAX, i64::MIN, 0.1]);
    world.file("x.json", session.to_string());
    let folder = world.folder();
    let out = world.repo.ao(["import", "astrid", folder.to_str().unwrap()]).ok();
    assert!(!out.stdout.contains('\u{1b}') && !out.stdout.contains('\u{202e}'), "{out}");
    let session = world.session();
    assert_eq!((session.title.as_str(), &session.branch), (" [2J\u{202e}evil", &None));
    assert_eq!(session.tags, ["[2J", "ab"]);
    world.repo.ao(["fsck"]).ok();
    let shown = world.repo.ao(["show", &session.id.short()]).ok().stdout;
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert_eq!(world.lines(&session).len(), 1);
}

/// A record has limits; what does not fit is left out, and said.
#[test]
fn what_a_record_cannot_hold_is_left_out() {
    let world = World::new("astrid");
    let id = |n: u32| format!("a571000{n}-a500-4000-8000-000000000000");
    let with = |n: u32, key: &str, value: serde_json::Value| {
        let mut session: serde_json::Value =
            serde_json::from_str(&astrid(&id(n), json!([]))).unwrap();
        session[key] = value;
        world.file(&format!("{}.json", id(n)), session.to_string());
    };
    with(1, "allowances", json!(vec![0; 30_000]));
    let deep = (0..100).fold(json!("bottom"), |inner, _| json!([inner]));
    with(2, "custom", deep);
    let long = "x".repeat(3 << 20);
    with(3, "messages", json!([{"role": "user", "content": long}]));
    let (report, status) = world.import(&[]);
    assert_eq!(status, 0);
    let notes = |n: usize| report["sessions"][n]["notes"].to_string();
    assert!(notes(0).contains("'allowances' is left out"), "{report}");
    assert_eq!(notes(1), "[]", "what is too deep is a text");
    assert!(notes(2).contains("the task is cut after"), "{}", notes(2));
    let all = world.sessions(Shelf::Active);
    assert_eq!(all.len(), 3);
    let task = all[2].session.as_ref().unwrap().task.as_ref().unwrap().len();
    assert_eq!(task, 16 << 10);
    world.repo.ao(["fsck"]).ok();
}

#[test]
fn there_has_to_be_a_folder() {
    let world = World::new("claw");
    let out = world.repo.ao(["import", "claw", "/nowhere"]).code(1);
    out.stderr_has(
        "error: cannot read '/nowhere': No such file or directory\nhint: name the folder",
    );
    world.repo.ao(["import", "nothing"]).code(129);
    world.repo.ao(["import", "claw"]).code(1).stderr_has("/.claw/sessions'");
    let (report, status) = world.import(&[]);
    assert_eq!((status, report["sessions"].as_array().unwrap().len()), (0, 0));
}

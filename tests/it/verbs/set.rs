use git_ao::model::{SessionStatus, Value};

use super::world::{A, B, World};
use crate::support::Combo;

#[test]
fn fields_change_in_one_event() {
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let world = World::of(combo);
        world.titled(A, "one");
        let set =
            ["set", "aaaa", "status=needs_input", "title=Two\u{7}", "context.n=3", "tags=a,b"];
        world
            .repo
            .ao(set)
            .ok()
            .stderr_is("")
            .stdout_is("changed aaaa1111 (Two\\x07): status, title, context.n, tags\n");
        assert_eq!(world.count(), 2);
        let subject = world.repo.git(["log", "-1", "--format=%s", "refs/ao/sessions"]);
        assert_eq!(subject, "set aaaa1111: status, title, context.n, tags\n");
        let session = world.session(A).unwrap();
        assert_eq!(session.status, SessionStatus::NeedsInput);
        assert_eq!(session.context.get("n"), Some(&Value::Int(3)));
        assert_eq!(session.tags, ["a", "b"]);
        world.repo.ao(["set", "aaaa", "tags+=c", "tags-=a", "issue_id=42"]).ok();
        let session = world.session(A).unwrap();
        assert_eq!(
            (session.tags.join(","), session.issue_id.as_deref()),
            ("b,c".into(), Some("42"))
        );
    }
}

#[test]
fn nothing_new_is_no_event() {
    let world = World::new();
    world.titled(A, "one");
    let out = world.repo.ao(["set", "aaaa", "title=one"]).ok().stdout_is("");
    out.stderr_has("hint: aaaa1111 (one) already has these values; nothing was written");
    assert_eq!(world.count(), 1);
}

#[test]
fn the_table_of_statuses_is_obeyed() {
    let world = World::new();
    world.make(A, |session| session.status_reason = Some("old".to_owned()));
    world.repo.ao(["set", "aaaa", "status=done"]).ok();
    assert_eq!(world.session(A).unwrap().status_reason, None);
    let out = world.repo.ao(["set", "aaaa", "status=working"]).code(1);
    out.stderr_has("cannot go from 'done' to 'working'").stderr_has("hint: ");
    world.repo.ao(["set", "aaaa", "status=wroking"]).code(1).stderr_has("did you mean 'working'?");
    world.repo.ao(["set", "aaaa", "--force", "status=working", "status_reason=why"]).ok();
    let session = world.session(A).unwrap();
    assert_eq!(
        (session.status, session.status_reason.as_deref()),
        (SessionStatus::Working, Some("why"))
    );
}

#[test]
fn what_is_refused_writes_nothing() {
    let world = World::new();
    world.titled(A, "one");
    world.titled(B, "two");
    world.repo.ao(["archive", "bbbb"]).ok();
    let count = world.count();
    for (args, code, message) in [
        (&["aaaa", "title"][..], 129, "'title' is not of the form <field>=<value>"),
        (&["aaaa"], 129, "missing <field=value>"),
        (&["aaaa", "titel=x"], 1, "did you mean 'title'?"),
        (&["aaaa", "xyzzy=x"], 1, "context.xyzzy="),
        (&["aaaa", "title=x", "pr_number=-1"], 1, "'pr_number': expected a whole number"),
        (&["aaaa", "id=x"], 1, "'id' cannot be changed"),
        (&["aaaa", "project_id=x"], 1, "'project_id' cannot be changed"),
        (&["aaaa", "placements.x.runtime=tmux"], 1, "'placements' cannot be changed"),
        (&["aaaa", "fork="], 0, ""),
        (&["aaaa", "updated_at=2026-11-20T00:00:00Z"], 1, "'updated_at' cannot be changed"),
        (&["aaaa", "branch=-x"], 1, "'branch': expected a branch name"),
        (&["bbbb", "title=x"], 1, "is archived"),
        (&["cccc", "title=x"], 1, "no session matches 'cccc'"),
    ] {
        world.repo.ao(["set"].iter().chain(args)).code(code).stderr_has(message);
        assert_eq!(world.count(), count, "{args:?}");
    }
    assert_eq!(world.session(A).unwrap().title, "one");
}

#[test]
fn a_corrupt_record_is_left_alone() {
    let world = World::new();
    world.titled(A, "one");
    world.overwrite(A, "id: [\n");
    world.repo.ao(["set", "aaaa", "title=x"]).code(128).stderr_has("is corrupt");
    world.repo.ao(["show", "--yaml", "aaaa"]).ok().stdout_is("id: [\n");
}

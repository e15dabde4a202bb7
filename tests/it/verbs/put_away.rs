use git_ao::model::Placement;

use super::world::{A, B, C, World};
use crate::support::Combo;

#[test]
fn there_and_back() {
    for combo in [Combo::PLAIN, Combo::LINKED, Combo::BARE] {
        let world = World::of(combo);
        world.titled(A, "one\u{1b}");
        world.titled(B, "two");
        let blob = |folder: &str| {
            world.repo.git(["rev-parse", &format!("refs/ao/sessions:{folder}/demo/aa/{A}.yaml")])
        };
        let before = blob("sessions");
        let out = world.repo.ao(["archive", "aaaa", "bbbb", A]).ok().stderr_is("");
        out.stdout_is("archived aaaa1111 (one\\x1b)\narchived bbbb2222 (two)\n");
        assert_eq!((world.count(), blob("archive")), (3, before.clone()));
        let out = world.repo.ao(["archive", "aaaa"]).ok().stdout_is("");
        out.stderr_is("warning: aaaa1111 (one\\x1b) is already archived\n");
        assert_eq!(world.count(), 3);
        world.repo.ao(["unarchive", "aaaa"]).ok().stdout_is("unarchived aaaa1111 (one\\x1b)\n");
        let out = world.repo.ao(["unarchive", "aaaa"]).ok().stdout_is("");
        out.stderr_has("is not archived");
        assert_eq!((world.count(), blob("sessions")), (4, before));
    }
}

#[test]
fn all_or_none() {
    let world = World::new();
    world.titled(A, "one");
    world.repo.ao(["archive", "bbbb"]).code(1).stderr_has("no session matches 'bbbb'");
    for verb in ["archive", "unarchive", "delete"] {
        let out = world.repo.ao([verb, "aaaa", "nobody"]).code(1).stdout_is("");
        out.stderr_has("error: ");
        world.repo.ao([verb]).code(129).stderr_has("missing <session>");
    }
    assert_eq!(world.count(), 1);
}

#[test]
fn what_is_deleted_stays_in_history() {
    let world = World::new();
    world.titled(A, "one");
    let out = world.repo.ao(["delete", "aaaa"]).code(1).stdout_is("");
    out.stderr_has("error: aaaa1111 (one) has not ended: it is 'working'").stderr_has("--force");
    world.status(A, "done");
    let out = world.repo.ao(["delete", "aaaa"]).ok().stdout_is("deleted aaaa1111 (one)\n");
    let hint = out.stderr.lines().find(|line| line.contains("git show")).unwrap().to_owned();
    let object = hint.rsplit(' ').next().unwrap();
    assert!(world.repo.git(["show", object]).contains("title: one"), "{hint}");
    world.repo.ao(["delete", A]).code(1).stderr_has("no session matches");
    world.repo.ao(["show", A]).code(1);
}

#[test]
fn force_and_several_at_once() {
    let world = World::new();
    world.titled(A, "one");
    world.titled(B, "two");
    world.titled(C, "three");
    world.status(A, "done");
    world.repo.ao(["delete", "aaaa", "bbbb"]).code(1);
    world.repo.ao(["archive", "cccc"]).ok();
    let count = world.count();
    world.repo.ao(["delete", "--force", "aaaa", "bbbb", "cccc"]).ok();
    assert_eq!(world.count(), count + 1);
    world.repo.ao(["list", "--all", "--porcelain"]).ok().stdout_is("");
}

#[test]
fn a_corrupt_record_can_be_deleted() {
    let world = World::new();
    world.titled(A, "one");
    world.overwrite(A, "id: [\n");
    world.repo.ao(["delete", A]).ok().stdout_is("deleted aaaa1111 (corrupt)\n");
    world.repo.ao(["list"]).ok().stdout_is("");
}

#[test]
fn a_record_of_a_newer_version_is_not_deleted_unawares() {
    let world = World::new();
    world.titled(A, "one");
    world.overwrite(A, &format!("schema: 9\nid: {A}\n"));
    for args in [&["show", A][..], &["set", A, "title=x"]] {
        let out = world.repo.ao(args);
        assert!(
            out.stderr.contains("hint: update git ao") && !out.stderr.contains("delete"),
            "{out}"
        );
    }
    world
        .repo
        .ao(["delete", A])
        .code(1)
        .stdout_is("")
        .stderr_has("hint: update git ao, or use --force");
    world.repo.ao(["delete", "--force", A]).ok().stdout_is("deleted aaaa1111 (corrupt)\n");
}

#[test]
fn a_folder_that_is_not_its_worktree_is_not_named() {
    let world = World::new();
    world.repo.config("ao.replica", "laptop-1234");
    let home = world.repo.env().home();
    std::fs::create_dir(home.join("work")).unwrap();
    world.make(A, |session| {
        let placement = Placement::in_workspace("~/work");
        session.placements.insert("laptop-1234".to_owned(), placement);
    });
    world.repo.ao(["delete", "-f", "aaaa"]).ok().stderr_lacks("still exists");
}

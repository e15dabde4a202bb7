//! Nothing of the transcripts leaves the repository with git's own commands.

use std::fs;
use std::path::Path;

use git_ao::transcript::{CaptureExtent, Source};

use super::world::{LIMIT, World};
use crate::support::sessions::id;

#[test]
fn no_clone_bundle_or_push_has_anything_of_it() {
    let world = World::new();
    world.repo.commit("file", "text");
    let secret = "a secret that nobody else may have\n".repeat(4);
    world.write(&secret);
    world.capture(CaptureExtent::All);
    let blob = world.git(&["hash-object", world.file.to_str().unwrap()]).trim().to_owned();
    assert_eq!(world.git(&["cat-file", "-t", &blob]).trim(), "blob");
    let env = world.repo.env();
    let has_nothing = |what: &str, to: &Path| {
        let within = env.git(to, ["cat-file", "-e", &blob]).run();
        assert_ne!(within.status, 0, "{what} has the transcript");
        let refs = env.git(to, ["for-each-ref"]).run().ok().stdout;
        assert!(!refs.contains("transcripts"), "{what}: {refs}");
        let found = env.run(to, "find", [".", "-path", "*transcripts*"]).run().ok().stdout;
        assert_eq!(found, "", "{what}");
    };
    let path = |name: &str| env.path(name);
    let bundle = path("all.bundle");
    world.repo.git(["bundle", "create", "-q", bundle.to_str().unwrap(), "--all"]);
    assert!(
        !world.repo.git(["bundle", "list-heads", bundle.to_str().unwrap()]).contains("transcripts")
    );
    for (name, args) in
        [("bundle", "clone -q --mirror"), ("local", "clone -q"), ("shared", "clone -q --shared")]
    {
        let from = if name == "bundle" { bundle.clone() } else { world.repo.dir().to_owned() };
        let to = path(name);
        let places = [from.to_str().unwrap(), to.to_str().unwrap()];
        world.repo.git(args.split(' ').chain(places));
        has_nothing(name, &to);
    }
    for how in ["--mirror", "--all"] {
        let to = path(&format!("push{how}"));
        world.repo.git(["init", "-q", "--bare", to.to_str().unwrap()]);
        world.repo.git(["push", "-q", how, to.to_str().unwrap()]);
        has_nothing(how, &to);
    }
}

#[test]
fn another_user_has_a_store_of_their_own() {
    let world = World::new();
    world.write("one\n");
    world.capture(CaptureExtent::All);
    if std::os::unix::fs::chown(world.folder(), Some(12_345), None).is_err() {
        // Only the superuser can give a folder away.
        return;
    }
    let before = fs::read_dir(world.folder().join("objects")).unwrap().count();
    world.write("one\ntwo\n");
    world.capture(CaptureExtent::All);
    let user = rustix::process::geteuid().as_raw();
    let own = world.repo.common_dir().join(format!("ao/transcripts-{user}.git"));
    assert!(own.join("HEAD").exists());
    assert_eq!(fs::read_dir(world.folder().join("objects")).unwrap().count(), before);
    assert_eq!(world.store().stopped(), []);
    // What is in the place of that one and is somebody else's is not used.
    std::os::unix::fs::chown(own.join("HEAD"), Some(12_345), None).unwrap();
    let error = git_ao::transcript::TranscriptStore::open(&world.repository()).unwrap_err();
    assert!(error.to_string().contains("is not a transcript store of yours"), "{error}");
}

/// git's own maintenance packs what was captured, and captures go on.
#[test]
fn a_store_that_was_packed_goes_on() {
    let world = World::new();
    let store = world.store();
    let mut whole = String::new();
    for n in 0..40 {
        whole += &format!("line {n}\n");
        world.write(&whole);
        let source = world.source();
        store.capture(id(1), "ann", &source, CaptureExtent::Lines, LIMIT).unwrap();
        if n % 13 == 12 {
            world.git(&["gc", "-q"]);
        }
    }
    let count = world.git(&["count-objects", "-v"]);
    assert!(count.contains("\npacks: 1\n"), "{count}");
    assert_eq!(world.generations(), [whole.into_bytes()]);
    let other = Source::new("codex", "2", "codex-jsonl", &world.file);
    store.capture(id(2), "ann", &other, CaptureExtent::All, LIMIT).unwrap();
}

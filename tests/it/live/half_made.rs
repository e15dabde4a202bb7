//! What a `git worktree add` leaves that was killed, and worktrees that are not where git knows them.

use std::fs;
use std::path::{Path, PathBuf};

use super::world::World;
use crate::support::agents::until;
use crate::support::{Combo, Repo};

type Files = Vec<(String, Vec<u8>)>;

/// What git makes of a worktree, as it is while it makes it.
fn begun(world: &World) -> (PathBuf, Files) {
    let user = world.repo.env().path("begun");
    world.repo.git(["worktree", "add", "-q", "--detach", user.to_str().unwrap()]);
    let admin = world.repo.common_dir().join("worktrees/begun");
    fs::write(admin.join("locked"), "initializing\n").unwrap();
    let names = ["locked", "gitdir", "commondir", "HEAD", "index"];
    let files = names.map(|name| (name.to_owned(), fs::read(admin.join(name)).unwrap()));
    fs::remove_dir_all(&admin).unwrap();
    fs::remove_dir_all(&user).unwrap();
    (admin, files.into())
}

fn write(admin: &Path, files: &[(String, Vec<u8>)]) {
    fs::create_dir_all(admin).unwrap();
    for (name, content) in files {
        fs::write(admin.join(name), content).unwrap();
    }
}

#[test]
fn each_state_of_a_worktree_that_is_half_made_is_mended() {
    let world = World::new();
    let (admin, files) = begun(&world);
    let mut states: Vec<(String, Files)> = Vec::new();
    for n in 0..files.len() {
        // As far as git comes, the next file begun; each file cut, each missing.
        let mut so_far = files[..n].to_vec();
        so_far.push((files[n].0.clone(), Vec::new()));
        states.push((format!("killed at {}", files[n].0), so_far));
        let mut cut = files.clone();
        cut[n].1.clear();
        states.push((format!("{} is empty", files[n].0), cut));
        let mut missing = files.clone();
        missing.remove(n);
        states.push((format!("{} is missing", files[n].0), missing));
    }
    let mut locked = files[..3].to_vec();
    locked.push(("HEAD.lock".to_owned(), Vec::new()));
    states.push(("HEAD is locked".to_owned(), locked));
    let mut broke = 0;
    for (what, state) in &states {
        write(&admin, state);
        let works = || {
            let verbs = [["worktree", "list"], ["gc", "--quiet"]];
            verbs.iter().all(|verb| world.repo.git_result(verb).status == 0)
        };
        let was_broken = !works();
        broke += usize::from(was_broken);
        let out = world.repo.ao(["doctor"]);
        if was_broken {
            assert!(
                out.stdout.contains("was left by a killed 'git worktree add'"),
                "{what}: {out}"
            );
        }
        world.repo.ao(["doctor", "--fix"]);
        assert!(works(), "{what}");
        let out = world.repo.ao(["doctor"]);
        assert!(!out.stdout.contains("a killed 'git worktree add'"), "{what}: {out}");
        let _ = fs::remove_dir_all(&admin);
    }
    assert!(broke > 3, "{broke}");
    // A verb that meets one goes on.
    for (what, state) in states.iter().filter(|(what, _)| what.contains("commondir")) {
        write(&admin, state);
        let out = world.repo.ao(["spawn", "--no-agent", what]);
        assert_eq!(out.status, 0, "{what}: {out}");
        let _ = fs::remove_dir_all(&admin);
    }
}

#[test]
fn a_checkout_that_did_not_come_to_its_end_is_found_with_a_fix_that_works() {
    let world = World::new();
    for (n, work) in [None, Some("README"), Some("new")].into_iter().enumerate() {
        let name = format!("ao/half{n}");
        let path = world.repo.env().path(&name);
        world.repo.git(["worktree", "add", "-q", "-b", &name, path.to_str().unwrap()]);
        let admin = world.repo.within(&path).git(["rev-parse", "--absolute-git-dir"]);
        fs::write(Path::new(admin.trim()).join("locked"), "initializing\n").unwrap();
        fs::remove_file(Path::new(admin.trim()).join("index")).unwrap();
        match work {
            Some(file) => fs::write(path.join(file), "work").unwrap(),
            None => fs::remove_file(path.join("README")).unwrap(),
        }
        let found = world.repo.ao(["doctor", "--json"]).code(1).json();
        let found = found["findings"].as_array().unwrap();
        let ours = |finding: &&serde_json::Value| {
            finding["what"].as_str().unwrap().contains("was never completed")
        };
        let ours: Vec<_> = found.iter().filter(ours).collect();
        assert_eq!(ours.len(), 1, "{found:?}");
        let fix = ours[0]["fix"].as_str().unwrap();
        match work {
            // Nothing that it prints throws this away.
            Some(_) => {
                assert!(!fix.contains("remove"), "{fix}");
                world.repo.git(["worktree", "remove", "-f", "-f", path.to_str().unwrap()]);
            }
            None => {
                world.repo.env().run(world.repo.dir(), "sh", ["-c", fix]).run().ok();
                assert!(!path.exists());
                world.repo.git_result(["rev-parse", "-q", "--verify", &name]).code(1);
            }
        }
    }
}

#[test]
fn worktrees_that_only_moved_are_not_cut_off() {
    let world = World::new();
    let library = Repo::create(world.repo.env(), "library", Combo::PLAIN);
    let allow = "protocol.file.allow=always";
    let url = library.dir().to_str().unwrap();
    world.repo.git(["-c", allow, "submodule", "--quiet", "add", url, "sub"]);
    world.repo.git(["commit", "-q", "-m", "submodule"]);
    let id = world.spawn(&["--no-agent", "the task"]);
    let there = world.repo.within(world.worktree(&id));
    there.git(["-c", allow, "submodule", "--quiet", "update", "--init"]);
    let tip = there.within("sub").commit("only here", "x");
    there.write("new", "not committed");

    // The disk is not mounted.
    let (trees, away) = (world.repo.env().home().join(".worktrees"), world.repo.env().path("away"));
    fs::rename(&trees, &away).unwrap();
    let out = world.repo.ao(["doctor"]).code(1).stdout_has("cannot be reached");
    out.stdout_lacks("git ao doctor --fix");
    world.repo.ao(["doctor", "--fix"]);
    fs::rename(&away, &trees).unwrap();
    assert_eq!(there.within("sub").git(["rev-parse", "HEAD"]).trim(), tip);
    there.git(["status"]);

    // HOME has another name.
    let home = world.repo.env().path("home2");
    fs::rename(world.repo.env().home(), &home).unwrap();
    let ao = |args: &[&str]| world.repo.ao_run(args).env("HOME", &home).run();
    let moved = home.join(".worktrees/demo").join(&id[..8]);
    let found =
        format!("the worktree '{}' of a session is registered at another path", moved.display());
    ao(&["doctor"]).code(1).stdout_has(&found);
    ao(&["doctor", "--fix"]);
    let there = world.repo.within(&moved);
    assert_eq!(there.within("sub").git(["rev-parse", "HEAD"]).trim(), tip);
    assert_eq!(fs::read_to_string(moved.join("new")).unwrap(), "not committed");
    assert!(world.repo.git(["worktree", "list"]).contains("home2"));
    ao(&["doctor"]).stdout_lacks("git worktree");
    fs::create_dir_all(world.repo.env().home()).unwrap();
}

#[test]
fn one_whose_submodule_has_more_is_not_forgotten() {
    let world = World::new();
    let library = Repo::create(world.repo.env(), "library", Combo::PLAIN);
    let allow = "protocol.file.allow=always";
    let url = library.dir().to_str().unwrap();
    world.repo.git(["-c", allow, "submodule", "--quiet", "add", url, "sub"]);
    world.repo.git(["commit", "-q", "-m", "submodule"]);
    let id = world.spawn(&["--no-agent", "the task"]);
    let there = world.repo.within(world.worktree(&id));
    there.git(["-c", allow, "submodule", "--quiet", "update", "--init"]);
    let tip = there.within("sub").commit("only here", "x");
    fs::remove_dir_all(there.dir()).unwrap();
    world.repo.ao(["doctor"]).code(1).stdout_has("commits that are on no remote");
    world.repo.ao(["doctor", "--fix"]);
    let module = world.repo.common_dir().join(format!("worktrees/{}/modules/sub", &id[..8]));
    let run = world.repo.env().git(&module, ["cat-file", "-e", &tip]);
    run.env("GIT_DIR", &module).env("GIT_WORK_TREE", &module).run().ok();
}

#[test]
fn branches_of_records_that_cannot_be_read_are_not_to_be_deleted() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    let branch = world.session(&id).branch.unwrap();
    let file = format!("sessions/demo/{}/{id}.yaml", &id[..2]);
    let path = world.worktree(&id);
    world.repo.git(["worktree", "remove", path.to_str().unwrap()]);
    let text = world.repo.git(["show", &format!("refs/ao/sessions:{file}")]);
    let newer = text.replacen("schema: 1", "schema: 9", 1);
    for text in [newer.as_str(), "not: [a record"] {
        assert_ne!(text, world.repo.git(["show", &format!("refs/ao/sessions:{file}")]));
        crate::support::sessions::plant_record(&world.repo, &file, text);
        world.repo.ao(["doctor"]).stdout_lacks(&branch);
    }
}

#[test]
fn a_session_whose_event_was_lost_is_not_to_be_thrown_away() {
    let world = World::new();
    world.spawn(&["--no-agent", "first"]);
    let before = world.repo.git(["rev-parse", "refs/ao/sessions"]);
    let id = world.spawn(&["--no-agent", "second"]);
    // As a fetch does that mirrors all refs.
    world.repo.git(["update-ref", "refs/ao/sessions", before.trim()]);
    let found = world.repo.ao(["doctor", "--json"]).code(1).json();
    let found = found["findings"].as_array().unwrap();
    let ours = |finding: &&serde_json::Value| finding["what"].as_str().unwrap().contains(&id[..8]);
    let ours: Vec<_> = found.iter().filter(ours).collect();
    assert_eq!(ours.len(), 1, "{found:?}");
    assert!(ours[0]["what"].as_str().unwrap().contains("the reflog of the store has it"));
    let fix = ours[0]["fix"].as_str().unwrap();
    let shown = world.repo.env().run(world.repo.dir(), "sh", ["-c", fix]).run().ok();
    shown.stdout_has(&id);
}

/// Runs while a hook keeps a `git worktree add` in the repository from coming to its end.
fn while_adding(repo: &Repo, act: impl FnOnce()) {
    repo.hook("post-checkout", "touch adding\nwhile [ -e adding ]; do sleep 0.05; done");
    let path = repo.env().path("added");
    let add = ["worktree", "add", "-q", "--detach", path.to_str().unwrap()];
    let mut git = repo.env().git(repo.dir(), add).spawn();
    until("git runs the hook", || path.join("adding").exists());
    act();
    fs::remove_file(path.join("adding")).unwrap();
    assert!(git.wait().unwrap().success());
}

#[test]
fn one_that_git_may_be_making_is_left_alone_and_only_in_its_repository() {
    let world = World::new();
    let (admin, mut files) = begun(&world);
    files.retain(|(name, _)| name != "commondir");
    write(&admin, &files);
    let finds = || world.repo.ao(["doctor"]).stdout.contains("a killed 'git worktree add'");
    let other = Repo::new();
    world.repo.commit("committed", "so that there is a commit");
    other.commit("committed", "so that there is a commit");
    while_adding(&world.repo, || assert!(!finds()));
    while_adding(&other, || assert!(finds()));
}

/// As one that is ending, of which the kernel no longer tells where it is.
#[test]
fn one_that_is_added_nobody_knows_where_is_waited_for() {
    let world = World::new();
    let (admin, mut files) = begun(&world);
    files.retain(|(name, _)| name != "commondir");
    write(&admin, &files);
    let nowhere = world.repo.env().path("nowhere");
    fs::create_dir(&nowhere).unwrap();
    let words = ["-c", "echo; sleep 0.2", "worktree", "add"];
    let mut adding = world.repo.env().run(&nowhere, "sh", words).spawn();
    let out = world.repo.ao(["doctor"]);
    assert!(out.stdout.contains("a killed 'git worktree add'"), "{out}");
    assert!(adding.wait().unwrap().success());
}

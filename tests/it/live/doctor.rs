use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::world::World;
use crate::support::sessions::plant_record;
use crate::support::write_script;

#[test]
fn each_thing_that_is_wrong_is_found_with_its_fix() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    world.repo.ao(["doctor"]).ok().stdout_lacks("wrong").stdout_lacks("fixable");
    for (key, bad, good) in [("ao.runtime", "warp", "tmux"), ("ao.agent", "nobody", "test")] {
        world.repo.config(key, bad);
        world.repo.ao(["doctor"]).code(1).stdout_has(&format!("wrong: {key}: "));
        world.repo.config(key, good);
    }
    world.repo.git(["branch", "ao/lonely"]);
    world.repo.ao(["doctor"]).ok().stdout_has("note: no session for the branch 'ao/lonely'");

    fs::remove_dir_all(world.worktree(&id)).unwrap();
    world
        .repo
        .ao(["doctor"])
        .code(1)
        .stdout_has("fixable: the record of session ")
        .stdout_has("git ao reconcile");
    world.repo.ao(["doctor", "--fix"]).ok().stdout_lacks("fixable");

    let orphan = world.spawn(&["--no-agent", "orphan"]);
    let path = format!("sessions/demo/{}/{id}.yaml", &id[..2]);
    world.store().delete(super::world::id(&orphan)).unwrap();
    assert!(world.worktree(&orphan).exists());
    world.repo.ao(["doctor"]).code(1).stdout_has("git worktree remove '");
    plant_record(&world.repo, &path, "not: [a record");
    let json = world.repo.ao(["doctor", "--json"]).code(1).json();
    let all = json["findings"].as_array().unwrap();
    assert!(all.iter().any(|f| f["what"].as_str().unwrap().contains(&id)), "{json}");
}

#[test]
fn one_who_is_told_of_nothing_can_be() {
    let world = World::new();
    let note = "note: you are not notified when an agent needs you";
    world.spawn(&["--no-agent", "the task"]);
    world.repo.ao(["doctor"]).ok().stdout_lacks(note);
    world.spawn(&["--runtime", "detached", "the task"]);
    let out = world.repo.ao(["doctor"]).ok();
    assert_eq!(out.stdout.matches(note).count(), 1, "{out}");
    world.repo.config("ao.notify", "off");
    world.repo.ao(["doctor"]).ok().stdout_lacks(note);
}

#[test]
fn a_setting_that_is_wrong_or_unknown_is_named() {
    let world = World::new();
    world.spawn(&["--no-agent", "the task"]);
    for (key, value, words) in [
        ("ao.project", "a/b", "wrong: ao.project: "),
        ("ao.branchPrefix", "a..b", "'a..b' is not a valid prefix of a branch"),
        ("ao.autoPush", "perhaps", "neither true nor false"),
        ("ao.hooks", "perhaps", "neither true nor false"),
        ("ao.logLimit", "much", "not a number of bytes such as 64m"),
        ("ao.logLimit", "5", "'5' is too small, 64k is used"),
        ("ao.pushTimeout", "soon", "not a number of seconds"),
        ("ao.idleAfter", "soon", "wrong: ao.idleAfter: "),
        ("ao.stuckAfter", "-1", "wrong: ao.stuckAfter: "),
        ("ao.adopt", "perhaps", "'perhaps' is none of true, false or public"),
        ("ao.tmuxSocket", "", "ao.tmuxSocket: it is empty"),
        ("ao.remote", "nowhere", "ao.remote: "),
        ("ao.runtme", "tmux", "rename it to ao.runtime"),
        ("ao.somethingelse", "x", "unknown setting ao.somethingelse"),
        ("ao.agent.test.nope", "x", "unknown agent setting"),
    ] {
        world.repo.git(["config", "--add", key, value]);
        world.repo.ao(["doctor"]).code(1).stdout_has(words);
        world.repo.git(["config", "--unset", key]);
    }
    let replica = world.repo.git(["config", "ao.replica"]);
    world.repo.config("ao.replica", "-x y");
    world.repo.ao(["doctor"]).code(1).stdout_has("is not a valid name of a clone");
    world.repo.config("ao.replica", replica.trim());
    world.repo.ao(["doctor"]).ok().stdout_lacks("wrong");
}

#[test]
fn programs_and_a_name_that_are_missing_are_found() {
    let world = World::new();
    let bin = world.repo.env().path("bin");
    fs::create_dir(&bin).unwrap();
    let which = world.repo.env().run(world.repo.dir(), "sh", ["-c", "command -v git"]).run();
    let git = which.stdout.trim().to_owned();
    std::os::unix::fs::symlink(&git, bin.join("git")).unwrap();
    let doctor = || world.repo.ao_run(["doctor"]).env("PATH", &bin);
    doctor().run().ok().stdout_has("tmux is not installed").stdout_lacks("too old");

    fs::remove_file(bin.join("git")).unwrap();
    let script =
        format!("case $1 in version) echo git version 2.20.1 ;; *) exec '{git}' \"$@\" ;; esac");
    write_script(&bin.join("git"), &script);
    doctor().run().code(1).stdout_has("git is too old: git version 2.20.1").stdout_has("2.39");

    world.repo.config("user.useConfigOnly", "true");
    let nobody = world.repo.ao_run(["doctor"]).without("GIT_AUTHOR_NAME");
    nobody.without("GIT_AUTHOR_EMAIL").run().ok().stdout_has("your identity is not configured");
    world.repo.config("ao.agent", "amp");
    world.repo.ao(["doctor"]).code(1).stdout_has("ao.agent: 'amp' is not on PATH");
}

#[test]
fn hooks_and_manual_pages_are_looked_for() {
    let world = World::new();
    let out = world.repo.ao(["doctor"]).ok().stdout_has("git ao hooks install post-checkout");
    out.stdout_has("git ao man --install");
    world.repo.ao(["hooks", "install"]).ok();
    world.repo.ao(["man", "--install"]).ok();
    let out = world.repo.ao(["doctor"]).ok().stdout_lacks("hooks install");
    out.stdout_lacks("git ao man --install").stdout_has("MANPATH");
    let man = world.repo.env().home().join(".local/share/man");
    let found = world.repo.ao_run(["doctor"]).env("MANPATH", &man).run();
    found.ok().stdout_lacks("MANPATH").stdout_lacks("manual pages");
    let hook = world.repo.common_dir().join("hooks/post-checkout");
    let text = fs::read_to_string(&hook).unwrap();
    let cut: Vec<_> = text.lines().filter(|line| !line.contains("<<<")).collect();
    assert!(cut.len() < text.lines().count(), "{text}");
    fs::write(&hook, cut.join("\n")).unwrap();
    world.repo.ao(["doctor"]).code(1).stdout_has("a git-ao marker is missing");
}

/// Makes a file that nobody has touched for a day.
fn old(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
    let day = SystemTime::now() - Duration::from_secs(24 * 3600);
    fs::File::options().append(true).open(path).unwrap().set_modified(day).unwrap();
}

#[test]
fn what_belongs_to_nobody_is_found_and_goes_with_fix() {
    let world = World::new();
    let id = world.spawn(&["--no-agent", "the task"]);
    world.change(&id, |session| session.agent_session_id = Some(ours().to_owned()));
    let ao = world.repo.common_dir().join("ao");
    let nobody = "00000000-0000-4000-8000-000000000000";
    let gone = [
        ao.join("tip.abc"),
        ao.join(format!("log/{nobody}.log")),
        ao.join(format!("agent/{nobody}.prompt")),
        ao.join(format!("agent/aider-{nobody}.history")),
    ];
    let stays = [
        ao.join(format!("log/{id}.log")),
        ao.join(format!("agent/{id}.prompt")),
        ao.join(format!("agent/aider-{}.history", ours())),
        ao.join("log/something.else"),
    ];
    gone.iter().chain(&stays).for_each(|path| old(path));
    let young = ao.join("log/11111111-0000-4000-8000-000000000000.log");
    fs::write(&young, "x").unwrap();
    let mut out = world.repo.ao(["doctor"]).code(1);
    for path in &gone {
        out = out.stdout_has(path.to_str().unwrap());
    }
    for path in stays.iter().chain([&young]) {
        out = out.stdout_lacks(path.to_str().unwrap());
    }
    world.repo.ao(["doctor", "--fix"]).ok().stdout_lacks("fixable");
    assert!(gone.iter().all(|path| !path.exists()));
    assert!(stays.iter().all(|path| path.exists()) && young.exists());
}

fn ours() -> &'static str {
    "22222222-0000-4000-8000-000000000000"
}

#[test]
fn marks_and_worktrees_that_are_gone_are_found() {
    let world = World::new();
    let [id, other] = ["one", "two"].map(|title| world.spawn(&["--no-agent", title]));
    let user = world.repo.env().path("user");
    world.repo.git(["worktree", "add", "-q", user.to_str().unwrap()]);
    for tree in [&world.worktree(&id), &user] {
        fs::remove_dir_all(tree).unwrap();
    }
    world.repo.ao(["doctor"]).code(1).stdout_has("but still registered");
    world.repo.ao(["doctor", "--fix"]).ok().stdout_lacks("fixable");
    let listed = world.repo.git(["worktree", "list"]);
    assert!(!listed.contains(&id[..8]) && listed.contains("user"), "{listed}");

    let mark = world.repo.common_dir().join(format!("worktrees/{}/AO_SESSION", &other[..8]));
    fs::write(&mark, "nonsense").unwrap();
    world.repo.ao(["doctor"]).code(1).stdout_has("AO_SESSION' does not contain a session id");
    fs::write(&mark, format!("{other}\n")).unwrap();
    let main = world.repo.common_dir().join("AO_SESSION");
    fs::write(&main, format!("{}\n", ours())).unwrap();
    world
        .repo
        .ao(["doctor"])
        .code(1)
        .stdout_has("belongs to session 22222222, which does not exist");
    fs::write(&main, format!("{other}\n")).unwrap();
    world.repo.ao(["doctor"]).code(1).stdout_has("is one of several worktrees of session");
}

//! The agent of another user, seen by one who may neither signal it nor look into it.

use std::fs;
use std::path::Path;

use git_ao::model::SessionStatus;

use super::world::{World, until};
use crate::support::{Out, Run};

fn nobodys(world: &World, args: &[&str]) -> Run {
    let run = world.repo.ao_run(args.to_vec());
    let run = run.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory");
    run.env("GIT_CONFIG_VALUE_0", "*")
}

const NOBODY: [&str; 5] = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

fn open_all(world: &World) {
    let env = world.repo.env();
    env.run(&env.root(), "chmod", ["-R", "a+rwX", env.root().to_str().unwrap()]).run().ok();
}

fn has_ended(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

#[test]
fn it_is_alive_or_unknown_and_never_gone() {
    let world = World::new();
    let env = world.repo.env();
    open_all(&world);
    let probe = nobodys(&world, &["version"]).under("setpriv", NOBODY).run();
    if probe.status != 0 {
        eprintln!("skipped: this needs the superuser, setpriv(1) and a build that all may read");
        return;
    }
    let id = world.spawn(&["--runtime", "detached", "the task"]);
    until("the agent works", || world.session(&id).status == SessionStatus::Working);
    open_all(&world);
    let run = world.repo.common_dir().join("ao/run");
    let file = run.join(format!("{id}.agent"));
    let text = fs::read_to_string(&file).unwrap();
    let pid = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.split_once('@').unwrap().0.to_owned()
    };
    let (runner, agent) = (pid("runner "), pid("agent "));
    let ao = |args: &[&str]| -> Out {
        let out = nobodys(&world, args).under("setpriv", NOBODY).run();
        open_all(&world);
        out
    };
    let seen = |out: Out| {
        let all = out.ok().json();
        all["sessions"][0]["live"]["agent"].as_str().unwrap().to_owned()
    };
    let sees = || seen(ao(&["status", "--json", &id]));
    let stays = || {
        let killed = ao(&["kill", &id]);
        assert_ne!(killed.status, 0, "{killed}");
        assert_eq!(world.session(&id).status, SessionStatus::Working);
        world.set_status(&id, &SessionStatus::Done);
        open_all(&world);
        let cleaned = ao(&["cleanup", "--force", "--branches"]);
        assert_ne!(cleaned.status, 0, "{cleaned}");
        assert!(world.worktree(&id).exists() && !has_ended(&agent));
        world.set_status(&id, &SessionStatus::Working);
        open_all(&world);
    };
    assert_eq!(sees(), "alive");
    stays();
    env.run(&env.root(), "kill", ["-9", &runner]).run().ok();
    until("the killed process ends", || has_ended(&runner));
    assert_eq!(sees(), "alive");
    stays();
    // Where /proc hides the processes of others.
    let hidden = ["-m", "sh", "-c", "mount -t proc -o hidepid=2 proc /proc && exec \"$@\"", "sh"];
    let there = env.run(&env.root(), "unshare", hidden.iter().chain(&["true"])).run();
    if there.status == 0 {
        let run = nobodys(&world, &["status", "--json", &id]).under("setpriv", NOBODY);
        assert_eq!(seen(run.under("unshare", hidden).run()), "unknown");
        open_all(&world);
    } else {
        eprintln!("skipped: /proc cannot be mounted anew");
    }
    // It was killed before it could write down which process the agent is.
    let begun: Vec<_> = text.lines().filter(|line| !line.starts_with("agent")).collect();
    fs::write(&file, begun.join("\n")).unwrap();
    assert_eq!(sees(), "unknown");
    stays();
    // What is written down cannot be read.
    fs::write(&file, &text).unwrap();
    assert_closed(&file, || {
        let out = nobodys(&world, &["status", "--json", &id]).under("setpriv", NOBODY).run();
        assert_eq!(seen(out), "unknown");
    });
    env.run(&env.root(), "kill", ["-9", &agent]).run().ok();
    until("the killed agent ends", || has_ended(&agent));
}

fn assert_closed(file: &Path, then: impl FnOnce()) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    then();
}

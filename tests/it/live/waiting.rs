//! Scripts and persons find the session that waits for them.

use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use git_ao::model::{SessionId, SessionStatus, Timestamp};
use git_ao::ops::{Awaited, Engine, HowMany};
use git_ao::runtime::{
    Exit, Probe, ProcessSpec, Runtime, RuntimeError, Started, Stopped, Terminal,
};

use super::world::{World, id, until};
use crate::support::write_script;

/// An agent that rings the bell of its terminal, and stays.
fn world() -> World {
    let world = World::new();
    let file = world.repo.env().path("bell");
    write_script(&file, "printf 'Really?\\a'; exec sleep 1000");
    world.repo.config("ao.agent.bell.command", file.to_str().unwrap());
    world
}

fn asks(world: &World, title: &str) -> String {
    let id = world.spawn(&["--agent", "bell", "--runtime", "tmux", title]);
    until("it asks", || world.live(&id)["standing"] == "waiting_input");
    id
}

#[test]
fn porcelain_counts_and_lists_what_needs_a_person_first() {
    let world = world();
    let works = world.spawn(&["--runtime", "detached", "One\\of them"]);
    let asks = asks(&world, "Two");
    until("it works", || world.session(&works).status == SessionStatus::Working);
    let ended = world.spawn(&["--no-agent", "ended"]);
    world.set_status(&ended, &SessionStatus::Done);
    let out = world.repo.ao(["status", "--porcelain"]).ok();
    for line in
        ["# sessions 2\n", "# needs_you 1\n", "# waiting_input 1\n", "# active 1\n", "# ready 0\n"]
    {
        assert!(out.stdout.contains(line), "{out}");
    }
    let rows: Vec<Vec<&str>> = out
        .stdout
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(rows.len(), 2, "{out}");
    assert_eq!((rows[0][0], rows[0][1], rows[0][4]), (asks.as_str(), "waiting_input", "bell"));
    assert_eq!((rows[1][0], rows[1][1], rows[1][3]), (works.as_str(), "active", "working"));
    assert_eq!((rows[1].len(), rows[1][6]), (8, "One\\\\of them"));
    world
        .repo
        .ao(["status", "-z"])
        .ok()
        .stdout_has("# sessions 2\0")
        .stdout_has("\tOne\\\\of them\t");
    world.repo.ao(["status", "-z", "--all"]).ok().stdout_has(&ended);
    world.repo.ao(["status", "--porcelain", "--json"]).code(129);
}

#[test]
fn a_wait_says_what_has_come() {
    let world = world();
    world.repo.ao(["wait"]).code(1).stderr_has("no session has an agent at work");
    world.repo.ao(["wait", "nonsense"]).code(1);
    let works = world.spawn(&["--runtime", "detached", "Works"]);
    until("it works", || world.session(&works).status == SessionStatus::Working);
    world.repo.ao(["wait", "--timeout", "0"]).code(124).stdout_is("");
    let asks = asks(&world, "Asks");
    // The first of them, of all, and of one that cannot.
    let row = format!("{asks}\twaiting_input\tAsks\n");
    world.repo.ao(["wait"]).ok().stdout_is(&row);
    world.repo.ao(["wait", "--all", "--timeout", "0"]).code(124).stdout_is(&row);
    world.repo.ao(["wait", &works, "--for", "needs-you", "--timeout", "0"]).code(124);
    let json = world.repo.ao(["wait", "--json", &asks]).ok().json();
    assert_eq!(json["standing"], "waiting_input");
    // The end comes while somebody waits.
    std::thread::scope(|scope| {
        let wait = scope.spawn(|| world.repo.ao(["wait", &works, "--for", "ended"]));
        std::fs::write(world.repo.env().path("go"), "\n").unwrap();
        wait.join().unwrap().ok().stdout_has(&works);
    });
    world.repo.ao(["wait", &works, "--for", "needs-you,ready"]).code(2).stdout_is("");
    // One that was killed from outside needs somebody.
    world.murder(&asks);
    world.repo.ao(["wait", &asks, "--for", "needs-you"]).ok().stdout_has("\tvanished\t");
}

#[test]
fn attach_goes_to_the_one_that_has_waited_longest() {
    let world = world();
    world.repo.ao(["attach"]).code(1).stderr_has("no session waits for you");
    let first = asks(&world, "First");
    // tmux tells the time of a bell in seconds.
    let since: Timestamp =
        world.live(&first)["activity"]["since"].as_str().unwrap().parse().unwrap();
    until("a second has passed", || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        i64::try_from(now).unwrap() > since.as_seconds()
    });
    let second = asks(&world, "Second");
    // Without a terminal, the hint names it.
    let to = |id: &str| format!("git ao send {} ", &id[..8]);
    world.repo.ao(["attach"]).code(1).stderr_has(&to(&first));
    world.repo.ao(["attach", "--next"]).code(1).stderr_has(&to(&first));
    let there = |id: &str| world.repo.within(world.worktree(id));
    there(&first).ao(["attach", "--next"]).code(1).stderr_has(&to(&second));
    there(&second).ao(["attach", "--next"]).code(1).stderr_has(&to(&first));
    world.murder(&second);
    there(&first).ao(["attach", "--next"]).code(1).stderr_has("no other session waits");
    world.repo.ao(["attach", &second, "--next"]).code(129);
}

/// Runs what is never gone, and tells of each look.
struct Looked(Sender<()>);

impl Runtime for Looked {
    fn name(&self) -> &str {
        "looked"
    }

    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }

    fn start(&self, _: &SessionId, _: &ProcessSpec) -> Result<Started, RuntimeError> {
        Ok(Started::Nothing)
    }

    fn probe(&self, _: &SessionId, _: &str) -> Probe {
        let _ = self.0.send(());
        Probe::Alive { pid: None }
    }

    fn wait(&self, _: &SessionId, _: &str, _: Duration) -> Option<Exit> {
        None
    }

    fn stop(&self, _: &SessionId, _: &str, _: Duration) -> Result<Stopped, RuntimeError> {
        Err(RuntimeError::NoAnswer)
    }
}

#[test]
fn one_that_is_deleted_meanwhile_ends_no_wait_for_others() {
    let world = World::new();
    let (tell, told) = channel();
    let engine = Engine::builder(world.store()).runtime(Looked(tell)).build();
    let works = |title: &str| {
        let session = world.spawn(&["--no-agent", title]);
        world.set_status(&session, &SessionStatus::Working);
        world.change_placement(&session, |here| {
            (here.runtime, here.handle) = (Some("looked".to_owned()), Some("x".to_owned()));
        });
        id(&session)
    };
    for how_many in [HowMany::First, HowMany::All] {
        let [deleted, other] = ["Deleted", "Other"].map(works);
        let keys = [deleted.into(), other.into()];
        let wait = || engine.await_standing(&keys, &[Awaited::Ended], (how_many, None));
        while told.try_recv().is_ok() {}
        let stands = std::thread::scope(|scope| {
            let wait = scope.spawn(wait);
            told.recv().unwrap();
            world.store().delete(deleted).unwrap();
            world.set_status(&other.to_string(), &SessionStatus::Done);
            wait.join().unwrap().unwrap()
        });
        let [stands] = &stands[..] else { panic!("{stands:?}") };
        assert!(stands.session.id == other && stands.is_reached, "{stands:?}");
        assert!(
            wait().unwrap_err().to_string().contains("no session"),
            "it must be there at first"
        );
    }
}

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use git_ao::git::Environment;
use git_ao::runtime::{
    Detached, Exit, ExitReport, Probe, Process, ProcessSpec, Runtime, RuntimeError, Runtimes,
    Stopped, Tmux,
};

use crate::deadline::{output_of, wait_for};
use crate::{LIMIT, Place, Words, has_ended, is_gone, pid, session, start, text};

/// A tmux server of a test's own, ended with it.
pub(crate) struct Server {
    pub(crate) place: Place,
    pub(crate) tmux: Tmux,
}

impl Server {
    /// None, with a word about it, where tmux is not installed.
    pub(crate) fn new() -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("skipped: tmux is not installed");
            return None;
        }
        let place = Place::new();
        let tmux = Tmux::new(Some(text(&place.path("socket"))), &Environment::inherited()).unwrap();
        let server = Self { place, tmux };
        server.raw(&["start-server", ";", "set-option", "-g", "exit-empty", "off"]);
        Some(server)
    }

    /// Runs tmux itself on the server, without anybody's configuration.
    pub(crate) fn raw(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-S", text(&self.place.path("socket"))]).args(args);
        command.env_remove("TMUX").env("LEFT_OVER", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = output_of(command.spawn().unwrap(), &format!("tmux {args:?}"), LIMIT);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the server by a session that is not ours.
    fn stranger(&self, name: &str) {
        self.raw(&["new-session", "-d", "-s", name, "sleep", "1000"]);
    }

    fn sessions(&self) -> Vec<String> {
        let names = self.raw(&["list-sessions", "-F", "#{session_name}"]);
        names.lines().map(str::to_owned).collect()
    }

    /// A plan for a shell that says that it is ready and then runs `script`.
    fn ready(&self, name: &str, script: &str) -> (ProcessSpec, Words) {
        let (pipe, words) = self.place.pipe(name);
        (self.place.plan(&format!("echo $$ > \"$1\"; {script}"), &[text(&pipe)]), words)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let socket = self.place.path("socket");
        let mut command = Command::new("tmux");
        command.args(["-S", text(&socket), "kill-server"]).stderr(Stdio::null());
        if let Ok(child) = command.spawn() {
            output_of(child, "tmux kill-server", LIMIT);
        }
    }
}

#[test]
fn arguments_directory_and_environment_are_right() {
    let Some(server) = Server::new() else { return };
    server.stranger("other");
    let place = &server.place;
    let cwd = place.path("odd #(touch evil) #{pid} ü;");
    fs::create_dir(&cwd).unwrap();
    let (pipe, words) = place.pipe("pipe");
    let script = r#"printf '%s|' "$PWD" "$A" "$B" "${LEFT_OVER-unset}" "$@" > "$0"; sleep 1000"#;
    let odd = ["", "a b", "$(x) 'q' \"d\"", "-x", "ü\nz;", ";", "\\;", "#{pid}", "~"];
    let mut plan = place.plan(script, &odd);
    plan.argv[3] = pipe.into();
    plan.cwd = cwd.clone();
    plan.set = vec![("A".into(), "b c\n$d #{pid};".into()), ("B".into(), "".into())];
    plan.remove = vec!["LEFT_OVER".into()];
    let id = session("7b6d11f9");
    let handle = start(&server.tmux, &id, &plan);
    assert_eq!(handle, "ao-7b6d11f9");
    let words = words.read();
    let words: Vec<&str> = words.split('|').collect();
    let cwd = cwd.canonicalize().unwrap();
    assert_eq!(words[..4], [text(&cwd), "b c\n$d #{pid};", "", "unset"]);
    assert_eq!(words[4..13], odd);
    assert!(!cwd.join("evil").exists());

    let (pipe, words) = server.place.pipe("single");
    let program = server.place.path("a=b $(x)");
    fs::write(&program, format!("#!/bin/sh\npwd > '{}'\nsleep 1000\n", pipe.display())).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&program).status().unwrap().success());
    let one = ProcessSpec::new([program], server.place.dir.path());
    start(&server.tmux, &session("aaaaaaaa"), &one);
    let here = server.place.dir.path().canonicalize().unwrap();
    assert_eq!(words.read().trim_end(), text(&here));
}

#[test]
fn runtime_targets_are_exact() {
    let Some(server) = Server::new() else { return };
    server.stranger("ao-7b6d11f9");
    server.stranger("ao-7b6d11f9-22");
    let id = session("7b6d11f9");
    let (plan, words) = server.ready("pipe", "sleep 1000");
    let handle = start(&server.tmux, &id, &plan);
    assert_eq!(handle, "ao-7b6d11f9-2");
    let shell = words.read();
    assert_eq!(pid(server.tmux.probe(&id, &handle)).to_string(), shell.trim());

    for other in ["ao-7b6d11f9", "ao-7b6d11f9-22", "ao-7b6d11f9-", "ao-*", "ao", "", "=", "%0"] {
        assert!(is_gone(server.tmux.probe(&id, other)), "{other}");
        assert!(server.tmux.send(&id, other, "exit").is_err(), "{other}");
        assert!(server.tmux.attach(&id, other).is_err(), "{other}");
        let stopped = server.tmux.stop(&id, other, LIMIT);
        assert!(matches!(stopped, Ok(Stopped::AlreadyGone) | Err(RuntimeError::NotOurs(_))));
    }
    let stranger = session("11111111");
    assert!(is_gone(server.tmux.probe(&stranger, &handle)));
    let stopped = server.tmux.stop(&stranger, &handle, LIMIT);
    assert!(matches!(stopped, Err(RuntimeError::NotOurs(_))));
    assert_eq!(server.sessions().len(), 3);

    let again = server.tmux.start(&id, &server.place.plan("sleep 1000", &[]));
    assert!(matches!(again, Err(RuntimeError::AlreadyRunning(name)) if name == handle));
    let attach = server.tmux.attach(&id, &handle).unwrap();
    assert_eq!(attach.argv[3..], ["attach-session", "-t", "=ao-7b6d11f9-2:"]);
    assert_eq!(server.tmux.stop(&id, &handle, LIMIT).unwrap(), Stopped::Ended);
    assert_eq!(server.sessions(), ["ao-7b6d11f9", "ao-7b6d11f9-22"]);
    assert_eq!(server.tmux.stop(&id, &handle, LIMIT).unwrap(), Stopped::AlreadyGone);
}

#[test]
fn fallback_runtime_name_is_unique() {
    let Some(server) = Server::new() else { return };
    let ids = [
        "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap(),
        "7b6d11f9-0000-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap(),
    ];
    let plan = server.place.plan("sleep 1000", &[]);
    let handles = ids.map(|id| start(&server.tmux, &id, &plan));
    assert_eq!(handles, ["ao-7b6d11f9", "ao-7b6d11f9-2"]);
    let asked = [(ids[0], &*handles[0]), (ids[1], &*handles[1]), (ids[0], &*handles[1])];
    let answers = server.tmux.probe_all(&asked);
    assert!(matches!(answers[..], [Probe::Alive { .. }, Probe::Alive { .. }, Probe::Gone]));
}

#[test]
fn a_text_is_sent_literally_and_submitted() {
    let Some(server) = Server::new() else { return };
    let (out, sent) = server.place.pipe("out");
    let (ready, words) = server.place.pipe("ready");
    // Ends at a line of its own, and with it the pipe.
    let script = r#"exec 3> "$2"; echo ready; echo > "$1"; while IFS= read -r line; do
        test "$line" = end && break; printf '%s\n' "$line" >&3; done"#;
    let id = session("7b6d11f9");
    let plan = server.place.plan(script, &[text(&ready), text(&out)]);
    let handle = start(&server.tmux, &id, &plan);
    words.read();
    // A person looks at another window, and has scrolled back in ours.
    let target = format!("={handle}:");
    server.raw(&["copy-mode", "-t", &target]);
    server.raw(&["new-window", "-t", &target, "sleep", "1000"]);
    let text =
        "it's \"odd\" $(touch x) `y` #{pid};\n-l leading\n\n\tEnter C-c ü 修复 \u{1f600};\n\\";
    server.tmux.send(&id, &handle, text).unwrap();
    server.tmux.send(&id, &handle, "-t").unwrap();
    server.tmux.send(&id, &handle, "").unwrap();
    server.tmux.send(&id, &handle, "a\r\nb;").unwrap();
    for control in ["\u{1b}[201~x", "\u{3}", "a\rb", "nul\0"] {
        let refused = server.tmux.send(&id, &handle, control);
        assert!(matches!(refused, Err(RuntimeError::Unsendable(_))), "{control:?}");
    }
    server.tmux.send(&id, &handle, "end").unwrap();
    assert_eq!(sent.read(), format!("{text}\n-t\n\na\nb;\n"));
    assert_eq!(server.raw(&["list-buffers"]), "");
}

#[test]
fn a_text_that_does_not_show_is_not_submitted() {
    let Some(server) = Server::new() else { return };
    let (out, asked) = server.place.pipe("out");
    let (ready, words) = server.place.pipe("ready");
    let script = r#"stty -echo; echo 'allow it?'; echo > "$1"; read -r line; echo "$line" > "$2""#;
    let id = session("7b6d11f9");
    let plan = server.place.plan(script, &[text(&ready), text(&out)]);
    let handle = start(&server.tmux, &id, &plan);
    words.read();
    let impatient = server.tmux.clone().with_limit(Duration::from_millis(500));
    let refused = impatient.send(&id, &handle, "yes");
    assert!(matches!(refused, Err(RuntimeError::NotShown)), "{refused:?}");
    pid(server.tmux.probe(&id, &handle));
    server.tmux.send(&id, &handle, "").unwrap();
    assert_eq!(asked.read(), "yes\n");
}

#[test]
fn what_cannot_be_known_is_unknown() {
    let place = Place::new();
    let id = session("7b6d11f9");
    let missing = Tmux::new(None, &Environment::inherited()).unwrap().with_program("/no/such/tmux");
    let Probe::Unknown(error) = missing.probe(&id, "ao-7b6d11f9") else { panic!() };
    assert!(matches!(error, RuntimeError::NotInstalled(_)), "{error}");
    assert!(missing.start(&id, &place.plan("", &[])).is_err());
    assert!(missing.stop(&id, "ao-7b6d11f9", LIMIT).is_err());
    if Server::new().is_none() {
        return;
    }
    let nobody = Tmux::new(Some(text(&place.path("nobody"))), &Environment::inherited()).unwrap();
    assert!(is_gone(nobody.probe(&id, "ao-7b6d11f9")), "no server, no session");
    let stopped = nobody.stop(&id, "ao-7b6d11f9", LIMIT).unwrap();
    assert_eq!(stopped, Stopped::AlreadyGone);
    fs::write(place.path("file"), "").unwrap();
    let socket = place.path("file/socket");
    let unreadable =
        Runtimes::default().named("tmux", Some(text(&socket)), &Environment::inherited()).unwrap();
    for probe in unreadable.probe_all(&[(id, "ao-7b6d11f9"), (id, "x")]) {
        assert!(matches!(probe, Probe::Unknown(RuntimeError::Tmux(_))), "{probe:?}");
    }
    assert!(unreadable.stop(&id, "ao-7b6d11f9", LIMIT).is_err());
}

#[test]
fn a_suspended_server_is_not_waited_for() {
    let Some(server) = Server::new() else { return };
    let (plan, words) = server.ready("pipe", "sleep 1000");
    let id = session("7b6d11f9");
    let handle = start(&server.tmux, &id, &plan);
    words.read();
    let tmux = server.raw(&["display-message", "-p", "#{pid}"]);
    let signal = |name: &str| {
        assert!(Command::new("kill").args([name, tmux.trim()]).status().unwrap().success());
    };
    signal("-STOP");
    let impatient = server.tmux.clone().with_limit(Duration::from_millis(100));
    let probe = impatient.probe(&id, &handle);
    let failed = [
        impatient.start(&session("00000000"), &plan).err(),
        impatient.send(&id, &handle, "x").err(),
        impatient.stop(&id, &handle, LIMIT).err(),
        impatient.attach(&id, &handle).err(),
    ];
    signal("-CONT");
    for error in failed {
        assert!(matches!(error, Some(RuntimeError::NoAnswer)), "{error:?}");
    }
    assert!(matches!(probe, Probe::Unknown(RuntimeError::NoAnswer)), "{probe:?}");
    pid(server.tmux.probe(&id, &handle));
}

#[test]
fn a_dead_server_means_gone() {
    let Some(server) = Server::new() else { return };
    let (plan, words) = server.ready("pipe", "sleep 1000");
    let id = session("7b6d11f9");
    let handle = start(&server.tmux, &id, &plan);
    words.read();
    let tmux = server.raw(&["display-message", "-p", "#{pid}"]).trim().parse().unwrap();
    let tmux = Process::of(tmux).unwrap().unwrap().to_string();
    Detached::default().stop(&id, &tmux, LIMIT).unwrap();
    assert!(is_gone(server.tmux.probe(&id, &handle)));
}

#[test]
fn dead_agent_in_live_tmux_is_gone_and_can_start_again() {
    let Some(server) = Server::new() else { return };
    server.stranger("other");
    server.raw(&["set-option", "-g", "remain-on-exit", "on"]);
    let id = session("7b6d11f9");
    let (plan, words) = server.ready("pipe", r#"read line"#);
    let old = start(&server.tmux, &id, &plan);
    words.read();
    server.tmux.send(&id, &old, "").unwrap();
    // Not by tmux's hook `pane-died`: where tmux keeps utmp(5) by libutempter, as Debian's does, it
    // ignores the end of the process while it takes the closed terminal's entry out, and then never
    // runs the hook.
    let is_dead = ["list-panes", "-t", &format!("={old}:"), "-F", "#{pane_dead}"];
    wait_for("the pane is dead", || server.raw(&is_dead).trim() == "1");
    assert!(is_gone(server.tmux.probe(&id, &old)));
    assert!(matches!(server.tmux.send(&id, &old, "x"), Err(RuntimeError::Gone(_))));

    let new = start(&server.tmux, &id, &server.place.plan("sleep 1000", &[]));
    assert_ne!(new, old);
    assert_eq!(server.tmux.stop(&id, &old, LIMIT).unwrap(), Stopped::AlreadyGone);
    assert!(!server.sessions().contains(&old), "what is left of it goes");
    pid(server.tmux.probe(&id, &new));
}

#[test]
fn one_that_ignores_signals_is_killed() {
    let Some(server) = Server::new() else { return };
    server.stranger("other");
    let id = session("7b6d11f9");
    let (pipe, words) = server.place.pipe("pipe");
    let script = r#"trap "" TERM HUP INT; sleep 1000 & echo $! > "$1"; while :; do wait; done"#;
    let handle = start(&server.tmux, &id, &server.place.plan(script, &[text(&pipe)]));
    let child = words.read();
    let stopped = server.tmux.stop(&id, &handle, Duration::from_millis(50)).unwrap();
    assert_eq!(stopped, Stopped::Killed);
    assert!(is_gone(server.tmux.probe(&id, &handle)));
    assert!(has_ended(child.trim()));
    assert_eq!(server.sessions(), ["other"]);
}

#[test]
fn a_directory_that_is_not_there_is_said() {
    let Some(server) = Server::new() else { return };
    let plan = ProcessSpec::new(["true"], server.place.path("nowhere"));
    let error = server.tmux.start(&session("7b6d11f9"), &plan).unwrap_err();
    assert!(matches!(error, RuntimeError::NoDirectory(_)), "{error}");
}

#[test]
fn it_keeps_the_laws_of_runtimes() {
    let Some(server) = Server::new() else { return };
    git_ao::testing::RuntimeLaws::new(&server.tmux).check();
    assert_eq!(server.raw(&["list-sessions"]), "");
}

/// tmux says that a terminal has closed before it says how its process ended.
#[test]
fn an_exit_status_that_comes_late_is_waited_for() {
    let Some(server) = Server::new() else { return };
    let seen = server.place.path("seen");
    for (is_once, expected) in [("test ! -e", Exit::Code(4)), ("test", Exit::Unknown)] {
        let program = server.place.path("late-tmux");
        let script = format!(
            "#!/bin/sh\nout=$(tmux \"$@\") || exit\ncase $out in *' 1,4,'*) \
             {is_once} '{seen}' && out=$(printf %s \"$out\" | sed 's/ 1,4,/ 1,,/'); : >'{seen}' ;; \
             esac\ntest -z \"$out\" || printf '%s\\n' \"$out\"\n",
            seen = seen.display()
        );
        fs::write(&program, script).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&program).status().unwrap().success());
        let late = server.tmux.clone().with_program(&program);
        let id = session("7b6d11f9");
        let script = "while ! test -e go; do sleep 0.05; done; exit 4";
        let plan = server.place.plan(script, &[]).report(ExitReport::Kept);
        let handle = start(&late, &id, &plan);
        fs::write(server.place.path("go"), "").unwrap();
        assert_eq!(late.wait(&id, &handle, LIMIT), Some(expected));
        assert!(seen.exists(), "the status was left out at least once");
        server.tmux.stop(&id, &handle, Duration::ZERO).unwrap();
        fs::remove_file(&seen).unwrap();
        fs::remove_file(server.place.path("go")).unwrap();
    }
}

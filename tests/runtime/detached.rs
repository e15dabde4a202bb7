use std::fs;
use std::time::Duration;

use git_ao::runtime::{
    Detached, Foreground, NoRuntime, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started,
    Stopped, Terminal,
};

use crate::{LIMIT, Place, has_ended, is_gone, pid, session, start, text};

#[test]
fn it_has_its_own_session_its_environment_and_a_log() {
    let place = Place::new();
    let (pipe, words) = place.pipe("pipe");
    let script = r#"read line; echo "out $line"; echo err >&2
        printf '%s|' "$PWD" "$A" "${CARGO-unset}" "$(ps -o sid= -p $$ | tr -d ' ')" $$ "$@" > "$0""#;
    let odd = ["", "a b", "$(x) 'q' \"d\"", "-x", "ü\nz;"];
    let mut plan = place.plan(script, &odd);
    plan.argv[3] = pipe.clone().into();
    plan.set = vec![("A".into(), "b c\n$d;".into())];
    plan.remove = vec!["CARGO".into()];
    plan.log = Some(place.path("log"));
    fs::write(place.path("log"), "before\n").unwrap();
    let id = session("7b6d11f9");
    let handle = start(&Detached::default(), &id, &plan);
    let words = words.read();
    let words: Vec<&str> = words.split('|').collect();
    let cwd = place.dir.path().canonicalize().unwrap();
    assert_eq!(words[..3], [text(&cwd), "b c\n$d;", "unset"]);
    assert_eq!(words[3], words[4], "it leads its session");
    assert_eq!(words[5..10], odd);
    assert!(handle.starts_with(&format!("{}@", words[4])), "{handle}");
    Detached::default().stop(&id, &handle, LIMIT).unwrap();
    assert_eq!(fs::read_to_string(place.path("log")).unwrap(), "before\nout \nerr\n");
    assert!(is_gone(Detached::default().probe(&id, &handle)));
}

#[test]
fn it_ends_when_asked_and_takes_along_what_it_started() {
    let place = Place::new();
    let (pipe, words) = place.pipe("pipe");
    // Job control gives the child a group of its own.
    let plan = place.plan(r#"set -m; sleep 1000 & echo $! > "$1"; wait"#, &[text(&pipe)]);
    let id = session("7b6d11f9");
    let handle = start(&Detached::default(), &id, &plan);
    let child = words.read();
    assert!(!has_ended(child.trim()));
    assert_eq!(Detached::default().stop(&id, &handle, LIMIT).unwrap(), Stopped::Ended);
    assert!(is_gone(Detached::default().probe(&id, &handle)));
    assert!(has_ended(child.trim()));
    assert_eq!(Detached::default().stop(&id, &handle, LIMIT).unwrap(), Stopped::AlreadyGone);
}

#[test]
fn one_that_ignores_the_signal_is_killed() {
    let place = Place::new();
    let (pipe, words) = place.pipe("pipe");
    let script = r#"trap "" TERM HUP INT; echo ready > "$1"; while :; do sleep 1000; done"#;
    let id = session("7b6d11f9");
    let handle = start(&Detached::default(), &id, &place.plan(script, &[text(&pipe)]));
    words.read();
    let stopped = Detached::default().stop(&id, &handle, Duration::from_millis(50)).unwrap();
    assert_eq!(stopped, Stopped::Killed);
    assert!(is_gone(Detached::default().probe(&id, &handle)));
}

#[test]
fn a_reused_process_id_is_not_taken_for_the_agent() {
    let place = Place::new();
    let (pipe, words) = place.pipe("pipe");
    let id = session("7b6d11f9");
    let plan = place.plan(r#"echo ready > "$1"; exec sleep 1000"#, &[text(&pipe)]);
    let handle = start(&Detached::default(), &id, &plan);
    words.read();
    let (number, stamp) = handle.split_once('@').unwrap();
    for other in [format!("{number}@1{stamp}"), format!("{number}@{stamp}0"), format!("{number}@0")]
    {
        assert!(is_gone(Detached::default().probe(&id, &other)), "{other}");
        assert_eq!(Detached::default().stop(&id, &other, LIMIT).unwrap(), Stopped::AlreadyGone);
    }
    assert_eq!(pid(Detached::default().probe(&id, &handle)).to_string(), number);
    for bad in ["", "ao-7b6d11f9", "1@1", "0@1", "-1@1"] {
        assert!(matches!(Detached::default().probe(&id, bad), Probe::Unknown(_)), "{bad}");
        assert!(matches!(
            Detached::default().stop(&id, bad, LIMIT),
            Err(RuntimeError::BadHandle { .. })
        ));
    }
    Detached::default().stop(&id, &handle, LIMIT).unwrap();
}

#[test]
fn what_cannot_start_is_an_error() {
    let place = Place::new();
    let id = session("7b6d11f9");
    let missing = ProcessSpec::new(["/no/such/program"], place.dir.path());
    let error = Detached::default().start(&id, &missing).unwrap_err();
    assert_eq!(error.to_string(), "'/no/such/program' is not installed");
    let nowhere = ProcessSpec::new(["true"], place.path("nowhere"));
    assert!(matches!(Detached::default().start(&id, &nowhere), Err(RuntimeError::NoDirectory(_))));
    let empty = ProcessSpec::new([""; 0], place.dir.path());
    assert!(Detached::default().start(&id, &empty).is_err());
    for error in [
        Detached::default().send(&id, "2@1", "x").unwrap_err(),
        Detached::default().attach(&id, "2@1").map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, RuntimeError::Unsupported { .. }));
    }
}

#[test]
fn the_foreground_is_the_caller_and_none_is_nothing() {
    let id = session("7b6d11f9");
    let me = Process::current().unwrap().to_string();
    let here = Foreground.start(&id, &ProcessSpec::default()).unwrap();
    assert_eq!(here, Started::Here(me.clone()));
    assert_eq!(pid(Foreground.probe(&id, &me)), std::process::id());
    assert_eq!(Foreground.terminal(), Terminal::Present);

    assert_eq!(NoRuntime.start(&id, &ProcessSpec::default()).unwrap(), Started::Nothing);
    assert!(is_gone(NoRuntime.probe(&id, "")));
    assert!(NoRuntime.send(&id, "", "x").is_err());
}

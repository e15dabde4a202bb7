//! What `status` shows on terminals of different widths, as a person sees it.

use git_ao::model::SessionStatus;
use git_ao::ops::Engine;
use git_ao::transcript::{EntryKind, Role, TranscriptEntry};
use unicode_width::UnicodeWidthStr as _;

use super::world::{World, id, until};
use crate::support::write_script;

const TITLES: [&str; 4] = [
    "Find out why the test of the parser fails each time that the machine is under load",
    "東京の時刻を直す、夏時間が始まる前に、すべての画面で",
    "Short",
    "Describe the configuration, with an example for each of the keys that somebody asked about",
];

/// Sessions that ask, are at work, have vanished, and have no agent.
fn world() -> (World, [String; 4]) {
    let world = World::new();
    for (name, command) in
        [("bell", "printf 'Really?\\a'; exec sleep 1000"), ("long", "sleep 1000")]
    {
        let file = world.repo.env().path(name);
        write_script(&file, command);
        world.repo.config(&format!("ao.agent.{name}.command"), file.to_str().unwrap());
    }
    let asks = world.spawn(&["--agent", "bell", "--runtime", "tmux", TITLES[0]]);
    let works = world.spawn(&["--agent", "long", "--runtime", "detached", TITLES[1]]);
    let vanished = world.spawn(&["--agent", "long", "--runtime", "detached", TITLES[2]]);
    let none = world.spawn(&["--no-agent", TITLES[3]]);
    for id in [&asks, &works, &vanished] {
        until("it works", || world.session(id).status == SessionStatus::Working);
    }
    world.murder(&vanished);
    let engine = Engine::new(world.store());
    let words = "All tests pass now; the clock was read twice.\nShall I commit?";
    for of in [&asks, &works] {
        let said = TranscriptEntry::new(Role::Assistant, EntryKind::Text, words);
        engine.append(id(of), &[said]).unwrap();
    }
    until("the bell has rung", || world.live(&asks)["standing"] == "waiting_input");
    let tree = world.repo.within(world.worktree(&none));
    tree.git([
        "checkout",
        "-q",
        "-b",
        "a-branch/with-a-name-that-is-quite-long-for-a-narrow-screen",
    ]);
    (world, [asks, works, vanished, none])
}

/// The lines of a terminal of this width in which git-ao was typed.
fn screen(world: &World, width: usize, args: &str) -> Vec<String> {
    let name = format!("w{width}");
    let done = world.repo.env().path("done");
    let _ = std::fs::remove_file(&done);
    let program = env!("CARGO_BIN_EXE_git-ao");
    let home = world.repo.env().home();
    let script = format!(
        "export HOME='{}'; GIT_PAGER=cat '{program}' {args}; echo >'{}'; exec sleep 1000",
        home.display(),
        done.display()
    );
    let size = width.to_string();
    let new = ["new-session", "-d", "-x", &size, "-y", "30", "-s", &name, &script];
    world.tmux(&new).ok();
    until("it has ended", || done.exists());
    let target = format!("={name}:");
    let text = world.tmux(&["capture-pane", "-p", "-t", &target]).ok().stdout;
    world.tmux(&["kill-session", "-t", &target[..target.len() - 1]]).ok();
    text.trim_end().lines().map(str::to_owned).collect()
}

#[test]
fn each_session_has_one_line_at_any_width() {
    let (world, [asks, works, vanished, none]) = world();
    let headers = [
        (40, "ID        ACTIVITY      TITLE"),
        (60, "ID        STATUS   ACTIVITY  BASE  TITLE"),
        (80, "ID        STATUS   AGENT  ACTIVITY  WORKTREE  BASE  TITLE"),
        (120, "ID        STATUS   AGENT  ACTIVITY  AGE  WORKTREE  BASE  TITLE"),
        (200, "ID        STATUS   AGENT  ACTIVITY  AGE  WORKTREE  BASE  TITLE  SAID"),
    ];
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for (width, header) in headers {
        let lines = screen(&world, width, "status");
        let text = lines.join("\n");
        assert!(lines.iter().all(|line| line.width() <= width), "{text}");
        assert_eq!(words(&lines[0]), words(header), "{width}\n{text}");
        // Those that need a person come first.
        let order = [&asks, &vanished, &works, &none];
        for (line, id) in lines[1..].iter().zip(order) {
            assert!(line.starts_with(&id[..8]), "{width}\n{text}");
        }
        assert!(lines[1].contains(" asks "), "{text}");
        assert!(lines[2].contains(" vanished ") && lines[3].contains(" active "), "{text}");
        let summary = "4 sessions: 1 needs you, 1 vanished";
        assert!(text.replace('\n', "").contains(summary), "{text}");
        assert!(text.replace('\n', "").contains("git ao restore --all"), "{text}");
    }
}

#[test]
fn a_list_fits_too() {
    let (world, ids) = world();
    for width in [40, 60, 80, 120, 200] {
        let lines = screen(&world, width, "list");
        let text = lines.join("\n");
        assert_eq!(lines.len(), 1 + ids.len(), "{width}\n{text}");
        assert!(lines.iter().all(|line| line.width() <= width), "{text}");
        assert!(lines[0].contains("STATUS") && lines[0].contains("TITLE"), "{text}");
    }
}

#[test]
fn what_was_cut_says_so() {
    let (world, _) = world();
    let wide = screen(&world, 200, "status");
    assert!(wide[1].contains("  All tests pass now; the clock was read twice. Sha"), "{wide:#?}");
    let narrow = screen(&world, 60, "status");
    assert!(narrow[1].ends_with('…') && narrow[3].ends_with('…'), "{narrow:#?}");
    assert!(narrow[2].ends_with("Short"), "{narrow:#?}");
    // One session that is named needs no summary.
    let one = screen(&world, 80, "status latest");
    assert_eq!(one.len(), 2, "{one:#?}");
}

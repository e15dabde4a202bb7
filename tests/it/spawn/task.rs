use std::fs;

use super::{spawn, text, traces};
use crate::support::{Repo, write_script};

#[test]
fn the_task_comes_from_words_a_file_or_standard_input() {
    let repo = Repo::new();
    let odd = "line 1 \"quoted\" 'too' $(no) `no`\n\n  indented \\ \ttab\n-last, ünïcode 🦀\n";
    fs::write(repo.dir().join("task.md"), odd).unwrap();
    assert_eq!(text(&spawn(&repo, &["--file", "task.md"]), "task"), odd);
    for args in [["spawn", "--json", "-"], ["spawn", "--json", "--file=-"]] {
        let out = repo.ao_run(args).input(odd).run().ok();
        assert_eq!(text(&out.json(), "task"), odd);
    }
    assert_eq!(text(&spawn(&repo, &["--", "-x", "y"]), "task"), "-x y");
}

#[test]
fn the_title_is_the_first_line_that_says_something() {
    let repo = Repo::new();
    assert_eq!(text(&spawn(&repo, &["\n\n  First.\nSecond."]), "title"), "First.");
    assert_eq!(text(&spawn(&repo, &["--title", " ", "First."]), "title"), "First.");
    let long = "word ".repeat(40);
    let made = spawn(&repo, &[&long]);
    let title = text(&made, "title");
    assert!(title.chars().count() <= 72 && title.ends_with("word…"), "{title}");
}

#[test]
fn an_editor_writes_the_task() {
    let repo = Repo::new();
    let script = |name: &str, body: &str| {
        let path = repo.env().path(name);
        write_script(&path, body);
        path
    };
    let writes =
        script("my editor", "printf 'From the editor\\n# kept\\nend\\n' >\"$2\"; cat \"$2\" >&2");
    let editor = format!("'{}' --wait", writes.display());
    let run =
        |args: &[&str], editor: &str| repo.ao_run(args.to_vec()).env("GIT_EDITOR", editor).run();
    let out = run(&["spawn", "--json", "--edit"], &editor).ok();
    assert_eq!(text(&out.json(), "task"), "From the editor\n# kept\nend");

    let before = traces(&repo);
    let leaves = script("leave", ":");
    run(&["spawn", "--edit"], leaves.to_str().unwrap()).code(1).stderr_has("the task is empty");
    run(&["spawn", "--edit"], "false").code(1).stderr_has("problem with the editor 'false'");
    assert_eq!(traces(&repo), before);

    let out = run(&["spawn", "--json", "--edit", "given"], leaves.to_str().unwrap()).ok();
    assert_eq!(text(&out.json(), "task"), "given");
}

#[test]
fn what_cannot_be_a_task_is_refused() {
    let repo = Repo::new();
    let before = traces(&repo);
    let with_input = |bytes: Vec<u8>| repo.ao_run(["spawn", "-"]).input(bytes).run();
    with_input(b" \n\n".to_vec()).code(1).stderr_has("the task is empty");
    with_input(b"a\0b".to_vec()).code(1).stderr_has("NUL");
    with_input(b"\xff\xfe".to_vec()).code(128).stderr_has("not UTF-8");
    with_input(vec![b'x'; 5 << 20]).code(1).stderr_has("longer than 768 KiB");
    repo.ao(["spawn"]).code(129).stderr_has("no task was given");
    repo.ao(["spawn", "--file", "missing"]).code(128).stderr_has("cannot read the task");
    repo.ao(["spawn", "--file", "x", "words"]).code(129);
    repo.ao(["spawn", "--issue", "", "x"]).code(129);
    repo.ao(["spawn", "--pr", "seven", "x"]).code(129);
    assert_eq!(traces(&repo), before);
}

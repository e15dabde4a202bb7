use std::fs;
use std::process::{Command, Stdio};

use super::{assert_current, project_file};
use crate::support::{Repo, TestEnv, for_each_format};

/// The pages of section 1 are made from the program's own help.
#[test]
fn the_manual_says_what_the_program_knows() {
    let env = TestEnv::new();
    let ao = |args: &[&str]| env.ao(&env.root(), args).run().ok();
    let overview = ao(&["man"]).stdout;
    assert_current("man/git-ao.1", &overview);
    let by_hand = [
        "git-ao-config.5",
        "git-ao-attention.7",
        "git-ao-hooks.7",
        "git-ao-sharing.7",
        "git-ao-transcripts.7",
        "git-ao-worktrees.7",
        "gitformat-ao.5",
    ];
    let mut names: Vec<_> = by_hand.into_iter().chain(["git-ao.1"]).map(str::to_owned).collect();
    for verb in verbs() {
        assert!(overview.contains(&verb.replace('-', "\\-")), "git-ao(1) does not name '{verb}'");
        let name = format!("git-ao-{verb}.1");
        assert_current(&format!("man/{name}"), ao(&["man", &name]).text());
        names.push(name);
    }
    names.sort();
    let files = fs::read_dir(project_file("man")).unwrap();
    let mut found: Vec<_> =
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    found.sort();
    assert_eq!(found, names);
}

/// Each setting, and each word that a setting can hold, as the source lists them.
#[test]
fn every_setting_is_in_the_manual() {
    let page = fs::read_to_string(project_file("man/git-ao-config.5")).unwrap();
    let readme = fs::read_to_string(project_file("README.md")).unwrap();
    let quoted = |file: &str, from: &str, to: &str| -> Vec<String> {
        let source = fs::read_to_string(project_file(file)).unwrap();
        let (_, rest) = source.split_once(from).unwrap();
        let (list, _) = rest.split_once(to).unwrap();
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let keys = quoted("src/git/settings.rs", "use super::{", "const KEYS");
    assert!(keys.len() > 10, "{keys:?}");
    for key in keys {
        assert!(page.contains(&format!("\n.B {key}\n")), "the manual does not explain '{key}'");
        assert!(readme.contains(&format!("| `{key}` |")), "the README does not name '{key}'");
    }
    let of_agents = quoted("src/agent/config.rs", "let form = match what {", "_ => return");
    assert!(of_agents.len() > 9, "{of_agents:?}");
    for key in of_agents {
        let named = page.to_ascii_lowercase().contains(&key);
        assert!(named, "the manual does not explain 'ao.agent.<name>.{key}'");
    }
    let slots = quoted("src/agent/template.rs", "const ALL", "];");
    assert_eq!(slots.len(), 10);
    for slot in slots {
        assert!(page.contains(&format!("\n.B {{{slot}}}\n")), "the manual lacks '{{{slot}}}'");
    }
}

#[test]
fn the_examples_of_the_settings_can_be_used() {
    let page = fs::read_to_string(project_file("man/git-ao-config.5")).unwrap();
    let (_, rest) = page.split_once(".SH EXAMPLES").unwrap();
    let script = rest.lines().filter(|line| line.starts_with("git config "));
    let script = script.collect::<Vec<_>>().join("\n").replace('\\', "");
    assert_eq!(script.lines().count(), 8, "{script}");
    let repo = Repo::new();
    let script = script.replace("--global", "--local");
    repo.env().run(repo.dir(), "sh", ["-e", "-c", &script]).run().ok();
    let agents = repo.ao(["agents", "--json"]).ok().json();
    let mine = agents["agents"].as_array().unwrap().iter().find(|it| it["name"] == "mine").unwrap();
    let can = ["launch:interactive", "launch:headless", "resume:interactive", "resume:headless"];
    assert_eq!((&mine["id"], &mine["can"]), (&"given".into(), &can.as_slice().into()), "{mine}");
    repo.ao(["spawn", "--agent", "mine", "x"]).code(1).stderr_has("there is no 'my-agent' on PATH");
}

/// The verbs that the overview lists.
fn verbs() -> Vec<String> {
    let env = TestEnv::new();
    let overview = env.ao(&env.root(), ["-h"]).run().code(129);
    let (verbs, _) = overview.stdout.split_once("\nguides\n").unwrap();
    let lines = verbs.lines().filter(|line| line.starts_with("   "));
    let verbs: Vec<_> =
        lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(verbs.len() >= 10, "{verbs:?}");
    verbs
}

#[test]
fn the_pages_have_no_mistakes_in_their_source() {
    let Ok(check) = Command::new("groff").arg("--version").stdout(Stdio::null()).status() else {
        println!("skipped: groff is not installed (Debian: groff)");
        return;
    };
    assert!(check.success());
    for page in fs::read_dir(project_file("man")).unwrap() {
        let page = page.unwrap().path();
        let output = Command::new("groff")
            .args(["-k", "-man", "-Tutf8", "-ww", "-z"])
            .arg(&page)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{}: {said}", page.display());
    }
}

/// Another program can write the store by what the format's page says: its example does.
#[test]
fn the_example_of_the_format_archives_a_session() {
    let page = fs::read_to_string(project_file("man/gitformat-ao.5")).unwrap();
    let (_, rest) = page.split_once("Archiving a session with git alone").unwrap();
    let (_, rest) = rest.split_once(".nf\n").unwrap();
    let (script, _) = rest.split_once(".fi\n").unwrap();
    let script = script.replace("\\(rs", "\\");

    for_each_format(|repo| {
        let made = repo.ao(["spawn", "--json", "x"]).ok().json();
        let id = made["session"]["id"].as_str().unwrap();
        let run = repo.env().run(repo.dir(), "sh", ["-e", "-c", &script]);
        run.env("id", id).env("project", "demo").run().ok();
        let names = repo.git(["ls-tree", "-r", "--name-only", "refs/ao/sessions"]);
        assert_eq!(names, format!("archive/demo/{}/{id}.yaml\nversion\n", &id[..2]));
        repo.ao(["fork", "--json", id]).ok();
        repo.git(["fsck", "--strict"]);
        let log =
            repo.git(["log", "--format=%s|%(trailers:key=Ao-Op,valueonly)", "refs/ao/sessions"]);
        assert!(log.contains(&format!("archive {}|archive", &id[..8])), "{log}");
    });
}

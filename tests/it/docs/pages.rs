use std::fs;
use std::process::{Command, Stdio};

use super::{assert_current, project_file};
use crate::support::{TestEnv, for_each_repo};

/// The pages of section 1 are made from the program's own help.
#[test]
fn the_manual_says_what_the_program_knows() {
    let env = TestEnv::new();
    let ao = |args: &[&str]| env.ao(&env.root(), args).run().ok();
    let overview = ao(&["man"]).stdout;
    assert_current("man/git-ao.1", &overview);
    let mut names = ["git-ao.1", "git-ao-hooks.7", "git-ao-sharing.7", "gitformat-ao.5"]
        .map(str::to_owned)
        .to_vec();
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

/// The verbs that the overview lists.
fn verbs() -> Vec<String> {
    let env = TestEnv::new();
    let overview = env.ao(&env.root(), ["-h"]).run().code(129);
    let lines = overview.stdout.lines().filter(|line| line.starts_with("   "));
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

    for_each_repo(|repo| {
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

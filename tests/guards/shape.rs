//! How long files are, and that a face is only a face; its documentation may be long.

use super::{Finding, keep, report, source, tokens};

const MEDIAN: usize = 150;
const LONGEST: usize = 600;
const FACE: usize = 120;

/// Lines without the test modules: up to the first `#[cfg(test)]` at the margin that opens one, and
/// what stands behind its end.
fn length(text: &str) -> usize {
    let (mut count, mut in_tests) = (0, false);
    let lines: Vec<_> = text.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let opens = *line == "#[cfg(test)]" && lines.get(i + 1).is_some_and(|l| l.ends_with('{'));
        in_tests |= opens;
        count += usize::from(!in_tests);
        in_tests &= *line != "}";
    }
    count
}

fn faces(path: &str, text: &str) -> Vec<Finding> {
    if !(path.ends_with("/mod.rs") || path == "src/lib.rs") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let is_doc =
        |line: &&str| ["///", "//!"].iter().any(|mark| line.trim_start().starts_with(mark));
    let lines = length(text) - text.lines().filter(is_doc).count();
    if lines > FACE {
        findings.push((lines, format!("a face of {lines} lines, at most {FACE}")));
    }
    let code = tokens::code(text);
    let traits = code.windows(2).filter(|at| at[0].word() == Some("trait"));
    for second in traits.filter(|at| at[1].word().is_some()).skip(1) {
        findings.push((second[0].line, "a second trait".to_owned()));
    }
    findings
}

fn too_long(_: &str, text: &str) -> Vec<Finding> {
    let lines = length(text);
    if lines <= LONGEST {
        return Vec::new();
    }
    vec![(LONGEST, format!("{lines} lines, at most {LONGEST}"))]
}

fn median(lengths: impl IntoIterator<Item = usize>) -> usize {
    let mut lengths: Vec<_> = lengths.into_iter().collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}

#[test]
fn a_mod_file_is_only_a_face() {
    keep("'mod.rs' and 'lib.rs' hold at most one trait and no long bodies", faces);
}

#[test]
fn no_file_is_very_long() {
    keep("no source file is very long", too_long);
}

#[test]
fn most_files_are_short() {
    let files = source::tree("src").into_iter().filter(|(path, _)| !source::is_test(path));
    let median = median(files.map(|(_, text)| length(&text)));
    assert!(median < MEDIAN, "the median source file has {median} lines, under {MEDIAN} wanted");
}

/// The files that no `mod` line leads to: the compiler never sees them.
fn lost(files: &[(String, String)]) -> Vec<String> {
    let declares = |face: &str, module: &str| {
        let text = files.iter().find(|(path, _)| path == face).map(|(_, text)| tokens::all(text));
        text.is_some_and(|code| {
            let mut pairs = code.windows(2).filter_map(|at| at[0].word().zip(at[1].word()));
            pairs.any(|pair| pair == ("mod", module))
        })
    };
    let is_lost = |path: &str| {
        let stem = path.trim_end_matches(".rs").trim_end_matches("/mod");
        let Some((folder, module)) = stem.rsplit_once('/') else { return true };
        let root = folder == "src" && ["lib", "main"].contains(&module);
        let faces = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
        let roots = ["src/lib.rs", "src/main.rs"].iter().filter(|_| folder == "src");
        let mut faces = faces.iter().map(String::as_str).chain(roots.copied());
        !root && !faces.any(|face| declares(face, module))
    };
    files.iter().map(|(path, _)| path).filter(|path| is_lost(path)).cloned().collect()
}

#[test]
fn every_source_file_is_part_of_a_module() {
    report("a 'mod' line leads to every file", lost(&source::tree("src")));
}

#[test]
fn each_shape_can_be_wrong() {
    let long = "x\n".repeat(FACE + 1);
    assert_eq!(faces("src/agent/mod.rs", &long).len(), 1);
    assert_eq!(faces("src/agent/mod.rs", &"/// x\n".repeat(FACE + 1)), []);
    assert_eq!(faces("src/lib.rs", &"//! x\n".repeat(FACE + 1)), []);
    assert_eq!(faces("src/agent/tmux.rs", &long), []);
    assert_eq!(faces("src/lib.rs", "pub trait A {}\ntrait B {}\n"), [(2, "a second trait".into())]);
    assert_eq!(faces("src/lib.rs", "pub trait A {}\n// a trait B\n"), []);
    assert_eq!(too_long("src/a.rs", &"x\n".repeat(LONGEST + 1)).len(), 1);
    assert_eq!(too_long("src/a.rs", &"x\n".repeat(LONGEST)), []);
    assert_eq!(length("a\n#[cfg(test)]\nmod tests {\n    x\n}\nb\n"), 2);
    assert_eq!(length("a\n#[cfg(test)]\nmod tests;\nb\n"), 4);
    let files = [
        ("src/lib.rs", "pub mod a;"),
        ("src/a/mod.rs", "mod b; #[cfg(test)] mod tests; // mod d;"),
        ("src/a/b.rs", "mod c {}"),
        ("src/a/b/c.rs", ""),
        ("src/a/tests.rs", ""),
        ("src/a/d.rs", ""),
        ("src/e.rs", ""),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(lost(&files), ["src/a/d.rs", "src/e.rs"]);
    assert_eq!(median([1, 200, 3, 900, 2]), 3);
}

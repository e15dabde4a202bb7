//! The table of speed in README.md, against the bars that the benches declare.

use std::fs;

use super::{Finding, report, source};

#[allow(dead_code)] // the benches use the rest
#[path = "../bench/lines.rs"]
mod lines;

use lines::{ALL, UNMEASURED};

/// What is wrong with the table in a text.
fn stale(text: &str) -> Vec<Finding> {
    let Some((before, rows, _)) = lines::split(text) else {
        return vec![(1, "there is no table of speed".to_owned())];
    };
    let mut findings = Vec::new();
    let first = before.lines().count() + 1;
    for row in &rows {
        if !ALL.iter().any(|(_, line)| lines::figures(line, row).is_some()) {
            findings.push((first, format!("no bench has the line {row}")));
        }
    }
    for (_, line) in ALL {
        let found: Vec<_> = rows.iter().filter_map(|row| lines::figures(line, row)).collect();
        let [figures] = found.as_slice() else {
            let row = line.row(|_| UNMEASURED.to_owned());
            findings.push((first, format!("{} times, not once: {row}", found.len())));
            continue;
        };
        let figure = |count| figures.iter().find(|(of, _)| *of == count).map(|(_, it)| it.clone());
        let expected = line.row(|count| figure(count).unwrap_or_else(|| UNMEASURED.to_owned()));
        if !rows.contains(&expected.as_str()) {
            findings.push((first, format!("this line has other bars: {expected}")));
        }
        let is_ratio = |text: &str| text == UNMEASURED || text.parse::<f64>().is_ok();
        let odd = figures.iter().filter(|(_, text)| !is_ratio(text));
        findings.extend(odd.map(|(_, text)| (first, format!("'{text}' is not a ratio"))));
    }
    findings
}

#[test]
fn the_table_of_speed_is_that_of_the_benches() {
    let text = fs::read_to_string(source::root().join("README.md")).expect("README.md is there");
    let broken = stale(&text).into_iter().map(|(line, what)| format!("README.md:{line}: {what}"));
    report("each bar has its line in README.md (cargo bench -- table --write)", broken.collect());
}

#[test]
fn each_line_is_measured_by_its_bench() {
    let benches = source::tree("tests/bench");
    let main = benches.iter().find(|(path, _)| path == "tests/bench/main.rs");
    let (_, main) = main.expect("the benches are there");
    let mut broken = Vec::new();
    for (name, line) in ALL {
        if !main.contains(&format!("(\"{}\", ", line.bench)) {
            broken.push(format!("tests/bench/main.rs: there is no bench '{}'", line.bench));
        }
        let mut others = benches.iter().filter(|(path, _)| path != "tests/bench/lines.rs");
        if !others.any(|(_, text)| text.contains(name)) {
            broken.push(format!("tests/bench/lines.rs: no bench reports {name}"));
        }
    }
    report("each line of the table is measured", broken);
}

#[test]
fn a_table_that_is_stale_is_found() {
    let rows: Vec<_> = ALL.iter().map(|(_, line)| line.row(|_| "0.25".to_owned())).collect();
    let found = |rows: &[String]| stale(&lines::join("# x\n", rows, "y\n")).len();
    assert_eq!(found(&rows), 0);
    assert_eq!(stale("# x\n").len(), 1);
    let changed = |from: &str, to: &str| {
        let mut rows = rows.clone();
        assert!(rows[0].contains(from), "{}", rows[0]);
        rows[0] = rows[0].replacen(from, to, 1);
        rows
    };
    assert_eq!(found(&rows[1..]), 1, "a line is missing");
    assert_eq!(found(&changed("| `", "| another `")), 2, "one is unknown and one is missing");
    assert_eq!(found(&changed("0.25 (", "12 ms (")), 1, "a time is not a ratio");
    assert_eq!(found(&changed("(≤ ", "(≤ 9")), 1, "another bar");
    assert_eq!(found(&[rows.clone(), vec![rows[0].clone()]].concat()), 1, "twice");
}

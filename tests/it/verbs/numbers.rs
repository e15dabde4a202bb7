//! Numbers that are set come back as they were typed.

use super::world::{A, World};

/// What is typed, what `--json` prints, and whether that is a number in the record.
const TYPED: [(&str, &str); 30] = [
    ("1.50", "1.5"),
    ("1.5", "1.5"),
    ("1.0", "1.0"),
    ("-0.0", "-0.0"),
    ("-0", "0"),
    ("0", "0"),
    ("1e3", "1000.0"),
    ("1E+3", "1000.0"),
    ("2.50e-7", "2.5e-7"),
    ("0.1000000000000000055511151231257827", "0.1"),
    ("100000000000000000000000.0", "1e+23"),
    ("18446744073709551615", "18446744073709551615"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("true", "true"),
    ("null", "null"),
    // Texts.
    ("18446744073709551616", "\"18446744073709551616\""),
    ("-9223372036854775809", "\"-9223372036854775809\""),
    ("340282366920938463463374607431768211456", "\"340282366920938463463374607431768211456\""),
    ("1e400", "\"1e400\""),
    ("1e-400", "\"1e-400\""),
    ("0x10", "\"0x10\""),
    ("1_000", "\"1_000\""),
    ("007", "\"007\""),
    ("-01.5", "\"-01.5\""),
    ("+5", "\"+5\""),
    ("5.", "\"5.\""),
    (".5", "\".5\""),
    ("1e", "\"1e\""),
    ("1.2.3", "\"1.2.3\""),
    (".nan", "\".nan\""),
];

#[test]
fn what_is_set_comes_back_as_typed() {
    let world = World::new();
    world.titled(A, "one");
    let set = |value: &dyn Fn(usize) -> String| {
        let fields = (0..TYPED.len()).flat_map(|n| {
            ["context", "agent_config"].map(|map| format!("{map}.k{n}={}", value(n)))
        });
        let args: Vec<_> =
            ["set".to_owned(), "aaaa".to_owned()].into_iter().chain(fields).collect();
        world.repo.ao(&args)
    };
    let typed = |n: usize| TYPED[n].0.to_owned();
    set(&typed).ok();
    set(&typed).ok().stderr_has("already has these values");
    let raw = world.repo.git(["show", &format!("refs/ao/sessions:sessions/demo/aa/{A}.yaml")]);
    let (shown, json) =
        (world.repo.ao(["show", "aaaa"]).ok(), world.repo.ao(["show", "aaaa", "--json"]).ok());
    let json = json.stdout.replace('}', ",");
    for (n, (text, value)) in TYPED.iter().enumerate() {
        let quoted = if value.starts_with('"') { format!("'{text}'") } else { (*text).to_owned() };
        let line = format!("\n  k{n}: {quoted}\n");
        assert_eq!(raw.matches(&line).count(), 2, "{line}{raw}");
        let is_shown =
            |line: &str| line.starts_with(&format!("k{n}:")) && line.ends_with(&format!(" {text}"));
        assert!(shown.stdout.lines().any(is_shown), "{text}\n{}", shown.stdout);
        let entry = format!("\"k{n}\":{value},");
        assert_eq!(json.matches(&entry).count(), 2, "{entry}\n{json}");
    }
    // A later change of something else leaves them as they are.
    world.repo.ao(["set", "aaaa", "title=two", "context.k2="]).ok();
    let later = world.repo.git(["show", &format!("refs/ao/sessions:sessions/demo/aa/{A}.yaml")]);
    let numbers = |text: &str| {
        text.lines().filter(|l| l.starts_with("  k")).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut expected = numbers(&raw);
    expected.remove(expected.iter().rposition(|line| line.starts_with("  k2:")).unwrap());
    assert_eq!(numbers(&later), expected);
}

#[test]
fn numbers_in_lists_and_mappings_are_shown_as_written() {
    let world = World::new();
    world.titled(A, "one");
    let editor = "sed -i '$a context: {sizes: [1.50, 0x1F], of: {a: 1e3}}'";
    world.repo.ao_run(["edit", "aaaa"]).env("GIT_EDITOR", editor).run().ok();
    world.repo.ao(["show", "aaaa"]).ok().stdout_has("[1.50,0x1F]").stdout_has("{\"a\":1e3}");
    world.repo.ao(["log", "-p", "aaaa"]).ok().stdout_has("[1.50,0x1F]");
}

/// `cost.cost_usd` is a float, as its documentation says; other keys of `cost` keep their text.
#[test]
fn a_price_is_stored_by_its_value() {
    let world = World::new();
    world.titled(A, "one");
    world.repo.ao(["set", "aaaa", "cost.cost_usd=1.50", "cost.hours=1.50"]).ok();
    world
        .repo
        .ao(["set", "aaaa", "cost.cost_usd=1.50"])
        .ok()
        .stderr_has("already has these values");
    let raw = world.repo.git(["show", &format!("refs/ao/sessions:sessions/demo/aa/{A}.yaml")]);
    assert!(raw.contains("\n  cost_usd: 1.5\n") && raw.contains("\n  hours: 1.50\n"), "{raw}");
    world.repo.ao(["show", "aaaa"]).ok().stdout_has("$1.50");
}

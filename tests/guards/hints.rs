//! What the reader of an error can do stands in one place.

use super::{Finding, keep, source, tokens};

/// The hints that are added to an error outside of `src/cli/hints`. What a verb prints beside its
/// output, with `out.hint(…)`, is its own.
fn added_elsewhere(path: &str, text: &str) -> Vec<Finding> {
    let may = ["src/cli/hints/", "src/cli/hints.rs", "src/cli/error.rs", "src/cli/ui/"];
    let is_cli = path.starts_with("src/cli/") && !source::is_test(path);
    if !is_cli || may.iter().any(|place| path.starts_with(place)) {
        return Vec::new();
    }
    let code = tokens::code(text);
    let added = code.windows(4).filter(|at| {
        let is_hint = at[2].word().is_some_and(|name| name == "hint" || name.ends_with("_hint"));
        is_hint && at[1].is('.') && at[3].is('(') && at[0].word() != Some("out")
    });
    added.map(|at| (at[2].line, "adds a hint to an error".to_owned())).collect()
}

#[test]
fn hints_about_errors_stand_in_one_place() {
    keep("a hint about an error is made in src/cli/hints", added_elsewhere);
}

#[test]
fn a_hint_elsewhere_is_found() {
    let found = |text: &str| added_elsewhere("src/cli/push.rs", text);
    for text in [
        "fn f() { CliError::refused(message).hint(\"x\") }",
        "fn f() { error\n    .hint(format!(\"x {id}\")) }",
        "fn f() { fatal.write_hint(&error) }",
        "fn f() { none.hint().unwrap_or_default() }",
    ] {
        assert_eq!(found(text).len(), 1, "{text}");
    }
    assert_eq!(found("fn f() {\n  refused.hint(x) }"), [(2, "adds a hint to an error".into())]);
    for text in [
        "fn f() { ctx.out.hint(\"x\"); ctx\n.out\n.hint(&x) }",
        "// error.hint(x)\nfn f() { \"error.hint(x)\" }",
        "fn hint(error: &Error) {}",
        "#[cfg(test)] mod tests { fn f() { error.hint(x) } }",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    assert_eq!(added_elsewhere("src/cli/hints/store.rs", "fn f() { error.hint(x) }"), []);
}

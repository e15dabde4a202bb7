//! Text that YAML 1.1 readers take for another type: <https://yaml.org/type/>.

/// Returns true if text must be quoted for such readers. A false positive does no harm.
pub(super) fn is_ambiguous(text: &str) -> bool {
    is_word(text) || is_number_or_time(text)
}

/// `y`, `NO`, `on`, `~`, the merge key and the default value.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "="];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `1_000`, `0b1`, `0x1f`, `1.5`, `.inf`, `12:30:45`, `2026-11-20`, and similar text.
fn is_number_or_time(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    if [".inf", ".nan"].iter().any(|word| word.eq_ignore_ascii_case(number)) {
        return true;
    }
    if let Some(digits) = number.strip_prefix("0x") {
        return digits.chars().all(|c| c.is_ascii_hexdigit() || c == '_');
    }
    number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && number.contains(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || "_.:+-bBeEoOtTzZ ".contains(c))
}

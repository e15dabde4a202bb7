use super::redact;

/// Returns a title for a text: its first non-empty line, cut at a word after 72 characters. It
/// becomes part of branch names and events, which are shared with the code, so anything that looks
/// like a token is redacted.
pub fn title_line(text: &str) -> String {
    let text = redact(text);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= 72 {
        return line;
    }
    let cut: String = line.chars().take(71).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{cut}…")
}

use std::error::Error;

/// Formats an error and its causes without repetition: `cannot open 'x': permission denied`.
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = message(error);
    if let Some(cause) = error.source() {
        append_cause(&mut text, cause);
    }
    text
}

/// Appends a cause and its own causes to a message, without repetition.
pub fn append_cause(text: &mut String, cause: &dyn Error) {
    let mut next = Some(cause);
    while let Some(cause) = next {
        let message = message(cause);
        if !message.is_empty() && !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        next = cause.source();
    }
}

/// Returns the error's own message, without the number that Rust adds to system errors.
fn message(error: &dyn Error) -> String {
    let text = error.to_string();
    let Some((words, rest)) = text.split_once(" (os error ") else { return text };
    match rest.split_once(')') {
        Some((number, rest)) if number.parse::<i32>().is_ok() => format!("{words}{rest}"),
        _ => text,
    }
}

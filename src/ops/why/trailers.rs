//! What the message of a commit says about its session.

use crate::model::SessionId;

const KEY: &str = "Ao-Session";

/// What git itself writes among trailers.
const OF_GIT: [&str; 2] = ["Signed-off-by: ", "(cherry picked from commit "];

/// Returns the sessions that a message names in its trailers, as git-interpret-trailers(1) reads
/// them: in its last paragraph, with the key in upper or lower case.
pub fn sessions(message: &str) -> Vec<SessionId> {
    let lines: Vec<&str> = message.lines().filter(|line| !line.starts_with('#')).collect();
    let mut ids: Vec<SessionId> = Vec::new();
    let mut block = trailers(&lines).iter().peekable();
    while let Some(line) = block.next() {
        let Some((key, value)) = key_and_value(line) else { continue };
        // It goes on in indented lines.
        let is_whole = block.peek().is_none_or(|next| !next.starts_with([' ', '\t']));
        if key.eq_ignore_ascii_case(KEY) && is_whole {
            ids.extend(value.trim().parse::<SessionId>().ok());
        }
    }
    ids.sort();
    ids.dedup();
    ids
}

/// Returns the last paragraph if it consists of trailers, or, with one that git wrote, if they are at
/// least a quarter of its lines. The first paragraph is never one of trailers.
fn trailers<'m, 'l>(lines: &'m [&'l str]) -> &'m [&'l str] {
    let is_blank = |line: &&str| line.trim().is_empty();
    let end = lines.iter().rposition(|line| !is_blank(line)).map_or(0, |last| last + 1);
    let Some(before) = lines[..end].iter().rposition(is_blank) else { return &[] };
    let title = lines.iter().position(|line| !is_blank(line)).unwrap_or(end);
    if before < title {
        return &[];
    }
    let block = &lines[before + 1..end];
    let (mut keyed, mut others, mut of_git) = (0, 0, false);
    let mut is_after_trailer = false;
    for line in block {
        if OF_GIT.iter().any(|start| line.starts_with(start)) {
            (of_git, is_after_trailer) = (true, true);
            keyed += 1;
        } else if key_and_value(line).is_some() {
            is_after_trailer = true;
            keyed += 1;
        } else if !(is_after_trailer && line.starts_with([' ', '\t'])) {
            is_after_trailer = false;
            others += 1;
        }
    }
    let is_one = keyed > 0 && others == 0 || of_git && keyed * 3 >= others;
    if is_one { block } else { &[] }
}

/// Splits `Key: value`. The key has only letters, digits and hyphens.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end_matches([' ', '\t']);
    let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_key && !key.is_empty()).then_some((key, value))
}

/// Returns the number of the pull request that a host wrote into the subject of a squash, `Fix it
/// (#12)`, or of a merge, `Merge pull request #12 from …`.
pub fn pull_request(subject: &str) -> Option<u64> {
    let merged = subject.strip_prefix("Merge pull request #");
    let number = match merged {
        Some(rest) => rest.split(' ').next()?,
        None => subject.trim_end().strip_suffix(')')?.rsplit_once(" (#")?.1,
    };
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_trailers_name_sessions() {
        let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let line = format!("Ao-Session: {id}");
        let named = [id.parse::<SessionId>().unwrap()];
        assert_eq!(sessions(&format!("Fix\n\n{line}\n\n* Again\n\n{line}\nX: y\n")), named);
        for other in [
            format!("Fix\n\nAO-session : {id}\n"),
            format!("Fix\n\nao-session:{id}\nOther: x\n  goes on\n\n\n"),
            format!("Fix\n\nso\nhe\nsaid\n{line}\nSigned-off-by: x\n"),
        ] {
            assert_eq!(sessions(&other), named, "{other}");
        }
        for other in [
            format!("Fix\n\n{line}\n\nAs said above.\n"),
            format!("Fix\n\n{line}\n\nOther: x\n"),
            format!("Fix\n\nAs in the log:\n{line}\n"),
            format!("Fix\n\n{line}\n  and more\n"),
            format!("Fix\n{line}\n"),
            line.clone(),
            format!("Squash\n\n    {line}\n"),
            format!("Quote\n\n> {line}\n"),
            "Fix\n\nAo-Session: 7b6d11f9\n".to_owned(),
        ] {
            assert_eq!(sessions(&other), [], "{other}");
        }
    }

    #[test]
    fn hosts_write_the_number_at_the_end() {
        assert_eq!(pull_request("Fix it (#12)"), Some(12));
        assert_eq!(pull_request("Revert \"Fix it (#12)\" (#15)"), Some(15));
        assert_eq!(pull_request("Merge pull request #7 from me/topic"), Some(7));
        for other in ["Revert \"Fix it (#12)\"", "Fix (#12) it", "Fix #12", "Fix (#x)", "(#)", ""] {
            assert_eq!(pull_request(other), None, "{other}");
        }
    }
}

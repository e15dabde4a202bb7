//! What the message of a commit says about its session.

use crate::model::SessionId;

const TRAILER: &str = "Ao-Session: ";

/// Returns the sessions that a message names in trailers. Hosts put the messages of several commits
/// into that of a squash, so they may be in any paragraph, but never indented or quoted.
pub fn sessions(message: &str) -> Vec<SessionId> {
    let named = message.lines().skip(1).filter_map(|line| line.strip_prefix(TRAILER));
    let mut ids: Vec<SessionId> = named.filter_map(|id| id.trim_end().parse().ok()).collect();
    ids.sort();
    ids.dedup();
    ids
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

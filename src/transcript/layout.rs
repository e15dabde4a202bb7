//! The names in the transcript store.

use crate::model::SessionId;

/// The number of segments in a folder. With all in one, each capture writes a tree of all of them.
pub(super) const IN_FOLDER: usize = 256;

/// The name of the blob that says which conversation a folder holds.
pub(super) const CONVERSATION: &str = "conversation";
/// The folder of the conversations of subagents.
pub(super) const SUBAGENTS: &str = "sub";
/// The folder of the files to which a transcript refers.
pub(super) const FILES: &str = "files";

/// Returns the ref that holds what a clone captured of a session.
pub(super) fn ref_name(session: SessionId, replica: &str) -> String {
    captured_refs(session) + replica
}

/// The prefix of the refs that hold what was captured.
pub(super) const CAPTURED: &str = "refs/ao/transcripts/";
/// The prefix of the refs that hold what was fetched.
pub(super) const FETCHED: &str = "refs/ao/fetched/";

/// The prefix of the refs that hold what is being fetched, and was not checked yet.
pub(super) const INCOMING: &str = "refs/ao/incoming/";

/// Returns the prefix of the refs that hold what was captured of a session.
pub(super) fn captured_refs(session: SessionId) -> String {
    format!("{CAPTURED}{}/{session}/", session.shard())
}

/// Returns the session and the clone of such a ref.
pub(super) fn session_of(name: &str) -> Option<(SessionId, &str)> {
    let (rest, replica) = name.rsplit_once('/')?;
    let (_, session) = rest.rsplit_once('/')?;
    Some((session.parse().ok()?, replica))
}

/// Returns the prefix of the refs that hold what was fetched of a session.
pub(super) fn fetched_refs(session: SessionId) -> String {
    format!("{FETCHED}{session}/")
}

/// Returns the folder of the conversation that is the `nth` of its session.
pub(super) fn conversation_folder(nth: usize, agent_session_id: &str) -> String {
    let begin: String = agent_session_id.chars().take(12).collect();
    format!("{nth:02}-{begin}")
}

/// Returns the folder of a generation below that of its conversation; the first has none.
pub(super) fn generation_folder(nth: usize) -> Option<String> {
    (nth > 1).then(|| format!("g{nth}"))
}

/// Returns the number of the generation with this folder.
pub(super) fn generation_number(folder: &str) -> Option<usize> {
    let number = folder.strip_prefix('g')?.parse().ok()?;
    (generation_folder(number).as_deref() == Some(folder)).then_some(number)
}

/// Returns true if a folder of this name holds segments.
pub(super) fn is_segment_folder(name: &str) -> bool {
    name.len() >= 3 && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the folder and the name of the `nth` segment.
pub(super) fn segment(nth: usize, session: SessionId, extension: &str) -> (String, String) {
    let id = session.to_string().replace('-', "");
    (format!("{:03}", nth / IN_FOLDER), format!("{nth:06}-{}.{extension}", &id[..12]))
}

/// Returns true if a name from an agent can be a name in a tree, and stays within its folder where
/// it is written to a disk.
pub fn is_file_name(name: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | ':' | '~');
    let lower = name.to_lowercase();
    !name.is_empty()
        && name.len() <= 200
        && !name.starts_with('.')
        && lower != "git~1"
        && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let session: SessionId = "7b6d11f9-0000-4000-8000-000000000001".parse().unwrap();
        let name = "refs/ao/transcripts/7b/7b6d11f9-0000-4000-8000-000000000001/ann";
        assert_eq!(ref_name(session, "ann"), name);
        assert_eq!(conversation_folder(3, "01a21a28-9e33-71d2"), "03-01a21a28-9e3");
        let (folder, file) = segment(256, session, "jsonl");
        assert_eq!((folder.as_str(), file.as_str()), ("001", "000256-7b6d11f90000.jsonl"));
        assert!(is_segment_folder("000") && is_segment_folder("1000"));
        assert!(!is_segment_folder("g2") && !is_segment_folder("sub"));
        assert_eq!(generation_number("g2"), Some(2));
        for wrong in ["g", "g1", "g02", "g+2", "2", "000"] {
            assert_eq!(generation_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_that_stay_in_their_folder() {
        for good in ["tool-1.txt", "größe", "a b"] {
            assert!(is_file_name(good), "{good}");
        }
        for bad in ["", ".", "..", ".git", "a/b", "a\\b", "a\0", "GIT~1", "c:d", &"x".repeat(201)] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }
}

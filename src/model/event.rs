use serde::{Deserialize, Serialize};

use super::{Oid, SessionId, Timestamp};

/// A change of the store: a commit on its ref.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The commit.
    pub id: Oid,
    /// The parents: the previous tip of the store, followed by the parent session's event for a
    /// fork, or the other tip for a merge.
    pub parents: Vec<Oid>,
    /// Who made the change.
    pub author: Person,
    /// The time of the change, in whole seconds.
    pub time: Timestamp,
    /// The content of the commit message.
    pub message: Message,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Person {
    /// The name; text that is not UTF-8 is replaced.
    pub name: String,
    /// The address.
    pub email: String,
    /// The offset from UTC where the change was made, in seconds.
    pub offset: i32,
}

/// What caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person or a program ran a command.
    #[default]
    Person,
    /// git-ao recorded something on its own: an agent that ended, a hook that ran.
    Automatic,
}

/// The content of an event's commit message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Message {
    /// One line: `status 7b6d11f9: working -> done`.
    pub subject: String,
    /// The operation, from the trailer `Ao-Op`; empty if there is none.
    pub op: String,
    /// The sessions touched, from the trailers `Ao-Session`.
    pub sessions: Vec<SessionId>,
    /// The conflicts of a merge, from the trailers `Ao-Conflict`: session and field.
    pub conflicts: Vec<(SessionId, String)>,
    /// The clone in which the event was made, from the trailer `Ao-Replica`. Merges and events of
    /// older versions have none.
    pub replica: Option<String>,
    /// The cause, from the trailer `Ao-Auto`.
    pub origin: Origin,
    /// The public event of the same change, from the trailer `Ao-Public` of a private event. The
    /// public event does not name the private one, because others must not learn of it.
    pub public: Option<Oid>,
    /// The sessions with changes that break a rule, from the trailers `Ao-Unchecked`: a program
    /// wrote them without checks.
    pub unchecked: Vec<SessionId>,
}

impl Message {
    /// Formats the commit message.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n\n", one_line(&self.subject));
        for id in &self.sessions {
            text.push_str(&format!("Ao-Session: {id}\n"));
        }
        text.push_str(&format!("Ao-Op: {}\n", one_line(&self.op)));
        for (id, field) in &self.conflicts {
            text.push_str(&format!("Ao-Conflict: {id} {}\n", one_line(field)));
        }
        if let Some(replica) = &self.replica {
            text.push_str(&format!("Ao-Replica: {}\n", one_line(replica)));
        }
        if self.origin == Origin::Automatic {
            text.push_str("Ao-Auto: yes\n");
        }
        if let Some(public) = &self.public {
            text.push_str(&format!("Ao-Public: {public}\n"));
        }
        for id in &self.unchecked {
            text.push_str(&format!("Ao-Unchecked: {id}\n"));
        }
        text
    }

    /// Parses a commit message, which anybody may have written.
    ///
    /// Trailers are taken from the last paragraph (git-interpret-trailers(1)); invalid ones are
    /// ignored.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim_end();
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let mut message = Self { subject: first.trim_end().to_owned(), ..Self::default() };
        let last = rest.trim_end().rsplit("\n\n").next().unwrap_or("");
        for (key, value) in last.lines().filter_map(|line| line.split_once(": ")) {
            let value = value.trim();
            match key {
                "Ao-Op" => message.op = value.to_owned(),
                "Ao-Session" => message.sessions.extend(value.parse::<SessionId>()),
                "Ao-Conflict" => {
                    let (id, field) = value.split_once(' ').unwrap_or((value, ""));
                    message.conflicts.extend(id.parse().map(|id| (id, field.to_owned())));
                }
                "Ao-Replica" => message.replica = Some(value.to_owned()),
                "Ao-Auto" if value == "yes" => message.origin = Origin::Automatic,
                "Ao-Public" => message.public = value.parse().ok(),
                "Ao-Unchecked" => message.unchecked.extend(value.parse::<SessionId>()),
                _ => {}
            }
        }
        message
    }
}

/// Joins text into one line, so that it cannot form a trailer of its own.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let id: SessionId = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
        let message = Message {
            subject: "merge: 1 session".into(),
            op: "merge".into(),
            sessions: vec![id],
            conflicts: vec![(id, "status".into())],
            ..Message::default()
        };
        let text = message.to_text();
        assert_eq!(
            text,
            format!(
                "merge: 1 session\n\nAo-Session: {id}\nAo-Op: merge\nAo-Conflict: {id} status\n"
            )
        );
        assert_eq!(Message::from_text(&text), message);
    }

    #[test]
    fn the_origin_is_written_and_read() {
        let message = Message {
            subject: "status 7b6d11f9: working -> done".into(),
            op: "status".into(),
            replica: Some("laptop-9f2c".into()),
            origin: Origin::Automatic,
            public: Some("5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689".parse().unwrap()),
            unchecked: vec!["7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap()],
            ..Message::default()
        };
        let text = message.to_text();
        let trailers = "\nAo-Op: status\nAo-Replica: laptop-9f2c\nAo-Auto: yes\n\
                        Ao-Public: 5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689\n\
                        Ao-Unchecked: 7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e\n";
        assert!(text.ends_with(trailers), "{text}");
        assert_eq!(Message::from_text(&text), message);
        let old = Message::from_text("set 7b6d11f9\n\nAo-Op: set\n");
        assert_eq!((old.replica, old.origin), (None, Origin::Person));
        assert_eq!(Message::from_text("x\n\nAo-Auto: no\n").origin, Origin::Person);
        assert_eq!(Message::from_text("x\n\nAo-Public: HEAD\n").public, None);
    }

    #[test]
    fn a_title_cannot_forge_a_trailer() {
        let title = "spawn x: a\n\nAo-Session: 7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let message = Message { subject: title.into(), op: "spawn".into(), ..Message::default() };
        assert_eq!(Message::from_text(&message.to_text()).sessions, []);
    }

    #[test]
    fn foreign_messages_are_read() {
        for text in
            ["", "\n", "x", "x\n\nAo-Session: nonsense\nAo-Conflict:\nAo-Conflict: \n", "Ao-Op: x"]
        {
            assert_eq!(Message::from_text(text).sessions, []);
            assert_eq!(Message::from_text(text).op, "");
        }
    }
}

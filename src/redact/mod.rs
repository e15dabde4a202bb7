//! Redaction: takes secrets out of what is about to be shared.
//!
//! A [`Redactor`] replaces what looks like a secret by `[REDACTED:<rule>]`, inside the bytes as they
//! are: nothing else of a line changes, and a line that was JSON still is. It finds tokens whose
//! formats their issuers document, private keys, passwords in URLs, the values of which a caller
//! knows that they are secret, and what the user's own patterns match. It does not guess: a password
//! that has no format and that nobody names stays.
//!
//! A secret may be hidden by the way in which a text is written down. In JSON, a token at the start
//! of a line comes after the two characters `\n`, and it may be in JSON inside JSON. So the rules
//! see the text of each string, and of JSON in it, and what they find is traced back to the bytes.
//!
//! ```
//! use git_ao::redact::Redactor;
//!
//! let redactor = Redactor::default();
//! let token = format!("ghp_{}", "a1B2".repeat(9));
//! let redacted = redactor.text(format!("token={token} # mine").as_bytes()).bytes.into_owned();
//! assert_eq!(redacted, b"token=[REDACTED:github-token] # mine");
//! ```

mod builtin;
mod env_file;
mod error;
mod json;
mod keys;
mod known;
mod levels;
mod path;
mod redacted;
mod redactor;
mod rule;
mod scan;
mod view;
mod words;

pub use error::RedactError;
pub use known::KnownValues;
pub use path::Untouched;
pub use redacted::{Hits, Redacted};
pub use redactor::{Images, Redactor};

/// The version of the rules. It grows whenever they find more, so that what was shared with older
/// ones can be told apart.
pub const RULES_VERSION: u32 = 1;

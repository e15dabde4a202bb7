//! Reads a database of an agent that may be writing to it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, OpenFlags, params_from_iter};
use serde_json::{Map, Value};

use crate::transcript::TranscriptError;

/// How long to wait for a writer that keeps readers out: one without a write-ahead log does, while
/// it commits.
const PATIENCE: Duration = Duration::from_secs(2);

/// An SQLite database, open for reading.
///
/// A reader of a database with a write-ahead log keeps no writer waiting. It needs the shared
/// memory beside the log, `<name>-shm`, which is only read here, and not made: nothing is written
/// in the agent's folder.
pub(crate) struct Database {
    connection: Connection,
    path: PathBuf,
    /// The state of a database that nobody had open. It is read without locks.
    at_rest: Option<Stamp>,
}

/// The size and the time of the database and of its log.
type Stamp = [Option<(u64, SystemTime)>; 2];

impl Database {
    /// Opens a database; None if there is none. All that is read of it is of the same moment.
    pub fn open(path: &Path) -> Result<Option<Self>, TranscriptError> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(meta) if !meta.is_file() => return Err(TranscriptError::NotAFile(path.to_owned())),
            _ => {}
        }
        // Whoever opens it, or closes it as the last one, makes and removes the memory meanwhile.
        let opened = Self::try_open(path).or_else(|_| Self::try_open(path));
        opened.map(Some).map_err(|error| failed(path, error))
    }

    fn try_open(path: &Path) -> Result<Self, Error> {
        let size = |path: PathBuf| fs::metadata(path).ok().map(|meta| meta.len());
        let memory = size(beside(path, "-shm"));
        let log = size(Self::log(path)).unwrap_or_default();
        match memory {
            Some(_) => Self::begin(path, "readonly_shm=1", None),
            // Nobody has it open: all is in the database itself.
            None if log == 0 && has_log(path) => {
                Self::begin(path, "immutable=1", Some(stamp(path)))
            }
            // SQLite recreates the memory, as it does for every program after a crash.
            None => Self::begin(path, "readonly_shm=0", None),
        }
    }

    /// Returns the path of a database's write-ahead log.
    pub fn log(path: &Path) -> PathBuf {
        beside(path, "-wal")
    }

    fn begin(path: &Path, how: &str, at_rest: Option<Stamp>) -> Result<Self, Error> {
        let uri = format!("file:{}?mode=ro&{how}", escaped(path));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // The last one that closes a database puts its log into it, unless it only reads.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.execute_batch("BEGIN")?;
        // The transaction begins with what is read first.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Self { connection, path: path.to_owned(), at_rest })
    }

    /// Returns the rows that a statement selects, as its columns in order.
    pub fn select(&self, sql: &str, values: &[&str]) -> Result<Vec<Vec<Value>>, TranscriptError> {
        let select = || {
            let mut statement = self.connection.prepare(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(params_from_iter(values))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let values = (0..columns).map(|nth| Ok(json(row.get_ref(nth)?)));
                found.push(values.collect::<Result<_, Error>>()?);
            }
            Ok(found)
        };
        select().map_err(|error| failed(&self.path, error))
    }

    /// Returns the columns of the row of a table with this number.
    pub fn row(
        &self,
        table: &str,
        number: i64,
    ) -> Result<Option<Map<String, Value>>, TranscriptError> {
        let read = || {
            let sql = format!("SELECT * FROM \"{table}\" WHERE rowid = ?1");
            let mut statement = self.connection.prepare(&sql)?;
            let names: Vec<_> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query([number])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let columns = names.into_iter().enumerate();
            let columns = columns.map(|(nth, name)| Ok((name, json(row.get_ref(nth)?))));
            columns.collect::<Result<_, Error>>().map(Some)
        };
        read().map_err(|error| failed(&self.path, error))
    }

    /// Returns true if all that was read is of the same moment.
    pub fn was_consistent(&self) -> bool {
        self.at_rest.as_ref().is_none_or(|before| *before == stamp(&self.path))
    }
}

fn stamp(path: &Path) -> Stamp {
    let of = |path: &Path| {
        let meta = fs::metadata(path).ok()?;
        Some((meta.len(), meta.modified().ok()?))
    };
    [of(path), of(&Database::log(path)).filter(|(size, _)| *size > 0)]
}

/// Returns a path as it is written in a URI, by the rules of SQLite.
fn escaped(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// Returns the path of a file that belongs to a database.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Returns true if a database has a write-ahead log when it is open, by its header.
fn has_log(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

fn failed(path: &Path, error: Error) -> TranscriptError {
    let source = io::Error::other(error.to_string());
    TranscriptError::Io { act: "read", path: path.to_owned(), source }
}

/// Returns a value as JSON. What is no text that JSON can have is written in hexadecimal.
fn json(value: ValueRef<'_>) -> Value {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => text.into(),
            Err(_) => serde_json::json!({ "text": hex(text) }),
        },
        ValueRef::Blob(bytes) => serde_json::json!({ "blob": hex(bytes) }),
    }
}

use std::collections::VecDeque;
use std::io::{self, Read};

use super::taken::{RowHashes, TakenSet};
use super::{Database, RowTable};
use crate::transcript::{CaptureExtent, TranscriptError};

/// The rows of a conversation that were not captured yet, as lines.
pub struct NewRows<'d> {
    database: &'d Database,
    /// The table and the number of each row.
    waiting: VecDeque<(&'static str, i64)>,
    line: Vec<u8>,
    /// How much of the line was returned.
    at: usize,
}

impl<'d> NewRows<'d> {
    /// Finds the rows that are new, or have changed, and adds them to those that were taken.
    pub fn select(
        database: &'d Database,
        tables: &'static [RowTable],
        conversation: &str,
        extent: CaptureExtent,
        taken: &mut TakenSet,
    ) -> Result<Self, TranscriptError> {
        let mut found = Vec::new();
        for (nth, table) in tables.iter().enumerate() {
            for row in database.select(&candidates(table), &[conversation])? {
                let [number, order, compared @ ..] = &row[..] else { continue };
                let Some(number) = number.as_i64() else { continue };
                let hashes = RowHashes::of(nth, table, compared);
                let is_known = taken.has_key(&hashes);
                if is_known && taken.has_version(&hashes) {
                    continue;
                }
                let may_wait = extent == CaptureExtent::Lines && (is_known || !table.at_once);
                if may_wait && !is_settled(database, table, number)? {
                    continue;
                }
                taken.add(&hashes);
                found.push((order.as_i64().unwrap_or_default(), nth, number, table.name));
            }
        }
        found.sort_unstable();
        let waiting = found.into_iter().map(|(_, _, number, table)| (table, number)).collect();
        Ok(Self { database, waiting, line: Vec::new(), at: 0 })
    }

    fn next_line(&mut self) -> io::Result<bool> {
        while let Some((table, number)) = self.waiting.pop_front() {
            let row = self.database.row(table, number).map_err(io::Error::other)?;
            let Some(row) = row else { continue };
            self.line = serde_json::to_vec(&row)?;
            self.line.push(b'\n');
            self.at = 0;
            return Ok(true);
        }
        Ok(false)
    }
}

impl Read for NewRows<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() && !self.next_line()? {
            return Ok(0);
        }
        let rest = &self.line[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

fn candidates(table: &RowTable) -> String {
    let compared: String = table.compared().map(|column| format!(", {}", column.sql())).collect();
    let RowTable { name, of, order, .. } = table;
    format!("SELECT rowid, {order}{compared} FROM \"{name}\" WHERE {of}")
}

fn is_settled(database: &Database, table: &RowTable, number: i64) -> Result<bool, TranscriptError> {
    let sql = format!("SELECT {} FROM \"{}\" WHERE rowid = ?1", table.settled, table.name);
    let found = database.select(&sql, &[&number.to_string()])?;
    let settled = found.first().and_then(|row| row.first()?.as_i64());
    Ok(settled.is_some_and(|it| it != 0))
}

//! Transcripts that are one JSON document of many lines.

use super::parser::Parser;
use crate::transcript::{Line, RawPlace, TranscriptEntry};

/// A document that is being read.
#[derive(Debug)]
pub struct Document {
    parser: Parser,
    text: Vec<u8>,
    place: Option<RawPlace>,
}

impl Document {
    /// Begins a document, which this parser understands as a whole.
    pub fn new(parser: Parser) -> Self {
        Self { parser, text: Vec::new(), place: None }
    }

    /// Reads a line. The entries come at the end, each with the document as its place.
    pub fn read(&mut self, line: &Line) -> Vec<TranscriptEntry> {
        match &mut self.place {
            Some(place) => place.len += line.place.len + 1,
            None => self.place = Some(line.place.clone()),
        }
        self.text.extend(&line.bytes);
        self.text.push(b'\n');
        Vec::new()
    }

    /// Returns the entries of the whole document.
    pub fn finish(&mut self) -> Vec<TranscriptEntry> {
        let Some(place) = self.place.take() else { return Vec::new() };
        let mut found = self.parser.read(&std::mem::take(&mut self.text));
        found.iter_mut().for_each(|entry| entry.raw = Some(place.clone()));
        found
    }
}

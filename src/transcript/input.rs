//! Reads the file of an agent, and compares it with what was captured of it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::TranscriptError;
use super::extent::CaptureExtent;
use super::recorded::Generation;

/// The number of bytes before the captured end that must not have changed.
const CHECKED: usize = 4096;

/// A file of an agent, open for reading.
pub(crate) struct Input {
    path: PathBuf,
    meta: Metadata,
    content: Content,
}

enum Content {
    Plain(File),
    /// A twin of the file, compressed with zstd. It can only be read from its start.
    Compressed(Option<Box<Frame>>),
}

type Frame = StreamingDecoder<BufReader<File>, FrameDecoder>;

/// Starts to read the next frame of a compressed file.
fn frame(mut file: BufReader<File>) -> io::Result<Option<Box<Frame>>> {
    if file.fill_buf()?.is_empty() {
        return Ok(None);
    }
    StreamingDecoder::new(file).map(|frame| Some(Box::new(frame))).map_err(io::Error::other)
}

/// How a file relates to what was captured of it.
pub(super) enum Comparison {
    /// It begins with that. What follows is read next.
    Same,
    /// It is the beginning of that: it is being written anew, or was cut.
    Shortened,
    Rewritten,
}

impl Input {
    /// Opens a file; None if there is none.
    pub fn open(path: &Path) -> Result<Option<Self>, TranscriptError> {
        let failed = |source| TranscriptError::Io { act: "read", path: path.to_owned(), source };
        let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
        let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
                return Err(TranscriptError::NotAFile(path.to_owned()));
            }
            file => file.map_err(failed)?,
        };
        let meta = file.metadata().map_err(failed)?;
        if !meta.is_file() {
            return Err(TranscriptError::NotAFile(path.to_owned()));
        }
        let content = match path.extension().is_some_and(|extension| extension == "zst") {
            false => Content::Plain(file),
            true => Content::Compressed(frame(BufReader::new(file)).map_err(failed)?),
        };
        Ok(Some(Self { path: path.to_owned(), meta, content }))
    }

    pub fn metadata(&self) -> &Metadata {
        &self.meta
    }

    /// Returns how many bytes follow the first `offset`, if that is known before they are read.
    pub fn rest_after(&self, offset: u64) -> Option<u64> {
        match self.content {
            Content::Plain(_) => Some(self.meta.len().saturating_sub(offset)),
            Content::Compressed(_) => None,
        }
    }

    /// Compares the file with what was captured of it, which has `size` bytes. If it begins with
    /// that, the next byte to read is the first that is new.
    pub(super) fn compare(
        &mut self,
        before: &Generation<'_>,
        size: u64,
        extent: CaptureExtent,
    ) -> Result<Comparison, TranscriptError> {
        let path = self.path.clone();
        let failed = |source| TranscriptError::Io { act: "read", path: path.clone(), source };
        if let Content::Plain(file) = &mut self.content
            && extent == CaptureExtent::Lines
            && self.meta.len() >= size
        {
            let end = before.end(CHECKED)?;
            file.seek(SeekFrom::Start(size - end.len() as u64)).map_err(failed)?;
            let mut there = vec![0; end.len()];
            return match file.read_exact(&mut there) {
                // It was cut at this very moment.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    Ok(Comparison::Shortened)
                }
                Err(error) => Err(failed(error)),
                Ok(()) if there == end => Ok(Comparison::Same),
                Ok(()) => Ok(Comparison::Rewritten),
            };
        }
        for id in before.segments() {
            let segment = before.read(id?)?;
            let mut there = Vec::new();
            self.by_ref().take(segment.len() as u64).read_to_end(&mut there).map_err(failed)?;
            if !segment.starts_with(&there) {
                return Ok(Comparison::Rewritten);
            }
            if there.len() < segment.len() {
                return Ok(Comparison::Shortened);
            }
        }
        Ok(Comparison::Same)
    }

    /// Begins again at the start of the file.
    pub fn rewind(self) -> Result<Option<Self>, TranscriptError> {
        match self.content {
            Content::Plain(mut file) => {
                let failed =
                    |source| TranscriptError::Io { act: "read", path: self.path.clone(), source };
                file.rewind().map_err(failed)?;
                Ok(Some(Self { content: Content::Plain(file), ..self }))
            }
            Content::Compressed(_) => Self::open(&self.path),
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.content {
            Content::Plain(file) => file.read(buffer),
            Content::Compressed(frames) => loop {
                let Some(mut this) = frames.take() else { return Ok(0) };
                let count = this.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    *frames = Some(this);
                    return Ok(count);
                }
                *frames = frame(this.into_inner())?;
            },
        }
    }
}

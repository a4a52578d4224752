//! Text files as a stream of UTF-8: decoded block by block, in constant memory.

use std::io::Read;

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, UTF_8};
use memchr::{memchr, memchr_iter, memmem};

use crate::base::{Error, Result, ResultExt};
use crate::domain::understood::RepairKind;

/// How much is read and decoded at a time, in bytes.
pub const BLOCK: usize = 1 << 16;

/// How many bytes before the present one are kept, to name the first byte of a sequence found bad after it was read.
const KEPT: usize = 8;

/// A byte order mark as text: decoded, and what it looks like once and twice read as Windows-1252 and encoded again.
const MARKS: [&str; 3] = ["\u{feff}", "\u{ef}\u{bb}\u{bf}", "\u{c3}\u{af}\u{c2}\u{bb}\u{c2}\u{bf}"];

/// What stands for bytes that are no text (U+FFFD).
pub const LOST: char = char::REPLACEMENT_CHARACTER;

/// Why a record that has it is refused.
pub const HAS_LOST: &str = "it has bytes that are not UTF-8";

/// A stream of decoded text. Its blocks never hold NUL and are valid UTF-8 when put together.
pub struct Text {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    /// Bytes as delivered; those before `at` are decoded already.
    source: Vec<u8>,
    at: usize,
    /// The offset of `source[0]` in the file.
    base: u64,
    ended: bool,
    /// The encoding whose byte order mark the file starts with.
    mark: Option<&'static Encoding>,
    decoded: String,
    consumed: usize,
    filled: usize,
    /// How many decoded bytes came before this block, and the lines up to its end.
    passed: u64,
    lines: LineCounter,
    /// Whether nothing can be wrong with the text, so that nobody will ask for a line.
    is_sound: bool,
    /// Whether bytes that are no text become [`LOST`].
    is_damaged: bool,
    /// How the file is packed.
    pub packed: Option<&'static str>,
    /// What had to be done to make text of the file, and why.
    pub repairs: Vec<(RepairKind, String)>,
}

/// What is wrong with a text, and where.
pub enum Fault {
    Io(Error),
    Malformed { offset: u64, byte: u8, line: u64 },
    Nul { line: u64, offset: Option<u64> },
}

impl Fault {
    /// In words.
    pub fn describe(&self, encoding: &'static Encoding) -> Error {
        match self {
            Self::Io(error) => error.clone(),
            Self::Malformed { offset, byte, line } => Error::bad_data(format!(
                "not {}: byte `0x{byte:02X}` at offset {offset}, on line {line}, fits no character",
                encoding.name()
            )),
            Self::Nul { line, offset } => {
                let place = offset.map_or_else(String::new, |offset| format!(" at offset {offset},"));
                Error::bad_data(format!("not text: a byte `0x00`{place} on line {line}"))
            }
        }
    }
}

impl Text {
    /// Decodes `input`; a byte order mark of that encoding is left out.
    pub fn new(input: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            source: Vec::with_capacity(BLOCK + KEPT),
            at: 0,
            base: 0,
            ended: false,
            mark: None,
            decoded: "\0".repeat(BLOCK),
            consumed: 0,
            filled: 0,
            passed: 0,
            lines: LineCounter::default(),
            is_sound: false,
            is_damaged: false,
            packed: None,
            repairs: Vec::new(),
        }
    }

    /// The same of what was looked through and is UTF-8.
    pub fn sound(input: Box<dyn Read + Send>) -> Self {
        Self { is_sound: true, ..Self::new(input, UTF_8) }
    }

    /// The same of what is UTF-8 but for some bytes, in the place of which [`LOST`] stands.
    pub fn damaged(input: Box<dyn Read + Send>) -> Self {
        Self { is_damaged: true, ..Self::new(input, UTF_8) }
    }

    /// Whether some of its bytes may be lost.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// The encoding that it is decoded from, where that is not UTF-8.
    pub fn encoding(&self) -> Option<String> {
        let encoding = self.decoder.encoding();
        (encoding != UTF_8).then(|| encoding.name().to_ascii_lowercase())
    }

    /// What is decoded and not consumed yet.
    pub fn block(&self) -> &[u8] {
        &self.decoded.as_bytes()[self.consumed..self.filled]
    }

    /// The whole block as text, as long as none of it is consumed.
    pub fn whole_block(&self) -> &str {
        self.decoded.get(self.consumed..self.filled).unwrap_or_default()
    }

    /// Marks the first `count` bytes of [`Text::block`] as dealt with.
    pub fn consume(&mut self, count: usize) {
        self.consumed = self.filled.min(self.consumed + count);
    }

    /// Decodes more, once the block is consumed; the block stays empty at the end of the file.
    pub fn refill(&mut self) -> Result<()> {
        let encoding = self.decoder.encoding();
        self.try_refill().map_err(|fault| fault.describe(encoding))
    }

    /// [`Text::refill`], with what is wrong as it is.
    pub fn try_refill(&mut self) -> Result<(), Fault> {
        (self.consumed, self.filled) = (0, 0);
        while self.filled == 0 && !self.ended {
            let is_last = self.at == self.source.len() && self.read_more().map_err(Fault::Io)? == 0;
            let (result, read, written) = self.decode(is_last);
            self.at += read;
            self.ended = is_last && result == DecoderResult::InputEmpty;
            self.check_nul(written)?;
            if !self.is_sound {
                self.lines.pass(&self.decoded.as_bytes()[..written]);
            }
            self.passed += written as u64;
            if let DecoderResult::Malformed(bad, after) = result {
                let first = self.at.saturating_sub(usize::from(bad) + usize::from(after));
                return Err(Fault::Malformed {
                    offset: self.base + first as u64,
                    byte: self.source.get(first).copied().unwrap_or_default(),
                    line: self.lines.line(),
                });
            }
            self.filled = written;
            if self.passed == written as u64 {
                self.pass_marks();
            }
        }
        Ok(())
    }

    fn decode(&mut self, is_last: bool) -> (DecoderResult, usize, usize) {
        let source = &self.source[self.at..];
        if !self.is_damaged {
            return self.decoder.decode_to_str_without_replacement(source, &mut self.decoded, is_last);
        }
        let (result, read, written, _) = self.decoder.decode_to_str(source, &mut self.decoded, is_last);
        let result = match result {
            CoderResult::InputEmpty => DecoderResult::InputEmpty,
            CoderResult::OutputFull => DecoderResult::OutputFull,
        };
        (result, read, written)
    }

    /// A byte order mark that was written as text, and perhaps encoded once more since, is none of the text.
    fn pass_marks(&mut self) {
        while let Some(mark) = MARKS.iter().find(|mark| self.block().starts_with(mark.as_bytes())) {
            self.consume(mark.len());
            self.repairs
                .push((RepairKind::ByteOrderMark, "a byte order mark that became text was left out".to_owned()));
        }
    }

    fn read_more(&mut self) -> Result<usize> {
        let gone = self.at.saturating_sub(KEPT);
        self.source.drain(..gone);
        self.base += gone as u64;
        self.at -= gone;
        let is_start = self.base == 0 && self.source.is_empty();
        let space = (BLOCK + KEPT - self.source.len()) as u64;
        let read =
            Read::by_ref(&mut self.input).take(space).read_to_end(&mut self.source).context("reading the file")?;
        if is_start {
            self.mark = Encoding::for_bom(&self.source).map(|(encoding, _)| encoding);
        }
        Ok(read)
    }

    fn check_nul(&mut self, written: usize) -> Result<(), Fault> {
        let Some(index) = memchr(0, &self.decoded.as_bytes()[..written]) else { return Ok(()) };
        // Only UTF-8 has as many bytes before decoding as after it, but for the mark.
        let mark = if self.mark == Some(UTF_8) { 3 } else { 0 };
        let offset = (self.decoder.encoding() == UTF_8).then(|| mark + self.passed + index as u64);
        self.lines.pass(&self.decoded.as_bytes()[..index]);
        Err(Fault::Nul { line: self.lines.line(), offset })
    }
}

/// Decoded bytes as text.
pub fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| Error::internal("decoded text is not UTF-8").because(error))
}

/// The error of a record longer than [`super::MAX_RECORD`].
pub fn too_long(line: u64) -> Error {
    Error::bad_data(format!("the record that starts on line {line} is longer than {} MiB", super::MAX_RECORD >> 20))
        .hint("look for a quote that is opened there and never closed, or for line ends that are missing")
}

/// Counts lines that end in LF, CRLF or CR.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineCounter {
    ends: u64,
    after_return: bool,
}

impl LineCounter {
    /// How many line ends there are in `bytes`.
    pub fn of(bytes: &[u8]) -> u64 {
        let mut lines = Self::default();
        lines.pass(bytes);
        lines.ends
    }

    /// Takes note of the line ends in `bytes`.
    pub fn pass(&mut self, bytes: &[u8]) {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        if bytes == b"\n" && !self.after_return {
            self.ends += 1;
            return;
        }
        let returns = memchr_iter(b'\r', bytes).count();
        let pairs = if returns == 0 { 0 } else { memmem::find_iter(bytes, b"\r\n").count() };
        let is_second_half = *first == b'\n' && self.after_return;
        self.ends += (memchr_iter(b'\n', bytes).count() + returns - pairs - usize::from(is_second_half)) as u64;
        self.after_return = *last == b'\r';
    }

    /// Takes note of text without a line end.
    pub fn pass_within(&mut self) {
        self.after_return = false;
    }

    /// The 1-based line of the next byte.
    pub fn line(&self) -> u64 {
        self.ends + 1
    }
}

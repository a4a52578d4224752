//! The encoding of a text file, found from its bytes.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, ISO_2022_JP, ISO_8859_4, KOI8_R, KOI8_U, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

use memchr::memchr;

use super::text::{BLOCK, Fault, Text};
use super::unpack::Packed;
use crate::base::text::nearest;
use crate::base::{Cancel, Error, Result, ResultExt};
use crate::domain::encoding::ENCODINGS;
use crate::domain::understood::RepairKind;

/// How much is looked at at a time, in bytes.
const LOOKED_AT: usize = 1 << 18;

/// How many bytes of a character may stand at the end of what was read so far: all but its last.
const LONGEST_PART: usize = 3;

/// How many bytes that are not ASCII, with what stands around them, an encoding is guessed from.
const GUESSED_FROM: usize = 1 << 20;

/// How many characters of a text are UTF-8 for each byte that is not, where only some of it was damaged.
const FAR_MORE: usize = 20;

/// How many letters beside ASCII speak for an encoding that is hardly used.
const LEAST_OF_RARE: usize = 200;

/// The bytes that Windows-1252 has no characters for: a text that has some is in another encoding.
const NOT_IN_WINDOWS_1252: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// Opens a text file, decoded from what [`decide`] finds. Looks through the whole file.
pub fn open(file: &Packed, label: Option<&str>, cancel: &Cancel) -> Result<Text> {
    let named = label.map(named).transpose()?;
    let Decided { encoding, is_guessed } = decide(file, named, cancel)?;
    let stream = file.stream()?;
    let mut text = match (encoding == UTF_8, is_guessed) {
        (true, false) => Text::sound(stream),
        (true, true) => Text::damaged(stream),
        (false, _) => Text::new(stream, encoding),
    };
    text.packed = file.way();
    if is_guessed && encoding != UTF_8 {
        let name = encoding.name().to_ascii_lowercase();
        let why = format!(
            "read as {name}, which its bytes look like; encoding = \"{name}\" in the provider's source says so"
        );
        text.repairs.push((RepairKind::GuessedEncoding, why));
    }
    Ok(text)
}

/// Whether a label is a name of the encoding that [`super::Reader::encoding`] gave.
pub fn names(label: &str, encoding: &str) -> bool {
    named(label).is_ok_and(|found| found.name().eq_ignore_ascii_case(encoding))
}

/// How a text file is decoded.
#[derive(Debug, Clone, Copy)]
struct Decided {
    encoding: &'static Encoding,
    /// Whether nothing says so but the look of its bytes.
    is_guessed: bool,
}

/// The encoding of this label.
fn named(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
        let error = Error::usage(format!("`{label}` is not an encoding that assay knows"));
        match nearest(&label.to_ascii_lowercase(), ENCODINGS.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("use a name from the WHATWG Encoding Standard, for example `windows-1252`"),
        }
    })
}

/// What a file is in. UTF-8 if all of it is, or what its byte order mark says; else the `named` encoding; without one, what
/// its bytes look like: UTF-8 all the same, where only a few of them are none. Looks through the whole file. Errors: bytes that
/// are not UTF-8, and where.
fn decide(file: &Packed, named: Option<&'static Encoding>, cancel: &Cancel) -> Result<Decided> {
    let says = |encoding| Ok(Decided { encoding, is_guessed: false });
    // All of its bytes are ASCII, so that every text in it would pass for UTF-8.
    if named == Some(ISO_2022_JP) {
        return says(ISO_2022_JP);
    }
    let first = block(&mut file.stream()?)?;
    let mark = Encoding::for_bom(&first).map(|(encoding, _)| encoding);
    if let Some(wide) = mark.filter(|mark| *mark != UTF_8) {
        return says(wide);
    }
    let Some(fault) = first_fault(file, cancel)? else { return says(UTF_8) };
    match named {
        Some(named) if named != UTF_8 && mark.is_none() => return says(named),
        None if mark.is_none() => {}
        _ => return Err(not_utf8(&fault, mark)),
    }
    if let Some(encoding) = wide(&first) {
        return Ok(Decided { encoding, is_guessed: true });
    }
    match fault {
        Fault::Malformed { .. } => {}
        _ => return Err(not_utf8(&fault, mark)),
    }
    guess(file, cancel)?
        .map_or_else(|| Err(not_utf8(&fault, mark)), |encoding| Ok(Decided { encoding, is_guessed: true }))
}

/// Whether all of a file is UTF-8, without a byte that is zero: said fast, but not where it stops being that.
fn is_utf8(file: &Packed, cancel: &Cancel) -> Result<bool> {
    let (mut input, mut bytes) = (file.stream()?, Vec::with_capacity(LOOKED_AT));
    loop {
        cancel.check()?;
        let space = (LOOKED_AT - bytes.len()) as u64;
        let read = Read::by_ref(&mut input).take(space).read_to_end(&mut bytes).context("reading the file")?;
        let valid = Encoding::utf8_valid_up_to(&bytes);
        if memchr(0, &bytes).is_some() || bytes.len() - valid > LONGEST_PART {
            return Ok(false);
        }
        if read == 0 {
            return Ok(valid == bytes.len());
        }
        bytes.drain(..valid);
    }
}

/// Where a file stops being UTF-8, if anywhere.
fn first_fault(file: &Packed, cancel: &Cancel) -> Result<Option<Fault>> {
    if is_utf8(file, cancel)? {
        return Ok(None);
    }
    let mut text = Text::new(file.stream()?, UTF_8);
    loop {
        cancel.check()?;
        match text.try_refill() {
            Ok(()) if text.block().is_empty() => return Ok(None),
            Ok(()) => text.consume(text.block().len()),
            Err(Fault::Io(error)) => return Err(error),
            Err(fault) => return Ok(Some(fault)),
        }
    }
}

fn block(input: &mut dyn Read) -> Result<Vec<u8>> {
    let mut block = Vec::with_capacity(BLOCK);
    input.take(BLOCK as u64).read_to_end(&mut block).context("reading the file")?;
    Ok(block)
}

/// UTF-16 without a mark: of each two bytes one is zero wherever the text is plain.
fn wide(first: &[u8]) -> Option<&'static Encoding> {
    let zeros = |place: usize| first.iter().skip(place).step_by(2).filter(|byte| **byte == 0).count();
    let (high, low) = (zeros(0), zeros(1));
    let many = first.len() / 5;
    match (high, low) {
        (high, low) if low > many && 10 * high < low => Some(UTF_16LE),
        (high, low) if high > many && 10 * low < high => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether the first bytes of a file are those of no text, in whatever encoding.
pub fn is_no_text(first: &[u8]) -> bool {
    let is_control = |byte: &u8| matches!(byte, 0..=0x08 | 0x0e..=0x1b) && *byte != 1;
    let marked = Encoding::for_bom(first).is_some();
    !marked && wide(first).is_none() && first.iter().any(is_control) || first.starts_with(b"%PDF")
}

/// What the bytes look like that are not ASCII: UTF-8 where nearly all of them are that, a text that was damaged; none where
/// only most of them are, so that nobody can tell.
fn guess(file: &Packed, cancel: &Cancel) -> Result<Option<&'static Encoding>> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut seen, mut sound, mut unsound) = (0, 0, 0);
    let mut bytes = Vec::new();
    let mut input = file.stream()?;
    while seen < GUESSED_FROM {
        cancel.check()?;
        let block = block(&mut input)?;
        if block.is_empty() {
            break;
        }
        if !block.is_ascii() {
            seen += block.len();
            for chunk in block.utf8_chunks() {
                sound += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
                unsound += usize::from(!chunk.invalid().is_empty());
            }
            let letters = letters(&block);
            detector.feed(&letters, false);
            bytes.extend(
                block
                    .into_iter()
                    .zip(letters)
                    .filter(|(_, letter)| *letter >= 0x80 || matches!(letter, b'\n' | b'\r'))
                    .map(|(byte, _)| byte),
            );
        }
    }
    detector.feed(&[], true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let narrowed = narrowed(guess, &bytes);
    let is_none = narrowed == WINDOWS_1252 && bytes.iter().any(|byte| NOT_IN_WINDOWS_1252.contains(byte));
    Ok(match sound {
        _ if sound >= FAR_MORE * unsound => Some(UTF_8),
        _ if sound >= 2 * unsound || is_none => None,
        _ => Some(narrowed),
    })
}

/// The bytes of a text without the symbols that stand apart from letters, which many encodings have at other places: only
/// letters tell languages apart.
fn letters(block: &[u8]) -> Vec<u8> {
    let stands_apart = |index: Option<usize>| {
        let beside = index.and_then(|index| block.get(index)).copied().unwrap_or(b' ');
        beside.is_ascii() && !beside.is_ascii_alphabetic()
    };
    let letter = |(index, byte): (usize, &u8)| {
        let is_symbol =
            matches!(byte, 0x80..=0xbf) && stands_apart(index.checked_sub(1)) && stands_apart(Some(index + 1));
        if is_symbol { b' ' } else { *byte }
    };
    block.iter().enumerate().map(letter).collect()
}

/// What the bytes of letters and line ends say beyond a guess.
fn narrowed(guess: &'static Encoding, bytes: &[u8]) -> &'static Encoding {
    let has = |byte: u8| bytes.contains(&byte);
    let letters = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    // Next to nobody writes in it: a few letters are more likely those of western Europe.
    let is_rare = guess == ISO_8859_4 && letters < LEAST_OF_RARE;
    let guess = if is_rare { WINDOWS_1252 } else { guess };
    if guess == WINDOWS_1252 || bytes.iter().all(u8::is_ascii) {
        // Programs that ended lines so had their letters where others have symbols.
        let of = |low: u8, high: u8| bytes.iter().filter(|byte| (low..=high).contains(*byte)).count();
        let is_old = has(b'\r') && !has(b'\n') && of(0x80, 0x9f) > of(0xc0, 0xff);
        return if is_old { MACINTOSH } else { WINDOWS_1252 };
    }
    // The two differ in the letters of Ukrainian alone.
    let is_ukrainian = [0xa4, 0xa6, 0xa7, 0xad, 0xb4, 0xb6, 0xb7, 0xbd].into_iter().any(has);
    if guess == KOI8_U && !is_ukrainian { KOI8_R } else { guess }
}

fn not_utf8(fault: &Fault, mark: Option<&'static Encoding>) -> Error {
    let error = fault.describe(UTF_8);
    match (mark, fault) {
        (Some(_), _) => error.hint("the file says by its first bytes that it is UTF-8: ask the provider for it again"),
        (None, Fault::Nul { .. }) => error.hint("is it a text file? Where it is UTF-16, set encoding = \"utf-16le\" in the provider's source"),
        (None, _) => error.hint(
            "say what the provider writes by encoding = \"...\" in its source in assay.toml, for example \"windows-1252\"",
        ),
    }
}

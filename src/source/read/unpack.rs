//! Files that come packed: gzip, zstd, and zip with one file in it. What a file is shows in its first bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

use crate::base::{Error, Result, ResultExt};

/// How many bytes may come out of a packed file whatever its size, and how many for each of its own bytes. Tables are seldom
/// packed to less than a fiftieth.
const ALWAYS: u64 = 256 << 20;
const FOR_EACH: u64 = 200;

/// A delivered file, packed or not, that can be read as often as needed.
#[derive(Debug)]
pub struct Packed {
    /// Where it lies.
    pub path: PathBuf,
    /// The extension of what is in it, lower case, without the dot; empty where nothing says it.
    pub extension: String,
    way: Way,
    bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    None,
    Gzip,
    Zstd,
    Zip(Member),
}

/// A file in a zip archive.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    start: u64,
    packed: u64,
    is_deflated: bool,
    checksum: u32,
}

impl Packed {
    /// Looks how a file with this extension is packed.
    pub fn look(path: &Path, extension: &str) -> Result<Self> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut first = Vec::new();
        Read::by_ref(&mut file).take(4).read_to_end(&mut first)?;
        let extension = extension.to_ascii_lowercase();
        let (way, extension) = match first[..] {
            [0x1f, 0x8b, ..] => (Way::Gzip, String::new()),
            [0x28, 0xb5, 0x2f, 0xfd] => (Way::Zstd, String::new()),
            [b'P', b'K', 3, 4] => {
                let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(not_sound)?;
                if let Some(extension) = workbook(&archive) {
                    (Way::None, extension.to_owned())
                } else {
                    let (member, extension) = only_member(&mut archive)?;
                    (Way::Zip(member), extension)
                }
            }
            [0xd0, 0xcf, 0x11, 0xe0] => (Way::None, "xls".to_owned()),
            // What calls itself a workbook is often a text.
            _ if is_workbook(&extension) => (Way::None, String::new()),
            _ => (Way::None, extension),
        };
        Ok(Self { path: path.to_owned(), extension, way, bytes })
    }

    /// How it is packed, if it is.
    pub fn way(&self) -> Option<&'static str> {
        match self.way {
            Way::None => None,
            Way::Gzip => Some("gzip"),
            Way::Zstd => Some("zstd"),
            Way::Zip(_) => Some("zip"),
        }
    }

    /// What is in it, from the start.
    pub fn stream(&self) -> Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        let inner: Box<dyn Read + Send> = match &self.way {
            Way::None => return Ok(Box::new(file)),
            Way::Gzip => Box::new(MultiGzDecoder::new(io::BufReader::new(file))),
            Way::Zstd => Box::new(zstd::Decoder::new(file).context("unpacking the file")?),
            Way::Zip(Member { start, packed, is_deflated, checksum }) => {
                file.seek(SeekFrom::Start(*start))?;
                let stored = io::BufReader::new(file).take(*packed);
                let inner: Box<dyn Read + Send> =
                    if *is_deflated { Box::new(DeflateDecoder::new(stored)) } else { Box::new(stored) };
                Box::new(Checked { inner, crc: Crc::new(), expected: *checksum })
            }
        };
        Ok(Box::new(Bounded { inner, left: ALWAYS.max(self.bytes.saturating_mul(FOR_EACH)) }))
    }
}

fn is_workbook(extension: &str) -> bool {
    matches!(extension, "xlsx" | "xlsm" | "xlsb" | "xls" | "ods")
}

/// The extension of the workbook that a zip archive is.
fn workbook(archive: &ZipArchive<io::BufReader<File>>) -> Option<&'static str> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.replace('\\', "/")).collect();
    let has = |name: &str| names.iter().any(|found| found.eq_ignore_ascii_case(name));
    if has("xl/workbook.bin") {
        Some("xlsb")
    } else if has("xl/workbook.xml") || has("[Content_Types].xml") && has("_rels/.rels") {
        Some("xlsx")
    } else {
        (has("content.xml") && has("mimetype")).then_some("ods")
    }
}

/// The only file in a zip archive, and its extension. Folders, hidden files and those of no size are none.
fn only_member(archive: &mut ZipArchive<io::BufReader<File>>) -> Result<(Member, String)> {
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(not_sound)?;
        let name = member.name().map_err(not_sound)?.into_owned();
        let is_hidden = name.split('/').any(|part| part.starts_with('.') || part.starts_with("__"));
        if !member.is_dir() && !is_hidden && member.size() > 0 {
            found.push((index, name));
        }
    }
    let [(index, name)] = &found[..] else {
        let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).take(5).collect();
        return Err(Error::bad_data(format!("the archive holds {} files, not one", found.len()))
            .because(names.join(", "))
            .hint("unpack it, and deliver each file by itself"));
    };
    let member = archive.by_index_raw(*index).map_err(not_sound)?;
    if member.encrypted() {
        return Err(Error::bad_data(format!("`{name}` in the archive is encrypted")).hint("deliver it unpacked"));
    }
    let is_deflated = match member.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => return Err(Error::bad_data(format!("`{name}` is packed by {other}, which is not supported"))),
    };
    let start = member.data_start().ok_or_else(|| Error::bad_data("not a sound zip archive"))?;
    let extension = Path::new(name).extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let member = Member { start, packed: member.compressed_size(), is_deflated, checksum: member.crc32() };
    Ok((member, extension.unwrap_or_default()))
}

fn not_sound(error: zip::result::ZipError) -> Error {
    Error::bad_data("not a sound zip archive").because(error)
}

/// Refuses to yield more than so many bytes: a small file may unpack to more than any disk holds.
struct Bounded {
    inner: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).map_err(|error| broken(&error.to_string()))?;
        self.left =
            self.left.checked_sub(read as u64).ok_or_else(|| broken("it unpacks to far more than tables do"))?;
        Ok(read)
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the file can't be unpacked: {why}"))
}

/// Fails at the end where the content is not what the archive says.
struct Checked {
    inner: Box<dyn Read + Send>,
    crc: Crc,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is another one"));
        }
        Ok(read)
    }
}

//! A workbook or a Parquet file out of a packed one: such are read here and there, so that they have to lie somewhere.

use polars::prelude::DataFrame;
use tempfile::{NamedTempFile, TempPath};

use super::unpack::Packed;
use super::{Expected, Reader, format, open_as};
use crate::base::{Cancel, Error, Result, ResultExt};
use crate::domain::batch::BronzeColumn;
use crate::domain::understood::{Repair, Understood};

/// How much is unpacked between two looks at whether it is still wanted, in bytes.
const AT_A_TIME: u64 = 16 << 20;

/// Reads what was unpacked, and removes it at its end.
pub struct Unpacked {
    reader: Box<dyn Reader>,
    way: &'static str,
    _place: TempPath,
}

impl Unpacked {
    /// Unpacks a file that is packed in this way, and opens what is in it.
    pub fn open(file: &Packed, way: &'static str, expected: Expected<'_>, cancel: &Cancel) -> Result<Self> {
        let mut place = NamedTempFile::new().context("making a place to unpack the file")?;
        let mut stream = file.stream()?;
        loop {
            cancel.check()?;
            let mut piece = std::io::Read::take(&mut stream, AT_A_TIME);
            if std::io::copy(&mut piece, &mut place).context("unpacking the file")? == 0 {
                break;
            }
        }
        let place = place.into_temp_path();
        let inner = Packed::look(&place, &file.extension)?;
        if inner.way().is_some() {
            return Err(Error::bad_data("what is in the packed file is packed again").hint("deliver it unpacked"));
        }
        let reader = open_as(&inner, format(&inner)?, expected, cancel)?;
        Ok(Self { reader, way, _place: place })
    }
}

impl Reader for Unpacked {
    fn header(&self) -> &[BronzeColumn] {
        self.reader.header()
    }

    fn encoding(&self) -> Option<String> {
        self.reader.encoding()
    }

    fn understood(&self) -> Understood {
        Understood { packed: Some(self.way.to_owned()), ..self.reader.understood() }
    }

    fn repairs(&self) -> Vec<Repair> {
        self.reader.repairs()
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        self.reader.next_chunk(limit, cancel)
    }
}

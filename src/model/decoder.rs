//! How the bytes of a response become records.

use serde::Serialize;

/// How the bytes of a response become records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decoder {
    /// What is inside.
    pub format: BodyFormat,
    /// How texts are written as bytes, where it is not UTF-8: a constant of the crate `encoding_rs`.
    pub encoding: Option<&'static str>,
    /// What it is packed in.
    pub compression: Compression,
    /// The most bytes that it may have when it is unpacked, where the spec says so.
    pub max_size: Option<u64>,
}

/// What the body of a response is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum BodyFormat {
    /// One JSON text.
    Json,
    /// A JSON text on each line.
    Jsonl,
    /// Rows of cells.
    Csv(Csv),
    /// Elements.
    Xml,
}

/// How rows are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Csv {
    /// Between cells.
    pub delimiter: u8,
    /// Around cells.
    pub quote: u8,
    /// Names of the columns, where no row has them.
    pub header: Option<Vec<String>>,
    /// Cells that are null.
    pub nulls: Vec<String>,
    /// Columns that have to be there.
    pub columns: Vec<String>,
}

/// What a response is packed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Compression {
    /// Nothing.
    None,
    /// gzip.
    Gzip,
    /// A zip archive, of which the files are read whose names fit: `*` stands for anything.
    Zip(String),
}

impl Decoder {
    /// JSON as it is.
    pub const JSON: Self = Self {
        format: BodyFormat::Json,
        encoding: None,
        compression: Compression::None,
        max_size: None,
    };

    /// Whether all values are texts, whatever their types.
    #[must_use]
    pub fn is_untyped(&self) -> bool {
        matches!(self.format, BodyFormat::Csv(_) | BodyFormat::Xml)
    }

    /// Takes note that nothing reads these columns: they may be missing.
    pub fn need_no(&mut self, dropped: &[String]) {
        if let BodyFormat::Csv(csv) = &mut self.format {
            csv.columns.retain(|column| !dropped.contains(column));
        }
    }
}

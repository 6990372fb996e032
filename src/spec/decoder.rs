//! `decoder`: how the bytes of a response become records.

use serde_json::{Value, json};

use crate::read::{Cx, Defs, FromNode, Node, ScalarType, spec_map, spec_tagged, spec_words};
use crate::source::{Span, Spanned, Text};

spec_tagged! {
    /// How the bytes of a response become records. A word alone is short for `{type: …}`.
    pub enum Decoder {
        /// One JSON text.
        Json(JsonDecoder) = "json",
        /// JSON lines: one record on each line.
        Jsonl(JsonlDecoder) = "jsonl" | "ndjson",
        /// Rows of comma-separated values.
        Csv(CsvDecoder) = "csv",
        /// XML: elements by their paths.
        Xml(XmlDecoder) = "xml",
    }
    instead {
        "tsv" = "write `decoder: { type: csv, delimiter: \"\\t\" }`",
        "gzip" = "say what is inside: `decoder: { type: json, compression: gzip }`",
        "zip" = "say what is inside: `decoder: { type: csv, compression: zip }`",
    }
}

spec_map! {
    /// One JSON text in UTF-8.
    pub struct JsonDecoder {
        /// What the response is packed in; nothing when absent. HTTP's own compression needs no word here.
        optional compression: Spanned<Compression>,
        /// The most bytes that the response may have when it is unpacked, as `64 MiB`; 1 GiB when absent. A longer one is an error.
        optional max_size: Text,
        /// Which files of a zip archive are read, as `*.json`; all when absent. It has to be one.
        optional file: Text,
    }
}

spec_map! {
    /// JSON lines: one record on each line; blank lines are skipped. `data_selector` is a path from the line.
    pub struct JsonlDecoder {
        /// How texts are written as bytes; UTF-8 when absent.
        optional encoding: Spanned<Encoding>,
        /// What the response is packed in; nothing when absent. HTTP's own compression needs no word here.
        optional compression: Spanned<Compression>,
        /// The most bytes that the response may have when it is unpacked, as `64 MiB`; 1 GiB when absent. A longer one is an error.
        optional max_size: Text,
        /// Which files of a zip archive are read, as `*.jsonl`; all when absent. They are read in the order of their names.
        optional file: Text,
    }
}

spec_map! {
    /// Rows of comma-separated values. Cells are read as the types of their fields; `true`, `false`, `1` and `0` in any
    /// case are booleans. Every field needs a column, unless the endpoint has `allow_missing_data`.
    pub struct CsvDecoder {
        /// The character between cells; `,` when absent.
        optional delimiter: Text,
        /// The character around cells that hold delimiters or line breaks; `"` when absent. It is doubled inside.
        optional quote: Text,
        /// `true`: the first row names the columns. A list names them where no row does. `true` when absent.
        optional header: CsvHeader,
        /// Cells that are null; `[""]` when absent. A text that is never null has the empty text for them.
        optional null_values: Vec<Text>,
        /// How texts are written as bytes; UTF-8 when absent.
        optional encoding: Spanned<Encoding>,
        /// What the response is packed in; nothing when absent. HTTP's own compression needs no word here.
        optional compression: Spanned<Compression>,
        /// The most bytes that the response may have when it is unpacked, as `64 MiB`; 1 GiB when absent. A longer one is an error.
        optional max_size: Text,
        /// Which files of a zip archive are read, as `*.csv`; all when absent. They are read in the order of their names, each
        /// with its own header.
        optional file: Text,
    }
    instead {
        "separator" = "write `delimiter`",
        "columns" = "write `header: [id, name]`",
        "set_values_to_none" = "write `null_values`",
    }
}

spec_map! {
    /// XML. `data_selector` is the path of names from the root element to the one that is a record, one or many: an empty
    /// page has none. Fields are the elements in it, `@name` its attributes, `#text` its own text beside them; an object
    /// is an element with such parts, a list is every element of its name. Texts are read as the types of their fields,
    /// without the white space around them; an empty one is null. Names are local: one with a prefix, as `media:title`,
    /// is that one alone. After a name `*` is every element of it, `[n]` one of them.
    pub struct XmlDecoder {
        /// How texts are written as bytes; UTF-8 when absent. What the response says of it does not count.
        optional encoding: Spanned<Encoding>,
        /// What the response is packed in; nothing when absent. HTTP's own compression needs no word here.
        optional compression: Spanned<Compression>,
        /// The most bytes that the response may have when it is unpacked, as `64 MiB`; 1 GiB when absent. A longer one is an error.
        optional max_size: Text,
        /// Which files of a zip archive are read, as `*.xml`; all when absent. It has to be one.
        optional file: Text,
    }
}

spec_words! {
    /// What a response is packed in.
    pub enum Compression {
        /// One file, by gzip.
        Gzip = "gzip" | "gz",
        /// An archive of files.
        Zip = "zip",
    }
}

spec_words! {
    /// How texts are written as bytes.
    pub enum Encoding {
        /// Unicode in one to four bytes.
        Utf8 = "utf-8" | "utf8",
        /// Unicode in units of two bytes, the high one last.
        Utf16Le = "utf-16le" | "utf-16",
        /// Unicode in units of two bytes, the high one first.
        Utf16Be = "utf-16be",
        /// Western Europe; read as Windows-1252, as browsers do.
        Latin1 = "latin-1" | "latin1" | "iso-8859-1" | "windows-1252" | "cp1252",
        /// Central Europe.
        Latin2 = "latin-2" | "latin2" | "iso-8859-2",
        /// Western Europe with the euro.
        Latin9 = "latin-9" | "latin9" | "iso-8859-15",
        /// Central Europe on Windows.
        Windows1250 = "windows-1250" | "cp1250",
        /// Cyrillic on Windows.
        Windows1251 = "windows-1251" | "cp1251",
        /// Japanese.
        ShiftJis = "shift-jis" | "shift_jis" | "sjis",
        /// Japanese on Unix.
        EucJp = "euc-jp",
        /// Korean.
        EucKr = "euc-kr",
        /// Simplified Chinese.
        Gb18030 = "gb18030" | "gbk" | "gb2312",
        /// Traditional Chinese.
        Big5 = "big5",
    }
}

/// Where the names of columns come from.
#[derive(Debug, Clone, PartialEq)]
pub enum CsvHeader {
    /// The first row.
    Row,
    /// The spec: no row has them.
    Names(Vec<Text>, Span),
}

impl FromNode for CsvHeader {
    fn from_node(node: &Node, cx: &mut Cx<'_>) -> Option<Self> {
        if node.items().is_some() {
            return Some(Self::Names(Vec::from_node(node, cx)?, node.span));
        }
        if let Some(ScalarType::Bool(true)) = node.scalar_type() {
            return Some(Self::Row);
        }
        cx.wrong_type(node, "`true` or the list of the columns' names");
        None
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({ "anyOf": [{ "const": true }, <Vec<Text> as FromNode>::schema(defs)] })
    }
}

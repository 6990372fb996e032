//! Bodies that are packed: by gzip, in archives.

use std::borrow::Cow;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use runtime_tests::runtime::endpoint::{Endpoint, Guard, OnInvalid, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::gzip;
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::rows::CsvRows;
use runtime_tests::runtime::session::{Options, Session};
use runtime_tests::runtime::source::Source as _;
use runtime_tests::runtime::{unpacked, zip};
use serde_json::value::RawValue;

use crate::source::{Line, options};
use crate::stub::{Reply, Stub};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut output = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut output);
    archive.new_dir("data/").create().unwrap();
    for (name, bytes) in files {
        let file = archive
            .new_file(*name)
            .compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let encoder = DeflateEncoder::new(&mut entry, Compression::default());
        let mut writer = config.wrap(encoder);
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    output
}

fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn gzip_is_unpacked_all_members_of_it() {
    assert_eq!(gzip::unpack(&gz(b"text"), 4).unwrap(), b"text");
    let two = [gz(b"te"), gz(b"xt")].concat();
    assert_eq!(gzip::unpack(&two, 4).unwrap(), b"text");
    assert_eq!(gzip::unpack(b"", 4).unwrap(), b"");
}

#[test]
fn a_torn_gzip_is_an_error_and_so_is_what_is_none() {
    let packed = gz(&b"a text that is long enough".repeat(20));
    for end in 2..packed.len() {
        let error = said(gzip::unpack(&packed[..end], 1 << 20));
        assert!(
            error.starts_with("the response cannot be unpacked"),
            "{end}: {error}"
        );
    }
    let mut broken = packed.clone();
    let last = broken.len() - 6;
    broken[last] ^= 1;
    assert!(gzip::unpack(&broken, 1 << 20).is_err());
    assert_eq!(
        said(gzip::unpack(b"{}", 9)),
        "the response is not packed by gzip, or HTTP itself has unpacked it"
    );
}

#[test]
fn bombs_end_at_the_limit() {
    let bomb = gz(&vec![b'x'; 1 << 24]);
    assert!(bomb.len() < 1 << 15);
    assert_eq!(
        said(gzip::unpack(&bomb, 1 << 20)),
        "the response is longer than 1048576 bytes when unpacked"
    );
    // The limit is that of all files together.
    let half = vec![b'x'; 700_000];
    let bomb = archive(&[("a", &half), ("b", &half)]);
    assert!(zip::unpack(&bomb, "a", 1 << 20).is_ok());
    assert!(said(zip::unpack(&bomb, "*", 1 << 20)).ends_with("when unpacked"));
}

#[test]
fn files_that_fit_the_pattern_come_in_the_order_of_their_names() {
    let packed = archive(&[
        ("data/b.csv", b"2"),
        ("data/a.csv", b"1"),
        ("notes.txt", b"3"),
    ]);
    let unpacked = |pattern| zip::unpack(&packed, pattern, 99).unwrap();
    assert_eq!(unpacked("*.csv"), [b"1", b"2"]);
    assert_eq!(unpacked("data/b.csv"), [b"2"]);
    assert_eq!(unpacked("*a*.*sv"), [b"1", b"2"]);
    assert_eq!(unpacked("*"), [b"1", b"2", b"3"]);
    assert_eq!(
        said(zip::unpack(&packed, "*.json", 99)),
        r#"no file `*.json` in the archive, it has ["data/b.csv", "data/a.csv", "notes.txt"]"#
    );
    assert_eq!(
        said(zip::only(unpacked("*.csv"))),
        "2 files in the archive, and one is read"
    );
    assert_eq!(zip::only(unpacked("notes.*")).unwrap(), b"3");
}

#[test]
fn a_torn_archive_is_an_error_and_so_is_what_is_none() {
    let packed = archive(&[("a", &b"a text".repeat(20))]);
    for end in 1..packed.len() {
        assert!(zip::unpack(&packed[..end], "*", 99_999).is_err(), "{end}");
    }
    let mut broken = packed.clone();
    // The bytes of the file lie behind its header of 30 bytes and its name.
    let header = packed.windows(4).rposition(|bytes| bytes == b"PK\x03\x04");
    broken[header.unwrap() + 33] ^= 0x55;
    assert!(zip::unpack(&broken, "*", 99_999).is_err());
    assert!(said(zip::unpack(b"no archive", "*", 9)).starts_with("the response is no zip archive"));
}

/// One page whose body is unpacked by `U`.
struct Packed<U>(Session, std::marker::PhantomData<U>);

trait Unpack: Send + Sync + 'static {
    fn json(body: &[u8], limit: usize) -> Result<Option<Cow<'_, str>>, Error>;
}

struct Gzipped;
impl Unpack for Gzipped {
    fn json(body: &[u8], limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        let body = gzip::unpack(body, limit)?;
        unpacked::text(&body)
    }
}

struct Rows;
impl Unpack for Rows {
    fn json(body: &[u8], _limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        CsvRows::DEFAULT.json(&[body])
    }
}

impl<U: Unpack> Endpoint for Packed<U> {
    type Wire = Line;
    type Position = ();
    type Page<'a> = &'a RawValue;
    const OBJECT: bool = false;
    const GUARD: Guard = Guard::Off;
    const ON_INVALID: OnInvalid = OnInvalid::Quarantine;

    fn session(&self) -> &Session {
        &self.0
    }

    fn request(&self, (): &()) -> Result<Request, Error> {
        Ok(Request::get("/packed"))
    }

    fn json(body: &[u8], limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
        U::json(body, limit)
    }

    fn records<'a>(&page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page]
    }

    fn next(&self, _: &Turn<'_, '_, Self>) -> Result<Option<()>, Error> {
        Ok(None)
    }
}

/// Texts of the records, and what was said about the others.
async fn read<U: Unpack>(
    body: Vec<u8>,
    change: fn(&mut Options),
) -> Result<Option<(Vec<String>, Vec<String>)>, String> {
    let stub = Stub::script([Reply::status(200).body(body)]);
    let mut options = options(&stub);
    change(&mut options);
    let session = Session::new(options).unwrap();
    let mut pages = Pages::new(Packed::<U>(session, std::marker::PhantomData));
    let batch = pages.next().await.map_err(|error| error.to_string())?;
    Ok(batch.map(|batch| {
        let texts = batch.records.into_iter().map(|line| line.text).collect();
        let problems = batch.rejected.into_iter().map(|rejected| rejected.problem);
        (texts, problems.collect())
    }))
}

#[tokio::test]
async fn a_packed_page_is_read_and_an_empty_one_is_no_page() {
    let page = read::<Gzipped>(gz(br#"[{"text":"a"}]"#), |_| ()).await;
    assert_eq!(page, Ok(Some((vec!["a".to_owned()], Vec::new()))));
    assert_eq!(read::<Gzipped>(Vec::new(), |_| ()).await, Ok(None));
    assert_eq!(read::<Gzipped>(gz(b" "), |_| ()).await, Ok(None));
}

#[tokio::test]
async fn the_longest_body_counts_when_it_is_unpacked() {
    let page = format!("[{{\"text\":\"{}\"}}]", "x".repeat(10_000));
    let error = read::<Gzipped>(gz(page.as_bytes()), |options| options.max_body = 5000).await;
    assert_eq!(
        error,
        Err("GET /packed: the response is longer than 5000 bytes when unpacked".to_owned())
    );
}

#[tokio::test]
async fn a_row_that_is_no_record_is_told_by_its_place_and_its_cells() {
    let (texts, problems) = read::<Rows>(b"text,more\na,1\nb\nc,3\n".to_vec(), |_| ())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(texts, ["a", "c"]);
    assert_eq!(
        problems,
        [
            r#"lines, page 1, index 1, `.`: a record is an object; the value is "1 cells below 2 columns: [\"b\"]""#
        ]
    );
    assert_eq!(
        read::<Rows>(b"text,more\n".to_vec(), |_| ()).await,
        Ok(Some((vec![], vec![])))
    );
}

//! `--to`: where a command loads records.

use std::path::Path;

#[cfg(any(feature = "cloud", feature = "postgres"))]
use super::aside::Aside;
#[cfg(feature = "cloud")]
use super::bucket::Bucket;
use super::destination::Destination;
#[cfg(feature = "duckdb")]
use super::duck_file::DuckFile;
use super::error::{Error, Kind};
use super::files::{Files, Format};
use super::part_jsonl::JSONL;
#[cfg(feature = "parquet")]
use super::part_parquet::PARQUET;
#[cfg(feature = "postgres")]
use super::postgres::Postgres;
#[cfg(feature = "sqlite")]
use super::sqlite::Sqlite;

/// The kinds of destinations: scheme, feature, and what stands behind the scheme.
const SCHEMES: &[(&str, &str, &str)] = &[
    ("sqlite", "sqlite", "FILE"),
    ("duckdb", "duckdb", "FILE"),
    ("jsonl", "cli", "FOLDER"),
    ("jsonl", "cloud", "s3://BUCKET/FOLDER"),
    ("parquet", "parquet", "FOLDER"),
    ("parquet", "cloud", "s3://BUCKET/FOLDER"),
    ("postgres", "postgres", "//USER@HOST/NAME"),
    ("postgresql", "postgres", "//USER@HOST/NAME"),
];

/// Opens a destination such as `sqlite:shop.db`; one that is to be written is locked for this run.
pub(super) fn open(
    to: &str,
    connector: &'static str,
    writes: bool,
) -> Result<Box<dyn Destination>, Error> {
    let (scheme, place) = to.split_once(':').unwrap_or((to, ""));
    let known = SCHEMES.iter().find(|(name, ..)| *name == scheme);
    let Some((_, feature, rest)) = known else {
        let known: Vec<_> = SCHEMES
            .iter()
            .map(|(scheme, _, rest)| format!("{scheme}:{rest}"))
            .collect();
        let text = format!(
            "`{scheme}` is no kind of destination; there are {}",
            known.join(", ")
        );
        return Err(Error::new(Kind::Config, text));
    };
    if place.is_empty() {
        let text = format!("it is not said where: write {scheme}:{rest}");
        return Err(Error::new(Kind::Config, text));
    }
    match scheme {
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Box::new(Aside::open(|| {
            Postgres::open(to, connector, writes)
        })?)),
        #[cfg(feature = "duckdb")]
        "duckdb" => Ok(Box::new(DuckFile::open(
            Path::new(place),
            connector,
            writes,
        )?)),
        "jsonl" => files(place, connector, &JSONL, writes),
        #[cfg(feature = "parquet")]
        "parquet" => files(place, connector, &PARQUET, writes),
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Box::new(Sqlite::open(Path::new(place), connector, writes)?)),
        _ => Err(without(feature)),
    }
}

/// Opens a folder, or one in an object store.
fn files(
    place: &str,
    connector: &'static str,
    format: &'static Format,
    writes: bool,
) -> Result<Box<dyn Destination>, Error> {
    if !place.contains("://") {
        let files = Files::open(Path::new(place), connector, format, writes)?;
        return Ok(Box::new(files));
    }
    #[cfg(feature = "cloud")]
    let opened = Aside::open(|| {
        let bucket = Box::new(Bucket::open(place)?);
        Ok(Files::new(bucket, connector, format))
    });
    #[cfg(feature = "cloud")]
    let opened = opened.map(|files| Box::new(files) as Box<dyn Destination>);
    #[cfg(not(feature = "cloud"))]
    let opened = Err(without("cloud"));
    opened
}

fn without(feature: &str) -> Error {
    let text =
        format!("this program was built without `{feature}`: build it with `--features {feature}`");
    Error::new(Kind::Config, text)
}

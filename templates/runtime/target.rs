//! `--to`: where a command loads records.

use std::path::Path;

#[cfg(feature = "postgres")]
use super::aside::Aside;
use super::destination::Destination;
use super::error::{Error, Kind};
use super::files::Files;
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
    ("jsonl", "cli", "FOLDER"),
    ("parquet", "parquet", "FOLDER"),
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
    let place = Path::new(place);
    match scheme {
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Box::new(Aside::open(|| {
            Postgres::open(to, connector, writes)
        })?)),
        "jsonl" => Ok(Box::new(Files::open(place, connector, &JSONL, writes)?)),
        #[cfg(feature = "parquet")]
        "parquet" => Ok(Box::new(Files::open(place, connector, &PARQUET, writes)?)),
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Box::new(Sqlite::open(place, connector, writes)?)),
        _ => {
            let text = format!(
                "this program was built without `{feature}`: build it with `--features {feature}`"
            );
            Err(Error::new(Kind::Config, text))
        }
    }
}

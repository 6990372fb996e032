//! `incremental`: reading only what is new since the last run.

use crate::read::{spec_map, spec_words};
use crate::source::{Spanned, Text};

spec_map! {
    /// Reads only what is new. The furthest value of the cursor is kept as the state of the resource, and the next run
    /// begins there.
    ///
    /// Both ends of what is asked for are included: the records at the state are asked for again, and those that come
    /// without any change are dropped. `{{ cursor.start }}` and `{{ cursor.end }}` stand for the two ends in `path`,
    /// `params`, `headers` and the body of the endpoint.
    pub struct Incremental {
        /// The field that says how new a record is: a timestamp, date, integer, decimal or string; a path reaches into
        /// objects. Values are compared in their type, strings by their characters.
        required cursor ("cursor" | "cursor_path" | "cursor_field"): Text,
        /// Where the first run begins; from the beginning when absent.
        optional start ("start" | "initial_value" | "start_datetime"): Text,
        /// Where reading ends; with `window`, or where `cursor.end` is sent, now when absent, else nowhere.
        optional end: Text,
        /// Query parameter that sends `cursor.start`. It is left out where there is none.
        optional param ("param" | "start_param"): Text,
        /// Query parameter that sends `cursor.end`.
        optional end_param: Text,
        /// How the API wants a timestamp or date: `rfc3339`, `date`, `epoch`, `epoch_ms` or strftime; as the field
        /// itself is written when absent.
        optional format ("format" | "datetime_format"): Text,
        /// Reads in slices of this length: `P30D`, `P1M`.
        optional window ("window" | "step"): Text,
        /// How far the end of a slice lies before the start of the next, for APIs that include both: `PT1S`, `P1D`.
        optional granularity ("granularity" | "cursor_granularity"): Text,
        /// How far before the state each run begins, for records that appear late: `PT1H`; of an integer cursor a number.
        optional lookback ("lookback" | "lookback_window"): Text,
        /// The order in which the API sends: with `asc` there is a checkpoint after each page, with `desc` reading ends at
        /// the first older record; when absent there is none, and a checkpoint at the end of each slice.
        optional order ("order" | "row_order"): Spanned<CursorOrder>,
        /// Who leaves out the records outside of the range; the server when absent.
        optional filter: Spanned<CursorFilter>,
        /// A record without the cursor; when absent it is one that is not of the declared type.
        optional on_missing ("on_missing" | "on_cursor_value_missing"): Spanned<OnMissing>,
    }
    instead {
        "end_value" = "write `end`: records at it are included",
        "end_datetime" = "write `end`: records at it are included",
        "lag" = "write `lookback`, as `PT1H` or `P1D`",
        "convert" = "say with `format` how the API wants the value",
        "last_value_func" = "the furthest value is kept: remove it",
        "primary_key" = "records that come again are known by all that they hold: remove it",
        "range_start" = "both ends are included: remove it",
        "range_end" = "both ends are included: remove it",
        "allow_external_schedulers" = "`--since` and `--until` of the command line say what is read: remove it",
        "cursor_datetime_formats" = "say it at the field: `format: [rfc3339, epoch]`",
        "start_time_option" = "write `param`, or `{{ cursor.start }}` where it goes",
        "end_time_option" = "write `end_param`, or `{{ cursor.end }}` where it goes",
        "is_data_feed" = "write `order: desc` and `filter: client`",
        "is_client_side_incremental" = "write `filter: client`",
        "global_substream_cursor" = "each partition has its own state: remove it",
    }
}

spec_words! {
    /// The order in which an API sends the records of a slice.
    pub enum CursorOrder {
        /// The oldest first. The API is held to it.
        Ascending = "asc",
        /// The newest first.
        Descending = "desc",
        /// None that could be relied on.
        None = "none",
    }
}

spec_words! {
    /// Who leaves out the records outside of the range.
    pub enum CursorFilter {
        /// The API.
        Server = "server",
        /// The connector: the API sends everything.
        Client = "client",
        /// The API roughly and the connector exactly.
        Both = "both",
    }
}

spec_words! {
    /// What becomes of a record without the cursor.
    pub enum OnMissing {
        /// It is not of the declared type: see `on_invalid_record`.
        Fail = "fail" | "raise",
        /// It is delivered, in every run that gets it.
        Keep = "keep" | "include",
        /// It is left out and counted.
        Skip = "skip" | "exclude",
    }
}

//! `paginator`: how to get from a page to the next.

use crate::read::{spec_map, spec_tagged, spec_words};
use crate::source::{Spanned, Text};

spec_tagged! {
    /// How to get from a page to the next. A word alone is short for `{type: …}`.
    pub enum Paginator {
        /// One page is all.
        None = "none" | "single_page",
        /// A position and a count.
        Offset(Offset) = "offset",
        /// Numbered pages.
        PageNumber(PageNumber) = "page_number",
        /// A cursor that the response names.
        Cursor(Cursor) = "cursor",
        /// A link in the body.
        NextLink(NextLink) = "next_link" | "json_link",
        /// A link in the `Link` header (RFC 8288).
        LinkHeader(LinkHeader) = "link_header" | "header_link",
        /// A cursor in a header of the response.
        HeaderCursor(HeaderCursor) = "header_cursor",
        /// The key of the last record.
        Keyset(Keyset) = "keyset",
    }
    instead {
        "auto" = "nothing is guessed when the connector runs: look at one response; a URL of the next page in the body is `next_link`, a `Link` header is `link_header`, a token to send back is `cursor`, a number of all records is `offset` or `page_number`",
    }
}

spec_words! {
    /// Where a paging parameter goes.
    pub enum ParamLocation {
        /// The query.
        Query = "query",
        /// A key of the JSON body.
        Json = "json",
        /// A field of the form.
        Form = "form",
        /// A header.
        Header = "header",
        /// A segment behind the path, which needs no name; a page whose cursor is not known yet has none. Numbers of records
        /// go into the query then.
        Path = "path",
    }
}

spec_map! {
    /// A position and a count. Ends with `total` reached, `has_more` false, or an empty page.
    pub struct Offset {
        /// Records per page.
        required limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the position; `offset` when absent.
        optional offset_param: Text,
        /// Parameter of the count; `limit` when absent.
        optional limit_param: Text,
        /// The first position; 0 when absent.
        optional start ("start" | "offset"): Spanned<u64>,
        /// Where the response has the number of all records.
        optional total ("total" | "total_path"): Text,
        /// Where the response says that there is more.
        optional has_more ("has_more" | "has_more_path"): Text,
        /// Positions from here on are not asked for.
        optional max_offset ("max_offset" | "maximum_offset"): Spanned<u64>,
        /// A page with fewer records than `limit` is the last.
        optional stop_on_short_page: Spanned<bool>,
        /// Where the parameters go; the query when absent.
        optional location ("in"): Spanned<ParamLocation>,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
    instead {
        "stop_after_empty_page" = "an empty page always ends: remove it",
        "offset_body_path" = "write `offset_param: …` with dots into the body, and `in: json`",
        "limit_body_path" = "write `limit_param: …` with dots into the body, and `in: json`",
    }
}

spec_map! {
    /// Numbered pages. Ends with `total_pages` or `total` reached, `has_more` false, or an empty page.
    pub struct PageNumber {
        /// Parameter of the number; `page` when absent.
        optional page_param: Text,
        /// Number of the first page; 1 when absent.
        optional start_from_page ("start_from_page" | "base_page"): Spanned<u64>,
        /// Records per page; not sent when absent.
        optional limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the count; `per_page` when absent.
        optional limit_param: Text,
        /// Where the response has the number of pages.
        optional total_pages: Text,
        /// Where the response has the number of all records.
        optional total: Text,
        /// Where the response says that there is more.
        optional has_more ("has_more" | "has_more_path"): Text,
        /// A page with fewer records than `limit` is the last.
        optional stop_on_short_page: Spanned<bool>,
        /// Where the parameters go; the query when absent.
        optional location ("in"): Spanned<ParamLocation>,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
    instead {
        "stop_after_empty_page" = "an empty page always ends: remove it",
        "page_body_path" = "write `page_param: …` with dots into the body, and `in: json`",
        "maximum_page" = "write `max_pages`: how many pages are read",
        "total_path" = "write `total_pages` for the number of pages, `total` for the number of records",
        "page" = "write `start_from_page`",
    }
}

spec_map! {
    /// A cursor that the response names. Ends with a cursor absent, null or empty, or `has_more` false.
    pub struct Cursor {
        /// Where the response has it: a path, or an expression over `response` or `last_record`.
        required cursor ("cursor" | "cursor_path"): Text,
        /// Parameter that sends it; `cursor` when absent.
        optional cursor_param: Text,
        /// Where the parameters go; the query when absent.
        optional location ("in"): Spanned<ParamLocation>,
        /// Records per page; not sent when absent.
        optional limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the count; `limit` when absent.
        optional limit_param: Text,
        /// Where the response says that there is more.
        optional has_more ("has_more" | "has_more_path"): Text,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
    instead {
        "stop_after_empty_page" = "an empty page always ends: remove it",
        "cursor_body_path" = "write `cursor_param: …` with dots into the body, and `in: json`",
    }
}

spec_map! {
    /// A link in the body. Ends with a link absent, null or empty.
    pub struct NextLink {
        /// Where the response has it: a path, or an expression over `response`; `next` when absent.
        optional next_url ("next_url" | "next_url_path"): Text,
        /// Records per page, sent with the first request; not sent when absent.
        optional limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the count; `limit` when absent.
        optional limit_param: Text,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
}

spec_map! {
    /// A link in the `Link` header (RFC 8288). Ends without such a relation.
    pub struct LinkHeader {
        /// The relation; `next` when absent.
        optional rel ("rel" | "links_next_key"): Text,
        /// Records per page, sent with the first request; not sent when absent.
        optional limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the count; `per_page` when absent.
        optional limit_param: Text,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
}

spec_map! {
    /// A cursor in a header of the response. Ends without the header or with an empty one.
    pub struct HeaderCursor {
        /// The header.
        required header ("header" | "cursor_key"): Text,
        /// Query parameter that sends the cursor; `cursor` when absent.
        optional cursor_param: Text,
        /// Records per page; not sent when absent.
        optional limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the count; `limit` when absent.
        optional limit_param: Text,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
}

spec_words! {
    /// How records are sorted.
    pub enum Order {
        /// Rising.
        Ascending = "asc" | "ascending",
        /// Falling.
        Descending = "desc" | "descending",
    }
}

spec_map! {
    /// The key of the last record, sent back for the records behind it. Ends with an empty page; where `inclusive`,
    /// with a page that has nothing new.
    pub struct Keyset {
        /// The field of the record that the API sorts by: a path. It is never null.
        required field: Text,
        /// Parameter that sends its value.
        required param: Text,
        /// How the API sorts; rising when absent. A page that does not lead on in this order is an error.
        optional order: Spanned<Order>,
        /// The records of the value sent come again, and are not delivered twice. Needs `limit`.
        optional inclusive: Spanned<bool>,
        /// Where the parameters go; the query when absent.
        optional location ("in"): Spanned<ParamLocation>,
        /// Records per page; not sent when absent.
        optional limit ("limit" | "page_size" | "per_page"): Spanned<u64>,
        /// Parameter of the count; `limit` when absent.
        optional limit_param: Text,
        /// Pages after which to stop.
        optional max_pages: Spanned<u64>,
    }
    instead {
        "stop_after_empty_page" = "an empty page always ends: remove it",
    }
}

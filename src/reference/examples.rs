//! One spec for each part of the language, which uses each of its keys.

macro_rules! examples {
    ($($name:ident)*) => {
        /// The examples by the names of their parts.
        pub const EXAMPLES: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("examples/", stringify!($name), ".yaml")))),*];
    };
}

examples! {
    added_field transform_step
    assertion auth_api_key auth_bearer auth_extend auth_http_basic auth_jwt auth_oauth2 auth_one_of auth_session backoff_body backoff_constant
    backoff_exponential backoff_header client config_field decoder_csv decoder_json decoder_jsonl decoder_xml download endpoint
    error_handler field graphql header_part incremental job job_request login paginator_cursor paginator_header_cursor paginator_keyset
    paginator_link_header paginator_next_link paginator_offset paginator_page_number parent rate_limit
    resource rule sending spec text_body time_header timeout
    write_disposition
}

//! An API that answers as that of dlt's own tests, for as many pages as dlt read.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::harness::api::{Api, Received};

/// Records of a page.
const PAGE: u64 = 5;

/// Starts to answer. `calls` tell how many pages each path has.
pub fn start(calls: &[Value]) -> Api {
    let pages = calls
        .iter()
        .map(|call| {
            let path = call["path"].as_str().unwrap().trim_matches('/').to_owned();
            (path, call["page_sizes"].as_array().unwrap().len() as u64)
        })
        .collect::<BTreeMap<_, _>>();
    Api::start(move |request, address| {
        let (status, body) = answer(request, address, &pages);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        (status, body)
    })
}

fn answer(
    request: &Received,
    address: SocketAddr,
    pages: &BTreeMap<String, u64>,
) -> (u16, Option<Value>) {
    let path = request.path();
    let parameter = |name: &str| request.parameter(name);
    let page: u64 = parameter("page").map_or(1, |page| page.parse().unwrap());
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    // The parent, which stands in the path, the query, a header or the body.
    let post: u64 = path
        .split('/')
        .filter_map(|part| part.parse().ok())
        .next()
        .or_else(|| parameter("post_id").and_then(|id| id.parse().ok()))
        .or_else(|| {
            request
                .headers
                .get("post_id")
                .and_then(|id| id.parse().ok())
        })
        .or_else(|| body["post_id"].as_u64())
        .unwrap_or_default();
    let last = pages.get(path).copied().unwrap_or(1);
    let listed = |record: &dyn Fn(u64) -> Value, key: &str| {
        let first = (page - 1) * PAGE;
        let mut listed = json!({ "page": page, "total_pages": last });
        listed[key] = (first..first + PAGE).map(record).collect();
        if page < last {
            listed["next_page"] = json!(format!("http://{address}/{path}?page={}", page + 1));
        }
        listed
    };
    let posts = |key: &str| {
        listed(
            &|id| json!({ "id": id, "title": format!("Post {id}") }),
            key,
        )
    };
    let comments = || {
        let comment = |id| json!({ "id": id, "post_id": post, "body": format!("Comment {id} for post {post}") });
        listed(&comment, "data")
    };
    let detail = || json!({ "id": post, "body": format!("Post body {post}") });
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["posts", _, "some_details_404"] if post > 0 => {
            (404, Some(json!({ "error": "not found" })))
        }
        ["posts", _, "some_details_404_others_422"] if post > 0 => (
            if post == 1 { 404 } else { 422 },
            Some(json!({ "error": "not found" })),
        ),
        ["posts", _, "some_details_204"] if post > 0 => (204, None),
        ["posts", _, "comments"]
        | ["post_comments" | "post_comments_via_headers" | "post_comments_via_form_data"] => {
            (200, Some(comments()))
        }
        ["posts_under_a_different_key"] => (200, Some(posts("many-results"))),
        ["posts", "search_by_id", _] => (200, Some(body)),
        ["posts"] | ["posts", "search"] | ["posts_form_data_incremental"] => {
            (200, Some(posts("data")))
        }
        ["posts", ..] | ["post_detail" | "post_detail_via_headers"] => (200, Some(detail())),
        ["missing"] => (404, Some(json!({ "error": "not found" }))),
        _ => (200, Some(json!({ "data": request.body }))),
    }
}

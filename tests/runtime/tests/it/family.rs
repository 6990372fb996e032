//! Posts, the comments of each post, and the answers to each comment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use runtime_tests::runtime::endpoint::{Endpoint, Turn};
use runtime_tests::runtime::error::Error;
use runtime_tests::runtime::pages::Pages;
use runtime_tests::runtime::parents::{Child, Parents};
use runtime_tests::runtime::partitions::{Partitioned, Partitions};
use runtime_tests::runtime::path::segment;
use runtime_tests::runtime::record::{Column, ColumnType, Disposition, Record};
use runtime_tests::runtime::records::Records;
use runtime_tests::runtime::request::Request;
use runtime_tests::runtime::row::RowWriter;
use runtime_tests::runtime::send::{Action, Answer};
use runtime_tests::runtime::session::Session;
use runtime_tests::runtime::source::Source;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::stub::{Asked, Reply, Stub};

/// A record of any of the three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    pub id: Option<String>,
}

impl Record for Text {
    const RESOURCE: &'static str = "texts";
    const COLUMNS: &'static [Column] = &[Column::nullable("id", ColumnType::Text)];
    const DISPOSITION: Disposition = Disposition::Append;

    fn write<W: RowWriter>(&self, row: &mut W) -> Result<(), W::Error> {
        row.text(self.id.as_deref())
    }
}

/// One path, page after page: `?page=0`, `?page=1`, … up to an empty one.
pub struct Texts {
    session: Session,
    path: fn(&str) -> Result<String, Error>,
    id: String,
}

impl Endpoint for Texts {
    type Wire = Text;
    type Position = u64;
    type Page<'a> = &'a RawValue;

    const OBJECT: bool = false;

    fn session(&self) -> &Session {
        &self.session
    }

    fn request(&self, position: &u64) -> Result<Request, Error> {
        let mut request = Request::get((self.path)(&self.id)?);
        request.query("page", position);
        Ok(request)
    }

    fn action(&self, answer: &Answer) -> Option<Action> {
        match answer.status() {
            410 => Some(Action::SkipPartition),
            403 => Some(Action::Fail(Some("the plan ends here".to_owned()))),
            _ => None,
        }
    }

    fn records<'a>(page: &Self::Page<'a>) -> Vec<&'a RawValue> {
        vec![page]
    }

    fn next(&self, turn: &Turn<'_, '_, Self>) -> Result<Option<u64>, Error> {
        Ok((turn.size > 0).then_some(turn.position + 1))
    }
}

/// All posts.
pub fn posts(session: &Session) -> Pages<Texts> {
    Pages::new(Texts {
        session: session.clone(),
        path: |_| Ok("/posts".to_owned()),
        id: String::new(),
    })
}

/// What tells one partition from the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Of {
    pub id: String,
}

macro_rules! child {
    ($(#[doc = $docs:literal])* $name:ident $path:literal { $($const:item)* }) => {
        $(#[doc = $docs])*
        #[derive(Clone)]
        pub struct $name(pub Session);

        impl Partitioned for $name {
            type Partition = Of;
            type Source = Pages<Texts>;

            fn session(&self) -> &Session {
                &self.0
            }

            fn open(&self, partition: Of) -> Pages<Texts> {
                Pages::new(Texts {
                    session: self.0.clone(),
                    path: |id| Ok(format!($path, segment(id)?)),
                    id: partition.id,
                })
            }
        }

        impl Child for $name {
            type Parent = Text;
            $($const)*

            fn partitions(&self, parent: &Text) -> Result<Vec<Of>, &'static str> {
                let id = parent.id.clone().ok_or("id")?;
                if id == "unwanted" {
                    return Ok(Vec::new());
                }
                Ok(vec![Of { id }])
            }

            fn join(partition: &mut Of, other: Of) {
                partition.id = format!("{},{}", partition.id, other.id);
            }
        }

        impl $name {
            /// Those of all of these parents.
            pub fn of<S: Source<Record = Text>>(self, parents: S) -> Partitions<Self, Parents<S, Self>> {
                Partitions::new(self.clone(), Parents::new(parents, self))
            }
        }
    };
}

child! {
    /// The comments of each post.
    Comments "/posts/{}/comments" {}
}
child! {
    /// The same where a post without an id is a failure.
    NeededComments "/posts/{}/comments" { const NEEDS_ALL: bool = true; }
}
child! {
    /// The same for two posts at a time.
    CommentsOfTwo "/posts/{}/comments" { const BATCH: usize = 2; }
}
child! {
    /// The answers to each comment.
    Answers "/comments/{}/answers" {}
}

/// A page of texts with these ids, null where one is empty.
pub fn page(ids: &[&str]) -> Reply {
    let texts: Vec<Text> = ids
        .iter()
        .map(|id| Text {
            id: Some((*id).to_owned()).filter(|id| !id.is_empty()),
        })
        .collect();
    Reply::json(serde_json::to_string(&texts).unwrap())
}

/// The first part of a path, the second, and the number of the page: `("posts", "1", 0)`.
pub fn parts(asked: &Asked) -> (&str, &str, u64) {
    let mut parts = asked.path.split('/').skip(1);
    let page = asked.param("page").unwrap().parse().unwrap();
    (parts.next().unwrap(), parts.next().unwrap_or(""), page)
}

/// What was asked, as `/posts/1/comments 0`.
pub fn asked(stub: &Stub) -> Vec<String> {
    let shown = |asked: &Asked| format!("{} {}", asked.path, asked.param("page").unwrap_or("-"));
    stub.asked().iter().map(shown).collect()
}

/// The ids of all records; an error stands as `!` and its text.
pub async fn read<S: Source<Record = Text>>(source: S) -> Vec<String> {
    let mut records = Records::new(source);
    let mut read = Vec::new();
    loop {
        match records.try_next().await {
            Ok(Some(text)) => read.push(text.id.unwrap_or_default()),
            Ok(None) => return read,
            Err(error) => read.push(format!("!{error}")),
        }
        assert!(read.len() < 1000, "the stream does not end");
    }
}

/// How many requests are under way, and how many were at most.
#[derive(Clone, Default)]
pub struct Gauge(Arc<(AtomicUsize, AtomicUsize)>);

impl Gauge {
    /// Answers after a time.
    pub fn during(&self, time: Duration, answer: impl FnOnce() -> Reply) -> Reply {
        let now = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.1.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(time);
        let reply = answer();
        self.0.0.fetch_sub(1, Ordering::SeqCst);
        reply
    }

    pub fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

//! The generated crate's test of its requests and its paging: `tests/walk.rs`, and a conversation with the API for each
//! resource, which the stub server beside it plays.
//!
//! The conversations are computed from the model: each request with all that the spec makes it of, and pages that lead
//! from the first over a middle one to the last. So the generated code is held to what the model says, by other means
//! than those it was generated with.

mod answer;
mod function;
mod keys;
mod page;
mod pattern;
mod plan;
mod request;
mod settings;
mod streams;
mod time;
mod token;
mod transcript;
mod unknowns;
mod url;
mod value;
mod window;

use super::{format, module, package, templates, text};
use crate::model::{Auth, Connector, Decoder, EnvelopeNode, Resource};
use crate::output::Files;
use crate::parallel;
use answer::{Answer, Meaning, meaning};
use plan::{Planner, Walk};
use request::Requests;
use serde::Serialize;
use serde_json::Value as Json;
use settings::{Choice, Settings};
use streams::Streams;
use transcript::{Conversation, Step};
use value::Scope;
use window::{Point, Window, Windows};

/// The stub server.
const STUB: &str = include_str!("../../templates/tests/stub.rs");
/// The player of conversations.
const PLAY: &str = include_str!("../../templates/tests/play.rs");

/// What `tests/walk.rs` prints.
#[derive(Serialize)]
struct WalkView {
    /// The `use` lines.
    uses: String,
    /// The conversations.
    walks: Vec<WalkOf>,
}

/// One test.
#[derive(Serialize)]
struct WalkOf {
    /// Name of the function, and of the file of the conversation.
    name: String,
    /// The file of the configuration, as a literal.
    config: String,
    /// Rust name of the accessor.
    accessor: String,
    /// Where reading ends, as Rust, if the test says so.
    until: Option<String>,
}

/// The conversations about a connector, and their test.
pub struct Walks {
    /// The conversations, the configurations, and what plays them, which is copied as it is.
    pub files: Files,
    view: WalkView,
}

impl Walks {
    /// Those of a connector, if there are any.
    pub fn of(connector: &Connector) -> Option<Self> {
        let mut files = Files::new();
        let mut walks = Vec::new();
        let defaults = Choices::default();
        add(
            connector,
            &defaults,
            &connector.resources,
            &mut files,
            &mut walks,
        );
        for (auth, resource) in choices(connector) {
            let Auth::OneOf { by, options, .. } = auth else {
                continue;
            };
            for option in options.iter().skip(1) {
                let choices = Choices {
                    suffix: format!("_by_{}", plain(&option.variant)),
                    of: vec![(by, &option.wire)],
                };
                let resources = std::slice::from_ref(resource);
                add(connector, &choices, resources, &mut files, &mut walks);
            }
        }
        if walks.is_empty() {
            return None;
        }
        let view = WalkView {
            uses: uses(connector),
            walks,
        };
        files.insert("tests/stub/mod.rs".to_owned(), STUB.to_owned());
        files.insert("tests/stub/play.rs".to_owned(), PLAY.to_owned());
        Some(Self { files, view })
    }

    /// `tests/walk.rs`, formatted.
    pub fn test(&self) -> String {
        format::lines(&templates::render("tests/walk.rs", &self.view))
    }
}

fn uses(connector: &Connector) -> String {
    let library = package::library_name(connector);
    let mut lines = [
        format!("{library}::runtime::records::Records"),
        format!("{library}::runtime::session::Options"),
        format!("{library}::runtime::source::Source"),
        format!("{library}::{{Client, Config}}"),
        "stub::Stub".to_owned(),
        "stub::play::Conversation".to_owned(),
    ];
    // Upper case stands before lower case in rustfmt's order, and lists come last.
    lines.sort_by_key(|line| line.replace('{', "~"));
    lines.map(|line| format!("use {line};\n")).concat()
}

/// What the user of the connector chooses.
#[derive(Default)]
struct Choices<'a> {
    /// End of the names of files and functions.
    suffix: String,
    of: Vec<Choice<'a>>,
}

/// Each choice between credentials, with the first resource that it is for.
fn choices(connector: &Connector) -> Vec<(&Auth, &Resource)> {
    let client = &connector.client.auth;
    let first = connector
        .resources
        .iter()
        .find(|resource| resource.auth.is_none());
    let own = connector.resources.iter();
    let own = own.filter_map(|resource| Some((resource.auth.as_ref()?, resource)));
    first
        .map(|first| (client, first))
        .into_iter()
        .chain(own)
        .collect()
}

/// Adds the conversations about these resources.
fn add(
    connector: &Connector,
    choices: &Choices<'_>,
    resources: &[Resource],
    files: &mut Files,
    walks: &mut Vec<WalkOf>,
) {
    let Some(settings) = Settings::new(connector, &choices.of) else {
        return;
    };
    let config = format!("tests/walks/config{}.json", choices.suffix);
    let before = walks.len();
    let texts = parallel::map(resources, |resource| {
        let requests = Requests {
            connector,
            scope: Scope::new(&settings),
        };
        let (conversations, until) = conversations(requests, resource)?;
        Some((
            transcript::text(&conversations),
            until.map(|until| until.rust()),
        ))
    });
    for (resource, text) in resources.iter().zip(texts) {
        let Some((text, until)) = text else {
            continue;
        };
        let name = format!("{}{}", module(resource), choices.suffix);
        let path = format!("tests/walks/{name}.http");
        files.insert(path, text);
        walks.push(WalkOf {
            name,
            config: text::quoted(&config),
            accessor: resource.name.rust.clone(),
            until,
        });
    }
    if walks.len() > before {
        files.insert(config, settings.to_text());
    }
}

fn plain(variant: &str) -> String {
    heck::ToSnakeCase::to_snake_case(variant)
}

/// Whether there are conversations about a resource.
fn walkable(connector: &Connector, resource: &Resource) -> bool {
    // What a module does is not known.
    let auth = resource.auth.as_ref().unwrap_or(&connector.client.auth);
    !extends(auth)
        && resource.extension.is_none()
        && resource.job.is_none()
        && resource.decoder == Decoder::JSON
}

fn extends(auth: &Auth) -> bool {
    match auth {
        Auth::Extend(_) => true,
        Auth::OneOf { options, .. } => options.iter().any(|option| extends(&option.auth)),
        _ => false,
    }
}

/// The conversations about a resource: its pages, failures on the way, a page without its data. And where reading ends,
/// if the test has to say so.
fn conversations(
    requests: Requests<'_>,
    resource: &Resource,
) -> Option<(Vec<Conversation>, Option<Point>)> {
    if !walkable(requests.connector, resource) {
        return None;
    }
    if resource.partitions.is_some() {
        let divided = Streams { requests }.divided(resource)?;
        let end = format!("records: {}", divided.total);
        let steps = divided.steps;
        return Some((vec![Conversation { end, steps }], divided.until));
    }
    let (windows, until) = windows(requests.scope, resource, None)?;
    let (mut steps, mut others) = (Vec::new(), Vec::new());
    let (mut total, mut end) = (0, "");
    for (number, window) in windows.iter().enumerate() {
        let requests = requests.within(window.as_ref());
        let planner = Planner::new(requests, resource)?;
        let talk = Talk { requests, resource };
        let walk = planner.walk()?;
        total += talk.total(&walk)?;
        if !walk.ends && windows.len() > 1 {
            return None;
        }
        if !walk.ends {
            end = " and more";
        }
        if number == 0 {
            steps = talk.token();
            steps.extend(page_steps(walk, "", &talk.failures()));
            let failing = |status: &u16| talk.failing(&planner, *status);
            others.extend([429, 500].iter().filter_map(failing));
            others.extend(talk.without_data(&planner));
        } else {
            steps.extend(page_steps(walk, "", &[]));
        }
    }
    if total == 0 && !end.is_empty() {
        return None;
    }
    let end = format!("records: {total}{end}");
    others.insert(0, Conversation { end, steps });
    Some((others, until))
}

/// The windows in which a resource is read, one that is none where it is read as a whole; and where reading has to be
/// told to end.
fn windows(
    scope: Scope<'_>,
    resource: &Resource,
    until: Option<&Point>,
) -> Option<(Vec<Option<Window>>, Option<Point>)> {
    let Some(incremental) = &resource.incremental else {
        return Some((vec![None], None));
    };
    let Windows { windows, until } = Windows::of(incremental, scope, until)?;
    Some((windows.into_iter().map(Some).collect(), until))
}

/// The pages of a walk; the first is refused with these before. The name of the resource stands before each, where there
/// are several.
fn page_steps(walk: Walk, name: &str, failures: &[u16]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, page) in walk.pages.into_iter().enumerate() {
        let number = index + 1;
        if index == 0 {
            for status in failures {
                steps.push(Step {
                    remark: format!("{name}page 1, refused with {status}"),
                    asked: page.asked.clone(),
                    answer: failure(*status),
                });
            }
        }
        let count = match page.records.size {
            0 => "empty".to_owned(),
            1 => "1 record".to_owned(),
            size => format!("{size} records"),
        };
        let mut answer = page.answer;
        answer.body = page.records.repeated(answer.body);
        steps.push(Step {
            remark: format!("{name}page {number}: {count}"),
            asked: page.asked,
            answer,
        });
    }
    steps
}

/// Conversations about one resource.
struct Talk<'a> {
    requests: Requests<'a>,
    resource: &'a Resource,
}

impl Talk<'_> {
    /// What the first page is refused with before it comes, as far as there are tries.
    fn failures(&self) -> Vec<u16> {
        let tries = self.resource.errors.max_retries;
        let retried = [429, 500]
            .into_iter()
            .filter(|status| self.meaning_of(*status) == Some(Meaning::Retried));
        retried.take(tries as usize).collect()
    }

    /// How many records are wanted; none where that cannot be known before the connector runs.
    fn total(&self, walk: &Walk) -> Option<u64> {
        let pages = walk.pages.iter();
        pages.map(|page| self.kept(&page.records)).sum()
    }

    /// How many records of a page are wanted.
    fn kept(&self, records: &page::Records) -> Option<u64> {
        // What comes again is dropped before.
        let again = records.texts.len().saturating_sub(records.size as usize);
        let mut kept = 0;
        for text in records.texts.iter().skip(again) {
            kept += u64::from(match &self.resource.filter {
                None => true,
                Some(_) => {
                    let record: Json = serde_json::from_str(text).ok()?;
                    is_wanted(self.requests.scope, self.resource, &record)?
                }
            });
        }
        // One may stand for all.
        let alike = records.texts.len() == 1;
        Some(if alike { kept * records.size } else { kept })
    }

    /// A failure that is not got over.
    fn failing(&self, planner: &Planner<'_>, status: u16) -> Option<Conversation> {
        let meaning = self.meaning_of(status)?;
        let end = match meaning {
            Meaning::Fails => format!("error: Status({status})"),
            Meaning::Retried if self.resource.errors.max_retries == 0 => {
                format!("error: Status({status})")
            }
            Meaning::Ignored => "records: 0".to_owned(),
            _ => return None,
        };
        let mut steps = self.token();
        steps.push(Step {
            remark: format!("refused with {status}"),
            asked: planner.first(),
            answer: failure(status),
        });
        Some(Conversation { end, steps })
    }

    /// A page that lacks the data path.
    fn without_data(&self, planner: &Planner<'_>) -> Option<Conversation> {
        let envelope = &self.resource.envelope;
        let has_path = matches!(
            envelope.root,
            EnvelopeNode::Object { .. } | EnvelopeNode::Items(_)
        );
        if !has_path || envelope.allow_missing_data {
            return None;
        }
        let mut steps = self.token();
        steps.push(Step {
            remark: "a page without its data".to_owned(),
            asked: planner.first(),
            answer: planner.without_data()?,
        });
        Some(Conversation {
            end: "error: Decode".to_owned(),
            steps,
        })
    }

    /// The request for a token, where there is one.
    fn token(&self) -> Vec<Step> {
        token(self.requests, self.resource).into_iter().collect()
    }

    fn meaning_of(&self, status: u16) -> Option<Meaning> {
        meaning(self.resource, self.requests.scope, &failure(status))
    }
}

/// Whether a record is wanted; none where that cannot be known before the connector runs.
fn is_wanted(scope: Scope<'_>, resource: &Resource, record: &Json) -> Option<bool> {
    let Some(filter) = &resource.filter else {
        return Some(true);
    };
    let record = Some((record, resource.sent()));
    Scope { record, ..scope }.holds(filter)
}

/// The request for the token of a resource.
fn token(requests: Requests<'_>, resource: &Resource) -> Option<Step> {
    let (asked, answer) = requests.token(requests.auth(resource))?;
    Some(Step {
        remark: "a token".to_owned(),
        asked,
        answer,
    })
}

/// An answer that is a failure.
fn failure(status: u16) -> Answer {
    let headers = if status == 429 {
        vec![("Retry-After".to_owned(), "0".to_owned())]
    } else {
        Vec::new()
    };
    Answer {
        status,
        headers,
        body: String::new(),
    }
}

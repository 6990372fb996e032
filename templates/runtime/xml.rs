//! XML, read as JSON: an element is a text, or an object of its attributes (`@name`), its elements and its text (`#text`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::Value;

use super::decode::{excerpt, text};
use super::error::{Error, Kind};

/// Elements may nest as deep as JSON is read.
const MAX_DEPTH: usize = 60;

/// What stands in an element, by its names.
pub type XmlParts = &'static [(&'static str, Xml)];

/// What an element is read as. Elements and attributes go by their local names; one that is declared with a prefix is
/// that one alone. White space around a text does not count, and the empty text is null.
#[derive(Debug)]
pub enum Xml {
    /// A text where there is nothing but text, else an object; what stands in it more than once is a list.
    Any,
    /// A text, whatever attributes stand beside it.
    Text,
    /// An object of what is declared, and anything else. Lists in it are never absent.
    Object(XmlParts),
    /// An object of elements that are all alike.
    Map(&'static Xml),
    /// All elements of this name, one or many.
    List(&'static Xml),
}

impl Xml {
    /// The one file as JSON: an object with its root element; none where it is blank.
    pub fn json(
        &'static self,
        files: &[impl AsRef<[u8]>],
    ) -> Result<Option<Cow<'static, str>>, Error> {
        let body = files.first().map_or(&b""[..], AsRef::as_ref);
        let Some(text) = text(body)? else {
            return Ok(None);
        };
        let mut reader = Reader::from_str(text);
        let mut open = vec![Element::new(self, String::new(), false)];
        loop {
            let event = reader.read_event();
            let event = event.map_err(|error| unreadable(text, &error).because(error))?;
            let step = match event {
                Event::Start(start) => begin(&mut open, &start),
                Event::Empty(start) => begin(&mut open, &start).and_then(|()| end(&mut open)),
                Event::End(_) => end(&mut open),
                Event::Text(content) => add(&mut open, &content.xml10_content()),
                Event::CData(content) => add(&mut open, &content.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => add(&mut open, character.encode_utf8(&mut [0; 4])),
                    Ok(None) => match resolve_predefined_entity(&reference) {
                        Some(text) => add(&mut open, text),
                        None => Err(format!("it does not say what `&{};` is", &*reference)),
                    },
                    Err(error) => Err(error.to_string()),
                },
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(()),
                Event::Eof => break,
            };
            step.map_err(|problem| unreadable(text, &problem))?;
        }
        match (open.pop(), open.last()) {
            (Some(document), None) if !document.parts.is_empty() => {
                Ok(Some(Cow::Owned(document.json())))
            }
            (Some(element), Some(_)) => {
                let problem = format!("`{}` does not end", element.name);
                Err(unreadable(text, &problem))
            }
            _ => Err(unreadable(text, &"there is no element")),
        }
    }

    /// The name and the form of what stands in this, and whether it is a list.
    fn inside<'n>(&'static self, name: &'n str, local: &'n str) -> (&'n str, &'static Self, bool) {
        let (key, form) = match self {
            Self::Object(declared) => {
                let find = |wanted: &str| declared.iter().find(|(name, _)| *name == wanted);
                match find(name) {
                    Some((_, form)) => (name, form),
                    None => (local, find(local).map_or(&Self::Any, |(_, form)| form)),
                }
            }
            Self::Map(form) => (local, *form),
            Self::Any | Self::Text | Self::List(_) => (local, &Self::Any),
        };
        match form {
            Self::List(form) => (key, *form, true),
            form => (key, form, false),
        }
    }
}

/// An element while it is read.
struct Element {
    form: &'static Xml,
    name: String,
    is_listed: bool,
    parts: BTreeMap<String, Part>,
    text: String,
}

/// All attributes or elements of one name, as JSON.
#[derive(Default)]
struct Part {
    count: usize,
    is_list: bool,
    is_whole: bool,
    json: String,
}

impl Element {
    fn new(form: &'static Xml, name: String, is_listed: bool) -> Self {
        let (parts, text) = Default::default();
        Self {
            form,
            name,
            is_listed,
            parts,
            text,
        }
    }

    fn put(&mut self, name: String, json: &str, is_list: bool, is_whole: bool) {
        let part = self.parts.entry(name).or_default();
        if part.count > 0 {
            part.json.push(',');
        }
        part.json.push_str(json);
        (part.is_list, part.is_whole) = (is_list, is_whole);
        part.count += 1;
    }

    /// Its JSON.
    fn json(mut self) -> String {
        let text = self.text.trim_ascii();
        let text = (!text.is_empty()).then(|| Value::from(text).to_string());
        let is_text = match self.form {
            Xml::Any => self.parts.is_empty(),
            Xml::Text => self.parts.keys().all(|name| name.starts_with('@')),
            Xml::Object(_) | Xml::Map(_) | Xml::List(_) => false,
        };
        if is_text {
            return text.unwrap_or_else(|| "null".to_owned());
        }
        match self.form {
            Xml::Map(_) => self.parts.retain(|name, _| !name.starts_with('@')),
            _ => text
                .iter()
                .for_each(|text| self.put("#text".to_owned(), text, false, false)),
        }
        if let Xml::Object(declared) = self.form {
            let lists = declared
                .iter()
                .filter(|(_, form)| matches!(form, Xml::List(_)));
            for (name, _) in lists {
                let part = self.parts.entry((*name).to_owned()).or_default();
                part.is_list = true;
            }
        }
        let mut json = String::from("{");
        for (name, part) in &self.parts {
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&Value::from(name.as_str()).to_string());
            json.push(':');
            match part {
                Part {
                    is_list: true,
                    json: items,
                    ..
                } => json.extend(["[", items, "]"]),
                Part {
                    count: 1,
                    json: one,
                    ..
                } => json.push_str(one),
                // As a list it could be taken for the fields of an object. Writing to a `String` cannot fail.
                Part {
                    is_whole: true,
                    count,
                    ..
                } => {
                    let _ = write!(json, "\"{count} elements, and one is declared\"");
                }
                Part { json: items, .. } => json.extend(["[", items, "]"]),
            }
        }
        json.push('}');
        json
    }
}

fn begin(open: &mut Vec<Element>, start: &BytesStart<'_>) -> Result<(), String> {
    if open.len() > MAX_DEPTH {
        return Err(format!("elements nest deeper than {MAX_DEPTH}"));
    }
    let Some(around) = open
        .last()
        .filter(|around| open.len() > 1 || around.parts.is_empty())
    else {
        return Err("there is more than one root element".to_owned());
    };
    let (name, local) = (start.name(), start.local_name());
    let (key, form, is_list) = around.form.inside(name.into_inner(), local.into_inner());
    let mut element = Element::new(form, key.to_owned(), is_list);
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| error.to_string())?;
        let json = if value.is_empty() {
            "null".to_owned()
        } else {
            Value::from(&*value).to_string()
        };
        let name = format!("@{}", attribute.key.into_inner());
        let local = format!("@{}", attribute.key.local_name().into_inner());
        let (key, ..) = form.inside(&name, &local);
        let key = key.to_owned();
        element.put(key, &json, false, false);
    }
    open.push(element);
    Ok(())
}

fn end(open: &mut Vec<Element>) -> Result<(), String> {
    let element = open.pop().filter(|_| !open.is_empty());
    let (Some(mut element), Some(around)) = (element, open.last_mut()) else {
        return Err("more elements end than begin".to_owned());
    };
    let (name, is_list) = (std::mem::take(&mut element.name), element.is_listed);
    let is_whole = matches!(element.form, Xml::Object(_) | Xml::Map(_));
    around.put(name, &element.json(), is_list, is_whole);
    Ok(())
}

fn add(open: &mut [Element], text: &str) -> Result<(), String> {
    match open {
        [.., _, element] => element.text.push_str(text),
        _ if text.trim_ascii().is_empty() => {}
        _ => return Err("a text stands outside of all elements".to_owned()),
    }
    Ok(())
}

fn unreadable(xml: &str, problem: &dyn std::fmt::Display) -> Error {
    let text = format!(
        "the response is not XML that can be read: {problem}; it is {}",
        excerpt(xml)
    );
    Error::new(Kind::Decode, text)
}

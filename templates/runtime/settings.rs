//! Reads a configuration and collects all that is wrong with it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{Error, Kind};

/// Values of configuration fields that are not checked yet.
#[derive(Default)]
pub struct Settings {
    values: BTreeMap<String, Value>,
    variables: &'static [(&'static str, &'static str)],
    problems: Vec<String>,
}

impl Settings {
    /// Reads environment variables, given as pairs of field and variable.
    ///
    /// Numbers and booleans are written as in JSON, lists and objects as JSON. A blank variable is an absent one.
    pub fn from_env(variables: &'static [(&'static str, &'static str)]) -> Self {
        let mut settings = Self {
            variables,
            ..Self::default()
        };
        for (field, variable) in variables {
            match std::env::var(variable) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => settings.set(field, text),
                Err(std::env::VarError::NotPresent) => {}
                Err(error) => settings.problems.push(format!("`{variable}`: {error}")),
            }
        }
        settings
    }

    /// Reads a JSON file that holds one object.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let about =
            |error: String| Error::new(Kind::Config, format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| about(error.to_string()))?;
        let values = serde_json::from_str(&text).map_err(|error| about(error.to_string()))?;
        Ok(Self {
            values,
            ..Self::default()
        })
    }

    /// Sets a field.
    pub fn set(&mut self, field: &str, value: impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => drop(self.values.insert(field.to_owned(), value)),
            Err(error) => self.problems.push(format!("`{field}`: {error}")),
        }
    }

    /// A field that has to be there; a blank text is not.
    pub fn required<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        let before = self.problems.len();
        let value = self.optional(field);
        if value.is_none() && self.problems.len() == before {
            let variable = self.variables.iter().find(|(name, _)| *name == field);
            let hint = variable
                .map(|(_, variable)| format!(": set the environment variable `{variable}`"));
            self.problems
                .push(format!("`{field}` is missing{}", hint.unwrap_or_default()));
        }
        value
    }

    /// A field with a default.
    pub fn or<T: DeserializeOwned>(&mut self, field: &str, default: impl FnOnce() -> T) -> T {
        self.optional(field).unwrap_or_else(default)
    }

    /// A field that may be absent.
    pub fn optional<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        let value = self.values.remove(field).filter(|value| !value.is_null())?;
        let text = value.as_str().map(str::to_owned);
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let mut read = T::deserialize(value);
        // Variables are texts: what is none is read as JSON.
        if let (Err(_), Some(text), false) = (&read, text, self.variables.is_empty())
            && let Ok(value) = serde_json::from_str::<Value>(&text)
        {
            read = T::deserialize(value);
        }
        read.map_err(|error| self.problems.push(format!("`{field}`: {error}")))
            .ok()
    }

    /// Remembers something that is wrong.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// The configuration, or everything that is wrong with it.
    pub fn finish<T>(mut self, config: impl FnOnce() -> Option<T>) -> Result<T, Error> {
        for field in self.values.keys() {
            self.problems
                .push(format!("`{field}` is no field of the configuration"));
        }
        match config() {
            Some(config) if self.problems.is_empty() => Ok(config),
            _ => Err(Error::new(Kind::Config, self.problems.join("; "))),
        }
    }
}

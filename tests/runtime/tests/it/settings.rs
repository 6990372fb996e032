//! Reading a configuration.

use runtime_tests::runtime::error::{Error, Kind};
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::settings::Settings;
use serde::Deserialize;

#[derive(Debug)]
struct Config {
    name: String,
    key: Secret,
    size: i64,
    tags: Vec<String>,
    mode: Mode,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Fast,
    Slow,
}

fn config(mut settings: Settings) -> Result<Config, Error> {
    let name = settings.required("name");
    let key = settings.required("key");
    let size = settings.or("size", || 100);
    let tags = settings.or("tags", Vec::new);
    let mode = settings.or("mode", || Mode::Slow);
    settings.matching("name", name.as_deref(), "[a-z]+");
    settings.finish(|| {
        Some(Config {
            name: name?,
            key: key?,
            size,
            tags,
            mode,
        })
    })
}

fn built(fields: &[(&str, serde_json::Value)]) -> Result<Config, String> {
    let mut settings = Settings::default();
    for (field, value) in fields {
        settings.set(field, value);
    }
    config(settings).map_err(|error| error.to_string())
}

#[test]
fn defaults_stand_in() {
    let config = built(&[("name", "me".into()), ("key", "k".into())]).unwrap();
    assert_eq!(
        (
            &*config.name,
            config.key.expose(),
            config.size,
            config.tags.len(),
            config.mode
        ),
        ("me", "k", 100, 0, Mode::Slow)
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let error = built(&[
        ("key", "  ".into()),
        ("size", "many".into()),
        ("mode", "odd".into()),
        ("other", 1.into()),
    ])
    .unwrap_err();
    let expected = "`name` is missing; `key` is missing; `size`: invalid type: string \"many\", expected i64; \
                    `mode`: unknown variant `odd`, expected `fast` or `slow`; `other` is no field of the configuration";
    assert_eq!(error, expected);
}

#[test]
fn patterns_match_the_whole_text() {
    let error = built(&[("name", "me2".into()), ("key", "k".into())]).unwrap_err();
    assert_eq!(error, "`name` does not match `[a-z]+`");
}

#[test]
fn a_secret_of_another_type_is_not_shown() {
    let error = built(&[("name", "me".into()), ("key", 12345.into())]).unwrap_err();
    assert_eq!(error, "`key`: a secret is a text");
}

#[test]
fn a_file_holds_one_object() {
    let folder = std::env::temp_dir().join(format!("runtime-settings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.json");
    std::fs::write(
        &path,
        r#"{"name":"me","key":"k","size":7,"tags":["a"],"mode":"fast"}"#,
    )
    .unwrap();
    let config = config(Settings::from_file(&path).unwrap()).unwrap();
    assert_eq!(
        (config.size, config.tags.len(), config.mode),
        (7, 1, Mode::Fast)
    );
    for text in ["[]", "{", ""] {
        std::fs::write(&path, text).unwrap();
        let error = Settings::from_file(&path).err().unwrap();
        assert!(
            error.kind() == Kind::Config && error.to_string().contains("config.json"),
            "{error}"
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        Settings::from_file(&path)
            .err()
            .unwrap()
            .to_string()
            .contains("config.json")
    );
}

#[test]
fn variables_are_texts() {
    // PATH is always there, and no other variable is set by this test.
    let settings = Settings::from_env(&[
        ("key", "PATH"),
        ("name", "RUNTIME_TESTS_NAME_THAT_NOBODY_SETS"),
    ]);
    let error = config(settings).unwrap_err().to_string();
    assert_eq!(
        error,
        "`name` is missing: set the environment variable `RUNTIME_TESTS_NAME_THAT_NOBODY_SETS`"
    );
}

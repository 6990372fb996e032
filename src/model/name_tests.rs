#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use proptest::prelude::*;

fn span(start: u32) -> Span {
    Span {
        start,
        end: start + 1,
        ..Span::default()
    }
}

#[test]
fn fields_are_snake_case_identifiers() {
    for (wire, rust) in [
        ("id", "id"),
        ("userName", "user_name"),
        ("HTTPServer", "http_server"),
        ("iso2Code", "iso2_code"),
        ("a.b", "a_b"),
        ("@odata.nextLink", "odata_next_link"),
        ("_id", "id"),
        ("type", "r#type"),
        ("gen", "r#gen"),
        ("self", "self_"),
        ("crate", "crate_"),
        ("super", "super_"),
        ("Self", "self_"),
        ("union", "union"),
        ("3d_secure", "n3d_secure"),
        ("+1", "plus_1"),
        ("-1", "minus_1"),
        ("", "empty"),
        ("_", "underscore"),
        ("$", "dollar"),
        ("%%", "percent_percent"),
        ("größe", "grosse"),
        ("имя", "imia"),
        ("名前", "ming_qian"),
        ("😀", "grinning"),
        ("\u{e000}", "ue000"),
    ] {
        assert_eq!(Name::field(wire).rust, rust, "{wire}");
    }
}

#[test]
fn variants_and_types_are_pascal_case() {
    for (wire, rust) in [
        ("in-progress", "InProgress"),
        ("OPEN", "Open"),
        ("", "Empty"),
        ("self", "SelfValue"),
        ("100", "N100"),
        ("+1", "Plus1"),
    ] {
        assert_eq!(Name::variant(wire).rust, rust, "{wire}");
    }
    assert_eq!(type_name("cash_drawer", "Record"), "CashDrawer");
    assert_eq!(type_name("error", "Record"), "ErrorRecord");
    assert_eq!(type_name("option", "Value"), "OptionValue");
}

#[test]
fn modules_are_never_raw_and_spare_the_methods_of_clients() {
    for (wire, rust) in [
        ("cash_drawers", "cash_drawers"),
        ("mod", "mod_"),
        ("type", "type_"),
        ("config", "config_"),
        ("clone", "clone_"),
    ] {
        assert_eq!(Name::module(wire).rust, rust, "{wire}");
    }
}

#[test]
fn columns_have_no_raw_prefix() {
    assert_eq!(Name::field("type").column(), "type");
}

#[test]
fn a_rename_is_taken_as_it_is() {
    assert_eq!(Name::renamed("+1", "thumbs_up").rust, "thumbs_up");
    assert_eq!(Name::renamed("x", "match").rust, "r#match");
    for wrong in ["", "Up", "1up", "_x", "a-b", "ü"] {
        assert!(!is_field_name(wrong), "{wrong}");
    }
    for wrong in ["", "order", "Vec", "A_b", "1A"] {
        assert!(!is_type_name(wrong), "{wrong}");
    }
}

#[test]
fn singulars_follow_english_or_stay() {
    for (plural, one) in [
        ("cash_drawers", "cash_drawer"),
        ("businesses", "business"),
        ("companies", "company"),
        ("boxes", "box"),
        ("batches", "batch"),
        ("statuses", "status"),
        ("addresses", "address"),
        ("purchases", "purchase"),
        ("licenses", "license"),
        ("releases", "release"),
        ("people", "person"),
        ("children", "child"),
        ("indices", "index"),
        ("news", "news"),
        ("series", "series"),
        ("status", "status"),
        ("pokemon", "pokemon"),
        ("analysis", "analysis"),
        ("movies", "movie"),
        ("bankAccounts", "bank_account"),
        ("comments_of_posts", "comment_of_posts"),
        ("of", "of"),
    ] {
        assert_eq!(singular(plural), one, "{plural}");
    }
}

#[test]
fn two_names_that_become_one_collide_with_both_places_and_a_way_out() {
    let mut scope = Scope::default();
    scope.claim(&Name::field("userName"), span(1)).unwrap();
    let collision = scope.claim(&Name::field("user_name"), span(5)).unwrap_err();
    assert_eq!(
        collision,
        Collision {
            first: Some(("userName".to_owned(), span(1))),
            rust: "user_name".to_owned(),
            free: "user_name_2".to_owned()
        }
    );
    scope
        .claim(&Name::renamed("user_name", &collision.free), span(5))
        .unwrap();
}

#[test]
fn names_of_the_generator_make_way() {
    let mut scope = Scope::reserving(&["Page"]);
    assert_eq!(scope.unique("Page".to_owned()), "Page2");
    assert_eq!(scope.unique("Meta".to_owned()), "Meta");
    assert_eq!(scope.unique("r#type".to_owned()), "r#type");
    assert_eq!(scope.unique("r#type".to_owned()), "type_2");
}

proptest! {
    #[test]
    fn every_text_becomes_an_identifier(wire in any::<String>()) {
        for rust in [
            Name::field(&wire).rust,
            Name::module(&wire).rust,
            Name::config(&wire).rust,
            Name::variant(&wire).rust,
            type_name(&wire, "Record"),
            type_name(&singular(&wire), "Record"),
        ] {
            prop_assert!(syn::parse_str::<syn::Ident>(&rust).is_ok(), "{wire:?} became {rust:?}");
            prop_assert!(rust.is_ascii());
        }
    }

    #[test]
    fn claims_never_share_a_name(wires in proptest::collection::vec("[a-cA-C_.]{0,3}", 1..20)) {
        let mut scope = Scope::default();
        let mut given = std::collections::BTreeSet::new();
        for (at, wire) in wires.iter().enumerate() {
            let mut name = Name::field(wire);
            if let Err(collision) = scope.claim(&name, span(at as u32)) {
                name = Name::renamed(wire, &collision.free);
                scope.claim(&name, span(at as u32)).unwrap();
            }
            prop_assert!(given.insert(name.column().to_lowercase()));
        }
    }
}

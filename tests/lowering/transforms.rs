//! Transforms: what is decoded, and what becomes of it.

use super::*;

fn transformed(rest: &str) -> Resource {
    resource("data_selector: data", rest)
}

fn names(record: &Struct) -> Vec<&str> {
    let fields = record.fields.iter();
    fields.map(|field| field.name.wire.as_str()).collect()
}

#[test]
fn steps_of_a_transform_are_taken_in_the_order_in_which_they_stand() {
    let fields = "fields: { id: string!, kind: string, buyer: { name: string } }";
    let resource = transformed(&format!(
        "transform: [{{ rename: {{ kind: type }}, flatten: buyer }}, \
         {{ keys: upper, add: {{ late: x }} }}, {{ rename: {{ BUYER_NAME: buyerName }} }}], {fields}"
    ));
    let record = &resource.record.structs[0];
    assert_eq!(names(record), ["ID", "TYPE", "buyerName", "late"]);
    assert_eq!(names(&resource.sent().structs[0]), ["id", "kind", "buyer"]);
}

#[test]
fn what_is_removed_is_decoded_only_where_something_reads_it() {
    let rest = "transform: { remove: [a, b, c] }, filter: '{{ record.b }}', \
                fields: { id: string!, a: json, b: string, c: string }";
    let resource = resource(
        "data_selector: data, paginator: { type: cursor, cursor: '{{ last_record.c }}', cursor_param: after }",
        rest,
    );
    assert_eq!(names(&resource.record.structs[0]), ["id"]);
    assert_eq!(names(&resource.sent().structs[0]), ["id", "b", "c"]);
    assert_eq!(resource.wire.unwrap().dropped, ["a"]);
}

#[test]
fn a_key_makes_what_it_comes_from_never_null_and_values_know_it() {
    let resource = transformed(
        "primary_key: [buyer_code, nr], \
         transform: [{ flatten: [buyer] }, { rename: { number: nr } }, \
           { add: { label: '{{ record.buyer.code }}/{{ record.number }}', maybe: '{{ record.buyer.name }}' } }], \
         fields: { number: integer, buyer: { code: string, name: string } }",
    );
    let record = &resource.record.structs[0];
    for (name, nullable) in [
        ("buyer_code", false),
        ("nr", false),
        ("label", false),
        ("maybe", true),
    ] {
        assert_eq!(field(record, name).nullable, nullable, "{name}");
    }
    let sent = resource.sent();
    assert!(sent.structs[0].fields.iter().all(|field| !field.nullable));
    assert!(!field(&sent.structs[1], "code").nullable);
    assert!(!field(&resource.record.structs[1], "code").nullable);
}

#[test]
fn casts_are_made_where_a_record_is_decoded() {
    let resource = transformed(
        "transform: { cast: { a: decimal, b: integer, c: string, d: timestamp, o.e: boolean } }, \
         fields: { a: string, b: string, c: integer, d: integer, o: { e: string } }",
    );
    for record in [&resource.record, resource.sent()] {
        let root = &record.structs[0];
        let read = |name: &str| {
            let field = field(root, name);
            (field.ty.clone(), field.lenient)
        };
        assert_eq!(read("a"), (Type::Decimal, false));
        assert_eq!(read("b"), (Type::Integer, true));
        assert_eq!(read("c"), (Type::String, true));
        assert_eq!(read("d"), (Type::Timestamp(TimeFormat::Epoch), false));
        assert!(field(&record.structs[1], "e").lenient);
    }
}

#[test]
fn added_fields_have_the_types_of_their_expressions() {
    let resource = transformed(
        "transform: { add: { a: x, b: '{{ record.at }}', c: '{{ record.kind }}', d: { value: '{{ record.n }}', type: string }, \
           e: '{{ record.n == 1 }}', f: '{{ record.n }}-{{ record.id }}' } }, \
         fields: { id: string!, n: integer, kind: { enum: [x] }, at: { type: timestamp, format: epoch } }",
    );
    let record = &resource.record.structs[0];
    let added: Vec<_> = ["a", "b", "c", "d", "e", "f"]
        .into_iter()
        .map(|name| (field(record, name).ty.clone(), field(record, name).nullable))
        .collect();
    assert_eq!(
        added,
        [
            (Type::String, false),
            (Type::Timestamp(TimeFormat::Epoch), true),
            (Type::Enum(0), true),
            (Type::String, true),
            (Type::Boolean, false),
            (Type::String, true),
        ]
    );
}

#[test]
fn a_column_that_nothing_reads_may_be_missing() {
    let resource = resource(
        "decoder: csv",
        "transform: { remove: note }, fields: { id: string!, note: string }",
    );
    let BodyFormat::Csv(csv) = &resource.decoder.format else {
        panic!("it is a CSV");
    };
    assert_eq!(csv.columns, ["id"]);
}

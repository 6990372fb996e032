//! Records, by fields and by JSON Schema.

use super::*;

#[test]
fn a_schema_makes_null_possible_where_it_says_so_or_does_not_require() {
    let resource = by_schema(
        "{ type: object, required: [a, b, c, d, e], properties: {
           a: { type: string }, b: { type: [string, 'null'] }, c: { enum: [x, null] },
           d: { oneOf: [{ type: integer }, { type: 'null' }] }, e: { type: string, nullable: true },
           f: { type: string } } }",
    );
    let nullable: String = resource.record.structs[0]
        .fields
        .iter()
        .map(|field| if field.nullable { '?' } else { '!' })
        .collect();
    assert_eq!(nullable, "!?????");
    assert_eq!(field(&resource.record.structs[0], "d").ty, Type::Integer);
}

#[test]
fn parts_of_all_of_are_one_object() {
    let resource = by_schema(
        "{ allOf: [{ $ref: '#/$defs/base' }, { properties: { own: { type: number } }, required: [own] }],
           $defs: { base: { type: object, required: [id], properties: { id: { type: integer } } } } }",
    );
    let record = &resource.record.structs[0];
    assert_eq!(
        (field(record, "id").nullable, field(record, "own").nullable),
        (false, false)
    );
    assert_eq!(field(record, "own").ty, Type::Number);
}

#[test]
fn a_reference_is_one_type_wherever_it_stands() {
    let resource = by_schema(
        "{ type: object, properties: { from: { $ref: '#/$defs/address' }, to: { $ref: '#/$defs/address', description: Where to. } },
           $defs: { address: { type: object, description: An address., properties: { city: { type: string } } } } }",
    );
    let record = &resource.record;
    assert_eq!(record.structs.len(), 2);
    assert_eq!(record.structs[1].type_name, "ItemRecordAddress");
    let [from, to] = ["from", "to"].map(|name| field(&record.structs[0], name));
    assert_eq!((&from.ty, &to.ty), (&Type::Struct(1), &Type::Struct(1)));
    assert_eq!(from.description.as_deref(), Some("An address."));
    assert_eq!(to.description.as_deref(), Some("Where to."));
}

#[test]
fn types_of_a_schema() {
    let resource = by_schema(
        "{ type: object, properties: {
           at: { type: string, format: date-time }, day: { type: string, format: date }, id: { type: string, format: uuid },
           mail: { type: string, format: email }, sum: { type: number, format: decimal }, any: {},
           counts: { type: object, additionalProperties: { type: integer } }, loose: { type: object },
           both: { type: [integer, string] }, tags: { type: array, items: { type: string } }, n: { type: [integer, number] } } }",
    );
    let record = &resource.record;
    let ty = |name: &str| field(&record.structs[0], name).ty.clone();
    let item = |ty| {
        Box::new(Item {
            ty,
            nullable: false,
        })
    };
    assert_eq!(ty("day"), Type::Date(None));
    assert_eq!(ty("id"), Type::Uuid);
    assert_eq!(ty("mail"), Type::String);
    assert_eq!(ty("sum"), Type::Decimal);
    assert_eq!(ty("any"), Type::Json);
    assert_eq!(ty("counts"), Type::Map(item(Type::Integer)));
    assert_eq!(ty("loose"), Type::Map(item(Type::Json)));
    assert_eq!(ty("tags"), Type::List(item(Type::String)));
    assert_eq!(ty("n"), Type::Number);
    assert_eq!(ty("both"), Type::Union(0));
    assert_eq!(
        record.unions[0].variants,
        [
            ("Integer".to_owned(), Type::Integer),
            ("Text".to_owned(), Type::String)
        ]
    );
}

#[test]
fn schemas_are_read_from_the_folder_of_the_spec_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("specs");
    fs::create_dir_all(inside.join("schemas/shared")).unwrap();
    let item =
        r#"{ "type": "object", "properties": { "id": { "$ref": "shared/id.json#/$defs/id" } } }"#;
    fs::write(inside.join("schemas/item.json"), item).unwrap();
    fs::write(
        inside.join("schemas/shared/id.json"),
        r#"{ "$defs": { "id": { "type": "integer" } } }"#,
    )
    .unwrap();
    fs::write(folder.path().join("outside.json"), item).unwrap();
    let at = |reference: &str| {
        let text = format!(
            "{HEAD}client: {{ base_url: https://api.example.com }}\n\
             resources: [{{ name: items, endpoint: /items, schema: {{ $ref: {reference} }} }}]\n"
        );
        compile_at(&inside.join("spec.yaml"), &text)
    };
    let model = at("schemas/item.json").unwrap();
    assert_eq!(
        field(&model.resources[0].record.structs[0], "id").ty,
        Type::Integer
    );
    let before = model.spec_digest;
    fs::write(
        inside.join("schemas/shared/id.json"),
        r#"{ "$defs": { "id": { "type": "string" } } }"#,
    )
    .unwrap();
    assert_ne!(
        at("schemas/item.json").unwrap().spec_digest,
        before,
        "the digest covers what is referred to"
    );

    let outside = "E0409 `../outside.json` lies outside the folder of the spec";
    assert_eq!(at("../outside.json").unwrap_err(), [outside]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("outside.json"), inside.join("link.json"))
            .unwrap();
        assert_eq!(
            at("link.json").unwrap_err(),
            ["E0409 `link.json` lies outside the folder of the spec"]
        );
    }
}

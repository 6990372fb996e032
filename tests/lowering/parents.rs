//! Children: their partitions, and what they have from their parents.

use super::*;

#[test]
fn what_may_change_of_a_parent_with_a_key_does_not_name_a_partition() {
    let named = |key: &str| {
        let connector = compile(&format!(
            "client: {{ base_url: https://api.example.com }}
resources:
  - {{ name: posts, {key}endpoint: /posts, fields: {{ id: string!, title: string! }} }}
  - name: comments
    parent: posts
    partitions: {{ region: [eu] }}
    endpoint: '/posts/{{{{ parent.id }}}}/{{{{ parent.title }}}}/{{{{ partition.region }}}}'
    fields: {{ id: string! }}
"
        ));
        let divided = connector.resources[1].partitions.as_ref();
        let fields = divided.expect("it is divided").fields.clone();
        let named = fields.into_iter().filter(|field| field.identifies);
        named.map(|field| field.shown).collect::<Vec<_>>()
    };
    assert_eq!(
        named("primary_key: id, "),
        ["parent.id", "partition.region"]
    );
    assert_eq!(
        named("primary_key: [id, title], "),
        ["parent.id", "parent.title", "partition.region"]
    );
    assert_eq!(
        named(""),
        ["parent.id", "parent.title", "partition.region"],
        "nobody knows what tells one from the others"
    );
}

fn of_posts(rest: &str) -> Resource {
    let text = format!(
        "client: {{ base_url: https://api.example.com }}\n\
         resources:\n  \
         - {{ name: posts, endpoint: /posts, fields: {{ id: integer!, slug: string, state: {{ enum: [draft] }} }} }}\n  \
         - {{ name: comments, parent: posts, endpoint: '/posts/{{{{ parent.id }}}}', {rest} }}\n"
    );
    compile(&text).resources.remove(1)
}

#[test]
fn an_included_field_is_null_where_the_parents_is_unless_it_is_part_of_a_key() {
    let rest = "include_from_parent: { slug: slug, state: state }, fields: { id: integer! }";
    let free = of_posts(rest);
    let key = of_posts(&format!("primary_key: [slug, id], {rest}"));
    for (resource, nullable) in [(&free, true), (&key, false)] {
        let record = &resource.record.structs[0];
        assert_eq!(field(record, "slug").nullable, nullable);
        assert_eq!(field(record, "slug").ty, Type::String);
        let partition = resource.partitions.as_ref().unwrap();
        let slug = partition
            .fields
            .iter()
            .find(|field| field.rust == "post_slug");
        let slug = slug.unwrap();
        // Records that are told apart by it come from partitions that are.
        assert_eq!((slug.nullable, slug.identifies), (nullable, !nullable));
    }
    let state = &free.record.enums[0];
    assert_eq!(
        (state.type_name.as_str(), state.module.as_deref()),
        ("PostState", Some("posts"))
    );
}

#[test]
fn a_field_that_a_request_needs_is_there_for_the_record_too() {
    let resource = of_posts(
        "include_from_parent: [slug], filter: '{{ parent.slug != record.text }}', \
         fields: { id: integer!, text: string }",
    );
    let partition = resource.partitions.as_ref().unwrap();
    let fields: Vec<_> = partition
        .fields
        .iter()
        .map(|field| (field.rust.as_str(), field.identifies))
        .collect();
    assert_eq!(fields, [("post_id", true), ("post_slug", false)]);
    let filter = resource.filter.as_ref().unwrap();
    assert!(filter.any(&|expr| matches!(
        &expr.kind,
        ExprKind::Field { root: RecordRoot::Partition, path } if path.steps[0].rust == "post_slug"
    )));
}

#[test]
fn the_record_is_what_is_sent_and_what_comes_from_the_parent() {
    let resource =
        of_posts("include_from_parent: { post: id }, fields: { id: integer!, text: string }");
    let names = |record: &Struct| -> Vec<String> {
        record
            .fields
            .iter()
            .map(|field| field.name.wire.clone())
            .collect()
    };
    assert_eq!(names(&resource.record.structs[0]), ["id", "text", "post"]);
    assert_eq!(names(&resource.sent().structs[0]), ["id", "text"]);
    assert_eq!(
        (resource.record_type(), resource.wire_type()),
        ("Comment", "CommentWire")
    );
    assert_eq!(
        resource.wire.unwrap().sample,
        r#"{"id":1,"text":"text","post":1}"#
    );
}

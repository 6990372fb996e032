//! A model made by hand: the sample connector, before any spec is read.

use spile::model::*;
use std::time::Duration;

fn name(wire: &str) -> Name {
    Name::field(wire)
}

fn config(wire: &str, ty: ConfigType, default: Option<&str>) -> ConfigField {
    ConfigField {
        name: name(wire),
        description: Some(format!("The {wire}.")),
        ty,
        default: default.map(|text| ConfigDefault::Text(text.to_owned())),
        optional: false,
        env: format!("CASH_MANAGEMENT_{}", wire.to_uppercase()),
        pattern: None,
    }
}

/// A field of a record.
pub fn field(wire: &str, ty: Type, nullable: bool) -> Field {
    Field {
        name: name(wire),
        description: Some(format!("The {wire} of it.")),
        ty,
        nullable,
        lenient: false,
        key: wire == "id",
    }
}

/// `config.x` of a type.
pub fn config_value(field: &str, ty: ExprType) -> Template {
    Template::Value(Expr {
        kind: ExprKind::Config(vec![field.to_owned()]),
        ty,
        nullable: false,
    })
}

/// Cash drawers, by offset.
pub fn resource() -> Resource {
    let leaf = |wire: &str, kind| EnvelopeField {
        name: name(wire),
        required: false,
        node: EnvelopeNode::Leaf(kind),
    };
    Resource {
        name: name("cash_drawers"),
        type_name: "CashDrawers".to_owned(),
        incremental: None,
        normalized: false,
        description: Some("Shifts of a drawer.".to_owned()),
        record: Record {
            structs: vec![
                Struct {
                    type_name: "CashDrawer".to_owned(),
                    description: None,
                    fields: vec![
                        field("id", Type::String, false),
                        field("name", Type::String, true),
                        field("state", Type::Enum(0), true),
                        field("opened_at", Type::Timestamp(TimeFormat::Rfc3339), true),
                        field("opened_cash", Type::Decimal, true),
                        field(
                            "events",
                            Type::List(Box::new(Item {
                                ty: Type::Struct(1),
                                nullable: false,
                            })),
                            true,
                        ),
                        field("type", Type::Integer, false),
                        field("updatedAt", Type::Timestamp(TimeFormat::Rfc3339), false),
                    ],
                },
                Struct {
                    type_name: "CashDrawerEvent".to_owned(),
                    description: None,
                    fields: vec![
                        field("kind", Type::String, false),
                        field("amount", Type::Decimal, true),
                    ],
                },
            ],
            enums: vec![Enum {
                type_name: "CashDrawerState".to_owned(),
                description: None,
                module: None,
                variants: ["open", "ended", "closed"].map(Name::variant).to_vec(),
                unknown: "Unknown".to_owned(),
            }],
            unions: Vec::new(),
            primary_key: vec![vec!["id".to_owned()]],
            merge_key: Vec::new(),
            keep_unknown: None,
        },
        wire: None,
        filter: None,
        disposition: Disposition::Merge {
            strategy: MergeStrategy::Upsert,
            hard_delete: None,
        },
        request: Request {
            method: "GET".to_owned(),
            path: Path {
                absolute: false,
                template: Template::Text("/v1/cash_drawers".to_owned()),
            },
            params: Vec::new(),
            headers: Vec::new(),
            without_headers: Vec::new(),
            body: Body::None,
        },
        decoder: spile::model::Decoder::JSON,
        envelope: Envelope {
            root: EnvelopeNode::Object {
                type_name: "Page".to_owned(),
                fields: vec![
                    EnvelopeField {
                        name: name("data"),
                        required: true,
                        node: EnvelopeNode::Records,
                    },
                    leaf("total", LeafKind::Count),
                ],
            },
            data_selector: "data".to_owned(),
            allow_missing_data: false,
            accessors: vec![Accessor {
                rust: "total".to_owned(),
                path: vec![PathStep::Key(name("total"))],
                kind: LeafKind::Count,
            }],
        },
        paging: Paging {
            kind: PagingKind::Offset {
                offset: PageParam {
                    name: "offset".to_owned(),
                    location: ParamLocation::Query,
                },
                limit: PageParam {
                    name: "limit".to_owned(),
                    location: ParamLocation::Query,
                },
                size: 100,
                start: 0,
                total: Some("total".to_owned()),
                has_more: None,
                max_offset: None,
                stop_on_short_page: false,
            },
            max_pages: None,
        },
        errors: ErrorPolicy {
            rules: Vec::new(),
            body: None,
            retry_statuses: [429, 500, 502, 503, 504]
                .map(|status| StatusRange {
                    from: status,
                    to: status,
                })
                .to_vec(),
            max_retries: 3,
            backoff: Backoff::Exponential {
                first: Duration::from_secs(1),
                max: Duration::from_secs(60),
            },
            max_elapsed: None,
        },
        auth: None,
        job: None,
        partitions: None,
        selected: true,
        on_invalid: OnInvalid::Fail,
        extension: None,
        samples: vec![
            r#"{"id": "d-1", "state": "open", "type": 1, "updatedAt": "2025-01-01T00:00:00Z"}"#
                .to_owned(),
        ],
    }
}

/// The sample connector.
pub fn connector() -> Connector {
    Connector {
        package: "cash-management".to_owned(),
        version: "0.1.0".to_owned(),
        description: Some("Cash drawers and bank accounts.".to_owned()),
        config: vec![
            config("client_id", ConfigType::String, None),
            config("client_secret", ConfigType::Secret, None),
            config(
                "token_url",
                ConfigType::String,
                Some("https://api.example.com/oauth/token"),
            ),
        ],
        client: Client {
            base_url: Template::Text("https://api.example.com".to_owned()),
            headers: Vec::new(),
            params: Vec::new(),
            auth: Auth::OAuth2(Box::new(OAuth2 {
                token_url: config_value("token_url", ExprType::String),
                grant: Grant::ClientCredentials,
                client: OAuthClient::Secret {
                    id: config_value("client_id", ExprType::String),
                    secret: config_value("client_secret", ExprType::Secret),
                    basic: false,
                },
                scopes: Vec::new(),
                scope_separator: " ".to_owned(),
                params: Vec::new(),
                headers: Vec::new(),
                access_token_path: vec!["access_token".to_owned()],
                expires_in_path: vec!["expires_in".to_owned()],
                expires_in: 3600,
                send: Sending::Bearer,
            })),
            connect_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(60),
            rate_limits: Vec::new(),
            user_agent: None,
            allowed_origins: Vec::new(),
        },
        resources: vec![resource()],
        modules: Vec::new(),
        spec_digest: "0".repeat(64),
        spec_file: "cash_management.yaml".to_owned(),
    }
}

/// Texts that try to leave the comment, the literal or the table they stand in.
pub const HOSTILE: &[&str] = &[
    "*/ pub fn evil() {} /*",
    "\"; pub fn evil() {} //",
    "#[doc = \"x\"] pub fn evil() {}",
    "x\npub fn evil() {}\n",
    "x\r\npub fn evil() {}\rpub fn worse() {}",
    "{{ evil }} {% raw %} {# x #}",
    "```rust\npanic!()\n```\n~~~\nfn main() { evil() }",
    "    indented code()\n\tand a tab",
    "[link] [`Evil`] [x](javascript:x) <script>alert(1)</script> <!-- ",
    "right to left \u{202e}override\u{2066} and \u{0}nothing \u{2028}line",
    "\"###\"# r#\"x\"# \\u{41} \\",
    "```",
    "| a | b |\n|---|---|\n",
];

/// The sample connector with a text in every place where a spec may have any.
pub fn with_descriptions(text: &str) -> Connector {
    let mut connector = connector();
    connector.description = Some(text.to_owned());
    for field in &mut connector.config {
        field.description = Some(text.to_owned());
    }
    connector.config[2].default = Some(ConfigDefault::Text(text.to_owned()));
    connector.client.headers.push(Param {
        name: "X".to_owned(),
        values: vec![Template::Text(text.to_owned())],
    });
    let resource = &mut connector.resources[0];
    resource.description = Some(text.to_owned());
    resource.request.params.push(Param {
        name: text.to_owned(),
        values: vec![Template::Text(text.to_owned())],
    });
    resource.record.structs[0].description = Some(text.to_owned());
    resource.record.structs[0].fields[1].name.wire = text.to_owned();
    for field in &mut resource.record.structs[0].fields {
        field.description = Some(text.to_owned());
    }
    resource.record.enums[0].description = Some(text.to_owned());
    resource.record.enums[0].variants[0].wire = text.to_owned();
    connector
}

/// The sample connector whose names have this many letters.
pub fn with_names_of_length(length: usize) -> Connector {
    let snake = |letter: char| letter.to_string().repeat(length);
    let mut connector = connector();
    let resource = &mut connector.resources[0];
    let fields = resource.record.structs[0].fields.iter_mut();
    for (field, letter) in fields.zip('a'..) {
        field.name = Name {
            wire: snake(letter),
            rust: snake(letter),
        };
    }
    resource.record.structs[0].type_name = format!("R{}", snake('r'));
    resource.record.structs[1].type_name = format!("S{}", snake('s'));
    resource.record.enums[0].type_name = format!("E{}", snake('e'));
    for (variant, letter) in resource.record.enums[0].variants.iter_mut().zip('a'..) {
        *variant = Name {
            wire: snake(letter),
            rust: format!("V{}", snake(letter)),
        };
    }
    resource.request.params = vec![Param {
        name: snake('p'),
        values: vec![Template::Text(snake('v'))],
    }];
    resource.request.path.template = Template::Parts(vec![
        Part::Text(format!("/{}/", snake('p'))),
        Part::Value(Expr {
            kind: ExprKind::Config(vec![snake('c')]),
            ty: ExprType::String,
            nullable: false,
        }),
    ]);
    connector.config.push(ConfigField {
        name: Name {
            wire: snake('c'),
            rust: snake('c'),
        },
        description: Some(snake('d')),
        ty: ConfigType::String,
        default: Some(ConfigDefault::Text(snake('x').repeat(3))),
        optional: false,
        env: snake('V').to_uppercase(),
        pattern: None,
    });
    connector
}

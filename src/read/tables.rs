//! The macros that the tables of `spec` are written with: one table gives the Rust type, the reader, and the JSON Schema.

/// A map with fixed keys: `struct`.
///
/// ```text
/// spec_map! {
///     /// What it is.
///     pub struct Name shorthand(field) inherits_all_but(field) {
///         /// What the key means.
///         required field ("key" | "other spelling"): Type,
///     }
///     instead { "key of other tools" = "what to write here" }
/// }
/// ```
macro_rules! spec_map {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident $(shorthand($short:ident))? $(inherits_all_but($own:ident))? {
            $(
                $(#[doc = $field_doc:literal])*
                $presence:ident $field:ident $(($($key:literal)|+))? : $type:ty,
            )*
        }
        $(instead { $($other:literal = $advice:literal),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// Where it stands: its first line, or the word that is its type.
            pub span: $crate::source::Span,
            $(
                $(#[doc = $field_doc])*
                pub $field: $crate::read::spec_map!(@type $presence $type),
            )*
        }

        impl $crate::read::FromMap for $name {
            const TABLE: $crate::read::Table = $crate::read::Table {
                name: stringify!($name),
                docs: &[$($doc),*],
                keys: &[$($crate::read::Key {
                    names: $crate::read::spec_map!(@names $field $($($key)+)?),
                    presence: $crate::read::spec_map!(@presence $presence),
                    docs: &[$($field_doc),*],
                    schema: <$type as $crate::read::FromNode>::schema,
                },)*],
                instead: &[$($(($other, $advice)),*)?],
                shorthand: $crate::read::spec_map!(@name $($short)?),
                inherits_all_but: $crate::read::spec_map!(@name $($own)?),
            };

            fn from_slots(mut slots: $crate::read::Slots<'_>, cx: &mut $crate::read::Cx<'_>) -> Option<Self> {
                $(let $field = slots.next::<$type>(cx);)*
                Some(Self {
                    span: slots.span(),
                    $($field: $crate::read::spec_map!(@value $presence $field),)*
                })
            }
        }

        impl $crate::read::FromNode for $name {
            fn from_node(node: &$crate::read::Node, cx: &mut $crate::read::Cx<'_>) -> Option<Self> {
                $crate::read::read_map(node, cx)
            }

            fn schema(defs: &mut $crate::read::Defs) -> serde_json::Value {
                $crate::read::map_schema::<Self>(defs)
            }
        }
    };

    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };
    (@type default $type:ty) => { $type };

    (@presence required) => { $crate::read::Presence::Required };
    (@presence optional) => { $crate::read::Presence::Optional };
    (@presence default) => { $crate::read::Presence::Default };

    (@value required $field:ident) => { $field? };
    (@value optional $field:ident) => { $field };
    (@value default $field:ident) => { $field.unwrap_or_default() };

    (@names $field:ident) => { &[$crate::read::unraw(stringify!($field))] };
    (@names $field:ident $($key:literal)+) => { &[$($key),+] };

    (@name) => { None };
    (@name $field:ident) => { Some($crate::read::unraw(stringify!($field))) };
}

/// One of several words: `enum`.
macro_rules! spec_words {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident {
            $(
                $(#[doc = $word_doc:literal])*
                $variant:ident = $($word:literal)|+,
            )*
        }
        $(instead { $($other:literal = $advice:literal),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $word_doc])* $variant,)*
        }

        impl $crate::read::Word for $name {
            const WORDS: $crate::read::Words<Self> = $crate::read::Words {
                docs: &[$($doc),*],
                words: &[$((Self::$variant, &[$($word),+], &[$($word_doc),*]),)*],
                instead: &[$($(($other, $advice)),*)?],
            };
        }
    };
}

/// One of several maps, told apart by `type`: `enum`.
macro_rules! spec_tagged {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:literal])*
                $variant:ident $(($payload:ty))? = $($word:literal)|+,
            )*
        }
        $(instead { $($other:literal = $advice:literal),* $(,)? })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($(#[doc = $variant_doc])* $variant $(($payload))?,)*
        }

        impl $crate::read::Tagged for $name {
            const NAME: &'static str = stringify!($name);
            const DOCS: &'static [&'static str] = &[$($doc),*];
            const VARIANTS: &'static [$crate::read::Variant<Self>] = &[$($crate::read::Variant {
                words: &[$($word),+],
                docs: &[$($variant_doc),*],
                table: $crate::read::spec_tagged!(@table $($payload)?),
                read: $crate::read::spec_tagged!(@read $variant $($payload)?),
            },)*];
            const INSTEAD: &'static [(&'static str, &'static str)] = &[$($(($other, $advice)),*)?];
        }

        impl $crate::read::FromNode for $name {
            fn from_node(node: &$crate::read::Node, cx: &mut $crate::read::Cx<'_>) -> Option<Self> {
                $crate::read::read_tagged(node, cx)
            }

            fn schema(defs: &mut $crate::read::Defs) -> serde_json::Value {
                $crate::read::tagged_schema::<Self>(defs)
            }
        }
    };

    (@table) => { &$crate::read::NO_KEYS };
    (@table $payload:ty) => { &<$payload as $crate::read::FromMap>::TABLE };

    (@read $variant:ident) => { |_, _| Some(Self::$variant) };
    (@read $variant:ident $payload:ty) => {
        |slots, cx| <$payload as $crate::read::FromMap>::from_slots(slots, cx).map(Self::$variant)
    };
}

pub(crate) use {spec_map, spec_tagged, spec_words};

/// The name of a field without the `r#` that keywords need.
#[must_use]
pub const fn unraw(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

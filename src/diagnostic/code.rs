//! Every code with its severity and its title. A code once given is never reused.

use super::Severity;

macro_rules! codes {
    ($($(#[doc = $title:literal])+ $code:ident $id:literal $severity:ident,)+) => {
        /// The rule that a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $title])+ $code,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// `E0101`, `W0001`, …
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$code => $id,)+ }
            }

            /// One line that says what the rule forbids.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => concat!($($title),+).trim_ascii(),)+ }
            }

            /// A paragraph on the rule, with an example that breaks it and one that keeps it, as Markdown.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$code => include_str!(concat!("explain/", $id, ".md")),)+ }
            }

            /// The code of this id, in any case.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
            }

            /// Error or warning.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    // The text as YAML.
    /// The text is not YAML.
    InvalidYaml "E0001" Error,
    /// The text is not UTF-8.
    NotUtf8 "E0002" Error,
    /// The text is larger, deeper or has more nodes than a spec may have.
    TooLarge "E0003" Error,
    /// There is no document, or more than one.
    NotOneDocument "E0004" Error,
    /// A key stands twice in one map.
    DuplicateKey "E0005" Error,
    /// A YAML feature that specs do not use: merge keys, tags.
    UnsupportedYaml "E0006" Error,

    // The shape of the language.
    /// A key that the language does not have at this place.
    UnknownKey "E0101" Error,
    /// A key that has to be there is not.
    MissingKey "E0102" Error,
    /// A value of the wrong shape.
    WrongType "E0103" Error,
    /// A value that is not one of the allowed words.
    UnknownValue "E0104" Error,
    /// A value outside of what is possible.
    OutOfRange "E0105" Error,
    /// Keys that exclude each other.
    ConflictingKeys "E0106" Error,
    /// An empty text or list where something has to stand.
    Empty "E0108" Error,

    // Names.
    /// Two things of one name.
    DuplicateName "E0201" Error,
    /// Two names that become one in Rust or in SQL.
    NameCollision "E0202" Error,
    /// A name that cannot be used.
    InvalidName "E0203" Error,
    /// A field that the record does not have.
    UnknownField "E0204" Error,

    // Expressions.
    /// An expression that cannot be read.
    ExpressionSyntax "E0301" Error,
    /// A name that does not exist at this place.
    UnknownReference "E0302" Error,
    /// An expression whose type does not fit.
    ExpressionType "E0303" Error,
    /// A secret where it would be seen.
    SecretExposed "E0304" Error,
    /// A template where none is expanded.
    TemplateNotAllowed "E0305" Error,
    /// A path into the response or record that cannot be read.
    InvalidPath "E0306" Error,
    /// A function, method or filter that does not exist.
    UnknownFunction "E0307" Error,
    /// An argument that a function does not take.
    InvalidArgument "E0308" Error,

    // Meaning.
    /// A URL that cannot be one.
    InvalidUrl "E0401" Error,
    /// A header name or value that HTTP forbids.
    InvalidHeader "E0402" Error,
    /// A primary key that cannot identify a record.
    InvalidKey "E0403" Error,
    /// A write disposition that cannot work as written.
    InvalidDisposition "E0404" Error,
    /// A paginator that could not turn a page or never end.
    InvalidPaginator "E0405" Error,
    /// An error handler that cannot work as written.
    InvalidErrorHandler "E0406" Error,
    /// A default or sample that does not fit its type.
    InvalidDefault "E0407" Error,
    /// A type or schema that cannot become a Rust type.
    InvalidType "E0408" Error,
    /// A JSON Schema reference that leads nowhere.
    UnresolvedReference "E0409" Error,
    /// A duration or rate that cannot be read.
    InvalidDuration "E0410" Error,
    /// A sample that is not a record of its resource.
    InvalidSample "E0411" Error,
    /// A record that cannot be made as written.
    InvalidTransform "E0412" Error,
    /// A value or a type that a field cannot get.
    InvalidCast "E0413" Error,
    /// A cursor that cannot say which records are new.
    InvalidCursor "E0414" Error,
    /// A range or window of a cursor that cannot be read.
    InvalidRange "E0415" Error,
    /// A parent that no records could come from.
    InvalidParent "E0416" Error,
    /// A partition that could not be told from others.
    InvalidPartition "E0417" Error,
    /// An authentication that cannot work as written.
    InvalidAuth "E0418" Error,
    /// A decoder that cannot give what is declared.
    InvalidDecoder "E0419" Error,
    /// A GraphQL query that cannot be sent as written.
    InvalidQuery "E0420" Error,
    /// A rate limit that cannot hold as written.
    InvalidRateLimit "E0421" Error,
    /// A job that cannot end as written.
    InvalidJob "E0422" Error,
    /// A module of one's own that cannot be used.
    InvalidModule "E0424" Error,
    /// Tables that records cannot be normalized into.
    InvalidTables "E0425" Error,

    // What merely does nothing.
    /// Something is declared and never used.
    Unused "W0001" Warning,
    /// A key that has no effect here.
    NoEffect "W0002" Warning,
    /// A plain word that other YAML readers take for a boolean.
    AmbiguousScalar "W0003" Warning,
    /// A rule that an earlier one always precedes.
    UnreachableRule "W0004" Warning,
    /// Credentials would travel unencrypted.
    Insecure "W0005" Warning,
    /// Records that are read again would be added twice.
    ReadAgain "W0006" Warning,
    /// A resource that is never read.
    NeverRead "W0007" Warning,
    /// A step of a transform that changes nothing.
    StepWithoutEffect "W0008" Warning,
}

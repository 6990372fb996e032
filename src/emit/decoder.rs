//! `Endpoint::json`: how the bytes of a response become JSON.

use super::record::ident;
use super::resource::uses_ident;
use super::{text, uses::Uses, xml};
use crate::model::{BodyFormat, Compression, Csv, Decoder, Resource};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// `const ROWS`, where the body is rows, `static BODY`, where it is XML, and `const MAX_SIZE`, where the spec has it.
pub fn constants(resource: &Resource, uses: &mut Uses) -> TokenStream {
    let decoder = &resource.decoder;
    let rows = match &decoder.format {
        BodyFormat::Json | BodyFormat::Jsonl => TokenStream::new(),
        BodyFormat::Xml => {
            let statics = xml::statics(resource);
            uses.runtime("Xml");
            if uses_ident(&statics, "XmlParts") {
                uses.runtime("XmlParts");
            }
            statics
        }
        BodyFormat::Csv(csv) => {
            uses.runtime("CsvRows");
            let fields = fields(csv);
            quote! {
                #[doc = " How the rows of a response are written."]
                const ROWS: CsvRows = CsvRows { #fields ..CsvRows::DEFAULT };
            }
        }
    };
    let size = decoder.max_size.map(|size| {
        let size = text::integer(size);
        quote! {
            #[doc = " The most bytes that a response may have when it is unpacked."]
            const MAX_SIZE: usize = #size;
        }
    });
    quote!(#rows #size)
}

fn fields(csv: &Csv) -> TokenStream {
    let texts = |texts: &[String]| {
        let texts = texts.iter().map(|value| text::literal(value));
        quote!(&[#(#texts),*])
    };
    let mut fields = TokenStream::new();
    if csv.delimiter != b',' {
        let delimiter = Literal::byte_character(csv.delimiter);
        fields.extend(quote!(delimiter: #delimiter,));
    }
    if csv.quote != b'"' {
        let quote = Literal::byte_character(csv.quote);
        fields.extend(quote!(quote: #quote,));
    }
    if let Some(header) = &csv.header {
        let header = texts(header);
        fields.extend(quote!(header: #header,));
    }
    if csv.nulls != [""] {
        let nulls = texts(&csv.nulls);
        fields.extend(quote!(nulls: #nulls,));
    }
    if !csv.columns.is_empty() {
        let columns = texts(&csv.columns);
        fields.extend(quote!(columns: #columns,));
    }
    fields
}

/// The method of the trait; nothing for JSON as it is.
pub fn json(decoder: &Decoder, uses: &mut Uses) -> Option<TokenStream> {
    if *decoder == Decoder::JSON {
        return None;
    }
    uses.add("std::borrow", "Cow");
    let single = matches!(decoder.format, BodyFormat::Json | BodyFormat::Xml);
    let most = match decoder.max_size {
        Some(_) => quote!(limit.min(MAX_SIZE)),
        None => quote!(limit),
    };
    let (mut statements, mut files) = match &decoder.compression {
        Compression::None => (TokenStream::new(), quote!(&[body])),
        Compression::Gzip => {
            uses.runtime("gzip");
            (
                quote!(let body = gzip::unpack(body, #most)?;),
                quote!(&[body]),
            )
        }
        Compression::Zip(pattern) => {
            uses.runtime("zip");
            let pattern = text::literal(pattern);
            let files = quote!(zip::unpack(body, #pattern, #most)?);
            if single {
                (quote!(let body = zip::only(#files)?;), quote!(&[body]))
            } else {
                (quote!(let files = #files;), quote!(&files))
            }
        }
    };
    if let Some(encoding) = decoder.encoding {
        uses.runtime("encoding");
        uses.add("encoding_rs", encoding);
        let encoding = ident(encoding);
        statements.extend(quote!(let files = encoding::decode(#files, #encoding)?;));
        files = quote!(&files);
    }
    let read = match &decoder.format {
        BodyFormat::Json => {
            uses.runtime("unpacked");
            quote!(unpacked::text(&body))
        }
        BodyFormat::Jsonl => {
            uses.runtime("lines");
            quote!(lines::json(#files))
        }
        BodyFormat::Csv(_) => quote!(ROWS.json(#files)),
        BodyFormat::Xml => quote!(BODY.json(#files)),
    };
    let limit = ident(if decoder.compression == Compression::None {
        "_limit"
    } else {
        "limit"
    });
    Some(quote! {
        fn json(body: &[u8], #limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
            #statements
            #read
        }
    })
}

//! Modules that stand beside the spec: copied as they are, and called where the spec says so.

use super::Source;
use super::record::ident;
use super::uses::Uses;
use crate::model::{Connector, Resource};
use proc_macro2::TokenStream;
use quote::quote;

const FOLDER: &str = "src/extend/";
const ROOT: &str = "src/extend/mod.rs";

/// Whether a file is a copy of what stands beside the spec.
pub fn is_copied(path: &str) -> bool {
    path.starts_with(FOLDER) && path != ROOT
}

/// The modules, and the one that they are in.
pub fn files(connector: &Connector) -> Vec<(String, Source<'_>)> {
    let mut files: Vec<(String, Source<'_>)> = Vec::new();
    if connector.modules.is_empty() {
        return files;
    }
    for module in &connector.modules {
        let path = format!("{FOLDER}{}.rs", module.name);
        files.push((path, Box::new(|| module.text.clone())));
    }
    let names = connector.modules.iter();
    let modules: String = names
        .map(|module| format!("pub mod {};\n", module.name))
        .collect();
    let docs = "//! Modules that stand beside the spec, as they are there: change them there and generate again.\n";
    files.push((
        ROOT.to_owned(),
        Box::new(move || format!("{docs}\n{modules}")),
    ));
    files
}

/// Imports the module of a resource.
pub fn import(resource: &Resource, uses: &mut Uses) {
    if let Some(extension) = &resource.extension {
        uses.runtime("Extend");
        uses.add(format!("crate::extend::{}", extension.module), "Extension");
    }
}

/// `Endpoint::json`, where the module makes JSON of a response.
pub fn json(uses: &mut Uses) -> Option<TokenStream> {
    uses.add("std::borrow", "Cow");
    Some(quote! {
        fn json(body: &[u8], limit: usize) -> Result<Option<Cow<'_, str>>, Error> {
            Extension::json(body, limit)
        }
    })
}

/// `Endpoint::deliver`, where the module changes records or leaves them out.
pub fn deliver(resource: &Resource) -> Option<TokenStream> {
    let extension = resource.extension.as_ref()?;
    let record = ident(&resource.record.structs.first()?.type_name);
    extension.record.then(|| {
        quote! {
            fn deliver(record: #record) -> Option<#record> { Extension::record(record) }
        }
    })
}

//! TLS: rustls with ring and the platform's certificates, unless the process has chosen its own provider.
//!
//! To change it: feature `aws-lc` or `native-tls`, a process-wide `rustls` provider, or your own `reqwest::Client`.

use reqwest::ClientBuilder;

use super::error::Error;

#[cfg(all(feature = "ring", not(any(feature = "aws-lc", feature = "native-tls"))))]
pub(super) fn configure(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
    use rustls::crypto::{self, CryptoProvider};
    use rustls_platform_verifier::BuilderVerifierExt;

    use super::error::Kind;

    if CryptoProvider::get_default().is_some() {
        return Ok(builder);
    }
    let provider = crypto::ring::default_provider().into();
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| Error::new(Kind::Config, format!("TLS: {error}")).because(error))?
        .with_no_client_auth();
    // A preconfigured backend gets no protocols from reqwest: without these, HTTP/2 would be off.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(all(feature = "ring", not(any(feature = "aws-lc", feature = "native-tls")))))]
#[allow(clippy::unnecessary_wraps, reason = "the other features can fail")]
pub(super) fn configure(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
    Ok(builder)
}

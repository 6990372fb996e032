//! TLS to PostgreSQL, by rustls, as `sslmode` in the URL says:
//!
//! | `sslmode` | what it means |
//! |---|---|
//! | `disable` | no TLS |
//! | `prefer` | TLS if the server has it; nobody checks who the server is; this is the default |
//! | `require` | TLS; nobody checks who the server is, as with libpq |
//! | `verify-full` | TLS; the server's certificate has to be one for its name, by the platform's certificates |
//!
//! `sslrootcert=FILE` checks the server as `verify-full` does, by the certificates of a PEM file.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use postgres::Socket;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

/// How the server is checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Check {
    /// Not at all.
    #[default]
    None,
    /// By the platform's certificates.
    Platform,
    /// By those of a file.
    File(PathBuf),
}

/// Takes out of a URL what the client library does not know: how the server is checked.
pub(super) fn check(url: &str) -> (String, Check) {
    // A password may have a question mark.
    let credentials = url.find('@').unwrap_or(0);
    let Some((before, parameters)) = url
        .get(credentials..)
        .and_then(|rest| rest.split_once('?'))
        .map(|(host, parameters)| {
            (
                url.get(..credentials + host.len()).unwrap_or_default(),
                parameters,
            )
        })
    else {
        return (url.to_owned(), Check::None);
    };
    let mut check = Check::None;
    let mut kept = Vec::new();
    for parameter in parameters.split('&') {
        match parameter.split_once('=') {
            Some(("sslrootcert", file)) => check = Check::File(file.replace("%2F", "/").into()),
            Some(("sslmode", "verify-full")) => {
                if check == Check::None {
                    check = Check::Platform;
                }
            }
            _ => kept.push(parameter),
        }
    }
    if check != Check::None {
        kept.retain(|parameter| !parameter.starts_with("sslmode="));
        kept.push("sslmode=require");
    }
    (format!("{before}?{}", kept.join("&")), check)
}

/// Makes connections secure.
#[derive(Clone)]
pub(super) struct Tls(TlsConnector);

impl Tls {
    /// # Errors
    /// The certificates cannot be used: a sentence about it.
    pub fn new(check: &Check) -> Result<Self, String> {
        let chosen = CryptoProvider::get_default().cloned();
        let provider = chosen.unwrap_or_else(|| Arc::new(crypto::ring::default_provider()));
        let failed = |error: TlsError| format!("TLS cannot be used: {error}");
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let builder = match check {
            Check::None => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyServer(provider))),
            Check::Platform => builder.with_platform_verifier().map_err(failed)?,
            Check::File(path) => {
                let unread = |reason: &dyn std::fmt::Display| {
                    format!(
                        "the certificates in `{}` cannot be read: {reason}",
                        path.display()
                    )
                };
                let text = fs::read(path).map_err(|error| unread(&error))?;
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(&text) {
                    let certificate = certificate.map_err(|error| unread(&error))?;
                    roots.add(certificate).map_err(|error| unread(&error))?;
                }
                builder.with_root_certificates(roots)
            }
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Self(Arc::new(config).into()))
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Secure;
    type TlsConnect = Handshake;
    type Error = rustls::pki_types::InvalidDnsNameError;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Handshake, Self::Error> {
        Ok(Handshake {
            connector: self.0.clone(),
            server: ServerName::try_from(domain.to_owned())?,
        })
    }
}

/// Makes one connection secure.
pub(super) struct Handshake {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Secure;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secure>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            self.connector
                .connect(self.server, socket)
                .await
                .map(Secure)
        })
    }
}

/// A secure connection.
pub(super) struct Secure(tokio_rustls::client::TlsStream<Socket>);

impl TlsStream for Secure {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Secure {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl AsyncWrite for Secure {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// Takes any server for the right one, as `sslmode=require` does everywhere: what is sent cannot be read on the way, but
/// may reach another.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

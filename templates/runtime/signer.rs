//! JSON Web Tokens (RFC 7519): claims, signed with a key of the configuration.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, RsaEncoding, RsaKeyPair};
use ring::{error::KeyRejected, hmac};
use serde_json::{Map, Value};

use super::error::{Error, Kind};
use super::secret::Secret;

/// How a token is signed (RFC 7518).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// RSA (PKCS#1 1.5) with SHA-256.
    Rs256,
    /// RSA (PKCS#1 1.5) with SHA-384.
    Rs384,
    /// RSA (PKCS#1 1.5) with SHA-512.
    Rs512,
    /// RSA (PSS) with SHA-256.
    Ps256,
    /// RSA (PSS) with SHA-384.
    Ps384,
    /// RSA (PSS) with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

/// Signs tokens, each from the moment on at which it is made.
pub struct JwtSigner {
    algorithm: JwtAlgorithm,
    key: Key,
    headers: Map<String, Value>,
    claims: Map<String, Value>,
    life: Duration,
}

enum Key {
    Hmac(hmac::Key),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ec(Box<EcdsaKeyPair>),
}

impl JwtSigner {
    /// Signs with a key: the secret of HS, a private key of the others, as PEM or as its lines of base64 alone.
    pub fn new(algorithm: JwtAlgorithm, key: &Secret) -> Result<Self, Error> {
        Self::with(algorithm, key.expose().as_bytes())
    }

    /// The same with a key that stands in base64.
    pub fn with_base64(algorithm: JwtAlgorithm, key: &Secret) -> Result<Self, Error> {
        let key = base64(key.expose()).ok_or_else(|| algorithm.refused("is no base64"))?;
        Self::with(algorithm, &key)
    }

    fn with(algorithm: JwtAlgorithm, key: &[u8]) -> Result<Self, Error> {
        if key.trim_ascii().is_empty() {
            return Err(algorithm.refused("is empty"));
        }
        let (headers, claims) = Default::default();
        Ok(Self {
            algorithm,
            key: Key::read(algorithm, key)?,
            headers,
            claims,
            life: Duration::from_secs(1200),
        })
    }

    /// What the token says, beside its beginning and its end; what is null is left out.
    #[must_use]
    pub fn claims(mut self, claims: Value) -> Self {
        self.claims = present(claims);
        self
    }

    /// What its header says beside the algorithm; what is null is left out.
    #[must_use]
    pub fn headers(mut self, headers: Value) -> Self {
        self.headers = present(headers);
        self
    }

    /// How long it is valid: 20 minutes by default.
    #[must_use]
    pub fn life(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }

    /// A token, and how long it is valid from now on.
    pub fn sign(&self) -> Result<(Secret, Duration), Error> {
        let token = self.signed(self.claims.clone())?;
        Ok((token, self.life))
    }

    /// A token for one use, which its `jti` tells from others.
    pub fn sign_once(&self) -> Result<Secret, Error> {
        let mut claims = self.claims.clone();
        let id = || format!("{:032x}", fastrand::u128(..)).into();
        claims.entry("jti").or_insert_with(id);
        self.signed(claims)
    }

    fn signed(&self, mut claims: Map<String, Value>) -> Result<Secret, Error> {
        let now = Timestamp::now().as_second();
        let life = i64::try_from(self.life.as_secs()).unwrap_or(i64::MAX);
        let mut header = Map::new();
        header.insert("typ".to_owned(), "JWT".into());
        header.extend(self.headers.clone());
        header.insert("alg".to_owned(), self.algorithm.name().into());
        claims.insert("iat".to_owned(), now.into());
        claims.insert("exp".to_owned(), now.saturating_add(life).into());
        let parts = [header, claims].map(|part| encoded(Value::Object(part).to_string()));
        let signed = parts.join(".");
        let signature = encoded(self.key.sign(self.algorithm, signed.as_bytes())?);
        Ok(Secret::from(format!("{signed}.{signature}")))
    }
}

impl fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JwtSigner({})", self.algorithm.name())
    }
}

impl JwtAlgorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
        }
    }

    /// An error about the key, which does not show it.
    fn refused(self, text: impl fmt::Display) -> Error {
        let text = format!("the key of {} {text}", self.name());
        Error::new(Kind::Config, text)
    }
}

impl Key {
    fn read(algorithm: JwtAlgorithm, key: &[u8]) -> Result<Self, Error> {
        let rsa = |encoding| Self::rsa(algorithm, encoding, key);
        match algorithm {
            JwtAlgorithm::Hs256 => Ok(Self::Hmac(hmac::Key::new(hmac::HMAC_SHA256, key))),
            JwtAlgorithm::Hs384 => Ok(Self::Hmac(hmac::Key::new(hmac::HMAC_SHA384, key))),
            JwtAlgorithm::Hs512 => Ok(Self::Hmac(hmac::Key::new(hmac::HMAC_SHA512, key))),
            JwtAlgorithm::Rs256 => rsa(&signature::RSA_PKCS1_SHA256),
            JwtAlgorithm::Rs384 => rsa(&signature::RSA_PKCS1_SHA384),
            JwtAlgorithm::Rs512 => rsa(&signature::RSA_PKCS1_SHA512),
            JwtAlgorithm::Ps256 => rsa(&signature::RSA_PSS_SHA256),
            JwtAlgorithm::Ps384 => rsa(&signature::RSA_PSS_SHA384),
            JwtAlgorithm::Ps512 => rsa(&signature::RSA_PSS_SHA512),
            JwtAlgorithm::Es256 | JwtAlgorithm::Es384 => Self::ec(algorithm, key),
        }
    }

    fn rsa(
        algorithm: JwtAlgorithm,
        encoding: &'static dyn RsaEncoding,
        key: &[u8],
    ) -> Result<Self, Error> {
        let (kind, der) = private_key(algorithm, key)?;
        let pair = if kind == "RSA PRIVATE KEY" {
            RsaKeyPair::from_der(&der)
        } else {
            RsaKeyPair::from_pkcs8(&der)
        };
        let pair = pair.map_err(|error| unusable(algorithm, error))?;
        Ok(Self::Rsa(Box::new(pair), encoding))
    }

    fn ec(algorithm: JwtAlgorithm, key: &[u8]) -> Result<Self, Error> {
        let curve = if algorithm == JwtAlgorithm::Es256 {
            &signature::ECDSA_P256_SHA256_FIXED_SIGNING
        } else {
            &signature::ECDSA_P384_SHA384_FIXED_SIGNING
        };
        let (_, der) = private_key(algorithm, key)?;
        let pair = EcdsaKeyPair::from_pkcs8(curve, &der, &SystemRandom::new());
        let pair = pair.map_err(|error| unusable(algorithm, error))?;
        Ok(Self::Ec(Box::new(pair)))
    }

    fn sign(&self, algorithm: JwtAlgorithm, text: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        match self {
            Self::Hmac(key) => Ok(hmac::sign(key, text).as_ref().to_vec()),
            Self::Rsa(pair, encoding) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                let done = pair.sign(*encoding, &random, text, &mut signed);
                done.map(|()| signed)
            }
            Self::Ec(pair) => pair
                .sign(&random, text)
                .map(|signed| signed.as_ref().to_vec()),
        }
        .map_err(|_| algorithm.refused("cannot sign"))
    }
}

/// A private key as DER, and what PEM says it is.
fn private_key(algorithm: JwtAlgorithm, key: &[u8]) -> Result<(String, Vec<u8>), Error> {
    // Environments keep line breaks as `\n`.
    let text = String::from_utf8_lossy(key).replace("\\n", "\n");
    let Some((_, rest)) = text.split_once("-----BEGIN ") else {
        let der = base64(&text).unwrap_or_else(|| key.to_vec());
        return Ok(("PRIVATE KEY".to_owned(), der));
    };
    let (kind, rest) = rest.split_once("-----").unwrap_or_default();
    let body = rest.split("-----").next().unwrap_or_default();
    match kind {
        "PRIVATE KEY" | "RSA PRIVATE KEY" => {}
        "EC PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {
            let text =
                format!("is an {kind}: `openssl pkcs8 -topk8 -nocrypt` makes it a PRIVATE KEY");
            return Err(algorithm.refused(text));
        }
        // Only what PEM has such names for is shown.
        "PUBLIC KEY" | "CERTIFICATE" => {
            return Err(algorithm.refused(format_args!("is a {kind}, and not a PRIVATE KEY")));
        }
        _ => return Err(algorithm.refused("is no PRIVATE KEY")),
    }
    let der = base64(body).ok_or_else(|| algorithm.refused("is not PEM: no base64"))?;
    Ok((kind.to_owned(), der))
}

fn unusable(algorithm: JwtAlgorithm, error: KeyRejected) -> Error {
    algorithm.refused(format_args!("cannot be used: {error}"))
}

/// Bytes from base64 of either alphabet, whatever its lines and its padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let plain = text.chars().filter(|c| !c.is_whitespace() && *c != '=');
    let plain = plain.map(|c| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    });
    BASE64_STANDARD_NO_PAD
        .decode(plain.collect::<String>())
        .ok()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn present(value: Value) -> Map<String, Value> {
    match without_nulls(value) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let some = map.into_iter().filter(|(_, value)| !value.is_null());
            some.map(|(key, value)| (key, without_nulls(value)))
                .collect()
        }
        Value::Array(items) => {
            let some = items.into_iter().filter(|item| !item.is_null());
            some.map(without_nulls).collect()
        }
        scalar => scalar,
    }
}

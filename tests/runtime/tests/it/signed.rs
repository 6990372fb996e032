//! Tokens that the connector signs: what they say, that their signatures hold, and what keys may look like.

use crate::source::{Counted, Source, once, options};
use crate::stub::{Asked, Reply, Stub};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::hmac;
use ring::signature::{self, KeyPair, UnparsedPublicKey, VerificationAlgorithm};
use runtime_tests::runtime::api_key::ApiKey;
use runtime_tests::runtime::assertion::{ClientAssertion, JwtBearer};
use runtime_tests::runtime::error::Kind;
use runtime_tests::runtime::jwt::Jwt;
use runtime_tests::runtime::oauth2::{GrantType, OAuth2};
use runtime_tests::runtime::refresh_token::{RefreshToken, TokenMemory, TokenStore};
use runtime_tests::runtime::secret::Secret;
use runtime_tests::runtime::session::{Authenticator, Session};
use runtime_tests::runtime::signer::{JwtAlgorithm, JwtSigner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const GOOD: &str = r#"{"data":[{"id":1}]}"#;
const SECRET: &str = "a secret that both sides know";
/// Keys as PKCS#8 in base64.
const RSA: &str = include_str!("../../../../src/emit/walk/keys/rsa.txt");
const P256: &str = include_str!("../../../../src/emit/walk/keys/p256.txt");
const P384: &str = include_str!("../../../../src/emit/walk/keys/p384.txt");

fn pem(kind: &str, body: &str) -> String {
    format!("-----BEGIN {kind}-----\n{body}-----END {kind}-----\n")
}

fn der(lines: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(lines.replace('\n', "")).unwrap()
}

fn signer(algorithm: JwtAlgorithm, key: &str) -> JwtSigner {
    JwtSigner::new(algorithm, &Secret::from(key)).unwrap()
}

/// Header, claims, what is signed, and the signature.
fn read(token: &str) -> (Value, Value, String, Vec<u8>) {
    let (content, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = content.split_once('.').unwrap();
    let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let value = |part| serde_json::from_slice(&bytes(part)).unwrap();
    (
        value(header),
        value(claims),
        content.to_owned(),
        bytes(signature),
    )
}

#[test]
fn a_token_says_its_claims_and_when_it_ends() {
    let signer = signer(JwtAlgorithm::Hs256, SECRET)
        .claims(
            json!({ "iss": "me", "aud": ["a", null], "n": 7, "deep": { "x": null }, "sub": null }),
        )
        .headers(json!({ "kid": "k1", "typ": "at+jwt", "x5t": null }))
        .life(Duration::from_secs(300));
    let (token, life) = signer.sign().unwrap();
    let (header, claims, content, signature) = read(token.expose());
    assert_eq!(
        header,
        json!({ "alg": "HS256", "kid": "k1", "typ": "at+jwt" })
    );
    let iat = claims["iat"].as_i64().unwrap();
    assert!((jiff::Timestamp::now().as_second() - iat).abs() <= 2);
    let wanted =
        json!({ "iss": "me", "aud": ["a"], "n": 7, "deep": {}, "iat": iat, "exp": iat + 300 });
    assert_eq!(claims, wanted);
    assert_eq!(life, Duration::from_secs(300));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, content.as_bytes(), &signature).unwrap();
}

#[test]
fn a_token_lives_twenty_minutes_when_nothing_is_said() {
    let (token, life) = signer(JwtAlgorithm::Hs256, SECRET).sign().unwrap();
    let (header, claims, ..) = read(token.expose());
    assert_eq!(header, json!({ "alg": "HS256", "typ": "JWT" }));
    let (iat, exp) = (
        claims["iat"].as_i64().unwrap(),
        claims["exp"].as_i64().unwrap(),
    );
    assert_eq!((exp - iat, life.as_secs()), (1200, 1200));
}

#[test]
fn signatures_of_secrets_hold() {
    for (algorithm, name, check) in [
        (JwtAlgorithm::Hs256, "HS256", hmac::HMAC_SHA256),
        (JwtAlgorithm::Hs384, "HS384", hmac::HMAC_SHA384),
        (JwtAlgorithm::Hs512, "HS512", hmac::HMAC_SHA512),
    ] {
        let (token, _) = signer(algorithm, SECRET).sign().unwrap();
        let (header, _, content, signature) = read(token.expose());
        assert_eq!(header["alg"], name);
        let key = hmac::Key::new(check, SECRET.as_bytes());
        hmac::verify(&key, content.as_bytes(), &signature).unwrap();
    }
}

/// The public half of a key.
fn public(algorithm: &str) -> Vec<u8> {
    let random = ring::rand::SystemRandom::new();
    let curve = |curve, key| {
        let pair = signature::EcdsaKeyPair::from_pkcs8(curve, &der(key), &random);
        pair.unwrap().public_key().as_ref().to_vec()
    };
    match algorithm {
        "ES256" => curve(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, P256),
        "ES384" => curve(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, P384),
        _ => {
            let pair = signature::RsaKeyPair::from_pkcs8(&der(RSA)).unwrap();
            pair.public_key().as_ref().to_vec()
        }
    }
}

fn verify(token: &str, algorithm: &str) {
    let check: &dyn VerificationAlgorithm = match algorithm {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
        _ => &signature::ECDSA_P384_SHA384_FIXED,
    };
    let (header, _, content, signature) = read(token);
    assert_eq!(header["alg"], algorithm);
    let public = UnparsedPublicKey::new(check, public(algorithm));
    public.verify(content.as_bytes(), &signature).unwrap();
}

#[test]
fn signatures_of_private_keys_hold() {
    for (algorithm, name, key) in [
        (JwtAlgorithm::Rs256, "RS256", RSA),
        (JwtAlgorithm::Rs384, "RS384", RSA),
        (JwtAlgorithm::Rs512, "RS512", RSA),
        (JwtAlgorithm::Ps256, "PS256", RSA),
        (JwtAlgorithm::Ps384, "PS384", RSA),
        (JwtAlgorithm::Ps512, "PS512", RSA),
        (JwtAlgorithm::Es256, "ES256", P256),
        (JwtAlgorithm::Es384, "ES384", P384),
    ] {
        let (token, _) = signer(algorithm, &pem("PRIVATE KEY", key)).sign().unwrap();
        verify(token.expose(), name);
    }
}

#[test]
fn a_private_key_is_read_as_people_keep_it() {
    let whole = pem("PRIVATE KEY", RSA);
    // PKCS#8 of RSA is PKCS#1 behind 26 bytes.
    let inner = BASE64_STANDARD.encode(&der(RSA)[26..]);
    for key in [
        whole.replace('\n', "\\n"),
        whole.replace('\n', "\r\n"),
        format!("\n  {whole}"),
        RSA.to_owned(),
        RSA.replace('\n', ""),
        pem("RSA PRIVATE KEY", &format!("{inner}\n")),
    ] {
        let (token, _) = signer(JwtAlgorithm::Rs256, &key).sign().unwrap();
        verify(token.expose(), "RS256");
    }
    for key in [BASE64_STANDARD.encode(&whole), RSA.to_owned()] {
        let signer = JwtSigner::with_base64(JwtAlgorithm::Rs256, &Secret::from(key)).unwrap();
        verify(signer.sign().unwrap().0.expose(), "RS256");
    }
}

#[test]
fn a_secret_in_base64_is_of_either_alphabet_and_padded_or_not() {
    let secret = [251, 255, 254, 1];
    for key in ["+//+AQ==", "-__-AQ", "+//+\nAQ"] {
        let signer = JwtSigner::with_base64(JwtAlgorithm::Hs256, &Secret::from(key)).unwrap();
        let (_, _, content, signature) = read(signer.sign().unwrap().0.expose());
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        hmac::verify(&key, content.as_bytes(), &signature).unwrap();
    }
}

#[test]
fn a_key_that_cannot_be_read_is_an_error_that_does_not_show_it() {
    let refused = |algorithm, key: &str| {
        let error = JwtSigner::new(algorithm, &Secret::from(key)).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        let shown = format!("{error:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("MII"),
            "{shown}"
        );
        error.to_string()
    };
    let rs256 = |key: &str| refused(JwtAlgorithm::Rs256, key);
    assert_eq!(rs256(" \n"), "the key of RS256 is empty");
    assert_eq!(
        rs256("hunter2"),
        "the key of RS256 cannot be used: InvalidEncoding"
    );
    assert_eq!(
        rs256(&pem("hunter2", RSA)),
        "the key of RS256 is no PRIVATE KEY"
    );
    assert_eq!(
        rs256("-----BEGIN hunter2"),
        "the key of RS256 is no PRIVATE KEY"
    );
    assert_eq!(
        rs256(&pem("PUBLIC KEY", RSA)),
        "the key of RS256 is a PUBLIC KEY, and not a PRIVATE KEY"
    );
    assert_eq!(
        rs256(&pem("PRIVATE KEY", "hunter2!\n")),
        "the key of RS256 is not PEM: no base64"
    );
    assert_eq!(
        rs256(&pem("PRIVATE KEY", P256)),
        "the key of RS256 cannot be used: WrongAlgorithm"
    );
    assert_eq!(
        refused(JwtAlgorithm::Es256, &pem("PRIVATE KEY", P384)),
        "the key of ES256 cannot be used: WrongAlgorithm"
    );
    assert_eq!(
        refused(JwtAlgorithm::Es256, &pem("EC PRIVATE KEY", P256)),
        "the key of ES256 is an EC PRIVATE KEY: `openssl pkcs8 -topk8 -nocrypt` makes it a PRIVATE KEY"
    );
    let error = JwtSigner::with_base64(JwtAlgorithm::Hs256, &Secret::from("hunter2!")).unwrap_err();
    assert_eq!(error.to_string(), "the key of HS256 is no base64");
    let signer = signer(JwtAlgorithm::Hs256, "hunter2").claims(json!({ "pin": "hunter2" }));
    assert_eq!(
        format!("{:?}", Jwt::new(signer)).matches("hunter2").count(),
        0
    );
}

fn session(stub: &Stub, auth: impl Authenticator + 'static) -> Session {
    let mut options = options(stub);
    options.auth = Some(Arc::new(auth));
    Session::new(options).unwrap()
}

async fn rows(session: &Session) -> Result<usize, String> {
    let (read, error) = Source::<Counted>::new(session, once).read().await;
    error.map_or(Ok(read.len()), |error| Err(error.to_string()))
}

/// The tokens that requests had; signatures on a curve differ each time.
fn tokens(stub: &Stub) -> Vec<String> {
    let asked = stub.asked().into_iter();
    let sent = asked.filter_map(|asked| asked.headers.get("authorization").cloned());
    sent.map(|sent| sent.strip_prefix("Bearer ").unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_signed_token_is_kept_until_a_minute_before_its_end() {
    let stub = Stub::start(|_| Reply::json(GOOD));
    let session = session(&stub, Jwt::new(signer(JwtAlgorithm::Es256, P256)));
    for seconds in [0, 1100, 60] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        assert_eq!(rows(&session).await, Ok(1));
    }
    let sent = tokens(&stub);
    assert_eq!(sent[0], sent[1]);
    assert_ne!(sent[1], sent[2]);
    for token in sent {
        verify(&token, "ES256");
    }
}

#[tokio::test]
async fn a_refused_token_is_signed_again_once_and_never_shown() {
    let stub = Stub::start(|asked| {
        let sent = &asked.headers["authorization"];
        let said = json!({ "message": format!("what is {}?", &sent["Bearer ".len()..]) });
        Reply::status(401).body(said.to_string())
    });
    let session = session(&stub, Jwt::new(signer(JwtAlgorithm::Es256, P256)));
    let error = rows(&session).await.unwrap_err();
    assert_eq!(error, "GET /rows: 401 Unauthorized: what is [redacted]?");
    let sent = tokens(&stub);
    assert_eq!(
        (sent.len(), sent.iter().collect::<BTreeSet<_>>().len()),
        (2, 2)
    );
}

#[tokio::test]
async fn a_signed_token_goes_where_it_is_wanted() {
    let stub = Stub::start(|_| Reply::json(GOOD));
    let jwt = Jwt::new(signer(JwtAlgorithm::Es256, P256));
    let jwt = jwt.send(|token| Box::new(ApiKey::query("jwt", token)));
    assert_eq!(rows(&session(&stub, jwt)).await, Ok(1));
    verify(stub.asked()[0].param("jwt").unwrap(), "ES256");
}

/// The fields of a form.
fn form(asked: &Asked) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("form:?{}", asked.body)).unwrap();
    url.query_pairs().into_owned().collect()
}

fn field(asked: &Asked, name: &str) -> String {
    let mut form = form(asked).into_iter();
    form.find(|(known, _)| known == name).unwrap().1
}

/// A server that gives tokens of a short life.
fn token_server() -> Stub {
    Stub::start(|asked| match asked.path.as_str() {
        "/token" => Reply::json(r#"{"access_token":"t1","expires_in":0,"refresh_token":"r2"}"#),
        _ => Reply::json(GOOD),
    })
}

fn asked_for_tokens(stub: &Stub) -> Vec<Asked> {
    let asked = stub.asked().into_iter();
    asked.filter(|asked| asked.path == "/token").collect()
}

#[tokio::test]
async fn an_assertion_is_signed_for_each_request_for_a_token() {
    let stub = token_server();
    let claims = json!({ "iss": "me", "aud": "you" });
    let oauth2 = OAuth2::anonymous(format!("{}/token", stub.url)).unwrap();
    let oauth2 = oauth2.grant(JwtBearer(signer(JwtAlgorithm::Rs256, RSA).claims(claims)));
    let session = session(&stub, oauth2);
    assert_eq!((rows(&session).await, rows(&session).await), (Ok(1), Ok(1)));
    let mut ids = BTreeSet::new();
    for asked in asked_for_tokens(&stub) {
        assert_eq!(
            field(&asked, "grant_type"),
            "urn:ietf:params:oauth:grant-type:jwt-bearer"
        );
        assert_eq!(form(&asked).len(), 2);
        let token = field(&asked, "assertion");
        verify(&token, "RS256");
        let (_, claims, ..) = read(&token);
        assert_eq!(
            (&claims["iss"], &claims["aud"]),
            (&json!("me"), &json!("you"))
        );
        ids.insert(claims["jti"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 2, "each for one use");
}

#[tokio::test]
async fn a_client_may_prove_itself_by_what_it_signs() {
    let client = || signer(JwtAlgorithm::Es256, P256).claims(json!({ "iss": "me", "jti": "mine" }));
    let oauth2 = |stub: &Stub| OAuth2::anonymous(format!("{}/token", stub.url)).unwrap();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    let stub = token_server();
    let grant = GrantType("client_credentials");
    let auth = oauth2(&stub).grant(ClientAssertion {
        grant,
        signer: client(),
    });
    assert_eq!(rows(&session(&stub, auth)).await, Ok(1));
    let asked = asked_for_tokens(&stub).remove(0);
    assert_eq!(field(&asked, "grant_type"), "client_credentials");
    assert_eq!(field(&asked, "client_assertion_type"), kind);
    let token = field(&asked, "client_assertion");
    verify(&token, "ES256");
    assert_eq!(read(&token).1["jti"], "mine");

    let stub = token_server();
    let store: Arc<dyn TokenStore> = Arc::new(TokenMemory::default());
    let grant = RefreshToken::new("r1", &store);
    let auth = oauth2(&stub).grant(ClientAssertion {
        grant,
        signer: client(),
    });
    let session = session(&stub, auth);
    assert_eq!((rows(&session).await, rows(&session).await), (Ok(1), Ok(1)));
    let asked = asked_for_tokens(&stub);
    let sent: Vec<_> = asked
        .iter()
        .map(|asked| field(asked, "refresh_token"))
        .collect();
    assert_eq!(sent, ["r1", "r2"], "the new one is kept");
}

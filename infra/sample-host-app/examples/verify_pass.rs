//! Verifies a handoff token with the code that `docs/host-app.md` shows. The script
//! `infra/ci/documents/handover.py` runs this example to check that page.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "this is a separate host app with its own clock; indexing an absent JSON field gives null"
)]

use std::{collections::HashMap, env, error::Error, io::read_to_string, time::SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const SKEW: u64 = 5;

type Keys = HashMap<String, Vec<u8>>;

fn verify(token: &str, keys: &Keys, issuer: &str, audience: &str, now: u64) -> Result<Value, Box<dyn Error>> {
    let (signed, signature) = token.rsplit_once('.').ok_or("malformed token")?;
    let (header, claims) = signed.split_once('.').ok_or("malformed token")?;
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
    // Never let the token choose the algorithm.
    if header["alg"] != "HS256" {
        return Err("unexpected algorithm".into());
    }
    let key = header["kid"].as_str().and_then(|kid| keys.get(kid)).ok_or("unknown key")?;
    // `verify_slice` compares in constant time.
    Hmac::<Sha256>::new_from_slice(key)?
        .chain_update(signed)
        .verify_slice(&URL_SAFE_NO_PAD.decode(signature)?)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    if claims["iss"] != issuer || claims["aud"] != audience {
        return Err("wrong issuer or audience".into());
    }
    let issued_at = claims["iat"].as_u64().ok_or("missing time")?;
    let expires_at = claims["exp"].as_u64().ok_or("missing time")?;
    if now + SKEW < issued_at || now >= expires_at + SKEW {
        return Err("expired or not yet valid".into());
    }
    Ok(claims)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut keys = Keys::new();
    for key in env::var("HOST_SIGNING_KEYS")?.split(',') {
        let (kid, secret) = key.split_once(':').ok_or("a key must be id:secret")?;
        keys.insert(kid.to_owned(), URL_SAFE_NO_PAD.decode(secret)?);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let token = read_to_string(std::io::stdin())?;
    println!("{}", verify(token.trim(), &keys, &env::var("ISSUER")?, &env::var("AUDIENCE")?, now)?);
    Ok(())
}

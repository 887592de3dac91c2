//! Signs tokens and bodies with the host app's key, as a host app does. The code is independent of
//! our crates, so that the tests find mistakes in them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use e2e::driver::{Visitor, World};

/// A key of the host app.
pub struct HostKey {
    pub id: String,
    secret: Vec<u8>,
}

impl HostKey {
    /// Parses the first key of a list `id:secret,id:secret`.
    pub fn of(list: &str) -> Self {
        let (id, secret) = list.split(',').next().unwrap().split_once(':').unwrap();
        Self { id: id.to_owned(), secret: URL_SAFE_NO_PAD.decode(secret).unwrap() }
    }

    /// Returns the key of the local stack.
    pub fn local() -> Self {
        Self::of(stack::HOST_KEYS)
    }

    fn mac(&self, text: &[u8]) -> Vec<u8> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret).unwrap();
        mac.chain_update(text).finalize().into_bytes().to_vec()
    }

    /// Signs a token with a given header.
    pub fn seal(&self, header: &Value, claims: &Value) -> String {
        let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.mac(signed.as_bytes())))
    }

    /// Signs a token with the usual header.
    pub fn mint(&self, claims: &Value) -> String {
        self.seal(&json!({ "alg": "HS256", "kid": self.id, "typ": "JWT" }), claims)
    }

    /// Returns the signature header of a body.
    pub fn sign(&self, at: i64, body: &str) -> String {
        format!("t={at},v1={}", hex::encode(self.mac(format!("{at}.{body}").as_bytes())))
    }
}

/// Returns the time of the stack's clock, as Unix time in seconds.
pub fn now(world: &World) -> i64 {
    world.stack.system().clock().now().as_second()
}

/// Returns the claims of an embed token that is valid for five minutes.
pub fn claims(world: &World, visitor: &Visitor<'_>) -> Value {
    let now = now(world);
    json!({ "aud": "onramp:embed", "org": visitor.org(), "sub": visitor.user(), "iat": now, "exp": now + 300 })
}

/// Mints a valid embed token for a visitor.
pub fn token(world: &World, visitor: &Visitor<'_>) -> String {
    HostKey::local().mint(&claims(world, visitor))
}

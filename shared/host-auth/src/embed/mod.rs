//! Embed tokens. With an embed token, the host app states which user sees Onramp's content in a
//! page of the host app.
//!
//! An embed token is a JSON Web Token (RFC 7519) with HS256. Its header names the key as `kid`. Its
//! claims are:
//!
//! | claim | value |
//! |---|---|
//! | `aud` | [`AUDIENCE`] |
//! | `org` | the organization |
//! | `sub` | the user |
//! | `iat`, `exp` | the times of issue and expiry, at most [`MAX_LIFETIME`] seconds apart |
//! | `origin` | optional: the only origin whose pages may use the token |
//!
//! A rejected token causes an [`EmbedTokenError`].

mod error;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::{OrgId, UserId};
pub use error::{EmbedTokenError, Span};
use hmac::Mac;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use crate::key::Keys;

/// Required value of the claim `aud`.
pub const AUDIENCE: &str = "onramp:embed";
/// Maximum time between `iat` and `exp`, in seconds.
pub const MAX_LIFETIME: i64 = 15 * 60;
/// Tolerated difference between the clock of the host app and the clock of Onramp, in seconds.
pub const LEEWAY: i64 = 60;

/// Maximum length of a token, in bytes. A typical token has about 400 bytes.
const MAX_TOKEN_BYTES: usize = 2048;

/// The claims of a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedToken {
    /// The organization whose content the page shows.
    pub organization: OrgId,
    /// The user who sees the content.
    pub user: UserId,
    /// The only origin whose pages may use the token. `None` allows every origin.
    pub origin: Option<String>,
}

#[derive(Deserialize)]
struct HeaderIn {
    alg: String,
    kid: String,
    /// Extensions that a verifier must understand (RFC 7515, 4.1.11). None is supported.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ClaimsIn {
    aud: Option<AudienceIn>,
    org: Option<String>,
    sub: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
    origin: Option<String>,
}

/// The claim `aud`. Some libraries write a single audience as a list with one entry.
#[derive(Deserialize)]
#[serde(untagged)]
enum AudienceIn {
    One(String),
    List([String; 1]),
}

impl EmbedToken {
    /// Verifies a token at `now`. The only accepted algorithm is HS256. A token whose header names
    /// another algorithm is rejected.
    ///
    /// # Errors
    /// [`EmbedTokenError`]. Its text is safe to return to the sender of the token.
    pub fn verify(token: &str, keys: &Keys, now: Timestamp) -> Result<Self, EmbedTokenError> {
        if token.is_empty() {
            return Err(EmbedTokenError::Missing);
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(EmbedTokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(EmbedTokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(EmbedTokenError::Malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| EmbedTokenError::Malformed);
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
        let header: HeaderIn = serde_json::from_slice(&header).map_err(|_| EmbedTokenError::Header)?;
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(EmbedTokenError::Header);
        }
        let key = keys.named(&header.kid).ok_or(EmbedTokenError::Key)?;
        // `verify_slice` compares in constant time.
        key.mac().clone().chain_update(signed).verify_slice(&signature).map_err(|_| EmbedTokenError::Key)?;
        let claims: ClaimsIn = serde_json::from_slice(&claims).map_err(|_| {
            EmbedTokenError::Claim("claims are invalid: expected strings, and iat and exp as integer seconds")
        })?;
        claims.validate(now)
    }

    /// Checks that a page of `origin` may use the token. `origin` is `None` if the request has no
    /// origin, for example if a server sent it. Such a request is accepted.
    ///
    /// # Errors
    /// [`EmbedTokenError::Origin`] if the token has a claim `origin` and this claim differs from
    /// `origin`.
    pub fn check_origin(&self, origin: Option<&str>) -> Result<(), EmbedTokenError> {
        match (&self.origin, origin) {
            (Some(bound), Some(origin)) if bound != origin => Err(EmbedTokenError::Origin),
            _ => Ok(()),
        }
    }
}

impl ClaimsIn {
    fn validate(self, now: Timestamp) -> Result<EmbedToken, EmbedTokenError> {
        match &self.aud {
            Some(AudienceIn::One(aud) | AudienceIn::List([aud])) if aud == AUDIENCE => {}
            _ => return Err(EmbedTokenError::Audience),
        }
        let issued_at = self.iat.ok_or(EmbedTokenError::Claim("iat is missing"))?;
        let expires_at = self.exp.ok_or(EmbedTokenError::Claim("exp is missing"))?;
        let now = now.as_second();
        let (lifetime, ahead) = (expires_at.saturating_sub(issued_at), issued_at.saturating_sub(now));
        if lifetime <= 0 {
            return Err(EmbedTokenError::Claim("exp is not after its iat"));
        }
        if lifetime > MAX_LIFETIME {
            return Err(EmbedTokenError::TooLong(lifetime));
        }
        if ahead > LEEWAY {
            return Err(EmbedTokenError::Early(Span(ahead)));
        }
        let expired_for = now.saturating_sub(expires_at);
        if expired_for >= LEEWAY {
            return Err(EmbedTokenError::Expired(Span(expired_for)));
        }
        let organization = self.org.and_then(|id| id.parse().ok());
        let user = self.sub.and_then(|id| id.parse().ok());
        Ok(EmbedToken {
            organization: organization
                .ok_or(EmbedTokenError::Claim("org must be an organization ID (org_...)"))?,
            user: user.ok_or(EmbedTokenError::Claim("sub must be a user ID (usr_...)"))?,
            origin: self.origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const ORG: &str = "org_0198c0de-0000-7000-8000-000000000001";
    const USER: &str = "usr_0198c0de-0000-7000-8000-000000000002";
    const NOW: i64 = 1_768_467_600;

    fn keys() -> Keys {
        Keys::parse(&format!("new:{},old:{}", "bmV3".repeat(11), "b2xk".repeat(11))).unwrap()
    }

    fn claims() -> Value {
        json!({ "aud": AUDIENCE, "org": ORG, "sub": USER, "iat": NOW - 10, "exp": NOW + 290 })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    fn raw_token(header: &Value, claims: &str) -> String {
        let signed = [header.to_string().as_str(), claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let mac = keys().named("new").unwrap().mac().clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    fn verify(token: &str) -> Result<EmbedToken, EmbedTokenError> {
        EmbedToken::verify(token, &keys(), Timestamp::from_second(NOW).unwrap())
    }

    fn signed_token(claims: &Value) -> String {
        keys().first().unwrap().token(claims)
    }

    #[test]
    fn valid_token_names_user_organization_and_origin() {
        let bound = with("origin", json!("https://app.example.com"));
        let token = verify(&signed_token(&bound)).unwrap();
        assert_eq!((token.organization.to_string().as_str(), token.user.to_string().as_str()), (ORG, USER));
        assert_eq!(token.check_origin(Some("https://app.example.com")), Ok(()));
        assert_eq!(
            token.check_origin(Some("https://app.example.com.evil.example")),
            Err(EmbedTokenError::Origin)
        );
        assert_eq!(token.check_origin(None), Ok(()), "a server sends no origin");
        assert_eq!(
            verify(&signed_token(&claims())).unwrap().check_origin(Some("https://any.example")),
            Ok(())
        );
        assert!(verify(&keys().named("old").unwrap().token(&claims())).is_ok(), "during a key rotation");
        assert!(
            verify(&signed_token(&with("aud", json!([AUDIENCE])))).is_ok(),
            "some libraries write a list"
        );
        assert!(
            verify(&signed_token(&with("role", json!("admin")))).is_ok(),
            "an unknown claim has no effect"
        );
    }

    #[test]
    fn token_is_accepted_up_to_the_maximum_length() {
        let padded = |length| signed_token(&with("padding", json!("x".repeat(length))));
        let longest = (0..MAX_TOKEN_BYTES).map(padded).find(|token| token.len() >= MAX_TOKEN_BYTES).unwrap();
        assert_eq!(longest.len(), MAX_TOKEN_BYTES);
        assert!(verify(&longest).is_ok());
        assert_eq!(verify(&format!("{longest}A")), Err(EmbedTokenError::Malformed));
    }

    #[test]
    fn invalid_claim_is_rejected_with_its_reason() {
        for (claims, expected) in [
            (with("aud", json!("https://start.example.com")), "aud must be onramp:embed"),
            (with("aud", json!([AUDIENCE, "other"])), "claims are invalid"),
            (with("aud", Value::Null), "aud must be onramp:embed"),
            (with("iat", Value::Null), "iat is missing"),
            (with("exp", Value::Null), "exp is missing"),
            (with("exp", json!(1e9)), "claims are invalid"),
            (with("exp", json!("tomorrow")), "claims are invalid"),
            (with("exp", json!(NOW - 10)), "exp is not after its iat"),
            (with("exp", json!(NOW - 11)), "exp is not after its iat"),
            (with("exp", json!(i64::MAX)), "the maximum is 900"),
            (with("iat", json!(i64::MIN)), "the maximum is 900"),
            (with("exp", json!(NOW + 891)), "valid for 901 seconds"),
            (with("org", json!("acme")), "org must be an organization ID"),
            (with("org", json!(USER)), "org must be an organization ID"),
            (with("sub", Value::Null), "sub must be a user ID"),
            (json!([]), "claims are invalid"),
            (json!({}), "aud must be onramp:embed"),
        ] {
            let error = verify(&signed_token(&claims)).unwrap_err().to_string();
            assert!(error.contains(expected), "{claims}: {error}");
        }
    }

    #[test]
    fn token_is_valid_from_iat_to_exp_with_leeway() {
        for (iat, exp, expected) in [
            (NOW - 900, NOW, Ok(())),
            (NOW - 959, NOW - 59, Ok(())),
            (NOW - 960, NOW - 60, Err("expired 60 seconds ago")),
            (NOW - 780, NOW - 180, Err("expired 3 minutes ago")),
            (NOW - 87_000, NOW - 86_400, Err("expired 24 hours ago")),
            (NOW + 60, NOW + 300, Ok(())),
            (NOW + 61, NOW + 300, Err("issued 61 seconds in the future")),
            (NOW, NOW + 900, Ok(())),
            (NOW, NOW + 901, Err("valid for 901 seconds")),
            (NOW, NOW + 3_600, Err("valid for 3600 seconds")),
        ] {
            let mut claims = claims();
            (claims["iat"], claims["exp"]) = (json!(iat), json!(exp));
            match (verify(&signed_token(&claims)), expected) {
                (Ok(_), Ok(())) => {}
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (actual, expected) => panic!("{iat} {exp}: {actual:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn token_with_another_key_or_algorithm_is_rejected() {
        let good = signed_token(&claims());
        let [header, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let text = claims().to_string();
        let other = Keys::parse(&format!("new:{}", "A".repeat(43))).unwrap();
        let unknown = Keys::parse(&format!("x:{}", "bmV3".repeat(11))).unwrap();
        for (case, token, expected) in [
            ("another secret", other.first().unwrap().token(&claims()), EmbedTokenError::Key),
            ("an unknown key ID", unknown.first().unwrap().token(&claims()), EmbedTokenError::Key),
            (
                "no algorithm",
                raw_token(&json!({ "alg": "none", "kid": "new" }), &text),
                EmbedTokenError::Header,
            ),
            (
                "another algorithm",
                raw_token(&json!({ "alg": "HS512", "kid": "new" }), &text),
                EmbedTokenError::Header,
            ),
            (
                "another spelling of the algorithm",
                raw_token(&json!({ "alg": "hs256", "kid": "new" }), &text),
                EmbedTokenError::Header,
            ),
            ("no key ID", raw_token(&json!({ "alg": "HS256" }), &text), EmbedTokenError::Header),
            (
                "a critical extension",
                raw_token(&json!({ "alg": "HS256", "kid": "new", "crit": ["b64"] }), &text),
                EmbedTokenError::Header,
            ),
            (
                "a duplicate claim",
                raw_token(&json!({ "alg": "HS256", "kid": "new" }), &text.replace('}', ",\"org\":\"x\"}")),
                EmbedTokenError::Claim(
                    "claims are invalid: expected strings, and iat and exp as integer seconds",
                ),
            ),
            ("no signature", format!("{header}.{body}."), EmbedTokenError::Key),
            ("half a signature", format!("{header}.{body}.{}", &signature[..20]), EmbedTokenError::Key),
            ("two parts", format!("{header}.{body}"), EmbedTokenError::Malformed),
            ("four parts", format!("{good}.x"), EmbedTokenError::Malformed),
            ("padding", format!("{good}="), EmbedTokenError::Malformed),
            ("an empty text", String::new(), EmbedTokenError::Missing),
        ] {
            let error = verify(&token).unwrap_err();
            // With a fourth part, one of the three parsed parts is invalid base64url, or the header
            // is invalid JSON.
            let same = error == expected
                || (case == "four parts"
                    && matches!(error, EmbedTokenError::Malformed | EmbedTokenError::Header));
            assert!(same, "{case}: {error}");
        }
        let others = json!({ "aud": AUDIENCE, "org": ORG, "sub": USER, "iat": NOW, "exp": NOW + 60 });
        let swapped = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(others.to_string()));
        assert_eq!(verify(&swapped), Err(EmbedTokenError::Key), "other claims with the same signature");
        assert_eq!(
            EmbedToken::verify(&good, &Keys::default(), Timestamp::from_second(NOW).unwrap()),
            Err(EmbedTokenError::Key)
        );
    }

    proptest! {
        #[test]
        fn arbitrary_text_or_changed_token_is_rejected(text in ".{0,200}", at in 0_usize..300, replacement in any::<char>()) {
            prop_assert!(verify(&text).is_err());
            let good = signed_token(&claims());
            let changed: String = good.chars().enumerate().map(|(n, ch)| if n == at { replacement } else { ch }).collect();
            prop_assert!(changed == good || verify(&changed).is_err(), "{changed}");
        }
    }
}

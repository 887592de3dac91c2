//! Embed tokens: who looks at a piece of ours inside the host app's pages, by the host app's word.
//!
//! A JSON Web Token (RFC 7519), HS256, whose header names the key. The claims: `aud` is [`AUDIENCE`], `org` and `sub`
//! are the organization and the person, `iat` and `exp` lie at most [`LONGEST`] apart; `origin`, where it is given,
//! binds the token to pages of that origin.
//!
//! What is said of a token that is refused, its holder may read: it tells nothing that the token itself does not tell
//! them, and whether a key's name is known is not told apart from whether its signature fits.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::{OrgId, UserId};
use hmac::Mac;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use crate::{key::Keys, keyring::VerificationError};

/// Whom a token is for.
pub const AUDIENCE: &str = "onramp:embed";
/// The longest that a token may be made to last, in seconds.
pub const LONGEST: i64 = 15 * 60;
/// How far two clocks may be apart, in seconds.
pub const LEEWAY: i64 = 60;

/// The longest text that is looked at, in bytes. A token has about 400.
const MOST_BYTES: usize = 2048;

/// What a token says, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedToken {
    /// The organization that is shown.
    pub organization: OrgId,
    /// Who looks.
    pub user: UserId,
    /// The one origin whose pages may use it, if it is bound to one.
    pub origin: Option<String>,
}

/// Why a token shows nothing, in words for the host app's developer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbedTokenError {
    /// There is none.
    #[error("the embed token is missing")]
    Missing,
    /// It has not the form of a token.
    #[error("the embed token is not three parts of base64url joined by full stops")]
    Malformed,
    /// Its header has no place for ours.
    #[error("the embed token's header must say alg HS256 and name a key as kid")]
    Header,
    /// No key of ours signed it.
    #[error("the embed token is not signed with a key of HOST_KEYS")]
    Key,
    /// A claim is missing or no such claim can be.
    #[error("the embed token's {0}")]
    Claim(&'static str),
    /// It is for somebody else.
    #[error("the embed token's aud must be onramp:embed")]
    Audience,
    /// It would work for too long.
    #[error("the embed token is made to last {0} seconds, and 900 are the most")]
    TooLong(i64),
    /// It is over.
    #[error("the embed token expired {0} ago")]
    Expired(Span),
    /// It was made by a clock that is ahead of ours.
    #[error("the embed token says that it is made in {0}: compare the clocks")]
    Early(Span),
    /// It is bound to another origin.
    #[error("the embed token is for pages of another origin")]
    Origin,
    /// What it names does not belong together, or is not there.
    #[error("the embed token's sub is nobody of its org")]
    NotAMember,
}

impl VerificationError for EmbedTokenError {
    fn may_fit_another_key(&self) -> bool {
        *self == Self::Key
    }
}

/// A number of seconds, as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.0 {
            seconds @ ..120 => (seconds, "second"),
            seconds @ ..7_200 => (seconds / 60, "minute"),
            seconds @ ..172_800 => (seconds / 3_600, "hour"),
            seconds => (seconds / 86_400, "day"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

#[derive(Deserialize)]
struct HeaderIn {
    alg: String,
    kid: String,
    /// What must be understood (RFC 7515, 4.1.11), and is not.
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

/// One audience, which some libraries write as a list of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum AudienceIn {
    One(String),
    List([String; 1]),
}

impl EmbedToken {
    /// Proves a token at `now`. The algorithm is ours to choose and never the token's.
    ///
    /// # Errors
    /// [`Refused`], whose text is for the token's holder.
    pub fn verify(token: &str, keys: &Keys, now: Timestamp) -> Result<Self, EmbedTokenError> {
        if token.is_empty() {
            return Err(EmbedTokenError::Missing);
        }
        if token.len() > MOST_BYTES {
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
        // Compares in constant time.
        key.mac().clone().chain_update(signed).verify_slice(&signature).map_err(|_| EmbedTokenError::Key)?;
        let claims: ClaimsIn = serde_json::from_slice(&claims).map_err(|_| {
            EmbedTokenError::Claim("claims cannot be read: texts, and iat and exp in whole seconds")
        })?;
        claims.judge(now)
    }

    /// Whether a page of that origin may use it; `None` where no browser says where the request comes from.
    ///
    /// # Errors
    /// [`Refused::Origin`].
    pub fn check_origin(&self, origin: Option<&str>) -> Result<(), EmbedTokenError> {
        match (&self.origin, origin) {
            (Some(bound), Some(origin)) if bound != origin => Err(EmbedTokenError::Origin),
            _ => Ok(()),
        }
    }
}

impl ClaimsIn {
    fn judge(self, now: Timestamp) -> Result<EmbedToken, EmbedTokenError> {
        match &self.aud {
            Some(AudienceIn::One(aud) | AudienceIn::List([aud])) if aud == AUDIENCE => {}
            _ => return Err(EmbedTokenError::Audience),
        }
        let made = self.iat.ok_or(EmbedTokenError::Claim("iat is missing"))?;
        let until = self.exp.ok_or(EmbedTokenError::Claim("exp is missing"))?;
        let now = now.as_second();
        let (lasts, ahead) = (until.saturating_sub(made), made.saturating_sub(now));
        if lasts <= 0 {
            return Err(EmbedTokenError::Claim("exp is not after its iat"));
        }
        if lasts > LONGEST {
            return Err(EmbedTokenError::TooLong(lasts));
        }
        if ahead > LEEWAY {
            return Err(EmbedTokenError::Early(Span(ahead)));
        }
        let over = now.saturating_sub(until);
        if over >= LEEWAY {
            return Err(EmbedTokenError::Expired(Span(over)));
        }
        let organization = self.org.and_then(|id| id.parse().ok());
        let user = self.sub.and_then(|id| id.parse().ok());
        Ok(EmbedToken {
            organization: organization
                .ok_or(EmbedTokenError::Claim("org is not an organization's id, org_…"))?,
            user: user.ok_or(EmbedTokenError::Claim("sub is not a person's id, usr_…"))?,
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

    fn sealed(header: &Value, claims: &str) -> String {
        let signed = [header.to_string().as_str(), claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let mac = keys().named("new").unwrap().mac().clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    fn verify(token: &str) -> Result<EmbedToken, EmbedTokenError> {
        EmbedToken::verify(token, &keys(), Timestamp::from_second(NOW).unwrap())
    }

    fn minted(claims: &Value) -> String {
        keys().first().unwrap().token(claims)
    }

    #[test]
    fn a_good_token_says_who_looks_at_what() {
        let bound = with("origin", json!("https://app.example.com"));
        let token = verify(&minted(&bound)).unwrap();
        assert_eq!((token.organization.to_string().as_str(), token.user.to_string().as_str()), (ORG, USER));
        assert_eq!(token.check_origin(Some("https://app.example.com")), Ok(()));
        assert_eq!(
            token.check_origin(Some("https://app.example.com.evil.example")),
            Err(EmbedTokenError::Origin)
        );
        assert_eq!(token.check_origin(None), Ok(()), "a server that includes a piece says no origin");
        assert_eq!(verify(&minted(&claims())).unwrap().check_origin(Some("https://any.example")), Ok(()));
        assert!(verify(&keys().named("old").unwrap().token(&claims())).is_ok(), "while keys are exchanged");
        assert!(verify(&minted(&with("aud", json!([AUDIENCE])))).is_ok(), "as some libraries write it");
        assert!(verify(&minted(&with("role", json!("admin")))).is_ok(), "which has no effect");
    }

    #[test]
    fn what_a_token_says_is_judged() {
        for (claims, said) in [
            (with("aud", json!("https://start.example.com")), "aud must be onramp:embed"),
            (with("aud", json!([AUDIENCE, "other"])), "cannot be read"),
            (with("aud", Value::Null), "aud must be onramp:embed"),
            (with("iat", Value::Null), "iat is missing"),
            (with("exp", Value::Null), "exp is missing"),
            (with("exp", json!(1e9)), "cannot be read"),
            (with("exp", json!("tomorrow")), "cannot be read"),
            (with("exp", json!(NOW - 10)), "exp is not after its iat"),
            (with("exp", json!(i64::MAX)), "900 are the most"),
            (with("iat", json!(i64::MIN)), "900 are the most"),
            (with("exp", json!(NOW + 891)), "made to last 901 seconds"),
            (with("org", json!("acme")), "org is not an organization's id"),
            (with("org", json!(USER)), "org is not an organization's id"),
            (with("sub", Value::Null), "sub is not a person's id"),
            (json!([]), "cannot be read"),
            (json!({}), "aud must be onramp:embed"),
        ] {
            let refused = verify(&minted(&claims)).unwrap_err().to_string();
            assert!(refused.contains(said), "{claims}: {refused}");
        }
    }

    #[test]
    fn a_token_works_from_when_to_when() {
        for (iat, exp, said) in [
            (NOW - 900, NOW, Ok(())),
            (NOW - 959, NOW - 59, Ok(())),
            (NOW - 960, NOW - 60, Err("expired 60 seconds ago")),
            (NOW - 780, NOW - 180, Err("expired 3 minutes ago")),
            (NOW - 87_000, NOW - 86_400, Err("expired 24 hours ago")),
            (NOW + 60, NOW + 300, Ok(())),
            (NOW + 61, NOW + 300, Err("made in 61 seconds")),
            (NOW, NOW + 900, Ok(())),
            (NOW, NOW + 901, Err("made to last 901 seconds")),
            (NOW, NOW + 3_600, Err("made to last 3600 seconds")),
        ] {
            let mut claims = claims();
            (claims["iat"], claims["exp"]) = (json!(iat), json!(exp));
            match (verify(&minted(&claims)), said) {
                (Ok(_), Ok(())) => {}
                (Err(refused), Err(said)) => assert!(refused.to_string().contains(said), "{refused}"),
                (got, said) => panic!("{iat} {exp}: {got:?}, not {said:?}"),
            }
        }
    }

    #[test]
    fn only_our_keys_and_only_our_algorithm_prove_anything() {
        let good = minted(&claims());
        let [header, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let text = claims().to_string();
        let other = Keys::parse(&format!("new:{}", "A".repeat(43))).unwrap();
        let unknown = Keys::parse(&format!("x:{}", "bmV3".repeat(11))).unwrap();
        for (what, token, refused) in [
            ("another secret", other.first().unwrap().token(&claims()), EmbedTokenError::Key),
            ("an unknown name of a key", unknown.first().unwrap().token(&claims()), EmbedTokenError::Key),
            ("no algorithm", sealed(&json!({ "alg": "none", "kid": "new" }), &text), EmbedTokenError::Header),
            ("another", sealed(&json!({ "alg": "HS512", "kid": "new" }), &text), EmbedTokenError::Header),
            (
                "its own spelling",
                sealed(&json!({ "alg": "hs256", "kid": "new" }), &text),
                EmbedTokenError::Header,
            ),
            ("no key", sealed(&json!({ "alg": "HS256" }), &text), EmbedTokenError::Header),
            (
                "a demand",
                sealed(&json!({ "alg": "HS256", "kid": "new", "crit": ["b64"] }), &text),
                EmbedTokenError::Header,
            ),
            (
                "a claim twice",
                sealed(&json!({ "alg": "HS256", "kid": "new" }), &text.replace('}', ",\"org\":\"x\"}")),
                EmbedTokenError::Claim("claims cannot be read: texts, and iat and exp in whole seconds"),
            ),
            ("no signature", format!("{header}.{body}."), EmbedTokenError::Key),
            ("half a signature", format!("{header}.{body}.{}", &signature[..20]), EmbedTokenError::Key),
            ("two parts", format!("{header}.{body}"), EmbedTokenError::Malformed),
            ("four parts", format!("{good}.x"), EmbedTokenError::Malformed),
            ("padding", format!("{good}="), EmbedTokenError::Malformed),
            ("nothing", String::new(), EmbedTokenError::Missing),
            ("too much", "e".repeat(MOST_BYTES + 1), EmbedTokenError::Malformed),
        ] {
            let got = verify(&token).unwrap_err();
            // A part more is a part that cannot be decoded or a header that cannot be read.
            let same = got == refused
                || (what == "four parts"
                    && matches!(got, EmbedTokenError::Malformed | EmbedTokenError::Header));
            assert!(same, "{what}: {got}");
        }
        let others = json!({ "aud": AUDIENCE, "org": ORG, "sub": USER, "iat": NOW, "exp": NOW + 60 });
        let swapped = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(others.to_string()));
        assert_eq!(verify(&swapped), Err(EmbedTokenError::Key), "other claims under its signature");
        assert_eq!(
            EmbedToken::verify(&good, &Keys::default(), Timestamp::from_second(NOW).unwrap()),
            Err(EmbedTokenError::Key)
        );
    }

    /// Every refusal; with a new one this does not build until it is here, and then not pass until it is documented.
    fn every() -> Vec<EmbedTokenError> {
        let claims = [
            "claims cannot be read: texts, and iat and exp in whole seconds",
            "iat is missing",
            "exp is missing",
            "exp is not after its iat",
            "org is not an organization's id, org_…",
            "sub is not a person's id, usr_…",
        ];
        let source = include_str!("embed.rs").split("#[cfg(test)]").next().unwrap();
        for rest in source.split("Refused::Claim(\"").skip(1) {
            assert!(claims.contains(&rest.split('"').next().unwrap()), "{rest:.60}");
        }
        let others = [
            EmbedTokenError::Missing,
            EmbedTokenError::Malformed,
            EmbedTokenError::Header,
            EmbedTokenError::Key,
            EmbedTokenError::Audience,
            EmbedTokenError::TooLong(901),
            EmbedTokenError::Expired(Span(60)),
            EmbedTokenError::Early(Span(61)),
            EmbedTokenError::Origin,
            EmbedTokenError::NotAMember,
        ];
        for refused in &others {
            match refused {
                EmbedTokenError::Missing
                | EmbedTokenError::Malformed
                | EmbedTokenError::Header
                | EmbedTokenError::Key
                | EmbedTokenError::Claim(_)
                | EmbedTokenError::Audience
                | EmbedTokenError::TooLong(_)
                | EmbedTokenError::Expired(_)
                | EmbedTokenError::Early(_)
                | EmbedTokenError::Origin
                | EmbedTokenError::NotAMember => {}
            }
        }
        claims.into_iter().map(EmbedTokenError::Claim).chain(others).collect()
    }

    #[test]
    fn each_refusal_is_in_the_guide_and_nothing_else_is() {
        let page =
            include_str!("../../../docs/host-app.md").split_once("### When nothing is shown").unwrap().1;
        let table = page.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
        let told: Vec<_> = table
            .take_while(|line| line.starts_with("| "))
            .map(|line| line.split(" | ").next().unwrap().trim_start_matches("| "))
            .filter(|told| told.starts_with("the embed token"))
            .collect();
        // What varies stands there as three dots, as do the ids that begin so.
        let fits = |told: &str, said: &str| {
            let said = said.replace('…', "");
            let mut rest = Some(said.as_str());
            for part in told.split('…') {
                rest = rest.and_then(|it| it.split_once(part)).map(|(_, rest)| rest);
            }
            rest == Some("")
        };
        let said: Vec<_> = every().iter().map(ToString::to_string).collect();
        for said in &said {
            assert_eq!(told.iter().filter(|told| fits(told, said)).count(), 1, "{said}: {told:#?}");
        }
        for told in told {
            assert!(said.iter().any(|said| fits(told, said)), "{told}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_token_by_chance(text in ".{0,200}", at in 0_usize..300, with in any::<char>()) {
            prop_assert!(verify(&text).is_err());
            let good = minted(&claims());
            let changed: String = good.chars().enumerate().map(|(n, ch)| if n == at { with } else { ch }).collect();
            prop_assert!(changed == good || verify(&changed).is_err(), "{changed}");
        }
    }
}

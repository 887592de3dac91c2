use host::Key;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::SignedIn;

/// How long a pass lets somebody in: the time that a redirect takes, with some patience for a slow line.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(60);

/// A pass into the host app: who comes, from where, for how long.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Our own address.
    pub issuer: &'a str,
    /// The host app's origin.
    pub audience: &'a str,
    /// Random, so that the host app can tell a second use from the first.
    pub id: [u8; 16],
    /// When it is made.
    pub now: Timestamp,
}

impl Pass<'_> {
    /// The pass of a signed-in person, as a token.
    pub fn of(&self, found: &SignedIn, key: &Key) -> String {
        key.token(&self.claims(found))
    }

    /// Times are whole seconds since 1970 (RFC 7519, 2, "NumericDate").
    fn claims(&self, found: &SignedIn) -> Value {
        let (user, org) = (&found.user.value, &found.org.value);
        let made = self.now.as_second();
        json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": user.id.to_string(),
            "jti": format!("{:032x}", u128::from_be_bytes(self.id)),
            "iat": made,
            "exp": made.saturating_add(GOOD_FOR.as_secs()),
            "name": user.name.as_str(),
            "email": user.address.as_str(),
            "email_verified": user.verified,
            "organization_id": org.id.to_string(),
            "organization_name": org.name.as_str(),
            "role": found.role.map(domain::people::Role::as_str),
            "access": org.status(self.now).access().as_str(),
        })
    }
}

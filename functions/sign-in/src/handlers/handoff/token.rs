//! The handoff token, a JSON Web Token (RFC 7519) that signs a user in to the host app.

use domain::{
    billing::Plan,
    people::{HANDOFF_TOKEN_TTL, Role},
};
use host_auth::Key;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::SignedIn;

/// The values of a handoff token that do not describe the user.
#[derive(Clone, Copy, Debug)]
pub struct HandoffToken<'a> {
    /// Origin of Onramp that the user's browser uses.
    pub issuer: &'a str,
    /// Origin of the host app.
    pub audience: &'a str,
    /// Random ID of the token, by which the host app detects and rejects a second use.
    pub id: [u8; 16],
    /// Time at which the token is created.
    pub now: Timestamp,
}

impl HandoffToken<'_> {
    /// Returns the signed token for a signed-in user.
    pub fn sign(&self, found: &SignedIn, key: &Key) -> String {
        key.token(&self.claims(found))
    }

    /// Returns the claims. Times are whole seconds since 1970 (RFC 7519, section 2, "NumericDate").
    fn claims(&self, found: &SignedIn) -> Value {
        let (user, org) = (&found.user.value, &found.org.value);
        let issued_at = self.now.as_second();
        json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": user.id.to_string(),
            "jti": format!("{:032x}", u128::from_be_bytes(self.id)),
            "iat": issued_at,
            "exp": issued_at.saturating_add(HANDOFF_TOKEN_TTL.as_secs()),
            "name": user.name.as_str(),
            "email": user.address.as_str(),
            "email_verified": user.verified,
            "organization_id": org.id.to_string(),
            "organization_name": org.name.as_str(),
            "role": found.role.map(Role::as_str),
            "access": org.status(self.now).access().as_str(),
            "plan": org.plan(self.now).map(Plan::as_str),
            "seats": org.seats(self.now),
        })
    }
}

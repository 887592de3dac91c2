//! Keys of the server API.

use std::fmt;

use domain::secret::Hash;

/// Minimum length of a secret in characters.
const MIN_SECRET: usize = 32;
/// Maximum length of a key ID.
const MAX_ID_LENGTH: usize = 32;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiScope {
    /// The key may read and write.
    Full,
    /// The key may only read.
    Read,
}

impl ApiScope {
    /// Returns the value in JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Read => "read",
        }
    }
}

/// A key of the server API. It contains only the hash of its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The ID that the token names.
    pub id: String,
    /// What the key may do.
    pub scope: ApiScope,
    secret: Hash,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl ApiKey {
    fn parse(entry: &str) -> Option<Self> {
        let mut parts = entry.split(':');
        let (id, secret) = (parts.next()?, parts.next()?);
        let scope = match (parts.next(), parts.next()) {
            (None, None) => ApiScope::Full,
            (Some("read"), None) => ApiScope::Read,
            _ => return None,
        };
        let is_id_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_valid = (1..=MAX_ID_LENGTH).contains(&id.len())
            && id.bytes().all(is_id_byte)
            && secret.len() >= MIN_SECRET
            && secret.bytes().all(|byte| byte.is_ascii_graphic());
        is_valid.then(|| Self { id: id.to_owned(), scope, secret: Hash::of(&[secret.as_bytes()]) })
    }
}

/// The keys of the server API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiKeys(Vec<ApiKey>);

/// The caller sent no key, an unknown one, or a malformed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the API key is missing or invalid")]
pub struct NotAnApiKey;

impl ApiKeys {
    /// Description of a valid list of keys, for a message that starts with "expected".
    pub const EXPECTED: &str = "comma-separated id:secret or id:secret:read entries (id: letters, digits, - and _; secret: at \
                                least 32 printable ASCII characters without comma and colon), or the ARN of a secret that \
                                contains them";

    /// Parses a list of keys. Returns `None` if an entry is invalid or an ID occurs twice.
    #[must_use]
    pub fn parse(list: &str) -> Option<Self> {
        let keys = list.split(',').map(|key| ApiKey::parse(key.trim())).collect::<Option<Vec<_>>>()?;
        let mut ids: Vec<_> = keys.iter().map(|key| &key.id).collect();
        ids.sort_unstable();
        ids.dedup();
        (ids.len() == keys.len()).then_some(Self(keys))
    }

    /// Returns whether one of the keys may change something.
    #[must_use]
    pub fn can_write(&self) -> bool {
        self.0.iter().any(|key| key.scope == ApiScope::Full)
    }

    /// Returns the key of a bearer token, `{key id}.{secret}`.
    ///
    /// The comparison is one of hashes. Its duration says nothing about the secret, because a caller
    /// cannot choose the hash of a text.
    ///
    /// # Errors
    /// [`NotAnApiKey`], for every reason the same.
    pub fn verify(&self, token: &str) -> Result<ApiKey, NotAnApiKey> {
        let (id, secret) = token.split_once('.').ok_or(NotAnApiKey)?;
        let secret = Hash::of(&[secret.as_bytes()]);
        let found = self.0.iter().find(|key| key.id == id && key.secret == secret);
        found.cloned().ok_or(NotAnApiKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcd.~";

    #[test]
    fn list_is_rejected_if_one_entry_is_invalid() {
        for (list, is_valid) in [
            (format!("a:{SECRET}"), true),
            (format!("a:{SECRET}, b:{SECRET}:read"), true),
            (format!("a:{SECRET},a:{SECRET}"), false),
            (format!("a:{SECRET},"), false),
            (format!("a:{SECRET}:write"), false),
            (format!("a:{SECRET}:read:x"), false),
            (format!("a:{}", &SECRET[1..]), false),
            (format!("a:{SECRET} x"), false),
            (format!(":{SECRET}"), false),
            (format!("a.b:{SECRET}"), false),
            (SECRET.to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(ApiKeys::parse(&list).is_some(), is_valid, "{list}");
        }
    }

    #[test]
    fn only_the_secret_of_the_named_key_is_accepted() {
        let keys = ApiKeys::parse(&format!("full:{SECRET},reader:{SECRET}x:read")).unwrap();
        let verify = |token: String| keys.verify(&token).map(|key| (key.id, key.scope));
        assert_eq!(verify(format!("full.{SECRET}")), Ok(("full".to_owned(), ApiScope::Full)));
        assert_eq!(verify(format!("reader.{SECRET}x")), Ok(("reader".to_owned(), ApiScope::Read)));
        for token in [
            String::new(),
            "full".to_owned(),
            "full.".to_owned(),
            format!("full.{SECRET}x"),
            format!("reader.{SECRET}"),
            format!("Full.{SECRET}"),
            format!(".{SECRET}"),
        ] {
            assert_eq!(verify(token.clone()), Err(NotAnApiKey), "{token}");
        }
        assert!(!format!("{keys:?}").contains(SECRET));
    }
}

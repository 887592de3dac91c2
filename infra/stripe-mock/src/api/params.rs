//! Form and query parameters with Stripe's bracket notation.
//! Source: docs.stripe.com, "API reference" and "Metadata".

use super::error::ApiError;
use crate::customer::Metadata;

/// Maximum number of keys in the metadata of one object.
const MAX_METADATA_KEYS: usize = 50;
/// Maximum length of a metadata key, in characters.
const MAX_METADATA_KEY_LENGTH: usize = 40;
/// Maximum length of a metadata value, in characters.
const MAX_METADATA_VALUE_LENGTH: usize = 500;

/// Parameters that the handler has not read yet, by full name, such as `line_items[0][price]`.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Parses an encoded form or query, such as `a=1&b[c]=2`.
    pub(super) fn parse(encoded: &[u8]) -> Self {
        let mut pairs: Vec<_> = form_urlencoded::parse(encoded).into_owned().collect();
        pairs.sort();
        Self(pairs)
    }

    /// Returns a string that is equal for equal parameters in any order.
    pub(super) fn fingerprint(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Removes and returns every pair with a matching name.
    fn take(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(name, _)| wanted(name));
        self.0 = left;
        taken
    }

    /// Takes an optional string. An empty string is an error.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.take(|given| given == name).pop() {
            Some((_, text)) if text.is_empty() => Err(ApiError::empty(name)),
            pair => Ok(pair.map(|(_, text)| text)),
        }
    }

    /// Takes a required, non-empty string.
    pub(super) fn required(&mut self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.ok_or_else(|| ApiError::missing(name))
    }

    /// Takes an optional integer parameter.
    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| ApiError::not_an_integer(name, &text))).transpose()
    }

    /// Takes an optional URL. It may contain `{CHECKOUT_SESSION_ID}`, which Stripe replaces.
    pub(super) fn url(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        let url = self.text(name)?;
        let fits = |url: &String| {
            let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
                && !url.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if url.as_ref().is_some_and(|url| !fits(url)) { Err(ApiError::not_a_url(name)) } else { Ok(url) }
    }

    /// Takes the metadata under a name: `metadata[key]=value`.
    pub(super) fn metadata(&mut self, name: &str) -> Result<Metadata, ApiError> {
        let key = |full_name: &str| {
            let rest = full_name.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!rest.contains(['[', ']'])).then(|| rest.to_owned())
        };
        let found = self.take(|full_name| key(full_name).is_some());
        if found.len() > MAX_METADATA_KEYS {
            return Err(ApiError::invalid(
                name,
                format!("Metadata can hold at most {MAX_METADATA_KEYS} keys."),
            ));
        }
        let mut metadata = Metadata::new();
        for (full_name, value) in found {
            let Some(key) = key(&full_name) else { continue };
            if key.chars().count() > MAX_METADATA_KEY_LENGTH
                || value.chars().count() > MAX_METADATA_VALUE_LENGTH
            {
                let limit = format!(
                    "Metadata keys have up to {MAX_METADATA_KEY_LENGTH} characters, values up to {MAX_METADATA_VALUE_LENGTH}."
                );
                return Err(ApiError::invalid(&full_name, limit));
            }
            metadata.insert(key, value);
        }
        Ok(metadata)
    }

    /// Takes all values of a list: `types[0]=…` or `types[]=…`.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let pairs = self.take(|full| full.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')));
        pairs.into_iter().map(|(_, value)| value).collect()
    }

    /// Rejects the parameters that the handler did not read.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(ApiError::unknown(name)))
    }
}

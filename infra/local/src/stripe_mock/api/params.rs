//! Parameters: a form, or a query, with Stripe's brackets. Source: docs.stripe.com, "API reference" and "Metadata".

use super::refusal::Refusal;
use crate::stripe_mock::customer::Metadata;

/// Metadata takes so many keys,
const MOST_KEYS: usize = 50;
/// each so long,
const LONGEST_KEY: usize = 40;
/// with values so long. All are characters.
const LONGEST_VALUE: usize = 500;

/// The parameters that nobody has asked for yet, by their whole name: `line_items[0][price]`.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b[c]=2`.
    pub(super) fn parse(encoded: &[u8]) -> Self {
        let mut pairs: Vec<_> = form_urlencoded::parse(encoded).into_owned().collect();
        pairs.sort();
        Self(pairs)
    }

    /// All of them as one text, the same for the same parameters in any order.
    pub(super) fn fingerprint(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Takes out every pair whose name is wanted.
    fn take(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(name, _)| wanted(name));
        self.0 = left;
        taken
    }

    /// A text, if it was given; it is never empty.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(|given| given == name).pop() {
            Some((_, text)) if text.is_empty() => Err(Refusal::empty(name)),
            pair => Ok(pair.map(|(_, text)| text)),
        }
    }

    /// A text that has to be given.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::missing(name))
    }

    /// A whole number, if it was given.
    pub(super) fn whole(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| Refusal::not_an_integer(name, &text))).transpose()
    }

    /// A web address, if it was given. It may hold braces, where Stripe puts an id.
    pub(super) fn url(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let url = self.text(name)?;
        let fits = |url: &String| {
            let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
                && !url.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if url.as_ref().is_some_and(|url| !fits(url)) { Err(Refusal::not_a_url(name)) } else { Ok(url) }
    }

    /// Metadata under a name: `metadata[key]=value`.
    pub(super) fn metadata(&mut self, name: &str) -> Result<Metadata, Refusal> {
        let key = |whole: &str| {
            let rest = whole.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!rest.contains(['[', ']'])).then(|| rest.to_owned())
        };
        let found = self.take(|whole| key(whole).is_some());
        if found.len() > MOST_KEYS {
            return Err(Refusal::invalid(name, format!("Metadata can hold at most {MOST_KEYS} keys.")));
        }
        let mut metadata = Metadata::new();
        for (whole, value) in found {
            let Some(key) = key(&whole) else { continue };
            if key.chars().count() > LONGEST_KEY || value.chars().count() > LONGEST_VALUE {
                let limit = format!(
                    "Metadata keys have up to {LONGEST_KEY} characters, values up to {LONGEST_VALUE}."
                );
                return Err(Refusal::invalid(&whole, limit));
            }
            metadata.insert(key, value);
        }
        Ok(metadata)
    }

    /// Every value of a list: `types[0]=…` or `types[]=…`.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let mine = self.take(|whole| whole.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')));
        mine.into_iter().map(|(_, value)| value).collect()
    }

    /// Refuses what nobody asked for.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(Refusal::unknown(name)))
    }
}

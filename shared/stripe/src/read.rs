//! Reads fields of Stripe's JSON, which may be missing or have another type than expected.

use domain::billing::{BadId, Currency, MAX_AMOUNT, Money};
use jiff::Timestamp;
use serde_json::Number;
use webhook_signature::json::Tree;

/// Why a field is invalid, with its path. The message never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FieldError {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is {1}")]
    Wrong(&'static str, String),
}

impl FieldError {
    pub fn wrong(path: &'static str, why: impl Into<String>) -> Self {
        Self::Wrong(path, why.into())
    }
}

/// A JSON value that is read by JSON pointers (RFC 6901).
///
/// The paths of a call are the paths of one field in different versions of Stripe's API. If a
/// method takes several paths, it uses the first path with a usable value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a>(pub &'a Tree<'a>);

impl<'a> Json<'a> {
    /// Returns the value at a path. `null` counts as absent.
    pub fn at(self, path: &str) -> Option<Json<'a>> {
        self.0.pointer(path).filter(|value| **value != Tree::Null).map(Json)
    }

    /// Returns the value as a whole number that is not negative.
    pub fn whole(self) -> Option<u64> {
        self.0.as_number()?.as_u64()
    }

    /// Returns the first nonempty string.
    pub fn text(self, paths: &[&str]) -> Option<&'a str> {
        paths.iter().find_map(|path| self.at(path)?.0.as_str().filter(|text| !text.is_empty()))
    }

    /// Returns the first string that is not blank, without surrounding white space.
    pub fn trimmed(self, paths: &[&str]) -> Option<&'a str> {
        let texts = paths.iter().filter_map(|path| self.at(path)?.0.as_str());
        texts.map(str::trim).find(|text| !text.is_empty())
    }

    /// Returns the first valid amount, in the currency of the object. Returns `None` if there is no
    /// such amount or no currency.
    pub fn money(self, paths: &[&str]) -> Option<Money> {
        let currency = Currency::parse(self.text(&["/currency"])?)?;
        let amount = paths.iter().find_map(|path| self.at(path)?.whole())?;
        Some(Money { amount, currency }).filter(|money| money.amount <= MAX_AMOUNT)
    }

    /// Returns an id. If the value is an expanded object, returns the id of that object.
    pub fn id<T>(
        self,
        paths: &[&'static str],
        parse: fn(&str) -> Result<T, BadId>,
    ) -> Result<Option<T>, FieldError> {
        for path in paths {
            let Some(found) = self.at(path) else { continue };
            let text = found.0.as_str().or_else(|| found.text(&["/id"])).unwrap_or_default();
            return parse(text).map(Some).map_err(|bad| FieldError::wrong(path, bad.to_string()));
        }
        Ok(None)
    }

    /// Returns a required id.
    pub fn own_id<T>(self, path: &'static str, parse: fn(&str) -> Result<T, BadId>) -> Result<T, FieldError> {
        self.id(&[path], parse)?.ok_or(FieldError::Missing(path))
    }

    /// Returns a time, which Stripe sends in seconds since the Unix epoch.
    pub fn time(self, path: &'static str) -> Result<Option<Timestamp>, FieldError> {
        let Some(found) = self.at(path) else { return Ok(None) };
        let second = found
            .0
            .as_number()
            .and_then(Number::as_i64)
            .ok_or_else(|| FieldError::wrong(path, "not a whole number"))?;
        // A negative number is not a time of Stripe.
        let at = Timestamp::from_second(second).ok().filter(|at| *at >= Timestamp::UNIX_EPOCH);
        at.map(Some).ok_or_else(|| FieldError::wrong(path, "not a time"))
    }

    /// Returns whether the value is `true`. An absent value or a value of another type counts as
    /// `false`.
    pub fn flag(self, path: &str) -> bool {
        self.at(path).is_some_and(|value| *value.0 == Tree::Bool(true))
    }

    /// Returns the elements of an array. If the value is not an array, there are no elements.
    pub fn list(self, path: &str) -> impl Iterator<Item = Json<'a>> {
        self.at(path).into_iter().flat_map(|value| value.0.elements()).map(Json)
    }
}

//! Reading JSON that somebody else's schema governs: a field may be missing, or be of another kind than expected.

use domain::billing::BadId;
use jiff::Timestamp;
use serde_json::Value;

/// Why a field could not be read, with its path. The field's value is not repeated.
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

/// A JSON value, read by pointers (RFC 6901). Of several paths the first that leads somewhere counts: the places
/// of a field in different versions of Stripe's API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a>(pub &'a Value);

impl<'a> Json<'a> {
    /// What lies there; `null` is nothing.
    pub fn at(self, path: &str) -> Option<Json<'a>> {
        self.0.pointer(path).filter(|value| !value.is_null()).map(Json)
    }

    /// Text that is not empty.
    pub fn text(self, paths: &[&str]) -> Option<&'a str> {
        paths.iter().find_map(|path| self.at(path)?.0.as_str().filter(|text| !text.is_empty()))
    }

    /// An id, or the id of an object that was expanded in its place.
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

    /// An id that has to be there.
    pub fn own_id<T>(self, path: &'static str, parse: fn(&str) -> Result<T, BadId>) -> Result<T, FieldError> {
        self.id(&[path], parse)?.ok_or(FieldError::Missing(path))
    }

    /// A time in seconds of the Unix epoch.
    pub fn time(self, path: &'static str) -> Result<Option<Timestamp>, FieldError> {
        let Some(found) = self.at(path) else { return Ok(None) };
        let second = found.0.as_i64().ok_or_else(|| FieldError::wrong(path, "not a whole number"))?;
        // Stripe knows nothing from before the epoch.
        let at = Timestamp::from_second(second).ok().filter(|at| *at >= Timestamp::UNIX_EPOCH);
        at.map(Some).ok_or_else(|| FieldError::wrong(path, "not a time"))
    }

    /// Whether a flag is set; an absent one is not.
    pub fn flag(self, path: &str) -> bool {
        self.at(path).is_some_and(|value| value.0.as_bool() == Some(true))
    }

    /// The elements of a list; none if it is not one.
    pub fn list(self, path: &str) -> impl Iterator<Item = Json<'a>> {
        self.at(path).and_then(|value| value.0.as_array()).into_iter().flatten().map(Json)
    }
}

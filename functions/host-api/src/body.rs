//! The JSON body of a request: parses its fields, and collects the errors of all invalid ones.

use axum::{body::to_bytes, extract::Request};
use serde_json::{Map, Value};
use web::{FieldError, Kind, Problem};

use crate::words;

/// Maximum size of a body, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A JSON object, and the errors of its fields so far. The errors have the path of the field, such as
/// `admin.email`.
#[derive(Debug)]
pub struct Body<'a> {
    fields: &'a Map<String, Value>,
    prefix: &'static str,
    errors: Vec<FieldError>,
}

/// Reads the body of a request. Its content type does not matter. An empty body has no fields.
///
/// # Errors
/// 413 if the body is too large, and 400 if it is not one JSON object without repeated keys.
pub async fn read(request: Request) -> Result<Map<String, Value>, Problem> {
    read_within(request, MAX_BODY_BYTES).await
}

/// Reads a body of at most `limit` bytes, like [`read`].
///
/// # Errors
/// The same as [`read`].
pub async fn read_within(request: Request, limit: usize) -> Result<Map<String, Value>, Problem> {
    let bytes = to_bytes(request.into_body(), limit).await;
    let bytes = bytes.map_err(|_| Problem::new(Kind::TooLarge, words::too_large(limit)))?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    match webhook_signature::json::read(&bytes).map(Value::from) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Problem::bad_request(words::NOT_AN_OBJECT)),
    }
}

impl<'a> Body<'a> {
    /// Starts with the fields of an object.
    pub const fn new(fields: &'a Map<String, Value>) -> Self {
        Self { fields, prefix: "", errors: Vec::new() }
    }

    /// Parses an object in the field `name`. `parse` gets its fields.
    pub fn object<T>(
        &mut self,
        name: &'static str,
        prefix: &'static str,
        parse: impl FnOnce(&mut Body<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.fields.get(name) {
            Some(Value::Object(fields)) => {
                let mut inner = Body { fields, prefix, errors: Vec::new() };
                let parsed = parse(&mut inner);
                self.errors.append(&mut inner.errors);
                parsed
            }
            None | Some(Value::Null) => self.error(name, "required", words::REQUIRED),
            Some(_) => self.error(name, "type", words::wrong_type("an object")),
        }
    }

    /// Parses a required text. If it is missing or invalid, adds an error and returns `None`.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        match self.text(name)? {
            Some(text) => self.parsed(parse(text)),
            None => self.error(name, "required", words::REQUIRED),
        }
    }

    /// Parses an optional text. A missing field and null are `Some(None)`. If it is invalid, adds an
    /// error and returns `None`.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<Option<T>> {
        match self.text(name)? {
            Some(text) => self.parsed(parse(text)).map(Some),
            None => Some(None),
        }
    }

    /// Parses an optional boolean.
    pub fn boolean(&mut self, name: &'static str, default: bool) -> Option<bool> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Some(default),
            Some(Value::Bool(value)) => Some(*value),
            Some(_) => self.error(name, "type", words::wrong_type("true or false")),
        }
    }

    /// Parses a required integer, like [`Self::required`].
    pub fn integer<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(u64) -> Result<T, FieldError>,
    ) -> Option<T> {
        match self.fields.get(name) {
            None | Some(Value::Null) => self.error(name, "required", words::REQUIRED),
            Some(value) => match value.as_u64() {
                Some(number) => self.parsed(parse(number)),
                None => self.error(name, "type", words::wrong_type("a positive integer")),
            },
        }
    }

    /// Adds the error of a part of the request that is not in the body.
    pub fn parse_other<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        self.parsed(parsed)
    }

    /// Parses an optional list of texts. A missing field and null are an empty list.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<&'a str>> {
        let texts = match self.fields.get(name) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::Array(values)) => values.iter().map(Value::as_str).collect(),
            Some(_) => None,
        };
        texts.or_else(|| self.error(name, "type", words::wrong_type("a list of strings")))
    }

    /// Parses an optional object whose fields are not known. A missing field and null are empty.
    pub fn map(&mut self, name: &'static str) -> Option<Map<String, Value>> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Some(Map::new()),
            Some(Value::Object(fields)) => Some(fields.clone()),
            Some(_) => self.error(name, "type", words::wrong_type("an object")),
        }
    }

    /// Adds an error to a field that was parsed.
    pub fn reject(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        let _: Option<()> = self.error(name, code, message);
    }

    fn text(&mut self, name: &'static str) -> Option<Option<&'a str>> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => Some(Some(text)),
            Some(_) => self.error(name, "type", words::wrong_type("a string")),
        }
    }

    fn parsed<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        parsed
            .map_err(|error| {
                let field = format!("{}{}", self.prefix, error.field);
                self.errors.push(FieldError { field: field.into(), ..error });
            })
            .ok()
    }

    fn error<T>(&mut self, name: &str, code: &'static str, message: impl Into<String>) -> Option<T> {
        self.errors.push(FieldError::new(format!("{}{name}", self.prefix), code, message));
        None
    }

    /// Returns the parsed value if no field is invalid.
    ///
    /// # Errors
    /// 422 with all errors.
    pub fn finish<T>(self, parsed: Option<T>) -> Result<T, Problem> {
        match parsed {
            Some(parsed) if self.errors.is_empty() => Ok(parsed),
            _ => Err(Problem::invalid(self.errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_invalid_field_has_an_error_with_its_path() {
        let value = json!({"name": 1, "trial": "yes", "admin": {"email": true}, "note": "long"});
        let mut body = Body::new(value.as_object().unwrap());
        let any = |text: &str| Ok::<_, FieldError>(text.to_owned());
        let name = body.required("name", any);
        let trial = body.boolean("trial", true);
        let admin = body.object("admin", "admin.", |admin| {
            let email = admin.required("email", any);
            let full_name = admin.required("full_name", any);
            email.zip(full_name)
        });
        let note = body.optional("note", |_| Err::<(), _>(FieldError::new("note", "invalid", "Too long.")));
        let parsed = (|| Some((name?, trial?, admin?, note?)))();
        let errors = body.finish(parsed).unwrap_err().errors;
        let errors: Vec<_> = errors.iter().map(|error| (error.field.as_ref(), error.code)).collect();
        assert_eq!(
            errors,
            [
                ("name", "type"),
                ("trial", "type"),
                ("admin.email", "type"),
                ("admin.full_name", "required"),
                ("note", "invalid"),
            ]
        );
    }
}

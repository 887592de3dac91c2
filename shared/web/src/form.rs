//! Parses request bodies: URL-encoded forms, multipart forms, and JSON objects become [`Fields`].
//!
//! Invariant: a field occurs at most once, in every encoding.

use std::{collections::BTreeMap, fmt};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Multipart, Request},
    http::{Method, header::CONTENT_TYPE},
};
use percent_encoding::percent_decode;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    problem::{FieldError, Kind, Problem},
    routes,
    words::form as words,
};

/// Maximum size of a body that is parsed into fields, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The fields of a request, each at most once. Values are neither trimmed nor validated.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, String>);

/// Writes only the names of the fields, so that submitted values never appear in a log.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Fields {
    /// Parses the body by its `Content-Type`: `application/x-www-form-urlencoded`,
    /// `multipart/form-data`, or `application/json`.
    ///
    /// An empty body has no fields, for every content type.
    ///
    /// # Errors
    /// - 413 for a body larger than [`MAX_BODY_BYTES`].
    /// - 400 for another content type, a malformed body, a duplicate field, a file, and JSON that
    ///   is not an object.
    /// - 422 for JSON fields of a wrong type, with the names of all of them.
    pub async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| too_large(parts.uri.path()))?;
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let content_type =
            parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media.as_str() {
            "application/json" => Self::from_json(&bytes),
            "application/x-www-form-urlencoded" => Self::from_urlencoded(&bytes),
            "multipart/form-data" => {
                Self::from_multipart(Request::from_parts(parts, Body::from(bytes))).await
            }
            _ => Err(Problem::bad_request(words::CONTENT_TYPE)),
        }
    }

    /// Returns the value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the names and the values of all fields.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn from_urlencoded(bytes: &Bytes) -> Result<Self, Problem> {
        // The parser would replace invalid UTF-8 by U+FFFD (URL standard) and so change the value.
        if percent_decode(bytes).decode_utf8().is_err() {
            return Err(Problem::bad_request(words::INVALID_FORM));
        }
        Self::collect(form_urlencoded::parse(bytes).into_owned().collect()).map(Self)
    }

    async fn from_multipart(request: Request) -> Result<Self, Problem> {
        let malformed = || Problem::bad_request(words::INVALID_MULTIPART);
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| malformed())?;
        let mut pairs = Vec::new();
        while let Some(part) = parts.next_field().await.map_err(|_| malformed())? {
            if part.file_name().is_some() {
                return Err(Problem::bad_request(words::FILE));
            }
            let name = part.name().ok_or_else(malformed)?.to_owned();
            let bytes = part.bytes().await.map_err(|_| malformed())?;
            pairs.push((name, String::from_utf8(bytes.into()).map_err(|_| malformed())?));
        }
        Self::collect(pairs).map(Self)
    }

    fn from_json(bytes: &Bytes) -> Result<Self, Problem> {
        let Members(members) =
            serde_json::from_slice(bytes).map_err(|_| Problem::bad_request(words::NOT_AN_OBJECT))?;
        // Rejects duplicate members before it checks the types of their values. A member with the
        // value `null` counts here, although it is absent from the result.
        let members = Self::collect(members)?;
        let (mut fields, mut mistyped) = (BTreeMap::new(), Vec::new());
        for (name, value) in members.into_iter().filter(|(name, _)| FIELDS.contains(&name.as_str())) {
            match scalar(&name, &value) {
                Ok(text) => fields.extend(text.map(|text| (name, text))),
                Err(expected) => mistyped.push(FieldError::new(name, "invalid", expected)),
            }
        }
        if mistyped.is_empty() { Ok(Self(fields)) } else { Err(Problem::invalid(mistyped)) }
    }

    /// Collects the fields. Rejects a duplicate field, because two parsers could use different
    /// values of it.
    fn collect<T>(pairs: Vec<(String, T)>) -> Result<BTreeMap<String, T>, Problem> {
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            if fields.insert(name, value).is_some() {
                return Err(Problem::bad_request(words::DUPLICATE_FIELD));
            }
        }
        Ok(fields)
    }
}

/// The members of a JSON object in their order, duplicates included.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Members(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// The names of the fields of all forms. A JSON member with any other name is ignored, even if its
/// value is not a string, a number, or a boolean.
const FIELDS: [&str; 21] = [
    "confirmed",
    "customer",
    "days",
    "email",
    "form_token",
    "founding",
    "full_name",
    "industry",
    "language",
    "name",
    "next",
    "organization",
    "organization_id",
    "plan",
    "reason",
    "role",
    "session",
    "start_trial",
    "step",
    "time_zone",
    "user",
];

/// The fields whose JSON value may be a number or a boolean. The value of every other field must be
/// a string. So, for example, `true` never becomes the name of a user.
const SCALARS: [&str; 3] = ["start_trial", "confirmed", "days"];

/// Returns the text of a JSON value, or a sentence that states the expected type.
///
/// If the field is in [`SCALARS`], a number or a boolean becomes the text that the JSON contains.
/// `null` counts as an absent field, so the result is `None`.
fn scalar(name: &str, value: &RawValue) -> Result<Option<String>, &'static str> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map(Some).map_err(|_| words::INVALID_STRING),
        Some(b'n') => Ok(None),
        Some(b'{' | b'[') => Err(words::NOT_A_SCALAR),
        _ if SCALARS.contains(&name) => Ok(Some(raw.to_owned())),
        _ => Err(words::NOT_A_STRING),
    }
}

/// Returns the problem for a body that is too large. If the path also supports `GET`, its page
/// shows the form, and the error page links back to the form. The error page does not link to the
/// dashboard then, because the sender may not be signed in.
fn too_large(path: &str) -> Problem {
    let problem = Problem::new(Kind::TooLarge, words::TOO_LARGE);
    if routes::allowed_methods(path).contains(&Method::GET) { problem.back_to_form() } else { problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(content_type: &str, body: impl Into<Body>) -> Result<Fields, Problem> {
        let request = Request::post("/").header(CONTENT_TYPE, content_type);
        Fields::read(request.body(body.into()).unwrap()).await
    }

    const MULTIPART: &str = "multipart/form-data; boundary=XX";

    fn part(name: &str, text: &str) -> String {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    }

    #[tokio::test]
    async fn fields_are_equal_in_all_three_encodings() {
        let multipart = part("name", "Müller & Söhne")
            + &part("start_trial", "true")
            + &part("days", "14")
            + "--XX--\r\n";
        let expected = [("name", "Müller & Söhne"), ("start_trial", "true"), ("days", "14")];
        let expected = Fields(expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "name=M%C3%BCller+%26+S%C3%B6hne&start_trial=true&days=14"),
            (
                "application/x-www-form-urlencoded; charset=UTF-8",
                "days=14&start_trial=true&name=M%C3%BCller+%26+S%C3%B6hne",
            ),
            (MULTIPART, multipart.as_str()),
            (
                "application/json",
                r#"{"name":"M\u00fcller & Söhne","start_trial":true,"days":14,"email":null}"#,
            ),
            (
                "Application/JSON; charset=utf-8",
                r#"{"days":"14","name":"Müller & Söhne","start_trial":"true"}"#,
            ),
        ] {
            let fields = read(content_type, body.to_owned()).await.unwrap();
            assert_eq!(fields, expected, "{content_type}");
            assert_eq!((fields.get("days"), fields.get("email")), (Some("14"), None), "{content_type}");
        }
    }

    #[tokio::test]
    async fn empty_body_has_no_fields_for_every_content_type() {
        for content_type in ["application/json", "application/x-www-form-urlencoded", MULTIPART, "image/png"]
        {
            assert_eq!(read(content_type, "").await.unwrap(), Fields::default(), "{content_type}");
        }
    }

    #[tokio::test]
    async fn malformed_bodies_are_rejected() {
        let twice = part("a", "1") + &part("a", "2") + "--XX--\r\n";
        let file =
            "--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.txt\"\r\n\r\n1\r\n--XX--\r\n";
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "a=1&a=2"),
            ("application/x-www-form-urlencoded", "a=%ff"),
            ("application/x-www-form-urlencoded", "%C3=1&%A9=2"),
            ("application/json", r#"{"a":1,"a":2}"#),
            ("application/json", r#"{"a":1,"\u0061":2}"#),
            ("application/json", r#"{"a":null,"a":"1"}"#),
            ("application/json", "[1]"),
            ("application/json", "\"a\""),
            ("application/json", "{\"a\":1} x"),
            ("application/json", "{"),
            (MULTIPART, &twice),
            (MULTIPART, file),
            (MULTIPART, "--XX\r\n"),
            ("multipart/form-data", "--XX\r\n"),
            ("text/plain", "a=1"),
            ("", "a=1"),
        ] {
            let rejected = read(content_type, body.to_owned()).await.unwrap_err();
            assert_eq!(rejected.kind, Kind::BadRequest, "{content_type} {body}");
        }
        let long = format!("a={}", "x".repeat(MAX_BODY_BYTES));
        assert_eq!(read("application/x-www-form-urlencoded", long).await.unwrap_err().kind, Kind::TooLarge);
    }

    #[tokio::test]
    async fn json_fields_of_a_wrong_type_are_named() {
        for (body, fields) in [
            (r#"{"name":true}"#, &["name"][..]),
            (r#"{"name":5,"email":"jo@example.com","reason":false}"#, &["name", "reason"]),
            (r#"{"name":{"first":"Jo"}}"#, &["name"]),
            (r#"{"email":["jo@example.com"]}"#, &["email"]),
            (r#"{"days":[14]}"#, &["days"]),
            (r#"{"start_trial":{}}"#, &["start_trial"]),
            (r#"{"name":"\ud800"}"#, &["name"]),
        ] {
            let rejected = read("application/json", body).await.unwrap_err();
            assert_eq!(rejected.kind, Kind::Invalid, "{body}");
            let named: Vec<_> = rejected.errors.iter().map(|error| error.field.as_ref()).collect();
            assert_eq!(named, fields, "{body}");
        }
        let twice = read("application/json", r#"{"name":true,"name":true}"#).await.unwrap_err();
        assert_eq!(twice.kind, Kind::BadRequest, "duplicates are rejected before types");
    }

    #[tokio::test]
    async fn too_large_form_links_back_to_its_page_when_it_has_one() {
        for (path, has_form) in [
            ("/organizations/new", true),
            ("/login", true),
            ("/members/invitations", false),
            ("//evil.example", false),
        ] {
            let request = Request::post(path).body(Body::from(vec![b'x'; MAX_BODY_BYTES + 1])).unwrap();
            assert_eq!(Fields::read(request).await.unwrap_err().has_form, has_form, "{path}");
        }
    }
}

//! Errors of the API. Source: docs.stripe.com, "Errors" and "Error codes".

use serde_json::{Value, json};

/// Error response of the API, with Stripe's own message where it is documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct ApiError {
    pub(in super::super) status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl ApiError {
    fn new(status: u16, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { status, kind: "invalid_request_error", code, message: message.into(), param: None }
    }

    fn about(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    pub(super) fn no_key() -> Self {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization \
            header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
        Self::new(401, None, message)
    }

    /// Rejects an unknown key. The message contains only its last four characters.
    pub(super) fn wrong_key(key: &str) -> Self {
        let end = key.char_indices().rev().nth(3).map_or("", |(at, _)| key.get(at..).unwrap_or_default());
        Self::new(401, None, format!("Invalid API Key provided: ****{end}"))
    }

    pub(super) fn no_such_path(method: &str, path: &str) -> Self {
        Self::new(404, None, format!("Unrecognized request URL ({method}: {path})."))
    }

    /// Reports that the object in the URL does not exist.
    pub(super) fn not_found(kind: &str, id: &str) -> Self {
        Self { status: 404, ..Self::no_such(kind, id, "id") }
    }

    /// Reports that the object in a parameter does not exist.
    pub(super) fn no_such(kind: &str, id: &str, param: &str) -> Self {
        Self::new(400, Some("resource_missing"), format!("No such {kind}: '{id}'")).about(param)
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::new(400, Some("parameter_missing"), format!("Missing required param: {param}.")).about(param)
    }

    pub(super) fn unknown(param: &str) -> Self {
        let message = format!("Received unknown parameter: {param}");
        Self::new(400, Some("parameter_unknown"), message).about(param)
    }

    pub(super) fn empty(param: &str) -> Self {
        let message = format!(
            "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a \
            parameter; however '{param}' cannot be unset. You should remove '{param}' from your request or \
            supply a non-empty value."
        );
        Self::new(400, Some("parameter_invalid_empty"), message).about(param)
    }

    pub(super) fn not_an_integer(param: &str, given: &str) -> Self {
        let message = format!("Invalid integer: {given}");
        Self::new(400, Some("parameter_invalid_integer"), message).about(param)
    }

    /// Rejects a value for a reason that has no error code.
    pub(super) fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new(400, None, message).about(param)
    }

    pub(super) fn not_a_url(param: &str) -> Self {
        Self::new(400, Some("url_invalid"), "Not a valid URL").about(param)
    }

    pub(super) fn invalid_email(given: &str) -> Self {
        Self::new(400, Some("email_invalid"), format!("Invalid email address: {given}")).about("email")
    }

    /// Rejects the expiry of a Checkout session that is not open.
    pub(super) fn not_open(status: &str) -> Self {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status \
            of {status}."
        );
        Self::new(400, None, message)
    }

    pub(super) fn other_parameters(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
            Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self { kind: "idempotency_error", ..Self::new(400, None, message) }
    }

    pub(super) fn key_too_long() -> Self {
        let message = "Idempotency keys can be at most 255 characters long.";
        Self { kind: "idempotency_error", ..Self::new(400, None, message) }
    }

    pub(super) fn rate_limit() -> Self {
        Self::new(429, Some("rate_limit"), "Request rate limit exceeded.")
    }

    /// Reports that another request has locked the object.
    pub(super) fn lock_timeout() -> Self {
        let message = "This object cannot be accessed right now because another API request or Stripe process \
            is currently accessing it.";
        Self::new(409, Some("lock_timeout"), message)
    }

    /// Reports that the key lacks a permission.
    pub(super) fn forbidden() -> Self {
        Self::new(403, None, "The provided key does not have the required permissions for this endpoint.")
    }

    /// Reports an internal error of Stripe.
    pub(super) fn internal() -> Self {
        let message = "An unknown error occurred.";
        Self { kind: "api_error", ..Self::new(500, None, message) }
    }

    pub(in super::super) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(fields) = error.as_object_mut() {
            fields.extend(self.code.map(|code| ("code".to_owned(), json!(code))));
            fields.extend(self.param.as_ref().map(|param| ("param".to_owned(), json!(param))));
        }
        json!({ "error": error })
    }
}

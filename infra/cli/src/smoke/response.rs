use serde_json::Value;

/// HTTP response of the stage, fully read.
pub(super) struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    /// Returns the first value of a header, or an empty string.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Returns the `Set-Cookie` value of the session cookie, with its attributes.
    pub fn session(&self) -> Option<&str> {
        let cookies = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        cookies.map(|(_, value)| value.as_str()).find(|cookie| cookie.starts_with("__Host-s="))
    }

    /// Returns the response unchanged if it has this status, or else an error message.
    pub fn expect(self, status: u16) -> Result<Self, String> {
        if self.status == status {
            return Ok(self);
        }
        let hint = match self.status {
            429 => ": rate limit reached (5 sign-ups per hour per network); try again later",
            _ => "",
        };
        let id = self.header("x-request-id");
        Err(format!("expected {status}, got {}{hint} (request {id})", self.status))
    }

    /// Parses the body as JSON.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.body).map_err(|_| "expected JSON, got another body".to_owned())
    }
}

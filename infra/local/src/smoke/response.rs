use serde_json::Value;

/// An answer of the stage.
pub(super) struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    /// A header's first value; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The session that it gives, with its attributes.
    pub fn session(&self) -> Option<&str> {
        let cookies = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        cookies.map(|(_, value)| value.as_str()).find(|cookie| cookie.starts_with("__Host-s="))
    }

    /// The same, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self, String> {
        if self.status == status {
            return Ok(self);
        }
        let hint = match self.status {
            429 => ": a limit is reached (5 sign-ups an hour from one network); try again later",
            _ => "",
        };
        let id = self.header("x-request-id");
        Err(format!("expected {status} and got {}{hint} (request {id})", self.status))
    }

    /// Its body as JSON.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.body).map_err(|_| "expected JSON and got something else".to_owned())
    }
}

//! Request of `SendEmail`, with the checks of SES.

use std::collections::BTreeMap;

use serde_json::Value;

/// Maximum number of recipients of one message in SES.
const MAX_RECIPIENTS: usize = 50;

/// Valid email of a `SendEmail` request.
#[derive(Debug, Clone, PartialEq)]
pub struct SentEmail {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) configuration_set: Option<String>,
}

/// Error response of SES for an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedEmail {
    /// Exception name, such as `BadRequestException`.
    pub code: &'static str,
    /// Error message for the caller.
    pub message: String,
}

fn bad(message: impl Into<String>) -> RefusedEmail {
    RefusedEmail { code: "BadRequestException", message: message.into() }
}

impl SentEmail {
    /// Parses and checks the body of `SendEmail`.
    ///
    /// # Errors
    /// Returns a `BadRequestException` if SES would reject the email, or if its content is not
    /// `Simple`.
    pub fn read(request: &Value) -> Result<Self, RefusedEmail> {
        let text = |path: &str| request.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let simple =
            request.pointer("/Content/Simple").ok_or_else(|| bad("Only simple content is supported."))?;
        let from = text("/FromEmailAddress").ok_or_else(|| bad("FromEmailAddress is missing."))?;
        let lists = ["ToAddresses", "CcAddresses", "BccAddresses"];
        let recipients =
            lists.iter().filter_map(|list| request.pointer(&format!("/Destination/{list}"))?.as_array());
        let to: Vec<String> = recipients.flatten().filter_map(Value::as_str).map(bare_address).collect();
        if to.is_empty() {
            return Err(bad("Missing final recipients."));
        }
        if to.len() > MAX_RECIPIENTS {
            return Err(bad(format!("Recipient count exceeds {MAX_RECIPIENTS}.")));
        }
        if let Some(address) = to.iter().find(|address| !is_address(address)) {
            return Err(bad(format!("Local address contains control or whitespace: {address:?}")));
        }
        let pairs = |list: Option<&Value>| -> BTreeMap<String, String> {
            let pair = |entry: &Value| {
                Some((entry.get("Name")?.as_str()?.to_owned(), entry.get("Value")?.as_str()?.to_owned()))
            };
            list.and_then(Value::as_array).into_iter().flatten().filter_map(pair).collect()
        };
        let tags = pairs(request.get("EmailTags"));
        for tag in tags.iter().flat_map(|(name, value)| [name, value]) {
            if tag.is_empty()
                || tag.len() > 256
                || !tag.chars().all(|c| c.is_ascii_alphanumeric() || "_-.@".contains(c))
            {
                return Err(bad(format!(
                    "Invalid tag {tag:?}: only alphanumeric ASCII characters, '_', '-', '.' and '@' are allowed."
                )));
            }
        }
        let headers = pairs(simple.get("Headers"));
        let subject = text("/Content/Simple/Subject/Data").unwrap_or_default();
        let lines = headers.iter().flat_map(|(name, value)| [name, value]).chain([&subject, &from]);
        if lines.into_iter().any(|line| line.contains(['\r', '\n'])) {
            return Err(bad("Header contains a line break."));
        }
        let plain = text("/Content/Simple/Body/Text/Data");
        let html = text("/Content/Simple/Body/Html/Data");
        if plain.is_none() && html.is_none() {
            return Err(bad("The message has no body."));
        }
        Ok(Self {
            from,
            to,
            subject,
            text: plain.unwrap_or_default(),
            html: html.unwrap_or_default(),
            headers,
            tags,
            configuration_set: text("/ConfigurationSetName"),
        })
    }
}

/// Returns the address of a mailbox such as `"Name" <a@b>` or `a@b`.
pub fn bare_address(mailbox: &str) -> String {
    let inside = mailbox.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    inside.unwrap_or(mailbox).trim().to_owned()
}

fn is_address(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !address.chars().any(|c| c.is_whitespace() || c.is_control())
}

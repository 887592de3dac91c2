//! Mail addresses.

use std::fmt;

use crate::secret::Hash;

/// The most bytes of an address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const MOST_BYTES: usize = 254;

/// One plain mail address, as the HTML standard's "valid e-mail address" has it, with a dot
/// in its domain and in lower case, so that one person has one spelling.
/// `Debug` does not show it: addresses are personal and stay out of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(String);

/// The text is not one plain mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter one email address, like name@example.com.")]
pub struct NotAnAddress;

impl Address {
    /// Reads an address as a person typed it.
    ///
    /// # Errors
    /// [`NotAnAddress`] for everything that is not one plain address.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(NotAnAddress)?;
        let good = text.len() <= MOST_BYTES
            && (1..=64).contains(&local.len())
            && local.bytes().all(is_local_byte)
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if good { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAnAddress) }
    }

    /// An address read back from where a parsed one was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands for the address in keys.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&[b"address", self.0.as_bytes()])
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

const fn is_local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'.' | b'!'
                | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'-'
        )
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_address_is_kept_in_lower_case() {
        let address = Address::parse("  Jo.Doe+trial@Example.COM ").unwrap();
        assert_eq!(address.as_str(), "jo.doe+trial@example.com");
        assert_eq!(format!("{address:?}"), "Address(…)");
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "jo",
            "jo@",
            "@example.com",
            "jo@localhost",
            "jo@@example.com",
            "jo@example..com",
            "jo@-example.com",
            "Jo <jo@example.com>",
            "jo@example.com,mo@example.com",
            "jo@example.com\r\nBcc: mo@example.com",
            "jo doe@example.com",
            "jö@example.com",
            &long,
        ] {
            assert_eq!(Address::parse(text), Err(NotAnAddress), "{text:?}");
        }
    }
}

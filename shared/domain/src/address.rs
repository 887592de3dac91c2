//! Email addresses: validation and the canonical spelling.

use std::fmt;

use idna::AsciiDenyList;

use crate::secret::Hash;

/// Maximum bytes of an address (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const MAX_BYTES: usize = 254;

/// One email address in its canonical spelling.
///
/// The syntax is the HTML standard's "valid e-mail address" with at least one dot in the domain.
/// The address is in lower case and its domain in ASCII form (Unicode Technical Standard #46). So
/// two spellings of the same address are equal. A part such as `+news` before the `@` is kept,
/// because only the receiving server can interpret it.
///
/// `Debug` hides the address: it is personal data and must not appear in logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(String);

/// Error for text that is not one plain email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a single email address, such as name@example.com, without a name or quotation marks.")]
pub struct NotAnAddress;

impl Address {
    /// Parses an address from user input.
    ///
    /// # Errors
    /// [`NotAnAddress`] for any text that is not one plain address.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        // Conversion to ASCII can shorten a domain, but never to a quarter of its length. A longer
        // text is rejected here, because the conversion would take long for it.
        if text.len() > MAX_BYTES * 4 {
            return Err(NotAnAddress);
        }
        let (local, domain) = text.split_once('@').ok_or(NotAnAddress)?;
        let domain = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::STD3);
        let domain = domain.map_err(|_| NotAnAddress)?;
        let valid = (1..=64).contains(&local.len())
            && local.bytes().all(is_local_byte)
            && local.len() + "@".len() + domain.len() <= MAX_BYTES
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if valid { Ok(Self(format!("{}@{domain}", local.to_ascii_lowercase()))) } else { Err(NotAnAddress) }
    }

    /// Wraps an address that was parsed before it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the hash that represents the address in item keys.
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
    fn debug_format_hides_the_address() {
        assert_eq!(format!("{:?}", Address::parse("jo@example.com")), "Ok(Address(…))");
    }
}

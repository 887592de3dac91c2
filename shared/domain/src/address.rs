//! Mail addresses.

use std::fmt;

use idna::AsciiDenyList;

use crate::secret::Hash;

/// The most bytes of an address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const MOST_BYTES: usize = 254;

/// One plain mail address, as the HTML standard's "valid e-mail address" has it, with a dot in its domain. It is kept in
/// lower case and with its domain as it is asked for in the DNS (Unicode Technical Standard #46), so that one person
/// has one spelling. What stands after a plus sign stays: whether it means anything is for the receiver to know.
/// `Debug` does not show it: addresses are personal and stay out of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(String);

/// The text is not one plain mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter one email address, like name@example.com, without a name or quotation marks.")]
pub struct NotAnAddress;

impl Address {
    /// Reads an address as a person typed it.
    ///
    /// # Errors
    /// [`NotAnAddress`] for everything that is not one plain address.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        // Escaping and mapping make a domain longer or shorter, but not by this much: refuse before working on it.
        if text.len() > MOST_BYTES * 4 {
            return Err(NotAnAddress);
        }
        let (local, domain) = text.split_once('@').ok_or(NotAnAddress)?;
        let domain = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::STD3);
        let domain = domain.map_err(|_| NotAnAddress)?;
        let good = (1..=64).contains(&local.len())
            && local.bytes().all(is_local_byte)
            && local.len() + "@".len() + domain.len() <= MOST_BYTES
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if good { Ok(Self(format!("{}@{domain}", local.to_ascii_lowercase()))) } else { Err(NotAnAddress) }
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
    fn an_address_does_not_show_in_logs() {
        assert_eq!(format!("{:?}", Address::parse("jo@example.com")), "Ok(Address(…))");
    }
}

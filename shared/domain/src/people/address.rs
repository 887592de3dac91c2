//! Email addresses: validation and the canonical spelling.

use std::fmt;

use idna::AsciiDenyList;

use crate::secret::Hash;

/// Maximum bytes of an address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const MAX_BYTES: usize = 254;

/// One email address in its canonical spelling.
///
/// The syntax is the HTML standard's "valid e-mail address" with three more rules. The part before
/// the `@` is a dot-atom (RFC 5322, 3.2.3): each dot is between two other characters. The domain has
/// at least two labels. It is not an IP address, so its last label starts with a letter (RFC 1123,
/// 2.1). [`Address::parse_existing`] accepts addresses from before these rules.
///
/// The address is in lower case and its domain in ASCII form (Unicode Technical Standard #46). So
/// two spellings of the same address are equal. A part such as `+news` before the `@` is kept,
/// because only the receiving server can interpret it.
///
/// `Debug` hides the address: it is personal data and must not appear in logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(String);

/// Reason why a text is not one plain email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text does not have the syntax of an address.
    #[error("Enter a single email address, such as name@example.com, without a name or quotation marks.")]
    Invalid,
    /// The text has a full-width `＠` (U+FF20) instead of the `@`, as East Asian keyboards type it.
    #[error("Use the ordinary @ character instead of the full-width ＠, as in name@example.com.")]
    FullWidthAt,
}

impl AddressError {
    /// Returns the code for the `errors` entry of a problem response.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::FullWidthAt => "full_width_at",
        }
    }
}

impl Address {
    /// Parses a new address from user input.
    ///
    /// # Errors
    /// [`AddressError`] for any text that is not one plain address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let address = Self::parse_existing(text)?;
        if address.follows_new_rules() { Ok(address) } else { Err(AddressError::Invalid) }
    }

    /// Parses an address that may belong to an account.
    ///
    /// Earlier versions of Onramp accepted more addresses than [`Address::parse`], such as
    /// `jo..doe@example.com`. Users with such an address can still sign in.
    ///
    /// # Errors
    /// [`AddressError`] for any text that never was a valid address.
    pub fn parse_existing(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        // Conversion to ASCII can shorten a domain, but never to a quarter of its length. A longer
        // text is rejected here, because the conversion would take long for it.
        if text.len() > MAX_BYTES * 4 {
            return Err(AddressError::Invalid);
        }
        let Some((local, domain)) = text.split_once('@') else {
            let full_width = text.contains('＠');
            return Err(if full_width { AddressError::FullWidthAt } else { AddressError::Invalid });
        };
        let domain = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::STD3);
        let domain = domain.map_err(|_| AddressError::Invalid)?;
        let valid = (1..=64).contains(&local.len())
            && local.bytes().all(is_local_byte)
            && local.len() + "@".len() + domain.len() <= MAX_BYTES
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if valid {
            Ok(Self(format!("{}@{domain}", local.to_ascii_lowercase())))
        } else {
            Err(AddressError::Invalid)
        }
    }

    /// Returns the hash that represents the mailbox of the address in item keys.
    ///
    /// Addresses that usually reach the same mailbox have the same hash: a `+tag` does not count,
    /// and Gmail ignores dots. Only trial records use this hash. Everything else uses
    /// [`Address::hash`], because other servers may deliver such addresses to different people.
    #[must_use]
    pub fn mailbox_hash(&self) -> Hash {
        let (local, domain) = self.parts();
        // A part that starts with `+` has no name before the tag, so all of it is the name.
        let name = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
        let (name, domain) = match domain {
            "gmail.com" | "googlemail.com" => (name.replace('.', ""), "gmail.com"),
            _ => (name.to_owned(), domain),
        };
        Hash::of(&[b"mailbox", name.as_bytes(), domain.as_bytes()])
    }

    /// Returns whether the part before the `@` is a dot-atom, and the domain is not an IP address.
    fn follows_new_rules(&self) -> bool {
        let (local, domain) = self.parts();
        let last_label = domain.rsplit('.').next().unwrap_or_default();
        !local.split('.').any(str::is_empty) && last_label.starts_with(|ch: char| ch.is_ascii_alphabetic())
    }

    /// Returns the part before the `@`, and the domain.
    fn parts(&self) -> (&str, &str) {
        self.0.split_once('@').unwrap_or((&self.0, ""))
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

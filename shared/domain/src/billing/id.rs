//! Stripe ids as types, so that an id of one kind cannot be used as an id of another kind. No id
//! contains a separator of item keys.

use std::fmt;

use jiff::Timestamp;

/// Error for text that is empty, longer than 255 bytes, or has a character outside `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of {0}: 1 to 255 characters of A-Z, a-z, 0-9, _ and -")]
pub struct BadId(&'static str);

/// Returns whether a text has the format of a Stripe id. Stripe's page "Object IDs" limits an id to
/// 255 characters. All known ids consist of ASCII letters, digits, `_`, and `-`.
fn is_id(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Parses an id: 1 to 255 bytes of ASCII letters, digits, `_`, and `-`.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(BadId($what)) }
            }

            /// Returns the id as Stripe writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Id of a Stripe customer, `cus_…`.
    CustomerId,
    "a customer"
);
id!(
    /// Id of a subscription, `sub_…`.
    SubscriptionId,
    "a subscription"
);
id!(
    /// Id of an invoice, `in_…`.
    InvoiceId,
    "an invoice"
);
id!(
    /// Id of an event, `evt_…`.
    EventId,
    "an event"
);

impl EventId {
    /// Returns the id of a read of Stripe's API at a time, in place of an event's id.
    #[must_use]
    pub fn of_read(at: Timestamp) -> Self {
        Self(format!("read-{}", at.as_second()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_cannot_carry_a_key_separator() {
        for (text, good) in [
            ("cus_9s6XKzkNRiz8i3", true),
            ("cus-Local_1", true),
            (&"a".repeat(255), true),
            ("", false),
            (&"a".repeat(256), false),
            ("cus_1#LINK", false),
            ("cus_1 ", false),
            ("cus_é", false),
            ("cus_1\n", false),
            ("cus/1", false),
        ] {
            assert_eq!(CustomerId::parse(text).is_ok(), good, "{text:?}");
        }
    }
}

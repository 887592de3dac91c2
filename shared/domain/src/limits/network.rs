//! The network and the site of an IP address. Limits apply to them.

use std::net::{IpAddr, Ipv6Addr};

/// Returns the network of an IP address: an IPv4 address itself, or the /64 of an IPv6 address.
///
/// A customer of an IPv6 provider gets at least a /64 (RFC 6177), so a limit per single IPv6
/// address would have no effect. An IPv4-mapped IPv6 address is converted to IPv4. Text that is not
/// an IP address is returned unchanged.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse().map(|address: IpAddr| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        Err(_) => address.to_owned(),
    }
}

/// Returns the IPv6 site (/48) of an address. Returns `None` for an IPv4 address, and for text that
/// is not an IP address.
///
/// One customer can have 65,536 networks in a /48 (RFC 6177), so a limit per network alone does not
/// limit a customer.
#[must_use]
pub fn site(address: &str) -> Option<String> {
    match address.parse().map(|address: IpAddr| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Some(format!("{}/48", Ipv6Addr::from_bits(address.to_bits() >> 80 << 80))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn network_is_the_64_of_an_ipv6_address() {
        for (address, network) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:0DB8:1:2::9", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
            ("unknown", "unknown"),
            ("", ""),
        ] {
            assert_eq!(super::network(address), network, "{address}");
        }
    }

    #[test]
    fn site_is_the_48_of_an_ipv6_address() {
        for (address, site) in [
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1::/48")),
            ("2001:db8:1:ffff::1", Some("2001:db8:1::/48")),
            ("2001:db8:2::1", Some("2001:db8:2::/48")),
            ("::ffff:203.0.113.9", None),
            ("203.0.113.9", None),
            ("unknown", None),
        ] {
            assert_eq!(super::site(address).as_deref(), site, "{address}");
        }
    }
}

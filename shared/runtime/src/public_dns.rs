//! Resolves names to public addresses only.
//!
//! The URL of the host's endpoint comes from the configuration. A name that resolves to a private
//! address could make a function call a service inside the network, or the metadata service.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// Resolves a name. Fails unless every address of the name is public.
pub(crate) async fn resolve(name: &str) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
    if found.iter().all(|address| is_public(address.ip())) {
        Ok(found)
    } else {
        Err(io::Error::other("the name has an address that is not public"))
    }
}

/// Returns whether an address is reachable on the internet (IANA special-purpose address
/// registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_reserved = first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 198 && matches!(second, 18 | 19));
    !(is_reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, _, _, _, _, high, low] = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (first, second) {
        // NAT64 translates to the IPv4 address at the end (RFC 6052).
        (0x64, 0xff9b) => v4(high, low),
        // Teredo tunnels, and addresses for documentation.
        (0x2001, 0 | 0xdb8) | (0x3fff, _) => false,
        // 6to4 contains an IPv4 address (RFC 3056).
        (0x2002, _) => false,
        // Only this range is assigned to the internet. So IPv4-mapped addresses are not public either.
        _ => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for address in ["8.8.8.8", "1.1.1.1", "203.0.114.1", "2606:4700::1111", "64:ff9b::808:808"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2002:a00:1::",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn name_with_a_private_address_is_refused() {
        resolve("localhost").await.unwrap_err();
        resolve("127.0.0.1").await.unwrap_err();
    }
}

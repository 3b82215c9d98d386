//! From where somebody asks who is not known: what a rate is counted by.
//!
//! Behind proxies the connection is the proxy's; each proxy adds to `X-Forwarded-For` whom it was asked by, so with a known number of them
//! the right entry counts from the end. What stands before it was written by whoever asks, and is not believed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

/// The address of whoever asks, an IPv6 one without what its own network chooses.
pub(crate) fn peer(parts: &Parts, proxies: usize) -> String {
    let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let values = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let entries: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let forwarded = proxies.checked_sub(1).and_then(|behind| entries.iter().rev().nth(behind));
    let address = forwarded.and_then(|entry| ip(entry)).or(direct);
    address.map_or_else(|| "unknown".to_owned(), network)
}

/// `10.0.0.1`, `10.0.0.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn ip(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').split(']').next().unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Whoever has an IPv6 network has all of its addresses.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn asked(direct: &str, forwarded: &[&str], proxies: usize) -> String {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(direct.parse::<SocketAddr>().unwrap()));
        peer(&parts, proxies)
    }

    #[test]
    fn only_what_known_proxies_wrote_is_believed() {
        let me = "192.0.2.9:5000";
        for (forwarded, proxies, expected) in [
            (&[][..], 0, "192.0.2.9"),
            (&["203.0.113.7"], 0, "192.0.2.9"),
            (&["203.0.113.7"], 1, "203.0.113.7"),
            (&["6.6.6.6, 203.0.113.7"], 1, "203.0.113.7"),
            (&["6.6.6.6", "203.0.113.7, 10.0.0.1"], 2, "203.0.113.7"),
            (&["203.0.113.7"], 2, "192.0.2.9"),
            (&["não é"], 1, "192.0.2.9"),
            (&["203.0.113.7:81"], 1, "203.0.113.7"),
            (&["2001:db8:1:2:3::4"], 1, "2001:db8:1:2::/64"),
            (&["[2001:db8:1:2:5::6]:443"], 1, "2001:db8:1:2::/64"),
            (&["::ffff:203.0.113.7"], 1, "203.0.113.7"),
        ] {
            assert_eq!(asked(me, forwarded, proxies), expected, "{forwarded:?} {proxies}");
        }
        let (parts, ()) = Request::builder().body(()).unwrap().into_parts();
        assert_eq!(peer(&parts, 0), "unknown");
    }
}

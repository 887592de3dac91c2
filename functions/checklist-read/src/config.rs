//! The variables of this function.

use boot::{Env, Faults};

/// What this function is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The product's name, as people read it.
    pub product: String,
    /// Where the host app is, without a slash at its end; none while Onramp's own dashboard stands in for it.
    pub app_url: Option<String>,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// Every bad variable at once.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let product = vars.parsed("PRODUCT_NAME", "TimeTracker", "the product's name");
        let app_url = vars.read("APP_URL", Some(""), "an https:// address, or http:// on loopback", |text| {
            if text.is_empty() { Some(None) } else { app_url(text).map(Some) }
        });
        let config = table.zip(product).zip(app_url);
        vars.finish(config.map(|((table, product), app_url)| Self { table, product, app_url }))
    }
}

/// An address that pages may link to: a link with another scheme could run a script.
fn app_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let fits = match scheme {
        "https" => !host.is_empty(),
        "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    };
    let plain =
        text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'?' | b'#'));
    (fits && plain && !authority.contains('@')).then(|| text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_app_is_where_a_link_may_safely_lead() {
        for (url, kept) in [
            ("https://app.example.com", Some("https://app.example.com")),
            ("https://app.example.com/t/", Some("https://app.example.com/t")),
            ("https://app.example.com:8443/t", Some("https://app.example.com:8443/t")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("http://app.example.com", None),
            ("http://localhost.example.com", None),
            ("javascript://app.example.com/%0aalert(1)", None),
            ("https://", None),
            ("https://user@app.example.com", None),
            ("https://app.example.com/a b", None),
            ("app.example.com", None),
        ] {
            assert_eq!(app_url(url).as_deref(), kept, "{url}");
        }
    }

    #[test]
    fn defaults_stand_in_and_every_fault_is_named() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.product.as_str(), config.app_url.as_deref()), ("TimeTracker", None));
        let faults = Config::read(&Env::new([("APP_URL", "ftp://x")])).unwrap_err();
        assert_eq!(faults.0.iter().map(|fault| fault.name).collect::<Vec<_>>(), ["TABLE_NAME", "APP_URL"]);
    }
}

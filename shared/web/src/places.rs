use std::str::FromStr;

use domain::{
    id::OrgId,
    task::{Place, Task},
};

/// Where the host app is: an absolute address that pages may safely link to, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppUrl(String);

/// The text is no address that may be linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAppUrl;

impl AppUrl {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AppUrl {
    type Err = NotAnAppUrl;

    /// `https`, or `http` on loopback: a link with another scheme could run a script.
    fn from_str(text: &str) -> Result<Self, NotAnAppUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(NotAnAppUrl)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let fits = match scheme {
            "https" => !host.is_empty(),
            "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        };
        let is_plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'?' | b'#' | b'@');
        if fits && text.bytes().all(is_plain) {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(NotAnAppUrl)
        }
    }
}

/// Where the things of one organization are, as addresses that work outside our own pages too.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The origin under which we were reached.
    pub origin: &'a str,
    /// The host app, if there is one.
    pub app: Option<&'a AppUrl>,
    /// The organization.
    pub org: OrgId,
}

impl Places<'_> {
    /// The organization's page, where the plans are.
    #[must_use]
    pub fn plans(&self) -> String {
        format!("{}/organizations/{}", self.origin, self.org)
    }

    /// Where a task is done. Without a host app, the guide says how.
    #[must_use]
    pub fn of(&self, task: &Task) -> String {
        match (task.action.place, self.app) {
            (Place::Plans, _) => self.plans(),
            (Place::HostApp(path), Some(app)) => format!("{}/{path}", app.as_str()),
            (Place::HostApp(_), None) => format!("{}/onboarding/guide#{}", self.origin, task.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_app_is_where_a_link_may_safely_lead() {
        for (url, kept) in [
            ("https://app.example.com", Some("https://app.example.com")),
            ("https://app.example.com:8443/t/", Some("https://app.example.com:8443/t")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("http://app.example.com", None),
            ("http://localhost.example.com", None),
            ("javascript://app.example.com/%0aalert(1)", None),
            ("https://", None),
            ("https://user@app.example.com", None),
            ("https://app.example.com/a b", None),
            ("https://app.example.com/\"", None),
            ("app.example.com", None),
        ] {
            assert_eq!(url.parse::<AppUrl>().ok().as_ref().map(AppUrl::as_str), kept, "{url}");
        }
    }

    #[test]
    fn a_task_is_done_in_the_host_app_and_explained_where_there_is_none() {
        let app = "https://app.example.com".parse().unwrap();
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let place = |key, app| {
            let places = Places { origin: "https://onramp.example.com", app, org };
            places.of(domain::task::find(key).unwrap())
        };
        let plans = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";
        assert_eq!(place("added_billing_info", Some(&app)), plans);
        assert_eq!(place("added_billing_info", None), plans);
        assert_eq!(place("created_project", Some(&app)), "https://app.example.com/projects");
        assert_eq!(
            place("created_project", None),
            "https://onramp.example.com/onboarding/guide#created_project"
        );
    }
}

use domain::{
    id::OrgId,
    task::{Place, Task},
};

/// Where the things of one organization are, as addresses that work outside our own pages too.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The origin under which we were reached.
    pub origin: &'a str,
    /// The host app's address, without a slash at its end, if there is one.
    pub app: Option<&'a str>,
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
            (Place::HostApp(path), Some(app)) => format!("{app}/{path}"),
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

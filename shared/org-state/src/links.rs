//! Absolute URLs of the pages of one organization.

use domain::{
    checklist::{Task, TaskTarget},
    id::OrgId,
};

/// Builds absolute URLs of an organization's pages. Absolute URLs also work in emails and in
/// embedded widgets.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// The origin of the stage, such as `https://onramp.example.com`.
    pub origin: &'a str,
    /// The host app's URL without a trailing slash; `None` if the stage has no host app.
    pub app: Option<&'a str>,
    /// The organization whose pages are linked.
    pub org: OrgId,
}

impl Links<'_> {
    /// Returns the URL of the organization's page, which shows the plans.
    #[must_use]
    pub fn plans(&self) -> String {
        format!("{}/organizations/{}", self.origin, self.org)
    }

    /// Returns the URL where a user works on a task.
    ///
    /// If the stage has no host app, the URL of a task in the host app is the section of the guide
    /// that describes the task.
    #[must_use]
    pub fn of(&self, task: &Task) -> String {
        match (task.action.target, self.app) {
            (TaskTarget::Plans, _) => self.plans(),
            (TaskTarget::Members, _) => format!("{}/members", self.origin),
            (TaskTarget::HostApp(path), Some(app)) => format!("{app}/{path}"),
            (TaskTarget::HostApp(_), None) => format!("{}/onboarding/guide#{}", self.origin, task.key),
            (TaskTarget::Url(address), _) => address.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn task_links_to_the_guide_when_there_is_no_host_app() {
        let app = Some("https://app.example.com");
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let url = |key, app| {
            let links = Links { origin: "https://onramp.example.com", app, org };
            links.of(domain::checklist::BUILT_IN.tasks.iter().find(|task| task.key == key).unwrap())
        };
        let plans = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";
        assert_eq!(url("added_billing_info", app), plans);
        assert_eq!(url("added_billing_info", None), plans);
        assert_eq!(url("invited_team_member", app), "https://onramp.example.com/members");
        assert_eq!(url("created_project", app), "https://app.example.com/projects");
        assert_eq!(
            url("created_project", None),
            "https://onramp.example.com/onboarding/guide#created_project"
        );
    }
}

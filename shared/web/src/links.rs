use domain::{
    id::OrgId,
    task::{Task, TaskTarget},
};

/// Where the things of one organization are, as addresses that work outside our own pages too.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// The origin under which we were reached.
    pub origin: &'a str,
    /// The host app's address, without a slash at its end, if there is one.
    pub app: Option<&'a str>,
    /// The organization.
    pub org: OrgId,
}

impl Links<'_> {
    /// The organization's page, where the plans are.
    #[must_use]
    pub fn plans(&self) -> String {
        format!("{}/organizations/{}", self.origin, self.org)
    }

    /// Where a task is done. Without a host app, the guide says how.
    #[must_use]
    pub fn of(&self, task: &Task) -> String {
        match (task.action.place, self.app) {
            (TaskTarget::Plans, _) => self.plans(),
            (TaskTarget::Members, _) => format!("{}/members", self.origin),
            (TaskTarget::HostApp(path), Some(app)) => format!("{app}/{path}"),
            (TaskTarget::HostApp(_), None) => format!("{}/onboarding/guide#{}", self.origin, task.key),
            (TaskTarget::Elsewhere(address), _) => address.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_done_in_the_host_app_and_explained_where_there_is_none() {
        let app = Some("https://app.example.com");
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let place = |key, app| {
            let places = Links { origin: "https://onramp.example.com", app, org };
            places.of(domain::definition::BUILT_IN.task(key).unwrap())
        };
        let plans = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";
        assert_eq!(place("added_billing_info", app), plans);
        assert_eq!(place("added_billing_info", None), plans);
        assert_eq!(place("invited_team_member", app), "https://onramp.example.com/members");
        assert_eq!(place("created_project", app), "https://app.example.com/projects");
        assert_eq!(
            place("created_project", None),
            "https://onramp.example.com/onboarding/guide#created_project"
        );
    }
}

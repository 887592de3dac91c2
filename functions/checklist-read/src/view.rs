//! What a page is a picture of.

use domain::{
    id::OrgId,
    org::Org,
    people::{Admin, Member},
    progress::Progress,
    status::{Access, Status},
    task::{Task, TaskTarget},
};
use jiff::Timestamp;
use maud::{Markup, Render};
use web::ui::{self, Page, Person, Width};

use crate::config::Config;

/// A signed-in person in their organization, at one moment, all from one consistent read.
#[derive(Clone, Debug)]
pub struct View {
    /// Who looks.
    pub member: Member,
    /// The same person as an admin, if they are one.
    pub admin: Option<Admin>,
    /// What they look at.
    pub org: Org,
    /// Where they belong, here and elsewhere.
    pub orgs: Vec<OrgId>,
    /// How we know.
    pub by: AuthMethod,
    /// When.
    pub now: Timestamp,
}

/// Whose word it is that somebody looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// Their own, by a session: the page is ours.
    Session,
    /// The host app's, by a token: the page is the host app's, and of this origin if the token is bound to one.
    HostApp(Option<String>),
}

impl View {
    /// The organization's status at this moment.
    #[must_use]
    pub fn status(&self) -> Status {
        self.org.status(self.now)
    }

    /// How far the organization's checklist is at this moment.
    #[must_use]
    pub fn progress(&self) -> Progress<'_> {
        self.org.progress(self.now)
    }

    /// Whether this person may change the checklist at this moment.
    #[must_use]
    pub fn may_change(&self) -> bool {
        self.admin.is_some() && self.status().access() == Access::Full
    }

    /// When the checklist last changed; `None` before it has a life of its own.
    #[must_use]
    pub fn updated_at(&self) -> Option<Timestamp> {
        let list = &self.org.checklist;
        list.updated_at.filter(|_| list.created_at.is_some())
    }

    /// Where the plans are.
    #[must_use]
    pub fn plans(&self) -> String {
        plans(self.org.id)
    }

    /// Where a task is done.
    #[must_use]
    pub fn link(&self, task: &Task, config: &Config) -> String {
        match (task.action.place, &config.app_url) {
            (TaskTarget::Plans, _) => self.plans(),
            (TaskTarget::Members, _) => "/members".to_owned(),
            (TaskTarget::HostApp(path), Some(app)) => format!("{app}/{path}"),
            // Without a host app the guide says how it is done.
            (TaskTarget::HostApp(_), None) => format!("/onboarding/guide#{}", task.key),
            (TaskTarget::Elsewhere(address), _) => address.to_owned(),
        }
    }

    /// A whole page that this person looks at.
    #[must_use]
    pub fn page(
        &self,
        config: &Config,
        title: &str,
        here: Option<ui::NavItem>,
        width: Width,
        main: Markup,
    ) -> Markup {
        let person = Person {
            name: self.member.name().as_str(),
            organization: self.org.name.as_str(),
            admin: self.admin.is_some(),
            here,
        };
        Page { product: &config.product, title, person: Some(person), width, main }.render()
    }
}

/// The page with an organization's plans.
#[must_use]
pub fn plans(org: OrgId) -> String {
    format!("/organizations/{org}")
}

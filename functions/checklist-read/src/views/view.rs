//! The view model of all pages, fragments, and JSON reads.

use domain::{
    checklist::{Completion, Progress, Source, Task, TaskTarget, WIDGET_AFTER_COMPLETION},
    id::OrgId,
    org::{Access, Org, ProvisioningState, Status},
    people::{Admin, Member, Preferences, ReturnUrl, User},
};
use jiff::Timestamp;
use maud::{Markup, Render};
use ui::{Page, Person, Width};
use web::{
    HostPage,
    auth::{AuthMethod, AuthenticatedMember, back_link},
};

use crate::{config::Config, words::label};

/// A user in their organization at one moment, from one consistent read.
#[derive(Clone, Debug)]
pub struct View {
    /// The user, as a member of `org`.
    pub member: Member,
    /// The same user as an admin, or `None` if they are not one.
    pub admin: Option<Admin>,
    /// The organization of the session or of the embed token.
    pub org: Org,
    /// All organizations of the user, `org` included.
    pub orgs: Vec<OrgId>,
    /// What the user collapsed or hid.
    pub preferences: Preferences,
    /// When the membership of a session began, or `None` for an embed token.
    pub since: Option<Timestamp>,
    /// How the request was authenticated.
    pub auth: AuthMethod,
    /// The page of the host app to which the user returns, in a portal session.
    pub return_url: Option<ReturnUrl>,
    /// The time of the request.
    pub now: Timestamp,
}

impl From<AuthenticatedMember> for View {
    fn from(found: AuthenticatedMember) -> Self {
        let return_url = found.return_url().cloned();
        let AuthenticatedMember { member, user, org, since, method, now, .. } = found;
        let (User { orgs, preferences, .. }, auth, org) = (user.value, method, org.value);
        Self { admin: member.admin(), member, org, orgs, preferences, since, auth, return_url, now }
    }
}

impl View {
    /// Returns the organization's status at `now`.
    pub fn status(&self) -> Status {
        self.org.status(self.now)
    }

    /// Returns whether the organization can be used in the host app.
    pub fn is_ready(&self) -> bool {
        self.org.provisioning_state() == ProvisioningState::Ready
    }

    /// Returns the progress of the organization's checklist at `now`.
    pub fn progress(&self) -> Progress<'_> {
        self.org.progress(self.now)
    }

    /// Returns whether the user may change the checklist at `now`. Only an admin of an organization
    /// with full access may.
    pub fn may_change(&self) -> bool {
        self.admin.is_some() && self.status().access() == Access::Full
    }

    /// Returns the task that the user does next. Returns `None` if they may change no task.
    pub fn next_task(&self) -> Option<&'static Task> {
        self.progress().next_task().filter(|_| self.may_change())
    }

    /// Returns whether admins can open the billing portal.
    pub fn may_open_portal(&self) -> bool {
        let billing = &self.org.billing;
        billing.payer(self.now).is_some() && !billing.is_managed_by_team(self.now)
    }

    /// Returns the label of a link to the page with the plans, or with the plan in use.
    pub fn plans_label(&self) -> &'static str {
        match self.org.first_charge(self.now) {
            Some(_) if self.admin.is_some() => label::VIEW_PLANS,
            _ => label::VIEW_PLAN,
        }
    }

    /// Returns whether the organization's trial runs, and no plan follows it.
    pub fn needs_plan(&self) -> bool {
        self.org.is_on_trial(self.now) && !self.org.billing.is_alive(self.now)
    }

    /// Returns whether a completion is by an invitation whose email waits until the user's address is
    /// verified. All invitations of a user with an unverified address wait.
    pub fn waits(&self, completion: &Completion) -> bool {
        completion.source == Source::Invitation
            && self.admin.as_ref().is_some_and(|admin| !admin.is_verified())
    }

    /// Returns whether the user sees the onboarding widget. Members do not, and no one does after a
    /// dismissal or some days after the checklist is complete.
    pub fn shows_widget(&self) -> bool {
        let is_over = |at| self.now.duration_since(at) >= WIDGET_AFTER_COMPLETION;
        self.admin.is_some()
            && self.org.checklist.dismissed_at.is_none()
            && !self.progress().completed_at().is_some_and(is_over)
    }

    /// Returns when the checklist last changed. Returns `None` until provisioning has created it.
    pub fn updated_at(&self) -> Option<Timestamp> {
        let list = &self.org.checklist;
        list.updated_at.filter(|_| list.created_at.is_some())
    }

    /// Returns the path of the page with the organization's plans.
    pub fn plans(&self) -> String {
        plans(self.org.id)
    }

    /// Returns the URL of the page on which the user does the task.
    pub fn link(&self, task: &Task, config: &Config) -> String {
        match (task.action.target, &config.app_url) {
            (TaskTarget::Plans, _) => self.plans(),
            (TaskTarget::Members, _) => "/members".to_owned(),
            (TaskTarget::HostApp(path), Some(_)) => HostPage::parse(&format!("/{path}")).link(),
            // Without a host app, the guide explains the task.
            (TaskTarget::HostApp(_), None) => format!("/onboarding/guide#{}", task.key),
            (TaskTarget::Url(address), _) => address.to_owned(),
        }
    }

    /// Renders the note about undeliverable addresses for the page at the path `here`.
    pub fn undeliverable(&self, here: &str) -> Markup {
        web::undeliverable(&self.org, &self.member, here)
    }

    /// Renders a page around `main`, with this user's navigation. `here` is the menu item of the
    /// page.
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
            back: self.return_url.as_ref().map(back_link),
        };
        Page { product: &config.product, title, person: Some(person), width, main }.render()
    }
}

/// Returns the path of the page with an organization's plans.
pub fn plans(org: OrgId) -> String {
    format!("/organizations/{org}")
}

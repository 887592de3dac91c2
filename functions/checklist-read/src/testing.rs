//! Views for tests, created with the domain's own commands.

use domain::{
    billing::{
        Attribution, Change, Currency, CustomerId, EventId, Fact, FactKind, Headcount, Interval, InvoiceFact,
        InvoiceId, ListPrice, Money, SubscriptionFact, SubscriptionId, SubscriptionStatus,
    },
    checklist::ChecklistCommand,
    id::{OrgId, UserId},
    org::{AdminContact, Org},
    people::{Address, Admin, IdleTimeout, Member, Name, Preferences, Role, Session, User},
    time::{Zone, add},
};
use jiff::{SignedDuration, Timestamp};
use web::auth::AuthMethod;

use crate::{config::Config, sale::Sale, views::View};

/// Returns the time at which Acme Corp signed up.
pub fn start() -> Timestamp {
    "2025-01-08T10:00:00Z".parse().unwrap()
}

pub fn config() -> Config {
    let checkout = web::Origins::STRIPE.parse().unwrap();
    Config {
        public_url: None,
        table: "onramp".to_owned(),
        product: "TimeTracker".to_owned(),
        session_idle: IdleTimeout::default(),
        app_url: None,
        checkout,
        prices: test_support::build::prices(),
        keys: runtime::SecretSource::Unset,
        embedders: web::Origins::default(),
    }
}

/// Returns the view of a user who has just signed up without a trial.
pub fn pending(organization: &str, person: &str) -> View {
    let id: OrgId = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    let user: UserId = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
    // Stored names are not validated again, so pages must escape even names like this one.
    let (name, address) = (Name::from_stored(person.to_owned()), Address::parse("jo@example.com").unwrap());
    let contact = AdminContact::new(user, name.clone(), address.clone());
    let name_of_org = Name::from_stored(organization.to_owned());
    let org = Org::sign_up(id, name_of_org, Zone::named("Europe/Berlin"), contact, start());
    let user = User { trial_used: true, orgs: vec![id], ..User::new(user, name, address) };
    let session = Session::begin(id, &user, start());
    let member =
        Member::authorize(&session, &user, Some(Role::Admin), IdleTimeout::default(), start()).unwrap();
    View {
        admin: member.admin(),
        member,
        org,
        orgs: vec![id],
        preferences: Preferences::default(),
        since: Some(start()),
        auth: AuthMethod::Session,
        return_url: None,
        now: start(),
    }
}

/// Returns the view of Jo of Acme Corp, who has just signed up with a trial of 14 days.
pub fn trial() -> View {
    let mut view = pending("Acme Corp", "Jo Doe");
    view.org = test_support::build::start_trial(view.org);
    view
}

/// Returns the view of Jo of Acme Corp with a trial, whose organization has two steps of the host app.
/// The first `done` of them are done.
pub fn setting_up(done: usize) -> View {
    let mut view = pending("Acme Corp", "Jo Doe");
    let steps = [("workspace", "Setting up your workspace"), ("import", "Importing your data")];
    view.org = test_support::build::start_trial_with_steps(view.org, &steps);
    for _ in 0..done {
        test_support::build::finish_step(&mut view.org, view.now);
    }
    view
}

/// Returns the view of Jo of Acme Corp, with a subscription in the given status.
pub fn subscribed(status: SubscriptionStatus) -> View {
    let mut view = pending("Acme Corp", "Jo Doe");
    view.org.billing.link(&CustomerId::parse("cus_1").unwrap());
    view.record(subscription_fact(status));
    if matches!(status, SubscriptionStatus::Active) {
        view.record(paid());
    }
    view
}

/// Returns the fact that the subscription `sub_1` has the given status.
pub fn subscription_fact(status: SubscriptionStatus) -> FactKind {
    FactKind::Subscription {
        subscription: SubscriptionId::parse("sub_1").unwrap(),
        customer: CustomerId::parse("cus_1").unwrap(),
        fact: SubscriptionFact::new(Change::Created, status),
    }
}

/// Returns the fact that an invoice of the subscription `sub_1` was paid.
pub fn paid() -> FactKind {
    FactKind::Invoice {
        invoice: InvoiceId::parse("in_1").unwrap(),
        subscription: Some(SubscriptionId::parse("sub_1").unwrap()),
        customer: CustomerId::parse("cus_1").unwrap(),
        invoice_created: start(),
        prices: Vec::new(),
        fact: InvoiceFact::Paid { amount: 900 },
    }
}

/// Returns the plans for sale to an organization with one member.
pub fn sale() -> Sale {
    let price = |id: &str, amount| ListPrice {
        id: id.to_owned(),
        amount: Money { amount, currency: Currency::parse("eur").unwrap() },
        interval: Interval::Month,
        interval_count: 1,
        active: true,
    };
    let people = Headcount { members: 1, invited: 0 };
    Sale { prices: [Some(price("price_1", 900)), Some(price("price_2", 2900))], people }
}

/// Returns the commands that complete all eight tasks.
pub fn every_task() -> Vec<ChecklistCommand<'static>> {
    domain::checklist::BUILT_IN.tasks.iter().map(|task| ChecklistCommand::Complete(task.key)).collect()
}

impl View {
    /// Records a fact that names the organization.
    pub fn record(&mut self, what: FactKind) {
        let event = EventId::parse(&format!("evt_{}", self.org.billing.invoices.len())).unwrap();
        let fact = Fact { event, created: self.now, names: Some(self.org.id), what };
        self.org.billing.record(&fact, Attribution::Named, self.org.id);
    }

    /// Returns the same view at a later time.
    pub fn later(mut self, by: SignedDuration) -> Self {
        self.now = add(self.now, by);
        self
    }

    /// Returns the same view after the given changes to the checklist, all made at the time `now`
    /// of the view.
    pub fn having(mut self, commands: &[ChecklistCommand<'_>]) -> Self {
        let admin: Admin = self.admin.clone().unwrap();
        for command in commands {
            self.org.change_checklist(&admin, *command, self.now).unwrap();
        }
        self
    }

    /// Returns the same view as a member who is not an admin sees it.
    pub fn into_member(mut self) -> Self {
        self.admin = None;
        self
    }
}

/// Returns the text of a page without its tags, with single spaces.
pub fn read(markup: &maud::Markup) -> String {
    let mut text = String::new();
    let mut tag = false;
    for ch in markup.0.chars() {
        match ch {
            '<' => tag = true,
            '>' => {
                tag = false;
                text.push(' ');
            }
            _ if !tag => text.push(ch),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

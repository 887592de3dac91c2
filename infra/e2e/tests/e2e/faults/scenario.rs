//! The requests at which the tests inject faults, and the state that each request requires.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stripe::{Secret, sign};
use stripe_mock::{
    Existing,
    test_events::{Seed, build_event, parse_spec},
};

use crate::{access::request::bearer, faults::state::mask};
use e2e::driver::{TestResponse, Visitor, World};
use e2e::mailbox::scheduled_event;

const JO: &str = "jo@example.com";
const MO: &str = "mo@example.com";
const OPERATOR: &str = "operator@example.com";
const TENANTS: &str = "/api/v1/organizations";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    SignUp,
    SignUpOfKnownAddress,
    SignUpOfKnownMailbox,
    AskForLink,
    UseLink,
    SignOut,
    Invite,
    Accept,
    ChangeRole,
    CompleteTask,
    HostEvent,
    ReadChecklist,
    ReadPage,
    Checkout,
    Portal,
    FirstPayment,
    ParkedEvent,
    LinkingEvent,
    UnreadableEvent,
    Unattributed,
    ExtendTrial,
    Publish,
    TrialClock,
    HoldParked,
    CreateTenant,
    ImportTenant,
    AddMember,
    ChangeUser,
    ReadCustomer,
}

/// The visitor who sends the request, and the content of the request.
pub struct Actor<'w> {
    visitor: Visitor<'w>,
    path: String,
    form: Vec<(&'static str, String)>,
    /// The Stripe event, the detail of the host event, or the JSON body.
    event: Option<Value>,
}

/// The parts of a response that are the same in every run of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// The body, if the request reads data. Otherwise empty.
    pub body: String,
}

impl Scenario {
    /// Returns the function whose calls get the faults.
    pub const fn function(self) -> &'static str {
        match self {
            Self::SignUp | Self::SignUpOfKnownAddress | Self::SignUpOfKnownMailbox => "org-signup",
            Self::AskForLink
            | Self::UseLink
            | Self::SignOut
            | Self::Invite
            | Self::Accept
            | Self::ChangeRole => "sign-in",
            Self::CompleteTask | Self::HostEvent => "checklist-write",
            Self::ReadChecklist | Self::ReadPage => "checklist-read",
            Self::Checkout | Self::Portal => "billing",
            Self::FirstPayment
            | Self::ParkedEvent
            | Self::LinkingEvent
            | Self::UnreadableEvent
            | Self::Unattributed => "stripe-webhook",
            Self::ExtendTrial => "operator",
            Self::Publish => "event-publisher",
            Self::TrialClock | Self::HoldParked => "trial-reminder",
            Self::CreateTenant | Self::ImportTenant | Self::AddMember | Self::ChangeUser => "host-api",
            Self::ReadCustomer => "reconciler",
        }
    }

    /// Whether a second identical request has an effect of its own, such as another email.
    pub const fn adds(self) -> bool {
        matches!(self, Self::AskForLink | Self::SignUpOfKnownAddress | Self::Invite)
    }

    /// Whether the function runs after the response. The response then does not show whether the
    /// function succeeded.
    pub const fn is_asynchronous(self) -> bool {
        matches!(
            self,
            Self::HostEvent | Self::Publish | Self::TrialClock | Self::HoldParked | Self::ReadCustomer
        )
    }

    /// Creates the state that the request requires.
    #[expect(clippy::too_many_lines, reason = "one arm per scenario")]
    pub async fn prepare(self, world: &World) -> Actor<'_> {
        let mut actor =
            Actor { visitor: world.visitor(), path: String::new(), form: Vec::new(), event: None };
        match self {
            Self::SignUp | Self::SignUpOfKnownAddress | Self::SignUpOfKnownMailbox | Self::Publish => {
                match self {
                    Self::SignUpOfKnownAddress => drop(world.trialing("Acme", JO).await),
                    Self::SignUpOfKnownMailbox => drop(world.trialing("First", "jo+1@example.com").await),
                    _ => {}
                }
                actor.path = "/organizations/new".to_owned();
                actor.form = form(&[
                    ("name", "Acme"),
                    ("full_name", "Jo Doe"),
                    ("email", JO),
                    ("start_trial", "true"),
                    ("form_token", TOKEN),
                ]);
            }
            Self::AskForLink => {
                world.trialing("Acme", JO).await;
                actor.path = "/login".to_owned();
                actor.form = form(&[("email", JO)]);
            }
            Self::UseLink => {
                world.trialing("Acme", JO).await;
                actor.path = request_link(world, &mut actor.visitor, JO).await;
            }
            Self::SignOut => {
                actor.visitor = world.trialing("Acme", JO).await;
                actor.path = "/logout".to_owned();
            }
            Self::Invite => {
                actor.visitor = verified(world, JO).await;
                actor.path = "/members/invitations".to_owned();
                actor.form = form(&[("email", MO), ("role", "member")]);
            }
            Self::Accept => {
                let mut admin = verified(world, JO).await;
                actor.path = invite(world, &mut admin).await;
                actor.form = form(&[("full_name", "Mo Roe")]);
            }
            Self::ChangeRole => {
                actor.visitor = verified(world, JO).await;
                let path = invite(world, &mut actor.visitor).await;
                let mut mo = world.visitor();
                let joined = mo.submit(&path, &[("full_name", "Mo Roe")]).await;
                assert_eq!(joined.status, 303, "{}", joined.text());
                actor.path = format!("/members/{}/role", mo.user());
                actor.form = form(&[("role", "admin")]);
            }
            Self::CompleteTask => {
                actor.visitor = world.trialing("Acme", JO).await;
                actor.path = "/onboarding/api/checklist/complete/created_project".to_owned();
            }
            Self::HostEvent => {
                let org = world.trialing("Acme", JO).await.org();
                actor.event = Some(json!({ "organization_id": org }));
            }
            Self::ReadChecklist | Self::ReadPage => {
                actor.visitor = world.trialing("Acme", JO).await;
                actor.path = match self {
                    Self::ReadChecklist => "/onboarding/api/checklist".to_owned(),
                    _ => "/onboarding/checklist".to_owned(),
                };
            }
            Self::Checkout => {
                actor.visitor = world.pending("Acme", JO).await;
                actor.path = "/billing/checkout".to_owned();
                actor.form = form(&[("plan", "team")]);
            }
            Self::Portal => {
                actor.visitor = world.pending("Acme", JO).await;
                let link = request_link(world, &mut actor.visitor, JO).await;
                assert_eq!(actor.visitor.submit(&link, &[]).await.status, 303);
                pay(world, &actor.visitor.org()).await;
                actor.path = "/billing/portal".to_owned();
            }
            Self::FirstPayment => {
                let org = world.pending("Acme", JO).await.org();
                actor.event = Some(event(world, &json!({ "type": "invoice.paid", "organization_id": org })));
            }
            Self::ParkedEvent => {
                actor.event = Some(event(world, &json!({ "type": "invoice.paid", "customer": "cus_1" })));
            }
            Self::LinkingEvent => {
                let org = world.pending("Acme", JO).await.org();
                // Stripe sends two events without our metadata, which Onramp parks.
                for kind in ["customer.subscription.created", "invoice.paid"] {
                    assert_eq!(world.stripe(json!({ "type": kind, "customer": "cus_1" })).await, [200]);
                }
                let spec = json!({ "type": "checkout.session.completed", "organization_id": org, "customer": "cus_1" });
                actor.event = Some(event(world, &spec));
            }
            Self::UnreadableEvent => {
                actor.event = Some(json!({ "id": "evt_thin", "object": "v2.core.event" }));
            }
            Self::Unattributed => {
                let dispute = json!({ "id": "du_1", "charge": "ch_1" });
                actor.event =
                    Some(json!({ "id": "evt_d1", "object": "event", "type": "charge.dispute.created",
                    "created": 1_767_225_600, "livemode": false, "data": { "object": dispute } }));
            }
            Self::ExtendTrial => {
                let org = world.trialing("Acme", JO).await.org();
                actor.visitor = verified(world, OPERATOR).await;
                actor.path = format!("/operator/organizations/{org}/extend-trial");
                actor.form = form(&[("days", "10"), ("reason", "Budget in March"), ("form_token", TOKEN)]);
            }
            Self::TrialClock => {
                world.trialing("Acme", JO).await;
                world.settle().await;
                wait(world, SignedDuration::from_hours(11 * 24)).await;
            }
            Self::HoldParked => {
                let spec = json!({ "type": "invoice.paid", "customer": "cus_1",
                    "organization_id": "org_0198c0de-0000-7000-8000-00000000dead" });
                assert_eq!(world.stripe(spec).await, [200]);
                wait(world, SignedDuration::from_mins(11)).await;
            }
            Self::CreateTenant => {
                actor.path = TENANTS.to_owned();
                actor.event = Some(tenant(&json!({})));
            }
            Self::ImportTenant => {
                actor.path = TENANTS.to_owned();
                // An event of the customer arrives before the import, and waits for it.
                assert_eq!(world.stripe(json!({ "type": "invoice.paid", "customer": "cus_1" })).await, [200]);
                actor.event = Some(imported_tenant(world));
            }
            Self::AddMember => {
                let org = world.trialing("Acme", JO).await.org();
                actor.path = format!("/api/v1/organizations/{org}/members");
                actor.event = Some(json!({ "email": MO, "full_name": "Mo Roe", "role": "member" }));
            }
            Self::ChangeUser => {
                let user = world.trialing("Acme", JO).await.user();
                actor.path = format!("/api/v1/users/{user}");
                actor.event =
                    Some(json!({ "email": "jo@new.example", "email_verified": true, "full_name": "Jo Roe" }));
            }
            Self::ReadCustomer => {
                actor.path = TENANTS.to_owned();
                actor.event = Some(imported_tenant(world));
                world.inject(json!([{ "service": "stripe", "rate": 1.0, "kind": "error_500" }])).await;
                assert_eq!(call_server_api(world, &actor).await.status, 201);
                world.local("DELETE", "/_local/faults", None).await;
                wait(world, SignedDuration::from_hours(1)).await;
            }
        }
        world.settle().await;
        actor
    }

    /// Sends the request. Each call sends the same cookies and the same bytes.
    pub async fn act(self, world: &World, actor: &mut Actor<'_>) -> Response {
        let cookies = (actor.visitor.cookie.clone(), actor.visitor.browser_cookie.clone());
        let fields: Vec<_> = actor.form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let response = match self {
            Self::HostEvent => {
                world.host_event("project.created", actor.event.clone().unwrap()).await;
                return Response { status: 200, body: String::new() };
            }
            Self::TrialClock | Self::HoldParked => {
                world.send("POST", "/_local/invoke/trial-reminder", &[], scheduled_event()).await
            }
            Self::ReadCustomer => {
                world.send("POST", "/_local/invoke/reconciler", &[], scheduled_event()).await
            }
            Self::CreateTenant | Self::ImportTenant | Self::AddMember | Self::ChangeUser => {
                call_server_api(world, actor).await
            }
            Self::FirstPayment
            | Self::ParkedEvent
            | Self::LinkingEvent
            | Self::UnreadableEvent
            | Self::Unattributed => {
                let body = actor.event.as_ref().unwrap().to_string();
                let now = world.stack.system().cloud.clock.now();
                let secret = Secret::parse(world.stack.webhook_secret()).unwrap();
                let header = sign(&secret, now, body.as_bytes());
                let headers = [("stripe-signature", header.as_str())];
                world.send("POST", "/billing/webhooks/stripe", &headers, body).await
            }
            Self::ReadChecklist => actor.visitor.read(&actor.path).await,
            Self::ReadPage => actor.visitor.open(&actor.path).await,
            Self::CompleteTask => actor.visitor.post(&actor.path).await,
            _ => actor.visitor.submit(&actor.path, &fields).await,
        };
        (actor.visitor.cookie, actor.visitor.browser_cookie) = cookies;
        let reads = self == Self::ReadChecklist && response.status == 200;
        let body = if reads { mask(&response.text()) } else { String::new() };
        Response { status: response.status, body }
    }
}

/// Advances the clock without running any schedule.
pub async fn wait(world: &World, time: SignedDuration) {
    let system = world.stack.system();
    system.set_clock(system.clock().now() + time).await;
}

/// Returns the body that creates an organization with the server API.
fn tenant(more: &Value) -> Value {
    let mut body =
        json!({ "name": "Acme", "external_id": "acme", "admin": { "email": JO, "full_name": "Jo Doe" } });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Adds a customer to the account at Stripe, and returns the body that imports their organization.
fn imported_tenant(world: &World) -> Value {
    world.stack.system().stripe.add_existing("cus_1", Existing::Active);
    tenant(
        &json!({ "provisioned": true, "completed_tasks": ["created_project"], "stripe_customer_id": "cus_1" }),
    )
}

async fn call_server_api(world: &World, actor: &Actor<'_>) -> TestResponse {
    let (name, token) = bearer(stack::API_KEYS);
    let method = if actor.path.contains("/users/") { "PATCH" } else { "POST" };
    world.send(method, &actor.path, &[(&name, &token)], actor.event.as_ref().unwrap().to_string()).await
}

fn form(fields: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// Builds a Stripe event that is the same every time it is sent.
fn event(world: &World, spec: &Value) -> Value {
    let spec = parse_spec(spec.to_string().as_bytes()).unwrap();
    build_event(&spec, "price_local_team", &Seed::new([7; 16]), world.stack.system().cloud.clock.now())
        .unwrap()
}

async fn pay(world: &World, org: &str) {
    for kind in ["checkout.session.completed", "customer.subscription.created", "invoice.paid"] {
        let spec = json!({ "type": kind, "organization_id": org, "customer": "cus_1" });
        assert_eq!(world.stripe(spec).await, [200]);
    }
}

/// Returns the path in the newest email of a kind.
async fn newest(world: &World, kind: &str, path: &str) -> String {
    let text = world.mails(kind).await.last().unwrap()["text"].as_str().unwrap().to_owned();
    let link = text.split_whitespace().find(|part| part.contains(path)).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

async fn request_link(world: &World, visitor: &mut Visitor<'_>, email: &str) -> String {
    let requested = visitor.submit("/login", &[("email", email)]).await;
    assert_eq!(requested.status, 200, "{}", requested.text());
    newest(world, "sign_in", "/login/").await
}

/// Creates an admin of an organization on trial, with a verified address.
async fn verified<'w>(world: &'w World, email: &str) -> Visitor<'w> {
    let mut visitor = world.trialing(if email == OPERATOR { "Host" } else { "Acme" }, email).await;
    let path = request_link(world, &mut visitor, email).await;
    let used = visitor.submit(&path, &[]).await;
    assert_eq!(used.status, 303, "{}", used.text());
    visitor
}

async fn invite(world: &World, admin: &mut Visitor<'_>) -> String {
    let sent = admin.submit("/members/invitations", &[("email", MO), ("role", "member")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    newest(world, "invitation", "/invitations/").await
}

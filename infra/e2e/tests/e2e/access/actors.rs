//! The callers of the access matrix. All of them use one local stack. After a request that changes
//! the stack's table, [`Actors::restore`] restores it.

use domain::{
    people::{Address, InvitationId, PortalPage},
    secret::Secret,
};
use serde_json::{Value, json};
use stack::Config;

use crate::{
    access::{
        request::{HOST_APP, READ_ONLY_KEY, REVIEWED_EVENT},
        snapshot::TableSnapshot,
    },
    host_app::portal_link::create_portal_link,
};
use e2e::driver::{Visitor, World};

/// Address without an account. It has a pending invitation to each organization that
/// [`Actors::share`] changes.
pub const GUEST: &str = "guest@example.com";

/// Address with an account and an organization. It has a pending invitation to the organization of
/// the column "admin".
const INVITED: &str = "invited@example.com";

/// The operator whose sign-in is too old for the operator pages.
const STALE: &str = "stale@example.com";

/// Address without an account and without an invitation.
pub const FRESH: &str = "fresh@example.com";

/// One kind of caller.
pub struct Caller {
    /// The column of the access matrix that lists the expected statuses.
    pub column: &'static str,
    /// Description for failure messages.
    pub description: &'static str,
    pub cookie: Option<String>,
    /// The organization that the caller's requests name.
    pub org: String,
    /// A member of that organization: the caller, unless they belong to another one.
    pub user: String,
}

/// Returns the configuration, with two operators and a key of the server API that only reads.
fn config() -> Config {
    Config::memory()
        .set("OPERATOR_EMAILS", &format!("operator@example.com,{STALE}"))
        .set("API_KEYS", &format!("{},{READ_ONLY_KEY}:read", stack::API_KEYS))
        .set("EMBED_ORIGINS", HOST_APP)
}

/// All callers, and the stack that they share.
pub struct Actors {
    pub world: World,
    pub callers: Vec<Caller>,
    pub links: Links,
    /// User id of a user whom [`Actors::share`] makes a member of several admins' organizations.
    pub teammate: String,
    initial: TableSnapshot,
}

/// Unused secrets of emailed links.
pub struct Links {
    pub sign_in: String,
    /// The invitation of [`GUEST`].
    pub invitation: String,
    /// The invitation of [`INVITED`], who has an account.
    pub invited_user: String,
    pub unsubscribe: String,
    /// The link that verifies the address of the caller in the column "unverified admin".
    pub verify: String,
    /// The portal link of the teammate.
    pub portal: String,
}

impl Caller {
    fn new(column: &'static str, description: &'static str, visitor: &Visitor<'_>) -> Self {
        Self { column, description, cookie: visitor.cookie.clone(), org: visitor.org(), user: visitor.user() }
    }

    /// Returns the id of the caller, or an empty text without a session.
    pub fn user(&self) -> &str {
        self.cookie.as_deref().and_then(|cookie| cookie.split('.').nth(1)).unwrap_or_default()
    }

    /// Returns the id of the invitation of [`GUEST`] to the caller's organization.
    pub fn invitation(&self) -> String {
        self.invitation_of(GUEST)
    }

    /// Returns the id of the invitation that the caller's organization sent to an address.
    pub fn invitation_of(&self, address: &str) -> String {
        InvitationId::of(self.org.parse().unwrap(), &Address::parse(address).unwrap()).to_string()
    }
}

impl Actors {
    pub async fn new() -> Self {
        let world = World::with(config()).await;
        let (callers, links, teammate) = create_callers(&world).await;
        let mut actors = Self { callers, links, teammate, initial: TableSnapshot::default(), world };
        actors.share();
        let at = |kind: &str, name: &str, time: &str| json!({ "M": { "kind": { "S": kind }, name: { "S": time } } });
        let [pending, done, ready] =
            [("pending", "due", "2100"), ("done", "at", "2026"), ("ready", "at", "2026")]
                .map(|(kind, name, year)| at(kind, name, &format!("{year}-01-15T09:00:00.000Z")));
        add_run(&actors.world, &actors.caller("operator").org, &pending, None);
        add_run(&actors.world, &actors.caller("admin").org, &done, Some(ready));
        actors.world.settle().await;
        actors.initial = TableSnapshot::of(&actors.world);
        actors
    }

    /// Returns the first caller in a column of the matrix.
    pub fn caller(&self, column: &str) -> &Caller {
        self.callers.iter().find(|caller| caller.column == column).unwrap()
    }

    /// Returns the keys of the items that differ from the initial table.
    pub fn changed(&self) -> Vec<String> {
        self.initial.changed(&self.world)
    }

    /// Resets the table to its initial content.
    pub async fn restore(&self) {
        self.initial.restore(&self.world).await;
    }

    /// Gives the organizations of five columns the same teammate and the same pending invitation.
    /// Writes both directly to the table, because some of these organizations cannot invite users
    /// in their current status.
    fn share(&self) {
        let items = TableSnapshot::of(&self.world);
        let admin = self.caller("admin");
        let invitation = items.item(&admin.org, &format!("INVITE#{}", admin.invitation()));
        for column in ["admin", "unverified admin", "trial ended", "operator", "stale operator"] {
            let caller = self.caller(column);
            let mut invitation = invitation.clone();
            invitation["pk"] = json!({ "S": format!("ORG#{}", caller.org) });
            invitation["sk"] = json!({ "S": format!("INVITE#{}", caller.invitation()) });
            invitation["org"] = json!({ "S": caller.org });
            self.world.write("PutItem", json!({ "Item": invitation }));
            add_member(&self.world, &caller.org, &self.teammate);
        }
    }
}

/// Gives an organization a run with one provisioning step in this state, which is not due.
fn add_run(world: &World, org: &str, state: &Value, end: Option<Value>) {
    let step = json!({ "M": { "key": { "S": "workspace" }, "title": { "S": "Setting up" },
        "timeout_seconds": { "N": "10" }, "deadline_seconds": { "N": "60" }, "state": state,
        "attempts": { "N": "1" } } });
    let mut run = json!({ "steps": { "L": [step] } });
    if let Some(end) = end {
        run["end"] = end;
    }
    let key = json!({ "pk": { "S": format!("ORG#{org}") }, "sk": { "S": "ORG" } });
    let update = json!({ "Key": key, "UpdateExpression": "SET #run = :run",
        "ExpressionAttributeNames": { "#run": "run" }, "ExpressionAttributeValues": { ":run": { "M": run } } });
    world.write("UpdateItem", update);
}

/// Creates all callers, the links, and the teammate. First creates the users whose trial, session,
/// or sign-in must be old, and advances the clock. Then creates the other users.
#[expect(clippy::too_many_lines, reason = "one list of all callers")]
async fn create_callers(world: &World) -> (Vec<Caller>, Links, String) {
    // This trial and this session are over before the other callers sign up.
    new_user(world, "ended@example.com", true).await;
    let expired = new_user(world, "expired@example.com", true).await;
    world.advance("15d").await;
    let stale = verified(world, new_user(world, STALE, true).await, STALE).await;
    world.advance("9h").await;
    quarantine(world);

    let mut revoked = new_user(world, "revoked@example.com", true).await;
    let cookie = revoked.cookie.clone();
    assert_eq!(revoked.submit("/logout", &[]).await.status, 303);
    revoked.cookie = cookie;
    let removed = new_user(world, "removed@example.com", true).await;
    let founder = TableSnapshot::of(world).item(&removed.org(), "MEMBER#");
    world.write("DeleteItem", json!({ "Key": { "pk": founder["pk"], "sk": founder["sk"] } }));
    let teammate = new_user(world, "teammate@example.com", true).await;
    let portal = lasting_portal_link(world, &teammate).await;
    let teammate = teammate.user();
    let unverified = new_user(world, "unverified@example.com", true).await;
    let verify = secret(&link_in(world, "welcome", "/verify/").await);

    let mut jo = verified(world, new_user(world, "jo@example.com", true).await, "jo@example.com").await;
    let pending =
        verified(world, new_user(world, "pending@example.com", false).await, "pending@example.com").await;
    let ended = verified(world, new_browser(world, "ended@example.com"), "ended@example.com").await;
    let incomplete = incomplete(world).await;
    let operator =
        verified(world, new_user(world, "operator@example.com", true).await, "operator@example.com").await;
    let other = verified(world, new_user(world, "other@example.com", true).await, "other@example.com").await;
    new_user(world, INVITED, true).await;
    let mut invited = Vec::new();
    for email in [INVITED, GUEST] {
        let response = jo.submit("/members/invitations", &[("email", email)]).await;
        assert_eq!(response.status, 303, "{}", response.text());
        invited.push(secret(&link_in(world, "invitation", "/invitations/").await));
    }

    let mut callers = vec![
        Caller::new("unverified admin", "an admin with an unverified address", &unverified),
        Caller::new("admin", "an admin", &jo),
        Caller::new("pending", "an admin of a pending organization", &pending),
        Caller::new("trial ended", "an admin of an ended trial", &ended),
        Caller::new("incomplete", "an admin of an incomplete organization", &incomplete),
        Caller {
            org: jo.org(),
            user: jo.user(),
            ..Caller::new("admin of another org", "an admin of another organization", &other)
        },
        Caller::new("operator", "an operator, who is an admin too", &operator),
        Caller::new("stale operator", "an operator whose sign-in is nine hours old", &stale),
        Caller {
            column: "invited user",
            description: "an invited user",
            cookie: None,
            org: jo.org(),
            user: jo.user(),
        },
    ];
    for (description, cookie) in [
        ("no session", None),
        ("an expired session", expired.cookie),
        ("a revoked session", revoked.cookie),
        ("a removed member", removed.cookie),
    ] {
        callers.push(Caller { column: "no session", description, cookie, org: jo.org(), user: jo.user() });
    }
    for (column, description, admin) in [
        ("member", "a member", &jo),
        ("member", "a member of an ended trial", &ended),
        ("unpaid member", "a member of a pending organization", &pending),
        ("unpaid member", "a member of an incomplete organization", &incomplete),
    ] {
        callers.push(Caller::new(column, description, &member(world, &admin.org()).await));
    }
    let links = Links {
        sign_in: secret(&request_link(world, "other@example.com").await),
        invitation: invited.remove(1),
        invited_user: invited.remove(0),
        unsubscribe: secret(&link_in(world, "trial_ending", "/mail/unsubscribe/").await),
        verify,
        portal,
    };
    (callers, links, teammate)
}

/// Returns the secret of a portal link that works for the whole test.
async fn lasting_portal_link(world: &World, user: &Visitor<'_>) -> String {
    let link = create_portal_link(world, user, PortalPage::Members, "http://localhost:8486/").await;
    let text = secret(&link);
    let key = text.parse::<Secret>().unwrap().hash();
    world.write(
        "UpdateItem",
        json!({
            "Key": { "pk": { "S": format!("LINK#{key}") }, "sk": { "S": "PORTAL" } },
            "UpdateExpression": "SET good_until = :later",
            "ExpressionAttributeValues": { ":later": { "S": "2100-01-01T00:00:00.000Z" } },
        }),
    );
    text
}

/// Adds the event that the requests to dismiss an event name.
fn quarantine(world: &World) {
    let at = json!({ "S": "2026-01-01T00:00:00.000Z" });
    let item = json!({
        "pk": { "S": format!("STRIPE#{REVIEWED_EVENT}") }, "sk": { "S": "QUARANTINED" },
        "due_pk": { "S": "HELD#0" }, "due_at": at, "quarantined_at": at, "reason": { "S": "thin event" },
    });
    world.write("PutItem", json!({ "Item": item }));
}

/// Creates an admin whose first payment waits for confirmation by the bank.
async fn incomplete(world: &World) -> Visitor<'_> {
    let email = "incomplete@example.com";
    let mut visitor = verified(world, new_user(world, email, false).await, email).await;
    assert_eq!(visitor.submit("/billing/checkout", &[("plan", "team")]).await.status, 303);
    let event = json!({ "type": "customer.subscription.created", "organization_id": visitor.org(),
        "set": { "data.object.status": "incomplete" } });
    assert_eq!(world.stripe(event).await, [200]);
    assert_eq!(visitor.organization().await["status"], "incomplete");
    visitor
}

/// Signs a new user up, from a separate network address.
async fn new_user<'w>(world: &'w World, email: &str, trial: bool) -> Visitor<'w> {
    let mut visitor = new_browser(world, email);
    visitor.sign_up("Acme", email, trial).await;
    visitor
}

/// Returns a browser on a network that no rate limit has counted yet.
fn new_browser<'w>(world: &'w World, email: &str) -> Visitor<'w> {
    let mut visitor = world.visitor();
    let network = email.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    visitor.ip = format!("2001:db8:{:x}:{:x}::1", network >> 16, network & 0xffff);
    visitor
}

/// Signs a user in by an emailed link, which verifies the address.
async fn verified<'w>(world: &'w World, mut visitor: Visitor<'w>, email: &str) -> Visitor<'w> {
    let link = request_link(world, email).await;
    assert_eq!(visitor.submit(&link, &[]).await.status, 303);
    visitor
}

/// Creates a user and makes them a member of an organization, without an invitation. Returns the
/// user's browser, which is signed in to that organization.
async fn member<'w>(world: &'w World, org: &str) -> Visitor<'w> {
    let email = format!("member-{org}@example.com");
    let mut visitor = verified(world, new_user(world, &email, true).await, &email).await;
    add_member(world, org, &visitor.user());
    let switched = visitor.submit("/organizations/switch", &[("organization", org)]).await;
    assert_eq!(switched.status, 303, "{}", switched.text());
    visitor
}

/// Adds a user to an organization's members without an invitation.
fn add_member(world: &World, org: &str, user: &str) {
    let engine = &world.stack.system().cloud.engine;
    let mut user_item: Value = engine
        .items(Some(&format!("USER#{user}")))
        .into_iter()
        .find(|item| item["sk"]["S"] == "USER")
        .unwrap();
    user_item["orgs"]["L"].as_array_mut().unwrap().push(json!({ "S": org }));
    world.write("PutItem", json!({ "Item": user_item }));
    let mut member = TableSnapshot::of(world).item(org, "MEMBER#");
    member["sk"] = json!({ "S": format!("MEMBER#{user}") });
    member["role"] = json!({ "S": "member" });
    world.write("PutItem", json!({ "Item": member }));
}

async fn request_link(world: &World, email: &str) -> String {
    let mut visitor = new_browser(world, email);
    assert_eq!(visitor.submit("/login", &[("email", email)]).await.status, 200);
    link_in(world, "sign_in", "/login/").await
}

/// Returns the path of the link in the newest email of a kind.
async fn link_in(world: &World, kind: &str, path: &str) -> String {
    let mails = world.mails(kind).await;
    let text = mails.last().unwrap()["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains(path)).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

fn secret(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

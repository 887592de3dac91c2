//! Everybody who may stand at a door, in one world that each of them finds as the one before did.

use domain::{address::Address, invitation::InvitationId};
use local::Config;
use serde_json::{Value, json};

use crate::{
    driver::{Visitor, World},
    rest::Rest,
};

/// Who is invited everywhere.
pub const GUEST: &str = "guest@example.com";

/// Who is invited and has an account.
const INVITED: &str = "invited@example.com";

/// The operator whose sign-in is too old for the operator pages.
const STALE: &str = "stale@example.com";

/// Whom nobody knows.
pub const FRESH: &str = "fresh@example.com";

/// Somebody at a door.
pub struct Caller {
    /// The column that says what they are told.
    pub column: &'static str,
    /// Who it is.
    pub who: &'static str,
    pub cookie: Option<String>,
    /// The organization that their requests name.
    pub org: String,
}

/// All of them.
pub struct Actors {
    pub world: World,
    pub callers: Vec<Caller>,
    pub links: Links,
    /// Somebody who is a member too.
    pub mate: String,
    rest: Rest,
}

/// The secrets in mailed links that were not used yet.
pub struct Links {
    pub sign_in: String,
    pub invitation: String,
    /// The same for a person who has an account.
    pub invited_user: String,
    pub unsubscribe: String,
}

impl Caller {
    fn new(column: &'static str, who: &'static str, visitor: &Visitor<'_>) -> Self {
        Self { column, who, cookie: visitor.cookie.clone(), org: visitor.org() }
    }

    /// What names the invitation that waits in this organization.
    pub fn invitation(&self) -> String {
        self.invitation_of(GUEST)
    }

    /// What names this organization's invitation of an address.
    pub fn invitation_of(&self, address: &str) -> String {
        InvitationId::of(self.org.parse().unwrap(), &Address::parse(address).unwrap()).to_string()
    }
}

impl Actors {
    pub async fn new() -> Self {
        let world =
            World::with(Config::memory().set("OPERATOR_EMAILS", &format!("operator@example.com,{STALE}")))
                .await;
        let (callers, links, mate) = stage(&world).await;
        let mut actors = Self { callers, links, mate, rest: Rest::default(), world };
        actors.share();
        actors.world.settle().await;
        actors.rest = Rest::of(&actors.world);
        actors
    }

    /// The caller of a column.
    pub fn caller(&self, column: &str) -> &Caller {
        self.callers.iter().find(|caller| caller.column == column).unwrap()
    }

    /// The keys of what is stored otherwise than at first.
    pub fn changed(&self) -> Vec<String> {
        self.rest.changed(&self.world)
    }

    /// Makes everything what it was at first.
    pub async fn rest(&self) {
        if !self.changed().is_empty() {
            self.rest.restore(&self.world).await;
        }
    }

    /// Gives other admins the mate and the waiting invitation that one has, past rules that would keep some of them
    /// from it by now.
    fn share(&self) {
        let items = Rest::of(&self.world);
        let admin = self.caller("admin");
        let invitation = items.item(&admin.org, &format!("INVITE#{}", admin.invitation()));
        for column in ["admin", "unverified admin", "trial ended", "operator", "stale operator"] {
            let caller = self.caller(column);
            let mut invitation = invitation.clone();
            invitation["pk"] = json!({ "S": format!("ORG#{}", caller.org) });
            invitation["sk"] = json!({ "S": format!("INVITE#{}", caller.invitation()) });
            invitation["org"] = json!({ "S": caller.org });
            self.world.write("PutItem", json!({ "Item": invitation }));
            add_member(&self.world, &caller.org, &self.mate);
        }
    }
}

/// Lets everybody come, in the order that their times demand.
async fn stage(world: &World) -> (Vec<Caller>, Links, String) {
    // A trial that is over by the time the others come.
    newcomer(world, "ended@example.com", true).await;
    world.advance("15d").await;
    let expired = newcomer(world, "expired@example.com", true).await;
    world.advance("25h").await;
    let stale = proven(world, newcomer(world, STALE, true).await, STALE).await;
    world.advance("9h").await;

    let mut revoked = newcomer(world, "revoked@example.com", true).await;
    let cookie = revoked.cookie.clone();
    assert_eq!(revoked.submit("/logout", &[]).await.status, 303);
    revoked.cookie = cookie;
    let removed = newcomer(world, "removed@example.com", true).await;
    let founder = Rest::of(world).item(&removed.org(), "MEMBER#");
    world.write("DeleteItem", json!({ "Key": { "pk": founder["pk"], "sk": founder["sk"] } }));
    let mate = newcomer(world, "mate@example.com", true).await.user();
    let unproven = newcomer(world, "unproven@example.com", true).await;

    let mut jo = proven(world, newcomer(world, "jo@example.com", true).await, "jo@example.com").await;
    let pending =
        proven(world, newcomer(world, "pending@example.com", false).await, "pending@example.com").await;
    let ended = proven(world, at_home(world, "ended@example.com"), "ended@example.com").await;
    let incomplete = incomplete(world).await;
    let operator =
        proven(world, newcomer(world, "operator@example.com", true).await, "operator@example.com").await;
    let other = proven(world, newcomer(world, "other@example.com", true).await, "other@example.com").await;
    newcomer(world, INVITED, true).await;
    let mut invited = Vec::new();
    for email in [INVITED, GUEST] {
        let answer = jo.submit("/members/invitations", &[("email", email)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        invited.push(secret(&link_in(world, "invitation", "/invitations/").await));
    }

    let mut callers = vec![
        Caller::new("unverified admin", "an admin with an unverified address", &unproven),
        Caller::new("admin", "an admin", &jo),
        Caller::new("pending", "an admin of a pending organization", &pending),
        Caller::new("trial ended", "an admin of an ended trial", &ended),
        Caller::new("incomplete", "an admin of an incomplete organization", &incomplete),
        Caller {
            org: jo.org(),
            ..Caller::new("admin of another org", "an admin of another organization", &other)
        },
        Caller::new("operator", "an operator, who is an admin too", &operator),
        Caller::new("stale operator", "an operator whose sign-in is nine hours old", &stale),
        Caller { column: "invited user", who: "an invited user", cookie: None, org: jo.org() },
    ];
    for (who, cookie) in [
        ("no session", None),
        ("an expired session", expired.cookie),
        ("a revoked session", revoked.cookie),
        ("a removed member", removed.cookie),
    ] {
        callers.push(Caller { column: "no session", who, cookie, org: jo.org() });
    }
    for (column, who, admin) in [
        ("member", "a member", &jo),
        ("member", "a member of an ended trial", &ended),
        ("unpaid member", "a member of a pending organization", &pending),
        ("unpaid member", "a member of an incomplete organization", &incomplete),
    ] {
        callers.push(Caller::new(column, who, &member(world, &admin.org()).await));
    }
    let links = Links {
        sign_in: secret(&ask_for_link(world, "other@example.com").await),
        invitation: invited.remove(1),
        invited_user: invited.remove(0),
        unsubscribe: secret(&link_in(world, "trial_ending", "/mail/unsubscribe/").await),
    };
    (callers, links, mate)
}

/// An admin whose first payment waits for the bank's word.
async fn incomplete(world: &World) -> Visitor<'_> {
    let email = "incomplete@example.com";
    let mut visitor = proven(world, newcomer(world, email, false).await, email).await;
    assert_eq!(visitor.submit("/billing/checkout", &[("plan", "team")]).await.status, 303);
    let event = json!({ "type": "customer.subscription.created", "organization_id": visitor.org(),
        "set": { "data.object.status": "incomplete" } });
    assert_eq!(world.stripe(event).await, [200]);
    assert_eq!(visitor.organization().await["status"], "incomplete");
    visitor
}

/// Somebody who signs up, from a network address of their own.
async fn newcomer<'w>(world: &'w World, email: &str, trial: bool) -> Visitor<'w> {
    let mut visitor = at_home(world, email);
    visitor.sign_up("Acme", email, trial).await;
    visitor
}

/// A browser that no limit has counted yet.
fn at_home<'w>(world: &'w World, email: &str) -> Visitor<'w> {
    let mut visitor = world.visitor();
    let network = email.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    visitor.ip = format!("2001:db8:{:x}:{:x}::1", network >> 16, network & 0xffff);
    visitor
}

/// The same person, signed in by a mailed link, which proves the address.
async fn proven<'w>(world: &'w World, mut visitor: Visitor<'w>, email: &str) -> Visitor<'w> {
    let link = ask_for_link(world, email).await;
    assert_eq!(visitor.submit(&link, &[]).await.status, 303);
    visitor
}

/// Somebody who is a member there, in any state of the organization.
async fn member<'w>(world: &'w World, org: &str) -> Visitor<'w> {
    let email = format!("member-{org}@example.com");
    let mut visitor = proven(world, newcomer(world, &email, true).await, &email).await;
    add_member(world, org, &visitor.user());
    let switched = visitor.submit("/organizations/switch", &[("organization", org)]).await;
    assert_eq!(switched.status, 303, "{}", switched.text());
    visitor
}

/// Puts a person among an organization's members, past every invitation.
fn add_member(world: &World, org: &str, user: &str) {
    let engine = &world.stack.system().cloud.engine;
    let mut person: Value = engine
        .items(Some(&format!("USER#{user}")))
        .into_iter()
        .find(|item| item["sk"]["S"] == "USER")
        .unwrap();
    person["orgs"]["L"].as_array_mut().unwrap().push(json!({ "S": org }));
    world.write("PutItem", json!({ "Item": person }));
    let mut member = Rest::of(world).item(org, "MEMBER#");
    member["sk"] = json!({ "S": format!("MEMBER#{user}") });
    member["role"] = json!({ "S": "member" });
    world.write("PutItem", json!({ "Item": member }));
}

async fn ask_for_link(world: &World, email: &str) -> String {
    let mut visitor = at_home(world, email);
    assert_eq!(visitor.submit("/login", &[("email", email)]).await.status, 200);
    link_in(world, "sign_in", "/login/").await
}

/// The path of the link in the newest mail of a kind.
async fn link_in(world: &World, kind: &str, path: &str) -> String {
    let mails = world.mails(kind).await;
    let text = mails.last().unwrap()["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains(path)).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

fn secret(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

//! Portal links: the host app's server asks for a link that signs one of its users in.

use jiff::{SignedDuration, Timestamp};

use super::{ReturnUrl, Session, User};
use crate::{
    id::{OrgId, UserId},
    secret::{Hash, Secret},
    time::add,
};

/// Lifetime of a portal link. The host app asks for the link at the user's click, so it only has to
/// last for one redirect on a slow connection.
pub const PORTAL_LINK_TTL: SignedDuration = SignedDuration::from_secs(60);

/// The page that a portal link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalPage {
    /// The setup checklist of the organization.
    Checklist,
    /// The plans of the organization.
    Plans,
    /// The page with the button that leads to Stripe's billing portal, which is that of the plans.
    Billing,
    /// The members of the organization.
    Members,
    /// The user's own account.
    Account,
}

impl PortalPage {
    /// All pages, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Checklist, Self::Plans, Self::Billing, Self::Members, Self::Account];

    /// Returns the name of the page in requests and stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checklist => "checklist",
            Self::Plans => "plans",
            Self::Billing => "billing",
            Self::Members => "members",
            Self::Account => "account",
        }
    }

    /// Parses a name of [`Self::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Returns the path of the page for a session in `org`.
    #[must_use]
    pub fn path(self, org: OrgId) -> String {
        match self {
            Self::Checklist => "/onboarding/checklist".to_owned(),
            Self::Plans | Self::Billing => format!("/organizations/{org}"),
            Self::Members => "/members".to_owned(),
            Self::Account => "/account".to_owned(),
        }
    }
}

/// A link that signs a user in to one organization. It works once, for [`PORTAL_LINK_TTL`].
///
/// The host app's server, which has a key, asks for the link. So no person can obtain a link for
/// another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalLink {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// The user whom the link signs in.
    pub user: UserId,
    /// The organization that the session is in.
    pub org: OrgId,
    /// The page that opens.
    pub page: PortalPage,
    /// The page of the host app to which the user returns.
    pub return_url: ReturnUrl,
    /// [`User::epoch`] at the creation of the link.
    pub epoch: u64,
    /// Number of the [join](User::joins) with which the membership began.
    pub join: u64,
    /// The time from which the link is invalid.
    pub expires_at: Timestamp,
}

impl PortalLink {
    /// Creates the link of a user. Returns `None` if the user is not a member of the organization.
    #[must_use]
    pub fn create(
        user: &User,
        org: OrgId,
        page: PortalPage,
        return_url: ReturnUrl,
        secret: &Secret,
        now: Timestamp,
    ) -> Option<Self> {
        user.orgs.contains(&org).then(|| Self {
            secret_hash: secret.hash(),
            user: user.id,
            org,
            page,
            return_url,
            epoch: user.epoch,
            join: user.joins.of(org),
            expires_at: add(now, PORTAL_LINK_TTL),
        })
    }

    /// Returns the session that the link begins at `now`.
    ///
    /// Returns `None` if the link has expired. Also returns `None` if the user's sessions or the
    /// membership ended since the creation of the link, even if the user joined again.
    #[must_use]
    pub fn begin_session(&self, user: &User, now: Timestamp) -> Option<Session> {
        let is_same = user.id == self.user
            && user.epoch == self.epoch
            && user.orgs.contains(&self.org)
            && user.joins.of(self.org) == self.join;
        let session = Session::begin(self.org, user, now);
        (is_same && now < self.expires_at)
            .then(|| Session { return_url: Some(self.return_url.clone()), ..session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Address, Name};

    #[test]
    fn portal_link_ends_with_time_epoch_and_membership() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let [org, other] =
            [1, 2].map(|n| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let mut user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        user.join(org);
        let create = |org| {
            let return_url = "https://app.example.com/".parse().unwrap();
            PortalLink::create(&user, org, PortalPage::Members, return_url, &Secret::new([1; 32]), start)
        };
        assert_eq!(create(other), None, "no member");
        let link = create(org).unwrap();
        let second = SignedDuration::from_secs(1);
        let last = add(start, PORTAL_LINK_TTL - second);

        let session = link.begin_session(&user, last).unwrap();
        assert_eq!((session.org, session.user, session.created_at), (org, id, last));
        assert_eq!((session.signed_in_at, session.is_portal()), (None, true));
        assert_eq!(link.begin_session(&user, add(last, second)), None, "too late");

        type Change = fn(&mut User, OrgId);
        let changes: [(&str, Change); 4] = [
            ("sessions ended", |user, _| user.end_sessions()),
            ("left", |user, org| user.leave(org)),
            ("left and joined again", |user, org| {
                user.leave(org);
                user.join(org);
            }),
            ("first verification", |user, _| user.verify_address()),
        ];
        for (what, change) in changes {
            let mut changed = user.clone();
            change(&mut changed, org);
            assert_eq!(link.begin_session(&changed, start), None, "{what}");
        }
    }

    #[test]
    fn portal_page_is_parsed_by_its_name() {
        for page in PortalPage::ALL {
            assert_eq!(PortalPage::parse(page.as_str()), Some(page));
        }
        assert_eq!(PortalPage::parse("Checklist"), None);
    }
}

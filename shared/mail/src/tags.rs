//! SES message tags, which identify an email in SES events.

use domain::{
    id::{OrgId, UserId},
    mail::{Claim, NoticeKey},
    secret::Hash,
};

// Names of the tags. An SES event contains the values of the tags under these names.
const KIND: &str = "kind";
const ORGANIZATION: &str = "organization";
const KEY: &str = "key";
const RECIPIENT: &str = "recipient";
const CLAIM: &str = "claim";

/// Message tags of one email. Each SES event about the email contains these tags, so they identify
/// the email.
///
/// Tag values may contain only `A-Z a-z 0-9 _ -` (SES API reference, "MessageTag"). The key of a
/// notice can contain other characters, so the tag contains a hash of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// Kind of email: a notice kind, [`Self::SIGN_IN`], or [`Self::INVITATION`].
    pub kind: String,
    /// Organization of the email. `None` for a sign-in email.
    pub organization: Option<OrgId>,
    /// Identifies the email within its kind: a hash of the notice key, the ID of the invitation, or
    /// the ID of the sign-in request.
    pub key: String,
    /// User who receives the email. `None` for an invitation, because its recipient may have no
    /// account yet.
    pub recipient: Option<UserId>,
    /// Claim under which the email was sent.
    pub claim: Claim,
}

impl Tags {
    /// Kind of a sign-in email.
    pub const SIGN_IN: &'static str = "sign_in";
    /// Kind of an invitation email.
    pub const INVITATION: &'static str = "invitation";

    /// Creates the tags of an organization's notice.
    #[must_use]
    pub fn of_notice(org: OrgId, notice: &NoticeKey, recipient: UserId, claim: &Claim) -> Self {
        Self {
            kind: notice.kind().to_owned(),
            organization: Some(org),
            key: Self::key_of(notice),
            recipient: Some(recipient),
            claim: claim.clone(),
        }
    }

    /// Creates the tags of a sign-in email. `request` is the id of the sign-in request.
    #[must_use]
    pub fn of_sign_in(request: &str, recipient: UserId, claim: &Claim) -> Self {
        Self {
            kind: Self::SIGN_IN.to_owned(),
            organization: None,
            key: request.to_owned(),
            recipient: Some(recipient),
            claim: claim.clone(),
        }
    }

    /// Creates the tags of an invitation email. `invitation` is the ID of the invitation, which
    /// consists of letters, digits, `_`, and `-`.
    #[must_use]
    pub fn of_invitation(org: OrgId, invitation: &str, claim: &Claim) -> Self {
        Self {
            kind: Self::INVITATION.to_owned(),
            organization: Some(org),
            key: invitation.to_owned(),
            recipient: None,
            claim: claim.clone(),
        }
    }

    /// Returns whether this is a sign-in or invitation email, whose recipient needs the link to get
    /// access.
    #[must_use]
    pub fn is_link_email(&self) -> bool {
        [Self::SIGN_IN, Self::INVITATION].contains(&self.kind.as_str())
    }

    /// Returns the tag value of a notice: the first 16 characters of a hash of its key.
    #[must_use]
    pub fn key_of(notice: &NoticeKey) -> String {
        Hash::of(&[b"notice", notice.to_string().as_bytes()]).to_string().chars().take(16).collect()
    }

    /// Returns the tags as names and values for the SES request.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![(KIND, self.kind.clone())];
        pairs.extend(self.organization.map(|org| (ORGANIZATION, org.to_string())));
        pairs.push((KEY, self.key.clone()));
        pairs.extend(self.recipient.map(|user| (RECIPIENT, user.to_string())));
        pairs.push((CLAIM, self.claim.0.clone()));
        pairs
    }

    /// Reads the tags from an SES event.
    ///
    /// Returns `None` if a required tag is missing or a tag is invalid. Onramp did not send such an
    /// email.
    pub fn read<'a>(tag: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let organization = tag(ORGANIZATION).map(str::parse).transpose().ok()?;
        let recipient = tag(RECIPIENT).map(str::parse).transpose().ok()?;
        Some(Self {
            kind: tag(KIND)?.to_owned(),
            organization,
            key: tag(KEY)?.to_owned(),
            recipient,
            claim: Claim(tag(CLAIM)?.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_round_trip_and_satisfy_ses_limits() {
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let notice = NoticeKey::TrialEnding { ends_at: "2025-01-22T10:20:30Z".parse().unwrap(), days: 3 };
        let claim = Claim("c1a1".repeat(16));
        for tags in [
            Tags::of_notice(org, &notice, user, &claim),
            Tags::of_sign_in("0198c0de", user, &claim),
            Tags::of_invitation(org, "0198c0de", &claim),
        ] {
            let pairs = tags.pairs();
            for (name, value) in &pairs {
                assert!(value.len() <= 256 && !value.is_empty(), "{name}");
                assert!(
                    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)),
                    "{name}: {value}"
                );
            }
            let read = Tags::read(|name| {
                pairs.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value.as_str())
            });
            assert_eq!(read, Some(tags));
        }
        assert_eq!(Tags::read(|_| None), None);
        assert_ne!(Tags::key_of(&notice), Tags::key_of(&NoticeKey::Welcome));
    }
}

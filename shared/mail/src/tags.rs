use domain::{
    delivery::Claim,
    id::{OrgId, UserId},
    notice::NoticeKey,
    secret::Hash,
};

/// The names of the tags, as SES's events carry them back.
const KIND: &str = "kind";
const ORGANIZATION: &str = "organization";
const KEY: &str = "key";
const RECIPIENT: &str = "recipient";
const CLAIM: &str = "claim";

/// What a mail is tagged with, so that SES's own events name the mail that they are about.
///
/// Tag values take only `A-Z a-z 0-9 _ -` (SES API reference, "MessageTag"), so a notice's key goes as its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// The kind of mail.
    pub kind: String,
    /// The organization that it is about, if it is about one.
    pub organization: Option<OrgId>,
    /// What it is about within that: a notice's hash, or the id of what was asked.
    pub key: String,
    /// Whom it goes to; somebody who is invited may have no account yet.
    pub recipient: Option<UserId>,
    /// The claim under which it was sent.
    pub claim: Claim,
}

impl Tags {
    /// The kind of a sign-in mail.
    pub const SIGN_IN: &'static str = "sign_in";
    /// The kind of an invitation.
    pub const INVITATION: &'static str = "invitation";

    /// The tags of an organization's notice.
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

    /// The tags of a sign-in mail; `asked` is the id of the request for it.
    #[must_use]
    pub fn of_sign_in(asked: &str, recipient: UserId, claim: &Claim) -> Self {
        Self {
            kind: Self::SIGN_IN.to_owned(),
            organization: None,
            key: asked.to_owned(),
            recipient: Some(recipient),
            claim: claim.clone(),
        }
    }

    /// The tags of an invitation; `invitation` is its id, of letters, digits, `_` and `-`.
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

    /// Whether the mail's link is the only way in for its reader.
    #[must_use]
    pub fn is_way_in(&self) -> bool {
        [Self::SIGN_IN, Self::INVITATION].contains(&self.kind.as_str())
    }

    /// What stands for a notice in its tags.
    #[must_use]
    pub fn key_of(notice: &NoticeKey) -> String {
        Hash::of(&[b"notice", notice.to_string().as_bytes()]).to_string().chars().take(16).collect()
    }

    /// Names and values, as SES takes them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![(KIND, self.kind.clone())];
        pairs.extend(self.organization.map(|org| (ORGANIZATION, org.to_string())));
        pairs.push((KEY, self.key.clone()));
        pairs.extend(self.recipient.map(|user| (RECIPIENT, user.to_string())));
        pairs.push((CLAIM, self.claim.0.clone()));
        pairs
    }

    /// The tags of a mail of ours, from what an event of SES says of them; `None` if it is not one of ours.
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
    fn tags_come_back_as_they_went_and_ses_takes_them() {
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

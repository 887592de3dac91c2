//! The correction of an unverified address.

use domain::{
    mail::{Claim, NoticeKey},
    org::{NotCorrectable, Org, Reminders, SuppressionReason},
    people::{Address, Membership, Role, User},
};

use super::people::{membership, pending, trialing, user, user_id};
use crate::fixture::at;

fn founder() -> (User, Membership) {
    (User { verified: false, ..user(0) }, membership(0, Role::Admin))
}

fn correct(org: &mut Org, address: &str, seconds: i64) -> Result<(User, Membership), NotCorrectable> {
    let (mut user, mut membership) = founder();
    let address = Address::parse(address).unwrap();
    org.correct_address(&mut user, &mut membership, &address, at(seconds))?;
    Ok((user, membership))
}

#[test]
fn corrected_address_replaces_every_copy_and_its_history() {
    let mut org = trialing();
    org.suppress(user_id(0), SuppressionReason::Bounced, at(1));
    org.set_reminders(user_id(0), Reminders::Unwanted);
    let (user, membership) = correct(&mut org, "new@example.com", 2).unwrap();
    let admin = org.admin(user_id(0)).unwrap();
    for address in [&user.address, &membership.address, &admin.address] {
        assert_eq!(address.as_str(), "new@example.com");
    }
    assert_eq!((admin.unreachable, admin.reminders, user.verified), (None, Reminders::Wanted, false));
}

#[test]
fn verified_address_is_not_corrected() {
    let (mut org, address) = (trialing(), Address::parse("new@example.com").unwrap());
    let (_, mut membership) = founder();
    let mut verified = User { verified: true, ..user(0) };
    let before = (org.clone(), membership.clone(), verified.clone());
    let corrected = org.correct_address(&mut verified, &mut membership, &address, at(0));
    assert_eq!(corrected, Err(NotCorrectable::Verified));
    assert_eq!((org, membership, verified), before);
}

#[test]
fn only_the_newest_welcome_is_sent() {
    let mut org = trialing();
    correct(&mut org, "one@example.com", 1).unwrap();
    correct(&mut org, "two@example.com", 2).unwrap();
    let sent = org.claim_mail(&Claim::new(at(3), "a"), 20, None, at(3));
    let keys: Vec<_> = sent.iter().map(|mail| &mail.key).collect();
    assert_eq!(keys, [&NoticeKey::WelcomeAgain { n: 2 }]);
    // The outdated one is finished, so the next correction removes it.
    correct(&mut org, "three@example.com", 4).unwrap();
    let kept: Vec<_> = org.outbox.0.keys().map(ToString::to_string).collect();
    assert_eq!(kept, ["welcome", "welcome/2", "welcome/3"]);
}

#[test]
fn organization_without_a_welcome_sends_none() {
    let mut org = pending();
    correct(&mut org, "new@example.com", 1).unwrap();
    assert!(org.outbox.0.is_empty());
}

//! The note about admins whose email address is undeliverable.
//!
//! All admins see it, so one admin can help another. An admin who has not verified their own address
//! corrects it in the note.

use domain::{
    org::{AdminContact, Org, SuppressionReason, Undeliverable},
    people::Member,
};
use maud::{Markup, Render, html};
use ui::{AddressForm, Tone, moment, note};

use crate::words::undeliverable as words;

/// Renders the note on the page at the path `here`. It is empty if all addresses are deliverable. It
/// is also empty for members, because they must not see the admins' addresses.
#[must_use]
pub fn undeliverable(org: &Org, member: &Member, here: &str) -> Markup {
    let unreachable: Vec<_> =
        org.admins.iter().filter_map(|admin| Some((admin, admin.unreachable?))).collect();
    if member.admin().is_none() || unreachable.is_empty() {
        return html! {};
    }
    let is_own = |admin: &AdminContact| admin.user == member.user();
    let title = match unreachable.as_slice() {
        [(admin, _)] if is_own(admin) => words::TO_YOU.to_owned(),
        [(admin, _)] => words::to_one(&admin.name),
        several => words::to_several(several.len()),
    };
    let own = unreachable.iter().map(|(admin, _)| *admin).find(|admin| is_own(admin));
    let correctable = own.filter(|_| !member.is_verified());
    let others = unreachable.len() - usize::from(correctable.is_some());
    let invite = |label: &str| html! { a href="/members" { (label) } };
    let text = html! {
        @for (admin, unreachable) in &unreachable { p { (reason(admin, unreachable, org)) } }
        @match others {
            0 => {}
            1 => p { (words::advice_for_one(&invite(words::INVITE_ONE))) },
            _ => p { (words::advice_for_several(&invite(words::INVITE_SEVERAL))) },
        }
        @if let Some(admin) = correctable {
            p { (words::CORRECT) }
            (AddressForm { next: here, value: admin.address.as_str(), error: None }.render())
        }
    };
    html! {
        section id="unreachable" aria-label=(words::LABEL) { (note(Tone::Warning, "📭", &title, &text)) }
    }
}

fn reason(admin: &AdminContact, unreachable: &Undeliverable, org: &Org) -> Markup {
    let since = moment::date(unreachable.since, &org.zone);
    let address = admin.address.as_str();
    match unreachable.why {
        SuppressionReason::Bounced => words::bounced(&admin.name, address, &since),
        SuppressionReason::Complained => words::complained(&admin.name, address, &since),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        id::UserId,
        people::{IdleTimeout, Role, Session, User},
    };
    use test_support::build::{acme, jo};

    use super::*;

    fn shown(user: &User, role: Role, suppressed: &[UserId], why: SuppressionReason) -> String {
        let now = "2025-01-08T10:00:00Z".parse().unwrap();
        let mut org = acme(now);
        for admin in suppressed {
            assert!(org.suppress(*admin, why, now));
        }
        let session = Session::begin(org.id, user, now);
        let member = Member::authorize(&session, user, Some(role), IdleTimeout::default(), now).unwrap();
        undeliverable(&org, &member, "/dashboard").into_string()
    }

    #[test]
    fn note_names_undeliverable_addresses_to_admins_only() {
        let jo = User { verified: true, ..jo() };
        assert_eq!(shown(&jo, Role::Admin, &[], SuppressionReason::Bounced), "");
        for (why, text) in [
            (SuppressionReason::Bounced, "has bounced since"),
            (SuppressionReason::Complained, "was marked as spam on"),
        ] {
            let note = shown(&jo, Role::Admin, &[jo.id], why);
            for text in ["We can’t deliver email to you", jo.address.as_str(), text, "invite that address"]
            {
                assert!(note.contains(text), "{text}: {note}");
            }
            assert!(!note.contains("<form"), "a verified address cannot be corrected");
            assert_eq!(shown(&jo, Role::Member, &[jo.id], why), "");
        }
        let other = User { id: "usr_0198c0de-0000-7000-8000-0000000000f3".parse().unwrap(), ..jo.clone() };
        let note = shown(&other, Role::Admin, &[jo.id], SuppressionReason::Bounced);
        assert!(note.contains(&format!("We can’t deliver email to {}", jo.name)), "{note}");
    }

    #[test]
    fn unverified_admin_corrects_their_own_address() {
        let jo = User { verified: false, ..jo() };
        let note = shown(&jo, Role::Admin, &[jo.id], SuppressionReason::Bounced);
        for text in [r#"action="/account/email""#, r#"name="next" value="/dashboard""#, jo.address.as_str()] {
            assert!(note.contains(text), "{text}: {note}");
        }
        assert!(!note.contains("invite that address"), "{note}");
    }
}

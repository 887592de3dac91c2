//! The note about admins whose email address is undeliverable.
//!
//! All admins see it, so one admin can correct the address of another.

use domain::org::{AdminContact, SuppressionReason, Undeliverable};
use maud::{Markup, html};
use ui::{Tone, note};

use super::moment;
use crate::{views::View, words::undeliverable as words};

/// Renders the note. It is empty if all addresses are deliverable. It is also empty for members,
/// because they must not see the admins' addresses.
pub fn render(view: &View) -> Markup {
    let unreachable: Vec<_> =
        view.org.admins.iter().filter_map(|admin| Some((admin, admin.unreachable?))).collect();
    if view.admin.is_none() || unreachable.is_empty() {
        return html! {};
    }
    let title = match unreachable.as_slice() {
        [(admin, _)] if admin.user == view.member.user() => words::TO_YOU.to_owned(),
        [(admin, _)] => words::to_one(&admin.name),
        several => words::to_several(several.len()),
    };
    let invite = |label: &str| html! { a href="/members" { (label) } };
    let text = html! {
        @for (admin, unreachable) in &unreachable { p { (reason(admin, unreachable, view)) } }
        p {
            @if unreachable.len() == 1 { (words::advice_for_one(&invite(words::INVITE_ONE))) }
            @else { (words::advice_for_several(&invite(words::INVITE_SEVERAL))) }
        }
    };
    html! {
        section id="unreachable" aria-label=(words::LABEL) { (note(Tone::Warning, "📭", &title, &text)) }
    }
}

fn reason(admin: &AdminContact, unreachable: &Undeliverable, view: &View) -> Markup {
    let since = moment::date(unreachable.since, &view.org.zone);
    let address = admin.address.as_str();
    match unreachable.why {
        SuppressionReason::Bounced => words::bounced(&admin.name, address, &since),
        SuppressionReason::Complained => words::complained(&admin.name, address, &since),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{read, trial};

    #[test]
    fn note_names_undeliverable_addresses_to_admins_only() {
        let mut view = trial();
        assert_eq!(render(&view).0, "");
        let jo = view.org.admins[0].user;
        for (why, text) in [
            (SuppressionReason::Bounced, "has bounced since January 8, 2025"),
            (SuppressionReason::Complained, "was marked as spam on January 8, 2025"),
        ] {
            view.org.admins[0].unreachable = None;
            assert!(view.org.suppress(jo, why, view.now));
            let shown = read(&render(&view));
            for text in ["We can’t deliver email to you", "Jo Doe (jo@example.com)", text] {
                assert!(shown.contains(text), "{text}: {shown}");
            }
        }
        view.org.admins[0].user = "usr_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
        assert!(read(&render(&view)).contains("We can’t deliver email to Jo Doe"));
        assert_eq!(render(&view.into_member()).0, "");
    }
}

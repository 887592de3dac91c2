//! Admins whom mail does not reach, and what to do about it.

use domain::org::{AdminContact, SuppressionReason, Unreachable};
use maud::{Markup, html};
use web::ui::{Tone, note};

use super::moment;
use crate::view::View;

/// The note; nothing where mail reaches everybody, and for members, who need not know the admins' addresses.
#[must_use]
pub fn render(view: &View) -> Markup {
    let unreachable: Vec<_> =
        view.org.admins.iter().filter_map(|admin| Some((admin, admin.unreachable?))).collect();
    if view.admin.is_none() || unreachable.is_empty() {
        return html! {};
    }
    let title = match unreachable.as_slice() {
        [(admin, _)] if admin.user == view.member.user() => "Our mail does not reach you".to_owned(),
        [(admin, _)] => format!("Our mail does not reach {}", admin.name),
        several => format!("Our mail does not reach {} admins", several.len()),
    };
    let text = html! {
        @for (admin, unreachable) in &unreachable { p { (problem_text(admin, unreachable, view)) } }
        p {
            "News of the trial and of payments no longer goes there. If another address works better, "
            a href="/members" { "invite it" } " as an admin, and remove this one."
        }
    };
    html! { section id="unreachable" aria-label="Mail" { (note(Tone::Warning, "📭", &title, &text)) } }
}

fn problem_text(admin: &AdminContact, unreachable: &Unreachable, view: &View) -> Markup {
    let since = moment::date(unreachable.since, &view.org.zone);
    html! {
        (admin.name) " (" (admin.address.as_str()) ")"
        @match unreachable.why {
            SuppressionReason::Bounced => { ": the mailbox has refused our mail since " (since) "." }
            SuppressionReason::Complained => { ": our mail was marked as spam there on " (since) "." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{read, trial};

    #[test]
    fn admins_are_told_whom_mail_does_not_reach_and_members_are_not() {
        let mut view = trial();
        assert_eq!(render(&view).0, "");
        let jo = view.org.admins[0].user;
        for (why, words) in [
            (SuppressionReason::Bounced, "has refused our mail since January 8, 2025"),
            (SuppressionReason::Complained, "marked as spam there on January 8, 2025"),
        ] {
            view.org.admins[0].unreachable = None;
            assert!(view.org.suppress(jo, why, view.now));
            let text = read(&render(&view));
            for words in ["does not reach you", "Jo Doe (jo@example.com)", words] {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
        assert_eq!(render(&view.as_member()).0, "");
    }
}

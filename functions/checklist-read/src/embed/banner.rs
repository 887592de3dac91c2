//! The trial banner, for pages of the host app.

use maud::{Markup, html};

use crate::{
    components::banner::{Button, banner},
    view::View,
};

/// The banner; nothing for an organization that is paid and well. `origin` is our own. What would be a form that leads to
/// Stripe is a link to the page that has it.
#[must_use]
pub fn render(view: &View, origin: &str) -> Markup {
    let Some(banner) = banner(view) else { return html! {} };
    let label = banner.button.filter(|_| view.admin.is_some()).map(|button| match button {
        Button::Plans(label) | Button::Portal(label) => label,
    });
    html! {
        aside class={ "ob-banner " (banner.tone.class().replacen("tone", "ob", 1)) } aria-label="Plan" {
            p class="ob-words" {
                strong class="ob-lead" { span aria-hidden="true" { (banner.icon) " " } (banner.lead) }
                " " span { (banner.text) }
            }
            @if let Some(label) = label {
                a class="ob-button" href={ (origin) (view.plans()) } target="_top" { (label) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::SubscriptionStatus;

    use super::*;
    use crate::testing::{read, subscribed, trial};

    #[test]
    fn it_says_what_ours_says_and_leads_where_it_is_acted_on() {
        let place =
            r#"href="https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001""#;
        for view in [trial(), subscribed(SubscriptionStatus::PastDue)] {
            let (ours, theirs) =
                (crate::components::banner::render(&view), render(&view, "https://onramp.example.com"));
            assert_eq!(read(&ours), read(&theirs));
            assert!(theirs.0.contains(place) && !theirs.0.contains("<form"), "{}", theirs.0);
            assert!(!render(&view.as_member(), "https://onramp.example.com").0.contains("href"));
        }
        assert!(render(&trial(), "").0.contains("ob-banner ob-calm"));
        assert_eq!(render(&subscribed(SubscriptionStatus::Active), "").0, "");
    }
}

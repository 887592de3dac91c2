//! The banner about the trial or the plan, for pages of the host app.

use domain::people::PortalPage;
use maud::{Markup, html};
use ui::icon;

use crate::{
    views::View,
    views::components::banner::{Button, banner, hide},
    words::banner as words,
};

/// Renders the banner. It is empty for an organization with an active plan and no open payment.
///
/// `origin` is Onramp's own origin. The button is always a link to the organization's page, because
/// a page of another site cannot send the form that leads to Stripe.
pub fn render(view: &View, origin: &str) -> Markup {
    let Some(banner) = banner(view) else { return html! {} };
    html! {
        aside class={ "ob-banner " (banner.tone.class().replacen("tone", "ob", 1)) } aria-label=(words::LABEL) {
            p class="ob-words" {
                strong class="ob-lead" { (icon(banner.icon)) (banner.lead) }
                " " span { (banner.text) }
            }
            @if let Some(button) = banner.button { (link(button, view, origin)) }
            @if let Some(step) = banner.hides {
                a class="ob-quiet" href={ (origin) "/dashboard" } target="_top" data-ob-page=(PortalPage::Checklist.as_str()) data-ob-do=(hide(step)) {
                    (words::HIDE)
                }
            }
        }
    }
}

/// Renders the banner's button alone. Empty if the banner has none.
pub fn action(view: &View, origin: &str) -> Markup {
    let button = banner(view).and_then(|banner| banner.button);
    button.map_or_else(Markup::default, |button| link(button, view, origin))
}

fn link(button: Button, view: &View, origin: &str) -> Markup {
    let (label, page) = match button {
        Button::Plans(label) => (label, PortalPage::Plans),
        Button::Portal(label) => (label, PortalPage::Billing),
    };
    html! {
        a class="ob-button" href={ (origin) (view.plans()) } target="_top" data-ob-page=(page.as_str()) { (label) }
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::SubscriptionStatus;

    use super::*;
    use crate::testing::{read, subscribed, trial};

    #[test]
    fn embedded_banner_has_the_pages_text_and_an_absolute_link() {
        let link =
            r#"href="https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001""#;
        for view in [trial(), subscribed(SubscriptionStatus::PastDue)] {
            let (own, embedded) = (
                crate::views::components::banner::render(&view),
                render(&view, "https://onramp.example.com"),
            );
            assert_eq!(read(&own), read(&embedded));
            assert!(embedded.0.contains(link) && embedded.0.contains("data-ob-page="), "{}", embedded.0);
            assert!(!embedded.0.contains("<form"), "{}", embedded.0);
            let member = render(&view.into_member(), "https://onramp.example.com").0;
            assert!(!member.contains("/organizations/"), "{member}");
        }
        assert!(render(&trial(), "").0.contains("ob-banner ob-calm"));
        assert_eq!(render(&subscribed(SubscriptionStatus::Active), "").0, "");
    }
}

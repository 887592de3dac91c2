//! Pages of the unsubscribe link.

use domain::{
    org::Reminders,
    people::{Address, Name},
};
use maud::{Markup, html};
use ui::Weight;

use super::{emphasized, narrow_page};
use crate::words::{
    self,
    unsubscribe::{self as words_of, stop, stopped},
};

/// The admin whose reminders a link stops, with their current choice.
pub struct Recipient {
    pub organization: Name,
    pub address: Address,
    pub reminders: Reminders,
}

/// Renders the recipient's current choice, with the button that changes it.
///
/// `token` consists of hex digits.
pub fn choice(product: &str, token: &str, recipient: &Recipient) -> Markup {
    let (address, org) = (recipient.address.as_str(), recipient.organization.as_str());
    let action = format!("/mail/unsubscribe/{token}");
    match recipient.reminders {
        Reminders::Wanted => narrow_page(
            product,
            stop::TITLE,
            None,
            html! {
                h1 { (stop::TITLE) }
                p class="lead" { (emphasized(&stop::lead(address, org))) }
                div class="actions" { (ui::post_button(Weight::Primary, &action, stop::SUBMIT, None)) }
                p class="aside" { (stop::KEEP) }
            },
        ),
        Reminders::Unwanted => narrow_page(
            product,
            stopped::TITLE,
            None,
            html! {
                h1 { (stopped::TITLE) }
                p class="lead" { (emphasized(&stopped::lead(address, org))) }
                div class="actions" {
                    (ui::post_button(Weight::Secondary, &format!("{action}/undo"), stopped::SUBMIT, None))
                }
                p class="aside" { (stopped::CLOSE) }
            },
        ),
    }
}

/// Renders the page of a link that has expired, is unknown, or belongs to a former admin.
pub fn expired(product: &str) -> Markup {
    narrow_page(
        product,
        words::LINK_NO_LONGER_WORKS,
        None,
        html! {
            h1 { (words::LINK_NO_LONGER_WORKS) }
            p class="lead" { (words_of::EXPIRED_LEAD) }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_offers_the_other_and_escapes_names() {
        for (reminders, action) in [
            (Reminders::Wanted, r#"action="/mail/unsubscribe/f00d""#),
            (Reminders::Unwanted, r#"action="/mail/unsubscribe/f00d/undo""#),
        ] {
            let recipient = Recipient {
                organization: Name::from_stored("<b>Acme".to_owned()),
                address: Address::parse("jo@acme.example").unwrap(),
                reminders,
            };
            let page = choice("TimeTracker", "f00d", &recipient).into_string();
            assert!(page.contains(action), "{page}");
            assert_eq!(page.matches("<form").count(), 1, "{page}");
            assert!(page.contains("jo@acme.example") && page.contains("&lt;b&gt;Acme"), "{page}");
        }
    }
}

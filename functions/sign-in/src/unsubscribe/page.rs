use domain::org::Reminders;
use maud::{Markup, Render, html};
use web::ui::{self, Page, Weight, Width};

use super::Reader;

/// What the reader gets now, and the button that changes it. `token` is of hex digits.
pub(super) fn of(product: &str, token: &str, reader: &Reader) -> Markup {
    let Reader { organization, address, reminders } = reader;
    let action = format!("/mail/unsubscribe/{token}");
    match reminders {
        Reminders::Wanted => shell(
            product,
            "Stop trial reminders?",
            html! {
                h1 { "Stop trial reminders?" }
                p class="lead" {
                    "From then on " strong { (address.as_str()) } " gets no more reminders that the trial of " strong { (organization) }
                    " ends soon. Mails about payments and sign-in still come."
                }
                div class="actions" { (ui::post_button(Weight::Primary, &action, "Stop trial reminders", None)) }
                p class="aside" { "Rather keep them? Close this page; nothing has happened." }
            },
        ),
        Reminders::Unwanted => shell(
            product,
            "No more trial reminders",
            html! {
                h1 { "No more trial reminders" }
                p class="lead" {
                    strong { (address.as_str()) } " gets no more reminders that the trial of " strong { (organization) }
                    " ends soon. Mails about payments and sign-in still come."
                }
                div class="actions" {
                    (ui::post_button(Weight::Secondary, &format!("{action}/undo"), "Send reminders again", None))
                }
                p class="aside" { "You can close this page." }
            },
        ),
    }
}

/// What people see whose link does not work (any more).
pub(super) fn gone(product: &str) -> Markup {
    shell(
        product,
        "This link no longer works",
        html! {
            h1 { "This link no longer works" }
            p class="lead" {
                "It is too old, or you are no admin of that organization any more. If reminders still come, use the "
                "link in the newest of them."
            }
        },
    )
}

fn shell(product: &str, title: &str, main: Markup) -> Markup {
    Page { product, title, person: None, width: Width::Narrow, main }.render()
}

#[cfg(test)]
mod tests {
    use domain::{address::Address, name::Name};

    use super::*;

    #[test]
    fn each_state_offers_the_other_by_a_button_and_names_are_text() {
        for (reminders, action) in [
            (Reminders::Wanted, r#"action="/mail/unsubscribe/f00d""#),
            (Reminders::Unwanted, r#"action="/mail/unsubscribe/f00d/undo""#),
        ] {
            let reader = Reader {
                organization: Name::from_stored("<b>Acme".to_owned()),
                address: Address::parse("jo@acme.example").unwrap(),
                reminders,
            };
            let page = of("TimeTracker", "f00d", &reader).into_string();
            assert!(page.contains(action), "{page}");
            assert_eq!(page.matches("<form").count(), 1, "{page}");
            assert!(page.contains("jo@acme.example") && page.contains("&lt;b&gt;Acme"), "{page}");
        }
    }
}

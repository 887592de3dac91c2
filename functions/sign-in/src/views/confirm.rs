//! Page that asks before a change that cannot be taken back.

use maud::{Markup, Render, html};
use ui::{Page, Weight, Width};
use web::auth::AuthenticatedUser;

use crate::words::confirm as words_of;

/// A change that the user has to confirm.
pub struct Question {
    /// Names the change. It is the title of the page and the label of the button.
    pub title: String,
    /// What the change causes.
    pub text: String,
    /// Path of the form.
    pub action: String,
    /// Page to which "Cancel" leads.
    pub back: &'static str,
}

impl Question {
    pub fn render(&self, product: &str, caller: &AuthenticatedUser) -> Markup {
        let main = html! {
            h1 { (words_of::question(&self.title)) }
            p class="lead" { (self.text) }
            form class="actions" method="post" action=(self.action) {
                (ui::hidden("confirmed", "true"))
                (ui::submit(Weight::Primary, &self.title))
                (ui::link_button(Weight::Secondary, self.back, words_of::CANCEL))
            }
        };
        let title = words_of::question(&self.title);
        let person = Some(caller.person(None));
        Page { product, title: &title, person, width: Width::Narrow, main }.render()
    }
}

use domain::secret::Secret;

use crate::{
    inert::Inert,
    letter::{Block, Letter, Link, Rendered},
    product::Product,
};

/// The mail with a one-time link, for somebody who asked to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// How to greet.
    pub given_name: Inert,
    /// What the link carries; only its hash is stored.
    pub secret: Secret,
}

impl SignIn {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let name = &product.name;
        Letter {
            subject: format!("Sign in to {name}"),
            preheader: "Your link works once, for 10 minutes.".to_owned(),
            product: name.clone(),
            heading: format!("Sign in to {name}"),
            greeting: format!("Hello {},", self.given_name),
            before: vec![Block::Paragraph(
                "This link signs you in. It works once, and for 10 minutes.".to_owned(),
            )],
            button: Link { label: "Sign in".to_owned(), url: product.sign_in_url(&self.secret) },
            after: vec![Block::Paragraph(
                "If you did not ask for it, ignore this email: nobody can sign in without the link."
                    .to_owned(),
            )],
            reason: format!(
                "You get this email because somebody asked to sign in to {name} with your address."
            ),
        }
        .render()
    }
}

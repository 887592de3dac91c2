use domain::id::OrgId;

use super::admin_of;
use crate::{
    inert::Inert,
    letter::{Block, Letter, Link, Mark, Rendered},
    product::Product,
};

/// The mail that tells an admin that the trial is over and nothing is lost.
#[derive(Clone, Debug)]
pub struct TrialEnded {
    /// How to greet.
    pub given_name: Inert,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: Inert,
    /// The date of the end, in the organization's zone.
    pub ended_on: String,
}

impl TrialEnded {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, ended_on, .. } = self;
        let name = &product.name;
        Letter {
            subject: format!("Your {name} trial has ended - {organization}"),
            preheader: format!("Everything in {organization} is kept. Choose a plan to go on."),
            product: name.clone(),
            heading: "Your trial has ended".to_owned(),
            greeting: format!("Hello {given_name},"),
            before: vec![
                Block::Paragraph(format!("The free trial of “{organization}” ended on {ended_on}.")),
                Block::List {
                    title: "What this means".to_owned(),
                    mark: Mark::Bullet,
                    items: vec![
                        "Everything is kept: projects, time entries, people and settings".to_owned(),
                        "Your organization is read-only: everybody can sign in and see everything, and nobody can \
                         change it"
                            .to_owned(),
                        "Nothing was charged".to_owned(),
                    ],
                },
                Block::Paragraph(
                    "To go on, choose a plan. Your organization is open again as soon as the first payment is through."
                        .to_owned(),
                ),
            ],
            button: Link { label: "Choose a plan".to_owned(), url: product.plans_url(self.org) },
            after: Vec::new(),
            reason: admin_of(organization, name),
        }
        .render()
    }
}

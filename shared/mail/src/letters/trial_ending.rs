use domain::id::OrgId;

use super::{admin_of, days_left};
use crate::{
    inert::Inert,
    letter::{Block, Letter, Link, Rendered},
    product::Product,
};

/// The mail that reminds an admin of the trial's end.
#[derive(Clone, Debug)]
pub struct TrialEnding {
    /// How to greet.
    pub given_name: Inert,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: Inert,
    /// Days left when the mail is sent, rounded up: not the offset at which it was owed.
    pub days: u32,
    /// The date of the end, in the organization's zone.
    pub ends_on: String,
}

impl TrialEnding {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, ends_on, .. } = self;
        let name = &product.name;
        let left = days_left(self.days);
        Letter {
            subject: format!("{left} in your {name} trial - {organization}"),
            preheader: format!("The trial of {organization} ends on {ends_on}."),
            product: name.clone(),
            heading: format!("{left} in your trial"),
            greeting: format!("Hello {given_name},"),
            before: vec![
                Block::Panel {
                    title: format!("⏳ {left}"),
                    lines: vec![format!("The free trial of “{organization}” is about to end."), format!("Trial ends: {ends_on}")],
                },
                Block::Paragraph(
                    "Choose a plan before that day and your work goes on without a break. Days that are left in the \
                     trial stay free."
                        .to_owned(),
                ),
                Block::Paragraph(
                    "Without a plan, your organization becomes read-only when the trial ends: everybody can still sign \
                     in and see everything, nothing is deleted, and nothing is charged."
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

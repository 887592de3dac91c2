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
    /// What happens then if nobody does anything.
    pub then: Then,
}

/// What the end of a trial brings by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The organization becomes read-only: there is no plan yet.
    ReadOnly,
    /// The plan that was chosen begins, and is paid for.
    PlanBegins,
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
            before: [Block::Panel {
                title: format!("⏳ {left}"),
                lines: vec![
                    format!("The free trial of “{organization}” is about to end."),
                    format!("Trial ends: {ends_on}"),
                ],
            }]
            .into_iter()
            .chain(self.then.words().iter().map(|words| Block::Paragraph((*words).to_owned())))
            .collect(),
            button: Link { label: self.then.button().to_owned(), url: product.plans_url(self.org) },
            after: Vec::new(),
            reason: admin_of(organization, name),
        }
        .render()
    }
}

impl Then {
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::ReadOnly => &[
                "Choose a plan before that day and your work goes on without a break. Days that are left in the trial \
                 stay free.",
                "Without a plan, your organization becomes read-only when the trial ends: everybody can still sign in \
                 and see everything, nothing is deleted, and nothing is charged.",
            ],
            Self::PlanBegins => &[
                "You have chosen a plan, so there is nothing to do: it begins on that day, and the first payment is \
                 taken then.",
                "If you have changed your mind, cancel before that day and nothing is charged.",
            ],
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Self::ReadOnly => "Choose a plan",
            Self::PlanBegins => "See your plan",
        }
    }
}

use domain::id::OrgId;

use super::{admin_of, days_left};
use crate::{
    inert::Inert,
    letter::{Block, Letter, Link, Mark, Rendered},
    product::Product,
};

/// The mail that greets an admin of a newly provisioned organization.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// How to greet.
    pub given_name: Inert,
    /// The organization's id.
    pub org: OrgId,
    /// The organization's name.
    pub organization: Inert,
    /// The default project's name.
    pub project: Inert,
    /// What the organization stands on when the mail is sent.
    pub standing: Standing,
}

/// What an organization stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A trial runs.
    Trial {
        /// Days left, rounded up.
        days: u32,
        /// The date of its end, in the organization's zone.
        ends_on: String,
    },
    /// A paid subscription is active.
    Active,
    /// Neither: the mail was held up, and only the organization's page tells what is true when it is read.
    Other,
}

impl Welcome {
    /// Its subject, text and HTML.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, .. } = self;
        let name = &product.name;
        let mut before = vec![Block::Paragraph(format!(
            "Welcome to {name}! Your organization “{organization}” is now ready."
        ))];
        before.extend(self.standing(product));
        before.push(Block::List {
            title: "✨ We’ve set up your account with:".to_owned(),
            mark: Mark::Check,
            items: vec![
                format!("Your organization: {organization}"),
                format!("A default project to get started: {}", self.project),
                "Admin access for full control".to_owned(),
            ],
        });
        before.push(Block::List {
            title: "📋 Next steps".to_owned(),
            mark: Mark::Number,
            items: ["Invite team members", "Create projects", "Set working hours", "Start tracking time"]
                .map(str::to_owned)
                .to_vec(),
        });
        Letter {
            subject: format!("Welcome to {name} - {organization}"),
            preheader: match &self.standing {
                Standing::Trial { days, .. } => {
                    format!("{organization} is ready, {} in your trial.", days_left(*days))
                }
                Standing::Active | Standing::Other => format!("{organization} is ready."),
            },
            product: name.clone(),
            heading: format!("{organization} is ready"),
            greeting: format!("Hello {given_name},"),
            before,
            button: Link { label: "Go to dashboard".to_owned(), url: product.dashboard_url.clone() },
            after: vec![
                Block::Link(Link {
                    label: "Complete your onboarding checklist".to_owned(),
                    url: product.checklist_url(),
                }),
                self.tips(),
            ],
            reason: admin_of(organization, name),
        }
        .render()
    }

    fn standing(&self, product: &Product) -> Vec<Block> {
        match &self.standing {
            Standing::Trial { days, ends_on } => vec![Block::Panel {
                title: "🎉 Free trial active".to_owned(),
                lines: vec![
                    format!("You have {} in your trial. Explore all features.", days_left(*days)),
                    format!("Trial ends: {ends_on}"),
                ],
            }],
            Standing::Active => vec![Block::Panel {
                title: "💳 Subscription active".to_owned(),
                lines: vec!["Your subscription is active: all features are open to you.".to_owned()],
            }],
            Standing::Other => vec![Block::Link(Link {
                label: "See your organization’s plan".to_owned(),
                url: product.plans_url(self.org),
            })],
        }
    }

    fn tips(&self) -> Block {
        let mut items = vec![
            "Press Ctrl+K or ? for quick navigation".to_owned(),
            "Use keyboard shortcuts to work faster".to_owned(),
        ];
        if matches!(self.standing, Standing::Trial { .. }) {
            items.push("Set up billing early, and nothing stops when the trial ends".to_owned());
        }
        Block::List { title: "💡 Pro tips".to_owned(), mark: Mark::Bullet, items }
    }
}

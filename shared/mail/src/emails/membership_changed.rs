use domain::people::Role;

use crate::{
    content::{Block, EmailContent, Link, Rendered},
    plain_text::PlainText,
    product::Product,
};

/// Email to a person whose role another person changed, or whom another person removed.
#[derive(Clone, Debug)]
pub struct MembershipChanged {
    /// Given name for the greeting.
    pub given_name: PlainText,
    /// Name of the organization.
    pub organization: PlainText,
    /// Current role in the organization. `None` for a person who is not in the organization.
    pub role: Option<Role>,
}

impl MembershipChanged {
    /// Renders the subject, the text part, and the HTML part.
    #[must_use]
    pub fn render(&self, product: &Product) -> Rendered {
        let Self { given_name, organization, role } = self;
        let words = product.words();
        let texts = &words.membership_changed;
        let (change, url) = match role {
            Some(role) => (&(texts.role)(*role), product.dashboard_url.clone()),
            None => (&texts.removed, product.login_url()),
        };
        let subject = (change.subject)(organization);
        EmailContent {
            words,
            heading: subject.clone(),
            subject,
            preheader: change.preheader.to_owned(),
            product: product.name.clone(),
            greeting: (words.frame.hello)(given_name),
            before_button: vec![
                Block::Paragraph((change.happened)(organization, &product.name)),
                Block::Paragraph(change.means.to_owned()),
            ],
            button: Link::new(change.button, url),
            after_button: Vec::new(),
            reason: (texts.reason)(organization, &product.name),
            unsubscribe: None,
        }
        .render()
    }
}

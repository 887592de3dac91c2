//! The items of the table that contain emails.
//!
//! Each kind of email has its own item: an organization contains notices, and a sign-in request and
//! an invitation contain one email each. [`MailItem`] states what `delivery` needs of each kind.

mod content;
mod invitation;
mod notice;
mod notice_mail;
mod sign_in;

use domain::{
    mail::{Claim, Delivery, SesHeartbeat},
    people::Address,
    secret::Secret,
};
use jiff::Timestamp;
use mail::{Product, Rendered, Tags};
use runtime::Rng;
use store::{Error, Store, Stored, Unsubscription, VerifyLink};

pub(crate) use invitation::InvitationMail;
pub(crate) use notice_mail::NoticeMail;
pub(crate) use sign_in::SignInMail;

/// An item that contains emails, together with everything that its emails describe.
pub(crate) trait MailItem: Sized {
    /// Identifies the item in the table.
    type Id: Copy;
    /// The part that is stored in the item.
    type Value;

    /// Loads the item, also in the form on which a write depends. Returns `None` if it does not
    /// exist.
    async fn load(store: &Store, id: Self::Id) -> Result<Option<(Self, Stored<Self::Value>)>, Error>;

    /// Writes the item. Writes nothing if it equals `before`.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the item after it was loaded.
    async fn commit(&self, store: &Store, before: &Stored<Self::Value>, now: Timestamp) -> Result<(), Error>;

    /// Returns the delivery states of all emails.
    fn deliveries(&self) -> impl Iterator<Item = &Delivery>;

    /// Returns the delivery state of the email with these tags.
    fn delivery_mut(&mut self, tags: &Tags) -> Option<&mut Delivery>;

    /// Claims due emails, as many as the attempt permits. Gives up those that no longer apply.
    fn claim(&mut self, attempt: &Attempt<'_>);

    /// Builds the emails that the claim of the attempt holds. Gives up those that are outdated.
    fn compose(&mut self, attempt: &Attempt<'_>) -> Vec<Email>;

    /// Updates the parts of the item that depend on the delivery states.
    fn follow_deliveries(&mut self, _now: Timestamp) {}

    /// Returns when the same invocation must try again, from the states after an attempt with at
    /// most `limit` emails. Returns `None` if the next invocation can handle the emails that remain.
    fn try_again_at(_sent: &[Delivery], _limit: usize) -> Option<Timestamp> {
        None
    }
}

/// One attempt to send the emails of an item.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) claim: Claim,
    /// Secret of the link in a sign-in email or an invitation. The claim stores its hash.
    pub(crate) secret: Secret,
    /// Maximum number of emails.
    pub(crate) limit: usize,
    pub(crate) heartbeat: Option<SesHeartbeat>,
    pub(crate) now: Timestamp,
    pub(crate) product: &'a Product,
    pub(crate) entropy: &'a Rng,
}

/// An email that is ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Email {
    pub(crate) to: Address,
    pub(crate) rendered: Rendered,
    pub(crate) tags: Tags,
    /// The link in the email that must be stored before the email is sent.
    pub(crate) link: Option<EmailLink>,
}

/// A link in a notice, stored under the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EmailLink {
    /// Turns off the reminders of one organization.
    Unsubscribe(Unsubscription),
    /// Verifies the address of the recipient.
    Verify(VerifyLink),
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::LazyLock;

    use super::*;

    /// Returns an attempt at `now` whose random bytes are all 7.
    pub(crate) fn attempt(claim: &str, now: Timestamp) -> Attempt<'static> {
        static PARTS: LazyLock<(Product, Rng)> = LazyLock::new(|| {
            let product = Product {
                name: "TimeTracker".to_owned(),
                dashboard_url: "https://app.example.com".to_owned(),
                public_url: "https://onramp.example.com".to_owned(),
            };
            (product, Rng::new(|bytes| bytes.fill(7)))
        });
        let (product, entropy) = &*PARTS;
        let (claim, secret) = (Claim(claim.to_owned()), Secret::new([7; 32]));
        Attempt { claim, secret, limit: 20, heartbeat: None, now, product, entropy }
    }
}

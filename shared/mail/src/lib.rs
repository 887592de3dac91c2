//! What Onramp writes to people, and how it hands it to Amazon SES.
//!
//! A mail is a typed struct ([`Welcome`], [`TrialEnding`], [`TrialEnded`], [`PaymentFailed`], [`SignIn`],
//! [`Invitation`]). The words of all stand in one catalogue, with one value for each language; two layouts turn them
//! into the text and the HTML part, so that both always say the same. Names that people chose enter only as [`Inert`]
//! text, which no mail client turns into a link.
//!
//! This crate never decides who gets a mail or when, and never sends one twice: [`Mailer::send`] makes one request
//! and says what became of it.

mod content;
mod emails;
mod mailer;
mod outcome;
mod plain_text;
mod product;
mod sender;
mod tags;
mod words;

pub use content::Rendered;
pub use emails::{Invitation, PaymentFailed, PlanSummary, SignIn, Then, TrialEnded, TrialEnding, Welcome};
pub use mailer::{ConfigurationSets, Mailer};
pub use plain_text::PlainText;
pub use product::Product;
pub use sender::{Sender, SenderName};
pub use tags::Tags;

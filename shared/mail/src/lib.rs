//! Emails to users: their content, their rendering, and their handover to Amazon SES.
//!
//! Each kind of email is a struct of the facts that it reports: [`Welcome`], [`TrialEnding`],
//! [`TrialEnded`], [`PaymentFailed`], [`SignIn`], [`Invitation`]. All texts are in the module
//! `words`, with one value per language. Two layouts render the same content as text and as HTML.
//!
//! # Invariant
//!
//! User-supplied text enters an email only as [`PlainText`]. Mail clients do not turn such text
//! into links, and it cannot inject markup or headers.
//!
//! # What it never does
//!
//! It never decides who gets an email or when, and it never retries. [`Mailer::send`] makes one
//! request to SES and returns its [`Outcome`](domain::delivery::Outcome).
//!
//! # Where to start
//!
//! - `emails`: the kinds of emails, and the order of the parts in each.
//! - `words`: the texts of all emails.
//! - `content`: the parts of an email, and the text and HTML layouts.
//! - `mailer`, `outcome`, `tags`: the request to SES, its result, and the tags by which SES events
//!   identify an email.
//! - `plain_text`, `product`, `sender`: the safe form of user-supplied text, the URLs of links, and
//!   the `From` header.

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
pub use emails::{
    AfterTrial, Invitation, PaymentFailed, PlanSummary, SignIn, TrialEnded, TrialEnding, Welcome,
};
pub use mailer::{ConfigurationSets, Mailer};
pub use plain_text::PlainText;
pub use product::Product;
pub use sender::{Sender, SenderName};
pub use tags::Tags;

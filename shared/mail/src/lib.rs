//! Emails to users: their content, their rendering, and their handover to Amazon SES.
//!
//! An email is a typed struct of facts: [`Welcome`], [`TrialEnding`], [`TrialEnded`],
//! [`PaymentFailed`], [`SignIn`], [`Invitation`]. All texts are in the module `words`, with one
//! value per language. Two layouts render the same content as text and as HTML.
//!
//! Invariant: user-supplied text enters an email only as [`PlainText`], which mail clients do not
//! turn into links and which cannot inject markup or headers.
//!
//! This crate never decides who gets an email or when, and it never retries. [`Mailer::send`] makes
//! one request to SES and returns its [`Outcome`](domain::delivery::Outcome).
//!
//! Where to start reading:
//!
//! - `emails`: the emails and the order of their parts
//! - `words`: the texts
//! - `content`: the parts of an email, and the text and HTML layouts
//! - `mailer`, `outcome`, `tags`: the request to SES, its result, and the tags that SES events
//!   return

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

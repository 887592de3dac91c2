//! Emails to users: builds their content, renders them, and sends them with Amazon SES.
//!
//! Each kind of email is a struct whose fields are the facts in the email: [`Welcome`],
//! [`TrialEnding`], [`TrialEnded`], [`PaymentFailed`], [`SignIn`], [`Invitation`],
//! [`MembershipChanged`]. All texts are in
//! the module `words`, which has one value of the type `Words` per language. Two layouts render the
//! same content as plain text and as HTML.
//!
//! # Invariant
//!
//! An email contains text from users only as [`PlainText`]. Mail clients do not turn a
//! [`PlainText`] into a link, and it cannot add markup or headers to the email.
//!
//! # What it never does
//!
//! This crate never decides who gets an email or when, and it never retries. [`Mailer::send`] makes
//! one request to SES and returns the [`Outcome`](domain::mail::Outcome) of the request.
//!
//! # Where to start
//!
//! - `emails`: the kinds of emails, and the order of the parts in each.
//! - `words`: the texts of all emails.
//! - `content`: the parts of an email, and the text and HTML layouts.
//! - `mailer`, `outcome`, `tags`: the request to SES, the result of the request, and the tags by
//!   which an SES event identifies its email.
//! - `plain_text`, `product`, `sender`: the safe form of text from users, the URLs of links, and
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
    AfterTrial, EmailChanged, Invitation, MembershipChanged, NextCharge, PaymentFailed, PlanStarted,
    PlanSummary, SignIn, TrialEnded, TrialEnding, Verify, Welcome,
};
pub use mailer::{ConfigurationSets, Mailer};
pub use plain_text::PlainText;
pub use product::Product;
pub use sender::{Sender, SenderName};
pub use tags::Tags;

//! Every business decision of Onramp, as pure functions.
//!
//! Onramp signs organizations up, runs their trial, guides them through a checklist, follows their
//! subscription at Stripe, and notifies their admins. This crate decides all of that. Other crates
//! load the state, call the decision, and write the result.
//!
//! # Invariant
//!
//! - A decision takes the current state and the input, and returns a new state or a typed error.
//! - Time, ids, secrets, and random values are arguments. The same arguments give the same result.
//! - Pending work, such as an email to send, is part of the new state. So one write stores both the
//!   change and the work that it causes.
//! - A status is never stored. [`Org::status`](org::Org::status) derives it from the trial and the
//!   facts that Stripe reported.
//! - A function that needs the rights of a user requires a proof of these rights as an argument. A
//!   command of an admin requires an [`Admin`](people::Admin). An `Admin` can only be created from
//!   a checked session or embed token.
//! - Text from users is parsed once, into a type such as [`Name`](name::Name) or
//!   [`Address`](address::Address).
//! - Old facts and notices are removed or replaced by short marks, so an organization fits into one
//!   stored item.
//!
//! # What it never does
//!
//! It performs no input or output and reads no clock, no random numbers, and no environment. It has
//! no `async` functions, no AWS or Stripe SDK, and no serialization. Only its build script reads
//! files: the checklist definitions, which become constants in [`definition`].
//!
//! # Where to start
//!
//! Start with [`org::Org`], the state of one organization. [`Org::sign_up`](org::Org::sign_up)
//! creates it, and [`Org::record`](org::Org::record) adds a fact from Stripe. The module [`org`]
//! also decides the status ([`Org::status`](org::Org::status)), the end of the trial
//! ([`Org::trial_ends_at`](org::Org::trial_ends_at)), and the remaining trial days
//! ([`Org::trial_days_remaining`](org::Org::trial_days_remaining)).
//!
//! - Organization: [`org`] (state, status, trial end, and provisioning), [`status`] (the values of
//!   status and access), [`event`] (domain events), [`measure`] (product measures), [`operator`]
//!   (operator access).
//! - People: [`people`] (users, sessions, and proofs), [`team`] (memberships), [`invitation`],
//!   [`name`], [`address`].
//! - Billing: [`billing`] (join of Stripe facts), [`checkout`] (first charge and payer), [`plan`]
//!   (plans and prices).
//! - Checklist: [`definition`] (checklist files), [`task`], [`onboarding`] (selection of tasks),
//!   [`checklist`] (completions), [`progress`].
//! - Mail: [`notice`] (outbox), [`delivery`] (states of one email), [`brake`] (limit on welcome
//!   emails to unverified addresses).
//! - Trial: [`trial`] (times and reminders), [`extension`] (days that operators grant).
//! - Limits: [`limit`] (rate limits).
//! - Shared types: [`id`], [`secret`], [`zone`].
//!
//! # Example
//!
//! ```
//! use domain::{
//!     address::Address,
//!     name::Name,
//!     org::{AdminContact, Org},
//!     status::Status,
//!     trial::Trial,
//!     zone::Zone,
//! };
//!
//! let now = "2025-01-08T10:00:00Z".parse().unwrap();
//! let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
//! let address = Address::parse("jo@example.com").unwrap();
//! let admin = AdminContact::new(user, Name::parse("Jo Doe").unwrap(), address);
//!
//! let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
//! let (name, zone) = (Name::parse("Acme").unwrap(), Zone::named("Europe/Berlin"));
//! let mut org = Org::sign_up(id, name, zone, admin, now);
//! assert_eq!(org.status(now), Status::Pending);
//!
//! let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
//! org.start_trial(Trial::start(now, 14, vec![3]), project, now);
//! assert_eq!((org.status(now), org.trial_days_remaining(now)), (Status::Trialing, 14));
//! // Provisioning enqueued the welcome email. The mailer claims and sends it.
//! assert_eq!(org.outbox.due_at(), Some(now));
//! ```

pub mod address;
pub mod billing;
pub mod brake;
pub mod checklist;
pub mod checkout;
pub mod definition;
pub mod delivery;
pub mod event;
pub mod extension;
pub mod id;
pub mod invitation;
pub mod limit;
pub mod measure;
pub mod money;
pub mod name;
pub mod notice;
pub mod onboarding;
pub mod operator;
pub mod org;
pub mod people;
pub mod plan;
pub mod progress;
pub mod review;
pub mod secret;
pub mod status;
pub mod task;
pub mod team;
pub mod trial;
pub mod zone;

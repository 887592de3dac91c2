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
//! - Text from users is parsed once, into a type such as [`Name`](people::Name) or
//!   [`Address`](people::Address).
//! - Old facts and notices are removed or replaced by short marks, so an organization fits into one
//!   stored item.
//!
//! # What it never does
//!
//! It performs no input or output and reads no clock, no random numbers, and no environment. It has
//! no `async` functions, no AWS or Stripe SDK, and no serialization. Only its build script reads
//! files: the checklist definitions, which become constants in [`checklist`].
//!
//! # Where to start
//!
//! Start with [`org::Org`], the state of one organization. [`Org::sign_up`](org::Org::sign_up)
//! creates it, and [`Org::record`](org::Org::record) adds a fact from Stripe. The module [`org`]
//! also decides the status ([`Org::status`](org::Org::status)), the end of the trial
//! ([`Org::trial_ends_at`](org::Org::trial_ends_at)), and the remaining trial days
//! ([`Org::trial_days_remaining`](org::Org::trial_days_remaining)).
//!
//! - [`org`]: the organization, its status, its domain events, and its product measures.
//! - [`people`]: users, sessions, and proofs; memberships and invitations; operators; names and
//!   addresses.
//! - [`billing`]: the join of Stripe facts, plans and prices, the first charge, and payments that
//!   need review.
//! - [`checklist`]: definitions, tasks, completions, and progress.
//! - [`mail`]: the outbox with its notices, the delivery of one email, and the limit on welcome
//!   emails to unverified addresses.
//! - [`provisioning`]: the steps of the host app that make an organization ready.
//! - [`trial`]: the trial that Onramp runs, and the days that operators grant.
//! - [`limits`]: rate limits.
//! - Shared types: [`id`], [`secret`], [`time`].
//!
//! # Example
//!
//! ```
//! use domain::{
//!     org::{AdminContact, Org, Setup, Status},
//!     people::{Address, Name},
//!     time::Zone,
//!     trial::Trial,
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
//! let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
//! org.start_trial(Trial::start(now, 14, vec![3]), &setup, now);
//! assert_eq!((org.status(now), org.trial_days_remaining(now)), (Status::Trialing, 14));
//! // Provisioning enqueued the welcome email. The mailer claims and sends it.
//! assert_eq!(org.outbox.due_at(), Some(now));
//! ```

pub mod billing;
pub mod checklist;
pub mod id;
pub mod limits;
pub mod mail;
pub mod org;
pub mod people;
pub mod provisioning;
pub mod secret;
pub mod time;
pub mod trial;

//! The table: item formats, consistent reads, and conditional writes.
//!
//! # Item layout
//!
//! All items are in one DynamoDB table with the keys `pk` and `sk`. `docs/architecture.md`
//! describes the items in more detail.
//!
//! | pk | sk | content |
//! |---|---|---|
//! | `ORG#{org}` | `ORG` | the organization |
//! | | `MEMBER#{user}` | a membership |
//! | | `INVITE#{id}` | an open or revoked invitation, and the state of its email |
//! | `USER#{user}` | `USER` | the user |
//! | | `SESSION#{hash}` | a session, under the hash of its secret |
//! | `EMAIL#{hash}` | `USER` | address → user |
//! | `ASKED#{id}` | `ASKED` | a sign-in request, and the state of its email |
//! | `LINK#{hash}` | `LINK` | a sign-in link, under the hash of its secret |
//! | | `INVITATION` | an invitation link |
//! | | `FOUNDING` | an organization grant |
//! | | `USED` | a used sign-in or invitation link |
//! | | `UNSUBSCRIBE` | an unsubscribe link of a reminder |
//! | | `PORTAL` | a portal link |
//! | `CUSTOMER#{cus}` | `LINK` | Stripe customer → organization, with a version |
//! | | `PARKED#{evt}` | a signed event that waits until the customer is linked |
//! | `SUBSCRIPTION#{sub}` | `SUBSCRIPTION` | the organization of a moved subscription |
//! | `STRIPE#{id}` | `QUARANTINED` | a signed event that needs review |
//! | | `ALARM` | the time at which a quarantined event raises its alarm |
//! | `PRICE#{price}` | `PRICE` | a price of a plan for sale |
//! | `DELIVERY#{UTC day}#{shard}` | `{at}#{event}` | the last attempt of a webhook to the host |
//! | `SIGNUP#{hash}` | `SIGNUP` | the record that identifies a repeated sign-up form |
//! | `TRIAL#{hash}` | `TRIAL` | the record that a mailbox had a trial |
//! | `LIMIT#{what}#{hash}` | `TIMES` | the newest attempts that a rate limit counts |
//! | `BRAKE#{shard}` | `{hour}` | the count of welcome emails in a UTC hour |
//! | | `GATE` | whether welcome emails wait because too many bounced |
//! | `FEED` | `SEND` | the newest claim whose `Send` event arrived from SES |
//! | | `FIRST` | how many welcome emails were sent, and the newest bounces |
//!
//! Three sparse indexes, `by-due`, `by-mail`, and `by-work`, find items by time. An item is in an
//! index only while it has the two attributes of the index, such as `due_pk` and `due_at`.
//!
//! | partition | index | content |
//! |---|---|---|
//! | `DUE#{shard}` | `by-due` | organizations for the trial sweep, and parked events that wait |
//! | `MAIL#{shard}` | `by-mail` | items with an email to send |
//! | `ASK#{shard}` | `by-work` | organizations whose customer the reconciler reads at Stripe |
//! | `STEP#{shard}` | `by-work` | organizations whose run the provisioner continues |
//! | `HELD#{shard}` | `by-due`, `by-mail` | items that need review |
//! | `FOREIGN#{shard}` | `by-due` | parked events without the metadata of Onramp |
//! | `UNREADABLE` | `by-mail` | corrupt items |
//!
//! # Invariant
//!
//! - A write happens completely or not at all, and only if its conditions are true. Each condition
//!   is an expression that DynamoDB evaluates together with the write.
//! - Every read on which a decision depends is consistent. A query of an index can be outdated, so
//!   it only finds the keys of items to load.
//! - Stored forms are separate types, so renaming a field of the domain never renames an attribute.
//! - A write keeps the attributes that this version of the code does not understand.
//!
//! # What it never does
//!
//! This crate contains no business rule. It converts items to domain types and back, and the domain
//! decides. Deployed functions call the methods of [`Store`], and never send requests to the table
//! themselves.
//!
//! # Where to start
//!
//! - `client`: [`Store`], consistent reads, and transactions. `operation`: the operations that they
//!   call. [`retry`]: what follows a conflict.
//! - `keys`: all keys and index partitions.
//! - `update`: conditions and update expressions. `unknown`: how unknown attributes are kept.
//! - `schema`: the stored forms that several modules use, such as the form of an organization.
//! - One module for each kind of item, such as `session`, `link`, or `customer`.
//! - `index`: the indexes. `due` and `review`: their queries. `run`: a
//!   scheduled run over due entries. `stream`: the records of changed items.

mod account;
mod address_correction;
mod at;
mod attributes;
mod brake;
mod client;
mod cohort;
mod customer;
mod due;
mod error;
mod event_context;
mod external;
mod image;
mod index;
mod invitation;
mod keys;
mod limit;
mod link;
mod member;
mod operation;
mod org;
mod org_creation_grant;
mod parked;
mod portal_link;
mod price;
mod profile;
mod quarantine;
mod retry;
mod review;
mod run;
mod schema;
mod ses_heartbeat;
mod session;
mod sign_in_request;
mod sign_in_request_id;
mod signup;
mod stream;
#[cfg(test)]
mod testing;
mod unknown;
mod unsubscription;
mod update;
mod used_link;
mod user;
mod verification;
mod verify_link;
mod webhook_delivery;

pub use account::{Account, MAX_ACCOUNT_ORGS};
pub use address_correction::{AddressCorrected, AddressCorrection};
pub use brake::Brake;
pub use client::{Store, Stored};
pub use cohort::{ListCursor, NotACursor, OrgPage};
pub use customer::CustomerLink;
pub use due::{Backlog, Due, MailDue};
pub use error::{Corrupt, Error};
pub use event_context::{EventContext, EventSubject};
pub use external::{Known, KnownPerson, Tenant, TenantCustomer};
pub use image::{LARGE_ITEM_BYTES, image_size, org_from_image};
pub use invitation::{Acceptance, Accepted, InvitationDetails, InvitationLookup, Invited};
pub use link::{Consumed, Link, LinkGrant, LinkLookup};
pub use org::{LastWrite, OrgChange};
pub use org_creation_grant::OrgCreationGrant;
pub use parked::{Parked, ParkedVerdict, WaitingEvent};
pub use profile::{ChangedProfile, Profile};
pub use quarantine::QuarantinedEvent;
pub use retry::{MayConflict, retry};
pub use review::{ReviewItem, ReviewItemKind, ReviewList, ReviewPage, ReviewedEvent};
pub use run::{RunSummary, process_due};
pub use session::{EmbedSession, SignedIn};
pub use sign_in_request::{SignInRequest, SignInRequestResult};
pub use sign_in_request_id::SignInRequestId;
pub use signup::{RepeatSession, SessionProof, SignUp, SignedUp};
pub use stream::{BatchResponse, StreamBatch, StreamRecord};
pub use unsubscription::Unsubscription;
pub use used_link::Reissued;
pub use user::Person;
pub use verification::WaitingInvitations;
pub use verify_link::VerifyLink;
pub use webhook_delivery::{WebhookDelivery, WebhookDeliveryCursor, WebhookDeliveryPage, WebhookState};

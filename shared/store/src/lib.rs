//! The table: keys, items, consistent reads and conditional writes.
//!
//! This is the only crate that knows what an attribute value is. It never decides: it turns stored items into domain
//! types and back, reads them together where they must agree, and writes a whole decision at once or not at all.
//! Every read that decides anything is consistent; an index only ever finds candidates.

mod brake;
mod client;
mod customer;
mod due;
mod embed_session;
mod error;
mod image;
mod invitation;
mod invitation_details;
mod item;
mod key;
mod limit;
mod link;
mod member;
mod org;
mod org_creation_grant;
mod review;
mod ses_heartbeat;
mod session;
mod sign_in_request;
mod signup;
mod unknown;
mod unsubscription;
mod update;
mod used_link;
mod user;

pub use brake::Brake;
pub use client::{MAX_TRIES, Store, Stored, pause};
pub use customer::{CustomerLink, EventContext, Parked, QuarantinedEvent};
pub use due::{Backlog, Due, MailDue, WaitingEvent};
pub use embed_session::EmbedSession;
pub use error::{Corrupt, Error};
pub use image::{LARGE_ITEM_BYTES, image_size, org_from_image};
pub use invitation::Invited;
pub use invitation_details::{Acceptance, Accepted, InvitationDetails, InvitationLookup};
pub use link::{Consumed, Link, LinkGrant, LinkLookup};
pub use org_creation_grant::OrgCreationGrant;
pub use review::{ReviewItem, ReviewItemKind, ReviewList, ReviewPage};
pub use session::SignedIn;
pub use sign_in_request::{SignInRequest, SignInRequestId, SignInRequestResult};
pub use signup::{Person, RepeatSession, SessionProof, SignUp, SignedUp};
pub use unsubscription::Unsubscription;
pub use used_link::{IssuedSecret, Reissued, UsedLink};

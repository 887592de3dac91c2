//! Email to the admins: the notices in the outbox, and the delivery of each email.

pub mod brake;

mod claim;
mod current;
mod delivery;
mod notice;
mod outbox;
mod outcome;
mod payment_notices;

pub use claim::{Claim, SesHeartbeat};
pub use delivery::{
    Attempts, CLAIM_LEASE, Delivery, FAILURE_SHOWN_FOR, RETRY_DELAY, RETRY_PERIOD, UNKNOWN_CHECK_DELAY,
};
pub use notice::{NotANoticeKey, NoticeKey};
pub(crate) use outbox::ROLE_CHANGE_SHOWN_FOR;
pub use outbox::{NoticeEmail, Outbox};
pub use outcome::{Failure, Outcome};

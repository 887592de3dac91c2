//! Email to the admins: the notices in the outbox, and the delivery of each email.

pub mod brake;

mod claim;
mod delivery;
mod notice;

pub use claim::{Claim, SesHeartbeat};
pub use delivery::{
    Attempts, CLAIM_LEASE, Delivery, FAILURE_SHOWN_FOR, Failure, Outcome, RETRY_DELAY, RETRY_PERIOD,
    UNKNOWN_CHECK_DELAY,
};
pub use notice::{ClaimedMail, NotANoticeKey, NoticeKey, Outbox};

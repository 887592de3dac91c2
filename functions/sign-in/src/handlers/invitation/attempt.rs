//! One attempt to accept an invitation.

use jiff::Timestamp;
use web::FormRequest;

use crate::App;

/// The request of one attempt to accept an invitation.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    pub app: &'a App,
    /// The secret or the reference in the path.
    pub token: &'a str,
    pub form: &'a FormRequest,
    pub now: Timestamp,
}

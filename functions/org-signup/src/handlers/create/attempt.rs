//! One attempt at a sign-up.

use jiff::Timestamp;
use web::{Fields, FormRequest};

use crate::{App, auth::Requester};

/// The request, and what was loaded for one attempt at the sign-up.
pub struct Attempt<'a> {
    pub app: &'a App,
    pub request: &'a FormRequest,
    pub fields: &'a Fields,
    pub requester: Requester,
    pub now: Timestamp,
}

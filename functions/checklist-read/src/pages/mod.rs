//! One file per page. Each is a function from what is seen to markup.

pub mod checklist;
pub mod dashboard;
pub mod guide;
pub mod landing;
pub mod organization;
pub mod other_org;
pub mod paid;
pub mod welcome;

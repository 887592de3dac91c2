//! The pages, one per file. Each file has a pure function that renders its view as HTML.

pub mod checklist;
pub mod dashboard;
pub mod guide;
pub mod landing;
pub mod organization;
pub mod paid;
pub mod problem;
pub mod welcome;

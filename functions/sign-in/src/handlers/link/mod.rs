//! `/login/{token}`: an emailed sign-in link.
//!
//! `GET` changes nothing, because email scanners open links too. The page's button uses the link.
//! For a minute after that, the same browser can repeat the request, in case the first response was
//! lost.

mod consume;
mod decide;
mod find;
mod show;

pub use consume::consume;
pub use show::show;

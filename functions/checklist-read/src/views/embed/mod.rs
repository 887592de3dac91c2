//! Parts of Onramp that the host app embeds. An embed token authenticates them, never a cookie.
//!
//! Their markup differs from that of Onramp's own pages:
//!
//! - Class names start with `ob-`, so they do not conflict with class names of the embedding page.
//! - Links are absolute and open outside the frame.
//! - A link to a page of Onramp that needs a session names the page in the attribute `data-ob-page`. A
//!   script can open it with a portal link instead.
//! - There are no forms, because another site cannot send them. Instead, a script sends the change
//!   that the attribute `data-ob-do` names. Without a script, the link opens the page of Onramp
//!   where the user can make the change.

pub mod banner;
pub mod frame;
pub mod widget;

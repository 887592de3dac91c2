//! Integration with the host app: handoff, events, and embedded fragments.

mod documented;
mod embedding;
mod frame;
mod handoff;
mod host_events;
mod host_key;
mod import;
mod own_sign_up;
pub mod portal_link;
mod rotation;
mod server_api;
mod tenants;
mod vouched;

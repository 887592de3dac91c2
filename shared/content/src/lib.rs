//! Build-time compiler of checklist definitions and provisioning steps: TOML files in, Rust source
//! out.
//!
//! To add a checklist, a developer adds `infra/content/checklists/{key}.toml` and builds again. The
//! Rust code stays the same. The build script `shared/domain/build.rs` is the only caller, so no
//! deployed function contains this crate. `docs/checklists.md` describes the fields of a file.
//!
//! # Invariant
//!
//! An invalid file stops the build. The build then reports each error with the path of the file,
//! the line, and the reason.
//!
//! # What it never does
//!
//! It never runs while a function handles a request, and it never reads an organization.
//!
//! # Where to start
//!
//! Start with [`generate`]. The modules are:
//!
//! - `compile`: runs the steps of the compilation, which are the next modules in this order.
//! - `file`: a file, its fields with their positions, and an error in it.
//! - `extend`: adds what a definition inherits from another one.
//! - `check`: the rules of a valid definition.
//! - `source`: writes the Rust source.
//! - `steps`: compiles the file of provisioning steps.

mod check;
mod compile;
mod extend;
mod file;
mod source;
mod steps;

pub use compile::{compile, generate};
pub use file::{BUILT_IN, DefinitionError, DefinitionFile};
pub use steps::{compile_steps, generate_steps};

//! Values that the host returns from a step.

use std::collections::BTreeMap;

use crate::people::{ReturnUrl, is_invisible};

/// Maximum size of all outputs of a run in bytes: their names and their JSON text.
pub const MAX_OUTPUT_BYTES: usize = 8 * 1024;

/// Maximum length of a message of the host app that is kept, in characters.
pub const MAX_MESSAGE: usize = 500;

/// Returns the part of a host app's message that is kept: at most [`MAX_MESSAGE`] characters, without
/// control characters and invisible ones.
#[must_use]
pub fn kept_message(text: &str) -> String {
    text.chars().filter(|char| !is_invisible(*char)).take(MAX_MESSAGE).collect()
}

/// Values of earlier steps, which later steps receive: names with JSON text. The host app defines
/// them. They are for the host app only, so no state, event, or export contains them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs(pub BTreeMap<String, String>);

/// What a successful step returns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Values for later steps.
    pub outputs: Outputs,
    /// The organization's own address in the host app.
    pub app_url: Option<ReturnUrl>,
}

impl Outputs {
    /// Adds the values of a step. A value replaces an earlier one with the same name. Returns `false`
    /// and changes nothing if all values together would be larger than [`MAX_OUTPUT_BYTES`].
    pub(super) fn add(&mut self, more: &Self) -> bool {
        let mut all = self.0.clone();
        all.extend(more.0.clone());
        let size: usize = all.iter().map(|(name, value)| name.len() + value.len()).sum();
        let fits = size <= MAX_OUTPUT_BYTES;
        if fits {
            self.0 = all;
        }
        fits
    }
}

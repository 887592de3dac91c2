//! The functions of this project, by the name of their folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use boot::{ConfigErrors, Context, Handler};

use crate::invoke::Start;

/// Makes a [`Start`] of a crate's `start` function.
pub fn start<S, F>(start: S) -> Start
where
    S: Fn(Context) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Handler, ConfigErrors>> + Send + 'static,
{
    Arc::new(move |boot| Box::pin(start(boot)))
}

/// Every function crate.
pub fn all() -> BTreeMap<&'static str, Start> {
    BTreeMap::from([
        ("billing", start(billing::start)),
        ("checklist-read", start(checklist_read::start)),
        ("checklist-write", start(checklist_write::start)),
        ("event-publisher", start(event_publisher::start)),
        ("mailer", start(mailer::start)),
        ("operator", start(operator::start)),
        ("org-signup", start(org_signup::start)),
        ("sign-in", start(sign_in::start)),
        ("stripe-webhook", start(stripe_webhook::start)),
        ("trial-reminder", start(trial_reminder::start)),
    ])
}

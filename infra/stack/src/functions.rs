//! The function crates of this project, by folder name.

use std::{collections::BTreeMap, sync::Arc};

use runtime::{ConfigErrors, Context, Handler};

use aws_local::invoke::Start;

/// Converts a crate's `start` function to a [`Start`].
pub fn start<S, F>(start: S) -> Start
where
    S: Fn(Context) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Handler, ConfigErrors>> + Send + 'static,
{
    Arc::new(move |context| Box::pin(start(context)))
}

/// Returns the start functions of all function crates, by folder name.
pub fn all() -> BTreeMap<&'static str, Start> {
    BTreeMap::from([
        ("billing", start(billing::start)),
        ("checklist-read", start(checklist_read::start)),
        ("checklist-write", start(checklist_write::start)),
        ("event-publisher", start(event_publisher::start)),
        ("host-api", start(host_api::start)),
        ("mailer", start(mailer::start)),
        ("operator", start(operator::start)),
        ("org-signup", start(org_signup::start)),
        ("provisioner", start(provisioner::start)),
        ("reconciler", start(reconciler::start)),
        ("sign-in", start(sign_in::start)),
        ("stripe-webhook", start(stripe_webhook::start)),
        ("trial-reminder", start(trial_reminder::start)),
        ("webhook-sender", start(webhook_sender::start)),
    ])
}

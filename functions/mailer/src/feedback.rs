use domain::{
    delivery::{Claim, Delivery},
    id::OrgId,
    notice::{Letter, NoticeKey},
    org::Org,
};
use mail::Tags;
use store::Error;
use telemetry::Metric;

use crate::{event::DetailIn, notice::delivery, post::Post};

impl Post {
    /// Takes what SES says of a mail. Its `Send` is proof that the mail went out, whatever our own request told us.
    pub(crate) async fn take_feedback(&self, detail: &DetailIn) -> Result<(), Error> {
        let Some(tags) = detail.tags() else {
            tracing::info!(event = detail.event_type, "SES speaks of a mail that is not ours");
            return Ok(());
        };
        if detail.event_type != "Send" {
            tracing::warn!(
                area = "onboarding",
                event = detail.event_type,
                kind = tags.kind,
                organization = tags.organization.map(tracing::field::display),
                recipient = %tags.recipient,
                "a mail did not arrive well"
            );
            return Ok(());
        }
        let resolved = match tags.organization {
            Some(org) => self.confirm_notice(org, &tags).await?,
            None => self.confirm_sign_in(&tags).await?,
        };
        // A mail still in the hands of its sender is counted there.
        if resolved {
            telemetry::count(Metric::MailSent, 1, self.clock.now());
        }
        Ok(())
    }

    /// Whether an unknown mail is known to be sent now.
    async fn confirm_notice(&self, org: OrgId, tags: &Tags) -> Result<bool, Error> {
        let now = self.clock.now();
        let confirmed = self
            .change_org(org, |org| {
                let Some(key) = notice_of(org, &tags.key) else { return false };
                let letter = Letter { key, to: tags.recipient };
                let resolves = is_unknown(delivery(org, &letter), &tags.claim);
                org.outbox.confirm(&letter, &tags.claim, now);
                resolves
            })
            .await?;
        Ok(confirmed.unwrap_or(false))
    }

    async fn confirm_sign_in(&self, tags: &Tags) -> Result<bool, Error> {
        let Ok(asked) = tags.key.parse() else { return Ok(false) };
        let now = self.clock.now();
        let confirmed = self
            .change_asked(asked, |asked, _| {
                let resolves = is_unknown(Some(&asked.delivery), &tags.claim);
                if let Some(sent) = asked.delivery.confirmed(&tags.claim, now) {
                    asked.delivery = sent;
                }
                (resolves, None)
            })
            .await?;
        Ok(confirmed.unwrap_or(false))
    }
}

/// The organization's notice that a tag stands for.
fn notice_of(org: &Org, tag: &str) -> Option<NoticeKey> {
    org.outbox.0.keys().find(|key| Tags::key_of(key) == tag).cloned()
}

fn is_unknown(delivery: Option<&Delivery>, by: &Claim) -> bool {
    matches!(delivery, Some(Delivery::Unknown { claim, .. }) if claim == by)
}

use domain::{
    delivery::{Delivery, Failure, Outcome},
    id::{OrgId, UserId},
    notice::{ClaimedMail, NoticeKey},
    org::{Org, SuppressionReason},
};
use mail::Tags;
use store::Error;
use telemetry::{LogArea, Metric};

use crate::{
    event::{DetailIn, SesEventKind},
    metrics::count_failure,
    worker::MailWorker,
};

impl MailWorker {
    /// Takes what SES says of a mail. Its `Send` is proof that the mail went out, whatever our own request told us; a
    /// mail that comes back for good, or is called spam, is the last notice to its recipient.
    pub(crate) async fn take_feedback(&self, detail: &DetailIn) -> Result<(), Error> {
        let Some(tags) = detail.tags() else {
            tracing::info!(event = detail.event_type, "SES speaks of a mail that is not ours");
            return Ok(());
        };
        let word = detail.kind();
        if word != SesEventKind::Sent {
            tracing::warn!(
                area = %LogArea::Mail,
                event = detail.event_type,
                ?word,
                kind = tags.kind,
                organization = tags.organization.map(tracing::field::display),
                recipient = tags.recipient.map(tracing::field::display),
                "SES told what became of a mail"
            );
        }
        if let Some(metric) = metric_of(word) {
            self.count(metric);
        }
        match word {
            SesEventKind::Sent => {
                if self.move_on(&tags, |it| it.confirmed(&tags.claim, self.clock.now())).await? {
                    self.count(Metric::MailSent);
                }
                self.hear(&tags.claim).await?;
                self.count_first_mail(&tags).await
            }
            SesEventKind::Bounced => {
                self.fail(&tags, Failure::Bounced).await?;
                self.record_first_bounce(&tags).await?;
                self.suppress(&tags, SuppressionReason::Bounced).await
            }
            SesEventKind::Complained => self.suppress(&tags, SuppressionReason::Complained).await,
            SesEventKind::Rejected => self.fail(&tags, Failure::Rejected).await,
            SesEventKind::Delivered => self.reach(&tags).await,
            SesEventKind::BouncedForNow | SesEventKind::Other => Ok(()),
        }
    }

    fn count(&self, metric: Metric) {
        telemetry::count(metric, 1, self.clock.now());
    }

    /// Records that a mail which SES took did not arrive.
    async fn fail(&self, tags: &Tags, why: Failure) -> Result<(), Error> {
        if self.move_on(tags, |it| it.returned(&tags.claim, why, self.clock.now())).await? {
            count_failure(why, self.clock.now());
        }
        Ok(())
    }

    /// Takes the mail that the tags name to its next state. Returns whether the change is to be counted: a mail still in
    /// the hands of its sender is counted there.
    async fn move_on(
        &self,
        tags: &Tags,
        next: impl Fn(&Delivery) -> Option<Delivery>,
    ) -> Result<bool, Error> {
        let advance = |delivery: &mut Delivery| {
            let Some(next) = next(delivery) else { return false };
            let counted = !matches!(delivery, Delivery::Sending { .. });
            *delivery = next;
            counted
        };
        let news = match (tags.organization, tags.kind.as_str()) {
            (Some(org), Tags::INVITATION) => {
                let Ok(invitation) = tags.key.parse() else { return Ok(false) };
                self.change_invitation(org, invitation, |it, _| (advance(&mut it.delivery), None)).await?
            }
            (Some(org), _) => {
                let advance = |org: &mut Org| {
                    letter_of(org, tags).and_then(|it| org.outbox.delivery_mut(&it)).is_some_and(advance)
                };
                self.change_org(org, advance).await?
            }
            (None, _) => {
                let Ok(asked) = tags.key.parse() else { return Ok(false) };
                self.change_asked(asked, |asked, _| (advance(&mut asked.delivery), None)).await?
            }
        };
        Ok(news.unwrap_or_default())
    }

    /// Takes note of a mail whose recipient SES refused: as a bounce does, that ends the notices to them.
    pub(crate) async fn take_refused_address(&self, tags: &Tags, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Outcome::BadAddress => self.suppress(tags, SuppressionReason::Bounced).await,
            _ => Ok(()),
        }
    }

    /// Writes down wherever the recipient is an admin that notices do not reach them. Mails that they ask for
    /// themselves still go out.
    async fn suppress(&self, tags: &Tags, why: SuppressionReason) -> Result<(), Error> {
        let Some(user) = tags.recipient else { return Ok(()) };
        for org in self.orgs_of(user, tags).await? {
            self.change_org(org, |org| org.suppress(user, why, self.clock.now())).await?;
        }
        Ok(())
    }

    /// Takes that back once a sign-in mail arrives: of all mails, only what people ask for themselves goes to somebody
    /// who was silenced.
    async fn reach(&self, tags: &Tags) -> Result<(), Error> {
        let (Some(user), Some(sent_at)) = (tags.recipient, tags.claim.made_at()) else { return Ok(()) };
        if tags.kind != Tags::SIGN_IN {
            return Ok(());
        }
        for org in self.orgs_of(user, tags).await? {
            self.change_org(org, |org| org.restore(user, sent_at)).await?;
        }
        Ok(())
    }

    /// The organizations of a mail's recipient, and the one that it is about.
    async fn orgs_of(&self, user: UserId, tags: &Tags) -> Result<Vec<OrgId>, Error> {
        let known = self.store.load_user(user).await?;
        let mut orgs: Vec<OrgId> = known.map(|user| user.value.orgs).unwrap_or_default();
        orgs.extend(tags.organization);
        orgs.sort_unstable();
        orgs.dedup();
        Ok(orgs)
    }
}

/// As what a word is counted, whichever mail it is about. That a mail was sent is counted by its state.
const fn metric_of(word: SesEventKind) -> Option<Metric> {
    match word {
        SesEventKind::Delivered => Some(Metric::MailDelivered),
        SesEventKind::Bounced => Some(Metric::MailBounced),
        SesEventKind::BouncedForNow => Some(Metric::MailBouncedForNow),
        SesEventKind::Complained => Some(Metric::MailComplained),
        SesEventKind::Rejected => Some(Metric::MailRejected),
        SesEventKind::Sent | SesEventKind::Other => None,
    }
}

/// The organization's letter that the tags name.
fn letter_of(org: &Org, tags: &Tags) -> Option<ClaimedMail> {
    let key: &NoticeKey = org.outbox.0.keys().find(|key| Tags::key_of(key) == tags.key)?;
    Some(ClaimedMail { key: key.clone(), to: tags.recipient? })
}

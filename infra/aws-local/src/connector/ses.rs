//! SES v2: `SendEmail` with simple content.

use serde_json::{Value, json};

use super::{Cloud, reply::Reply};
use crate::{
    iam::Need,
    mailbox::{RefusedEmail, SentEmail},
    template::{ACCOUNT, REGION},
};

pub(super) struct SesCall {
    email: Result<SentEmail, RefusedEmail>,
    from: String,
    configuration_set: Option<String>,
}

impl SesCall {
    pub(super) fn new(body: &[u8]) -> Self {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let email = SentEmail::read(&request);
        let from = request.get("FromEmailAddress").and_then(Value::as_str).unwrap_or_default();
        let configuration_set =
            request.get("ConfigurationSetName").and_then(Value::as_str).map(str::to_owned);
        Self { email, from: crate::mailbox::bare_address(from), configuration_set }
    }

    /// Returns the permissions that IAM requires for this call: one for the SES identity (the
    /// sender's domain), and one for the configuration set if the email names one.
    pub(super) fn needs(&self) -> Vec<Need> {
        let domain = self.from.rsplit('@').next().unwrap_or_default();
        let arn = |rest: String| format!("arn:aws:ses:{REGION}:{ACCOUNT}:{rest}");
        let need =
            |resource| Need::new("ses:SendEmail", resource).with("ses:FromAddress", vec![self.from.clone()]);
        let mut needs = vec![need(arn(format!("identity/{domain}")))];
        needs.extend(self.configuration_set.iter().map(|set| need(arn(format!("configuration-set/{set}")))));
        needs
    }

    pub(super) fn perform(&self, cloud: &Cloud) -> Reply {
        let accepted = self.email.clone().and_then(|email| cloud.mailbox.accept(email, cloud.clock.now()));
        match accepted {
            Ok((id, feedback)) => {
                if let Some(feedback) = feedback {
                    cloud.bus.put(&feedback, cloud.clock.now());
                }
                Reply::ok(&json!({"MessageId": id}))
            }
            Err(refused) => Reply::rest(400, refused.code, &refused.message),
        }
    }
}

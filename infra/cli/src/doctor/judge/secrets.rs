//! Checks the secrets: Stripe's keys and the keys that Onramp and the host app share.

use std::collections::BTreeSet;

use host_auth::{ApiKeys, Keys};
use stripe::{Mode, Secrets, client::SecretKey};

use super::unread;
use crate::doctor::{
    facts::{Fact, Unread},
    finding::{Area, Finding},
};

const AREA: Area = Area::Secrets;
const PERMISSION: &str = "secretsmanager:GetSecretValue on the stage's secrets";

/// Creates the finding for a secret that could not be read.
fn missing(subject: &str, why: &Unread) -> Finding {
    unread(AREA, subject, why, PERMISSION, "store it in Secrets Manager under the ARN in the parameter")
}

/// Checks the form, the mode, and the rights of Stripe's secret key.
pub(in crate::doctor) fn secret_key(found: &Fact<String>, mode: Option<Mode>) -> Finding {
    const KEY: &str = "Stripe secret key";
    let text = match found {
        Ok(text) => text,
        Err(why) => return missing(KEY, why),
    };
    let fix = "store a restricted key (rk_…) in the same mode as StripePublishableKey";
    match SecretKey::parse(text.trim()) {
        Err(_) => Finding::error(AREA, KEY, "does not start with sk_ or rk_ and a mode", fix),
        Ok(key) if mode.is_some_and(|mode| mode != key.mode()) => {
            Finding::error(AREA, KEY, "has a different mode than StripePublishableKey", fix)
        }
        Ok(_) if text.trim().starts_with("sk_") => {
            let fix = "use a restricted key: write customers, Checkout sessions, and portal sessions; read \
                       subscriptions and prices";
            Finding::warning(AREA, KEY, "has full access to the account", fix)
        }
        Ok(_) => Finding::good(AREA, KEY, "is a restricted key in the stage's mode"),
    }
}

/// Checks the form and the number of the webhook signing secrets.
pub(in crate::doctor) fn webhook_secret(found: &Fact<String>) -> Finding {
    const SECRET: &str = "Webhook secret";
    let text = match found {
        Ok(text) => text,
        Err(why) => return missing(SECRET, why),
    };
    let count = text.split(',').count();
    match Secrets::parse(text) {
        Err(_) => {
            let fix = "store the endpoint's signing secret (whsec_…) from Stripe; during a rotation store two, \
                       separated by a comma";
            Finding::error(AREA, SECRET, "is not a whsec_… value: every webhook is rejected", fix)
        }
        Ok(_) if count > 2 => {
            let fix = "remove secrets that Stripe no longer uses";
            Finding::warning(AREA, SECRET, format!("contains {count} secrets"), fix)
        }
        Ok(_) if count == 2 => Finding::good(AREA, SECRET, "contains two secrets (rotation in progress)"),
        Ok(_) => Finding::good(AREA, SECRET, "has a valid format"),
    }
}

/// Checks the format of the keys with which Onramp or the host app signs.
pub(in crate::doctor) fn host_keys(signer: Signer, found: &Fact<String>) -> Finding {
    let subject = signer.subject();
    let text = match found {
        Ok(text) => text,
        Err(why) => return missing(subject, why),
    };
    let fix = "store id:secret pairs, separated by commas; each secret is 32 random bytes in base64url, and each ID \
               is unique";
    match Keys::parse(text).as_ref().and_then(Keys::first) {
        Some(first) => {
            let count = text.split(',').count();
            let message = format!("{}; the first of {count} is {}", signer.signs(), first.id());
            Finding::good(AREA, subject, message)
        }
        None => Finding::error(AREA, subject, "are not in key format, or contain a duplicate ID", fix),
    }
}

/// Checks the format of the keys of the server API.
pub(in crate::doctor) fn api_keys(found: &Fact<String>) -> Finding {
    const KEYS: &str = "API keys";
    match found.as_ref().map(|text| ApiKeys::parse(text)) {
        Err(why) => missing(KEYS, why),
        Ok(Some(_)) => Finding::good(AREA, KEYS, "have a valid format"),
        Ok(None) => {
            let fix = "store id:secret or id:secret:read entries, separated by commas; each secret has at least 32 \
                       characters, and each ID is unique";
            Finding::error(AREA, KEYS, "are not in key format: the server API rejects every request", fix)
        }
    }
}

/// Reports a secret that is both a handoff key and a host key. A program that signs embed tokens
/// could then also sign handoff tokens.
pub(in crate::doctor) fn shared_key(handoff: &Fact<String>, host: &Fact<String>) -> Option<Finding> {
    let secrets = |found: &Fact<String>| -> BTreeSet<String> {
        let keys = found.iter().flat_map(|text| text.split(','));
        keys.filter_map(|key| key.split_once(':'))
            .map(|(_, secret)| secret.trim().trim_end_matches('=').to_owned())
            .collect()
    };
    let is_shared = !secrets(handoff).is_disjoint(&secrets(host));
    let fix = "create separate keys for HostKeysArn; otherwise anyone who can embed can also sign users in";
    is_shared.then(|| Finding::error(AREA, Signer::Host.subject(), "are also used for handoff tokens", fix))
}

/// The side that signs with keys that Onramp and the host app share.
#[derive(Debug, Clone, Copy)]
pub(in crate::doctor) enum Signer {
    /// Onramp, which signs handoff tokens.
    Onramp,
    /// The host app, which signs embed tokens and posted events.
    Host,
}

impl Signer {
    fn subject(self) -> &'static str {
        match self {
            Self::Onramp => "Host signing keys",
            Self::Host => "Host keys",
        }
    }

    fn signs(self) -> &'static str {
        match self {
            Self::Onramp => "sign handoff tokens",
            Self::Host => "sign embed tokens and host events",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{Error, Good, Warning};
    use stack::HOST_KEYS;

    fn stored(text: &str) -> Fact<String> {
        Ok(text.to_owned())
    }

    #[test]
    fn secret_key_must_have_the_mode_of_the_stage() {
        for (text, severity) in [
            ("rk_test_hunter2", Good),
            (" rk_test_hunter2\n", Good),
            ("sk_test_hunter2", Warning),
            ("rk_live_hunter2", Error),
            ("pk_test_hunter2", Error),
            ("hunter2", Error),
        ] {
            let finding = secret_key(&stored(text), Some(Mode::Test));
            assert_eq!(finding.severity, severity, "{text}");
            assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
        }
        assert_eq!(secret_key(&Err(Unread::Missing), None).severity, Error);
        assert_eq!(secret_key(&Err(Unread::Denied), None).severity, Warning);
    }

    #[test]
    fn webhook_secret_must_have_its_format() {
        for (text, severity) in [
            ("whsec_1", Good),
            ("whsec_1, whsec_2", Good),
            ("whsec_1,whsec_2,whsec_3", Warning),
            ("hunter2", Error),
            ("whsec_1,hunter2", Error),
        ] {
            let finding = webhook_secret(&stored(text));
            assert_eq!(finding.severity, severity, "{text}");
            assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
        }
    }

    #[test]
    fn api_keys_must_be_long_with_unique_ids() {
        let secret = "k".repeat(32);
        for (text, severity) in [
            (stack::API_KEYS.to_owned(), Good),
            (format!("a:{secret},b:{secret}:read"), Good),
            (format!("a:{secret},a:{secret}"), Error),
            ("a:short".to_owned(), Error),
        ] {
            assert_eq!(api_keys(&stored(&text)).severity, severity, "{text}");
        }
        assert_eq!(api_keys(&Err(Unread::Missing)).severity, Error);
    }

    #[test]
    fn host_keys_must_be_long_with_unique_ids() {
        let (a, b) = ("A".repeat(43), "A".repeat(42));
        for (text, severity) in [
            (HOST_KEYS.to_owned(), Good),
            (format!("new:{a},old:{a}"), Good),
            (format!("new:{a},new:{a}"), Error),
            (format!("new:{b}"), Error),
            (a.clone(), Error),
        ] {
            for signer in [Signer::Onramp, Signer::Host] {
                assert_eq!(host_keys(signer, &stored(&text)).severity, severity, "{text}");
            }
        }
    }

    #[test]
    fn key_shared_by_both_sides_is_an_error() {
        let (a, b) = ("A".repeat(43), "B".repeat(43));
        for (handoff, host, shared) in
            [(format!("x:{a}"), format!("x:{b}"), false), (format!("x:{a}"), format!("y:{b}, z:{a}="), true)]
        {
            let found = shared_key(&stored(&handoff), &stored(&host));
            assert_eq!(found.map(|it| it.severity), shared.then_some(Error), "{handoff} {host}");
        }
        assert!(shared_key(&Err(Unread::Denied), &stored(&format!("x:{a}"))).is_none());
    }
}

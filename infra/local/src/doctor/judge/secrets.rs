use std::collections::BTreeSet;

use host::Keys;
use stripe::client::SecretKey;
use stripe::{Mode, Secrets};

use super::unread;
use crate::doctor::facts::Fact;
use crate::doctor::finding::{Area, Finding};

const AREA: Area = Area::Secrets;
const PERMISSION: &str = "secretsmanager:GetSecretValue on the stage's secrets";

fn absent(subject: &str, found: &Fact<String>) -> Option<Finding> {
    let missing = "store it in Secrets Manager under the ARN in the parameter";
    found.as_ref().err().map(|why| unread(AREA, subject, why, PERMISSION, missing))
}

/// Stripe's secret key.
pub(in crate::doctor) fn secret_key(found: &Fact<String>, mode: Option<Mode>) -> Finding {
    const KEY: &str = "Stripe secret key";
    let Ok(text) = found else { return absent(KEY, found).unwrap_or_else(|| Finding::good(AREA, KEY, "")) };
    let fix = "store a restricted key (rk_…) in the same mode as StripePublishableKey";
    match SecretKey::parse(text.trim()) {
        Err(_) => Finding::error(AREA, KEY, "does not begin with sk_ or rk_ and a mode", fix),
        Ok(key) if mode.is_some_and(|mode| mode != key.mode()) => {
            Finding::error(AREA, KEY, "has a different mode than StripePublishableKey", fix)
        }
        Ok(_) if text.trim().starts_with("sk_") => {
            let rights = "use a restricted key: write customers, Checkout sessions, and portal sessions; read subscriptions";
            Finding::warning(AREA, KEY, "has full access to the account", rights)
        }
        Ok(_) => Finding::good(AREA, KEY, "is a restricted key of the stage's mode"),
    }
}

/// What webhooks are signed with.
pub(in crate::doctor) fn webhook_secret(found: &Fact<String>) -> Finding {
    const SECRET: &str = "Webhook secret";
    let Ok(text) = found else {
        return absent(SECRET, found).unwrap_or_else(|| Finding::good(AREA, SECRET, ""));
    };
    let several = text.split(',').count();
    match Secrets::parse(text) {
        Err(_) => {
            let fix = "store the endpoint's signing secret as it stands in Stripe, whsec_…; two, separated by a comma, while one is \
                        replaced";
            Finding::error(AREA, SECRET, "is not a whsec_… value: every webhook is rejected", fix)
        }
        Ok(_) if several > 2 => {
            let fix = "remove secrets that Stripe no longer uses";
            Finding::warning(AREA, SECRET, format!("holds {several}"), fix)
        }
        Ok(_) if several == 2 => Finding::good(AREA, SECRET, "contains two secrets (rotation in progress)"),
        Ok(_) => Finding::good(AREA, SECRET, "has a valid format"),
    }
}

/// The keys of one direction between Onramp and the host app.
pub(in crate::doctor) fn host_keys(of: Speaker, found: &Fact<String>) -> Finding {
    let subject = of.subject();
    let Ok(text) = found else {
        return absent(subject, found).unwrap_or_else(|| Finding::good(AREA, subject, ""));
    };
    let fix = "store id:secret, several separated by commas, each secret 32 random bytes in base64url and each id once";
    match Keys::parse(text).as_ref().and_then(Keys::first) {
        Some(first) => {
            let count = text.split(',').count();
            Finding::good(AREA, subject, format!("{}, the first of {count} is {}", of.signed(), first.id()))
        }
        None => Finding::error(AREA, subject, "are not in key format, or contain a duplicate ID", fix),
    }
}

/// A key that both hold: whoever may embed a widget could then sign people in.
pub(in crate::doctor) fn common_key(passes: &Fact<String>, host: &Fact<String>) -> Option<Finding> {
    let secrets = |found: &Fact<String>| -> BTreeSet<String> {
        let keys = found.iter().flat_map(|text| text.split(','));
        keys.filter_map(|key| key.split_once(':'))
            .map(|(_, secret)| secret.trim().trim_end_matches('=').to_owned())
            .collect()
    };
    let common = !secrets(passes).is_disjoint(&secrets(host));
    let fix = "create separate keys for HostKeysArn; otherwise anyone who can embed can also sign users in";
    common.then(|| Finding::error(AREA, Speaker::Host.subject(), "are also used for handoff tokens", fix))
}

/// Who signs with keys that Onramp and the host app share.
#[derive(Debug, Clone, Copy)]
pub(in crate::doctor) enum Speaker {
    /// Onramp, when it lets people into the host app.
    Onramp,
    /// The host app, when it embeds something or posts events.
    Host,
}

impl Speaker {
    fn subject(self) -> &'static str {
        match self {
            Self::Onramp => "Host signing keys",
            Self::Host => "Host keys",
        }
    }

    fn signed(self) -> &'static str {
        match self {
            Self::Onramp => "sign handoff tokens",
            Self::Host => "sign embed tokens and host events",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HOST_KEYS;
    use crate::doctor::facts::Unread;
    use crate::doctor::finding::Severity::{Error, Good, Warning};

    fn stored(text: &str) -> Fact<String> {
        Ok(text.to_owned())
    }

    #[test]
    fn a_key_is_of_the_stages_mode() {
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
    fn webhook_secrets_have_their_form() {
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
    fn signing_keys_are_long_and_named_once() {
        let (a, b) = ("A".repeat(43), "A".repeat(42));
        for (text, severity) in [
            (HOST_KEYS.to_owned(), Good),
            (format!("new:{a},old:{a}"), Good),
            (format!("new:{a},new:{a}"), Error),
            (format!("new:{b}"), Error),
            (a.clone(), Error),
        ] {
            for speaker in [Speaker::Onramp, Speaker::Host] {
                assert_eq!(host_keys(speaker, &stored(&text)).severity, severity, "{text}");
            }
        }
    }

    #[test]
    fn a_key_speaks_for_one() {
        let (a, b) = ("A".repeat(43), "B".repeat(43));
        for (passes, host, common) in
            [(format!("x:{a}"), format!("x:{b}"), false), (format!("x:{a}"), format!("y:{b}, z:{a}="), true)]
        {
            let found = common_key(&stored(&passes), &stored(&host));
            assert_eq!(found.map(|it| it.severity), common.then_some(Error), "{passes} {host}");
        }
        assert!(common_key(&Err(Unread::Denied), &stored(&format!("x:{a}"))).is_none());
    }
}

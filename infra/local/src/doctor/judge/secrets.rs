use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stripe::client::SecretKey;
use stripe::{Mode, Secrets};

use super::unread;
use crate::doctor::facts::Fact;
use crate::doctor::finding::{Area, Finding};

const AREA: Area = Area::Secrets;
const PERMISSION: &str = "secretsmanager:GetSecretValue on the stage's secrets";
/// The fewest bytes of a key of passes.
const FEWEST_BYTES: usize = 32;

fn absent(subject: &str, found: &Fact<String>) -> Option<Finding> {
    let missing = "store it in Secrets Manager under the ARN that the parameter names";
    found.as_ref().err().map(|why| unread(AREA, subject, why, PERMISSION, missing))
}

/// Stripe's secret key.
pub(in crate::doctor) fn secret_key(found: &Fact<String>, mode: Option<Mode>) -> Finding {
    const KEY: &str = "Stripe secret key";
    let Ok(text) = found else { return absent(KEY, found).unwrap_or_else(|| Finding::good(AREA, KEY, "")) };
    let mend = "store a restricted key, rk_…, of the mode of StripePublishableKey";
    match SecretKey::parse(text.trim()) {
        Err(_) => Finding::fault(AREA, KEY, "does not begin with sk_ or rk_ and a mode", mend),
        Ok(key) if mode.is_some_and(|mode| mode != key.mode()) => {
            Finding::fault(AREA, KEY, "is of the other mode than StripePublishableKey", mend)
        }
        Ok(_) if text.trim().starts_with("sk_") => {
            let rights = "a restricted one is enough: write customers, Checkout sessions and portal sessions, read subscriptions";
            Finding::doubt(AREA, KEY, "may do everything in the account", rights)
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
            let mend = "store the endpoint's signing secret as it stands in Stripe, whsec_…; two, separated by a comma, while one is \
                        replaced";
            Finding::fault(AREA, SECRET, "is not whsec_…: every webhook is refused", mend)
        }
        Ok(_) if several > 2 => {
            let mend = "take out those that Stripe does not sign with any more";
            Finding::doubt(AREA, SECRET, format!("holds {several}"), mend)
        }
        Ok(_) if several == 2 => Finding::good(AREA, SECRET, "holds two, as while one is replaced"),
        Ok(_) => Finding::good(AREA, SECRET, "has the form of one"),
    }
}

/// The keys of passes into the host app.
pub(in crate::doctor) fn host_keys(found: &Fact<String>) -> Finding {
    const KEYS: &str = "Host signing keys";
    let Ok(text) = found else { return absent(KEYS, found).unwrap_or_else(|| Finding::good(AREA, KEYS, "")) };
    let ids: Option<Vec<&str>> = text.split(',').map(|key| id_of(key.trim())).collect();
    let mend = "store id:secret, several separated by commas, each secret 32 random bytes in base64url and each id once";
    match ids {
        Some(ids) if ids.iter().collect::<BTreeSet<_>>().len() == ids.len() => Finding::good(
            AREA,
            KEYS,
            format!("passes are signed with {}, of {}", ids.first().unwrap_or(&""), ids.len()),
        ),
        Some(_) => Finding::fault(AREA, KEYS, "name an id twice", mend),
        None => Finding::fault(AREA, KEYS, "have not the form of keys", mend),
    }
}

/// The id of a key that has the form of one.
fn id_of(key: &str) -> Option<&str> {
    let (id, secret) = key.split_once(':')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let bytes = URL_SAFE_NO_PAD.decode(secret.trim_end_matches('=')).ok()?;
    (!id.is_empty() && id.len() <= 32 && id.bytes().all(plain) && bytes.len() >= FEWEST_BYTES).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HOST_KEYS;
    use crate::doctor::facts::Unread;
    use crate::doctor::finding::Verdict::{Doubt, Fault, Good};

    fn stored(text: &str) -> Fact<String> {
        Ok(text.to_owned())
    }

    #[test]
    fn a_key_is_of_the_stages_mode() {
        for (text, verdict) in [
            ("rk_test_hunter2", Good),
            (" rk_test_hunter2\n", Good),
            ("sk_test_hunter2", Doubt),
            ("rk_live_hunter2", Fault),
            ("pk_test_hunter2", Fault),
            ("hunter2", Fault),
        ] {
            let finding = secret_key(&stored(text), Some(Mode::Test));
            assert_eq!(finding.verdict, verdict, "{text}");
            assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
        }
        assert_eq!(secret_key(&Err(Unread::Missing), None).verdict, Fault);
        assert_eq!(secret_key(&Err(Unread::Denied), None).verdict, Doubt);
    }

    #[test]
    fn webhook_secrets_have_their_form() {
        for (text, verdict) in [
            ("whsec_1", Good),
            ("whsec_1, whsec_2", Good),
            ("whsec_1,whsec_2,whsec_3", Doubt),
            ("hunter2", Fault),
            ("whsec_1,hunter2", Fault),
        ] {
            let finding = webhook_secret(&stored(text));
            assert_eq!(finding.verdict, verdict, "{text}");
            assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
        }
    }

    #[test]
    fn signing_keys_are_long_and_named_once() {
        let (a, b) = ("A".repeat(43), "A".repeat(42));
        for (text, verdict) in [
            (HOST_KEYS.to_owned(), Good),
            (format!("new:{a},old:{a}"), Good),
            (format!("new:{a},new:{a}"), Fault),
            (format!("new:{b}"), Fault),
            (a.clone(), Fault),
        ] {
            assert_eq!(host_keys(&stored(&text)).verdict, verdict, "{text}");
        }
    }
}

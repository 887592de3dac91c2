//! Signs requests with AWS Signature Version 4 (IAM guide, "Create a signed AWS API request").

use hmac::{Hmac, KeyInit, Mac, digest::InvalidLength};
use sha2::{Digest, Sha256};

/// Signs the requests to one service. Keeps the signing key until the day changes.
pub struct Signer {
    access_key: String,
    secret_key: String,
    region: String,
    service: &'static str,
    day: String,
    key: [u8; 32],
}

impl Signer {
    pub fn new(access_key: String, secret_key: String, region: String, service: &'static str) -> Self {
        Self { access_key, secret_key, region, service, day: String::new(), key: [0; 32] }
    }

    /// Returns the header `authorization` of a `POST` of `body` to the path `/`.
    ///
    /// `headers` are the signed headers, in alphabetical order. `at` is the value of `x-amz-date`.
    pub fn authorization(
        &mut self,
        headers: &[(&str, &str)],
        body: &str,
        at: &str,
    ) -> Result<String, InvalidLength> {
        let day = at.split('T').next().unwrap_or(at);
        if self.day != day {
            self.key = self.key_of(day)?;
            day.clone_into(&mut self.day);
        }
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let request = format!("POST\n/\n\n{lines}\n{names}\n{}", hash(body));
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hash(&request));
        let signature = hex::encode(mac(&self.key, &text)?);
        let credential = format!("{}/{scope}", self.access_key);
        Ok(format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"))
    }

    /// Derives the signing key of a day.
    fn key_of(&self, day: &str) -> Result<[u8; 32], InvalidLength> {
        let key = mac(format!("AWS4{}", self.secret_key).as_bytes(), day)?;
        let key = mac(&mac(&key, &self.region)?, self.service)?;
        mac(&key, "aws4_request")
    }
}

fn mac(key: &[u8], text: &str) -> Result<[u8; 32], InvalidLength> {
    Ok(Hmac::<Sha256>::new_from_slice(key)?.chain_update(text).finalize().into_bytes().into())
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request `post-vanilla` of AWS's test suite for Signature Version 4, on two days: the key of
    /// the second day must replace the first.
    #[test]
    fn signature_is_the_one_of_the_aws_test_suite() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let mut signer =
            Signer::new("AKIDEXAMPLE".to_owned(), secret.to_owned(), "us-east-1".to_owned(), "service");
        let mut sign = |at| {
            signer.authorization(&[("host", "example.amazonaws.com"), ("x-amz-date", at)], "", at).unwrap()
        };
        let other_day = sign("20150829T123600Z");
        let signed = sign("20150830T123600Z");
        assert_eq!(
            signed,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        );
        assert_ne!(other_day, signed);
    }
}

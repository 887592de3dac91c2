//! Signs requests with AWS Signature Version 4 (IAM guide, "Create a signed AWS API request").
//!
//! The signer of the SDKs derives the key of the day again for each request, and signs headers that need
//! no signature. This signer only handles a `POST` without a query whose body is in memory.

use std::{
    fmt::Write,
    sync::{Mutex, PoisonError},
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign},
        identity::{Identity, SharedIdentityResolver},
        orchestrator::HttpRequest,
        runtime_components::{GetIdentityResolver, RuntimeComponents},
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

type HmacSha256 = Hmac<Sha256>;

/// The name of the authentication scheme in the SDKs.
pub(crate) const SCHEME: AuthSchemeId = AuthSchemeId::new("sigv4");

/// The authentication scheme of one service in one region.
#[derive(Debug)]
pub(crate) struct Signer {
    service: &'static str,
    region: String,
    key: Mutex<Option<DayKey>>,
}

/// The signing key of one day.
#[derive(Debug)]
struct DayKey {
    day: String,
    credentials: Credentials,
    mac: HmacSha256,
}

impl Signer {
    pub fn new(service: &'static str, region: String) -> Self {
        Self { service, region, key: Mutex::default() }
    }

    /// Signs a request. The signature covers the host, the headers that start with `x-amz-`, and the
    /// body.
    fn sign(
        &self,
        request: &mut HttpRequest,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<(), BoxError> {
        let at = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = at.get(..8).unwrap_or(&at);
        let (host, path) = host_and_path(request.uri())?;
        let body = Sha256::digest(request.body().bytes().ok_or("the body is not in memory")?);
        let headers = request.headers_mut();
        headers.try_insert("x-amz-date", at.clone())?;
        if let Some(token) = credentials.session_token() {
            headers.try_insert("x-amz-security-token", token.to_owned())?;
        }

        // An operation repeats none of these headers.
        let mut signed: Vec<_> =
            request.headers().iter().filter(|(name, _)| name.starts_with("x-amz-")).collect();
        signed.push(("host", &host));
        signed.sort_unstable_by_key(|(name, _)| *name);
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        // The headers with a session token fit, so the text does not grow in steps.
        let mut canonical = String::with_capacity(2048);
        write!(canonical, "POST\n/{path}\n\n")?;
        for (name, value) in &signed {
            canonical.extend([name, ":"]);
            let mut words = value.split(' ').filter(|word| !word.is_empty());
            canonical.extend(words.next());
            words.for_each(|word| canonical.extend([" ", word]));
            canonical.push('\n');
        }
        write!(canonical, "\n{names}\n{}", hex::encode(body))?;

        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex::encode(Sha256::digest(&canonical)));
        let signature = self.key(credentials, day)?.chain_update(text).finalize().into_bytes();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            credentials.access_key_id(),
            hex::encode(signature)
        );
        request.headers_mut().try_insert("authorization", authorization)?;
        Ok(())
    }

    /// Returns the signing key of a day. Derives it only if the day or the credentials differ from those
    /// of the last request.
    fn key(&self, credentials: &Credentials, day: &str) -> Result<HmacSha256, BoxError> {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*kept
            && key.day == day
            && key.credentials == *credentials
        {
            return Ok(key.mac.clone());
        }
        let secret = format!("AWS4{}", credentials.secret_access_key());
        let mut mac = HmacSha256::new_from_slice(secret.as_bytes())?;
        for part in [day, &self.region, self.service, "aws4_request"] {
            mac = HmacSha256::new_from_slice(&mac.chain_update(part).finalize().into_bytes())?;
        }
        *kept = Some(DayKey { day: day.to_owned(), credentials: credentials.clone(), mac: mac.clone() });
        Ok(mac)
    }
}

/// Returns the header `host` as the HTTP client sends it, without the default port of the scheme, and
/// the path without its first slash.
fn host_and_path(uri: &str) -> Result<(String, String), BoxError> {
    let (scheme, rest) = uri.split_once("://").ok_or("the endpoint has no scheme")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let host = authority.strip_suffix(default_port).unwrap_or(authority);
    Ok((host.to_owned(), path.to_owned()))
}

impl AuthScheme for Signer {
    fn scheme_id(&self) -> AuthSchemeId {
        SCHEME
    }

    fn identity_resolver(&self, resolvers: &dyn GetIdentityResolver) -> Option<SharedIdentityResolver> {
        resolvers.identity_resolver(self.scheme_id())
    }

    fn signer(&self) -> &dyn Sign {
        self
    }
}

impl Sign for Signer {
    fn sign_http_request(
        &self,
        request: &mut HttpRequest,
        identity: &Identity,
        _endpoint: AuthSchemeEndpointConfig<'_>,
        components: &RuntimeComponents,
        _config: &ConfigBag,
    ) -> Result<(), BoxError> {
        let credentials = identity.data::<Credentials>().ok_or("the identity has no AWS credentials")?;
        let now = components.time_source().unwrap_or_default().now();
        self.sign(request, credentials, Timestamp::try_from(now)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use aws_sigv4::{
        http_request::{SignableBody, SignableRequest, SigningSettings, sign},
        sign::v4,
    };
    use aws_smithy_types::body::SdkBody;

    use super::*;

    const ENDPOINT: &str = "https://dynamodb.us-east-1.amazonaws.com/";
    const USER_AGENT: &str = "aws-sdk-rust/1.3.1  os/linux ";

    fn credentials(secret: &str, token: Option<&str>) -> Credentials {
        Credentials::new("AKIDEXAMPLE", secret, token.map(str::to_owned), None, "test")
    }

    /// Returns the headers that the SDK's signer adds to a request that has only the signed headers.
    fn expected(
        signer: &Signer,
        endpoint: &str,
        body: &str,
        credentials: &Credentials,
        at: Timestamp,
    ) -> Vec<(String, String)> {
        let identity = Identity::from(credentials.clone());
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&signer.region)
            .name(signer.service)
            .time(SystemTime::from(at))
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let headers = [("x-amz-target", "DynamoDB_20120810.GetItem"), ("x-amz-user-agent", USER_AGENT)];
        let body = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new("POST", endpoint, headers.into_iter(), body).unwrap();
        let (added, _) = sign(request, &params.into()).unwrap().into_parts();
        let (headers, _) = added.into_parts();
        headers.into_iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect()
    }

    #[test]
    fn signature_is_that_of_the_sdk() {
        let signer = Signer::new("dynamodb", "us-east-1".to_owned());
        let (first, next) = ("2026-01-15T23:59:59Z", "2026-01-16T00:00:00Z");
        let (secret, other) = ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "another");
        // The signer keeps its key from one case to the next.
        for (endpoint, body, secret, token, at) in [
            (ENDPOINT, r#"{"TableName":"t"}"#, secret, None, first),
            (ENDPOINT, r#"{"TableName":"t"}"#, secret, None, next),
            (ENDPOINT, r#"{"TableName":"t"}"#, other, None, next),
            (ENDPOINT, r#"{"TableName":"t"}"#, other, Some("token"), next),
            (ENDPOINT, "é", secret, Some("other token"), first),
            (ENDPOINT, "", secret, None, first),
            ("https://dynamodb.cn-north-1.amazonaws.com.cn:443/", "{}", secret, None, first),
            ("http://localhost:8000/", "{}", secret, None, first),
            ("http://[::1]:80/", "{}", secret, None, first),
            ("https://proxy.example.com/dynamodb/", "{}", secret, None, first),
        ] {
            let (credentials, at) = (credentials(secret, token), at.parse().unwrap());
            let mut request = HttpRequest::new(SdkBody::from(body));
            request.set_uri(endpoint).unwrap();
            for (name, value) in [
                ("content-type", "application/x-amz-json-1.0"),
                ("amz-sdk-request", "attempt=1; max=3"),
                ("x-amz-target", "DynamoDB_20120810.GetItem"),
                ("x-amz-user-agent", USER_AGENT),
            ] {
                request.headers_mut().insert(name, value);
            }
            signer.sign(&mut request, &credentials, at).unwrap();
            for (name, value) in expected(&signer, endpoint, body, &credentials, at) {
                assert_eq!(
                    request.headers().get(&name),
                    Some(value.as_str()),
                    "{endpoint} {body} {secret} {at}"
                );
            }
        }
    }
}

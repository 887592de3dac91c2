//! Calls AWS services over TLS, with signed requests.

use std::{error::Error, sync::Arc};

use jiff::Timestamp;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{http::Connection, os::env, sigv4::Signer};

/// The root certificates that the functions contain.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("../../../shared/runtime/src/amazon_roots/AmazonRootCA1.cer"),
    include_bytes!("../../../shared/runtime/src/amazon_roots/AmazonRootCA2.cer"),
    include_bytes!("../../../shared/runtime/src/amazon_roots/AmazonRootCA3.cer"),
    include_bytes!("../../../shared/runtime/src/amazon_roots/AmazonRootCA4.cer"),
    include_bytes!("../../../shared/runtime/src/amazon_roots/SFSRootCAG2.cer"),
];

/// Returns the settings of TLS, with the root certificates of AWS and those of `AWS_CA_BUNDLE`.
pub fn tls() -> Result<Arc<ClientConfig>, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    for root in AMAZON_ROOTS {
        roots.add(CertificateDer::from(root))?;
    }
    if let Ok(path) = env("AWS_CA_BUNDLE") {
        for root in CertificateDer::pem_file_iter(path)? {
            roots.add(root?)?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// A connection to one service, whose operations are the JSON protocol of AWS.
pub struct Service {
    connection: Connection,
    signer: Signer,
    host: String,
    token: String,
    content_type: &'static str,
}

impl Service {
    /// Connects to the address in the variable `endpoint`.
    pub fn open(
        service: &'static str,
        endpoint: &'static str,
        content_type: &'static str,
        tls: Arc<ClientConfig>,
    ) -> Result<Self, Box<dyn Error>> {
        let host = env(endpoint)?.strip_prefix("https://").ok_or("the endpoint has no TLS")?.to_owned();
        let (access_key, secret_key) = (env("AWS_ACCESS_KEY_ID")?, env("AWS_SECRET_ACCESS_KEY")?);
        Ok(Self {
            connection: Connection::tls(&host, tls)?,
            signer: Signer::new(access_key, secret_key, env("AWS_REGION")?, service),
            host,
            token: env("AWS_SESSION_TOKEN")?,
            content_type,
        })
    }

    /// Calls the operation `target` and returns the body of its response.
    pub fn call(&mut self, target: &str, body: &str, now: Timestamp) -> Result<Vec<u8>, Box<dyn Error>> {
        let at = format!("{now:.0}").replace(['-', ':'], "");
        let headers = [
            ("content-type", self.content_type),
            ("host", &self.host),
            ("x-amz-date", &at),
            ("x-amz-security-token", &self.token),
            ("x-amz-target", target),
        ];
        let authorization = self.signer.authorization(&headers, body, &at)?;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let response = self.connection.send(&format!(
            "POST / HTTP/1.1\r\n{headers}authorization: {authorization}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))?;
        match response.status {
            200 => Ok(response.body),
            status => Err(format!("{target} failed with status {status}").into()),
        }
    }
}

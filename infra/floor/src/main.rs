//! The program `floor`: a lower limit for the cost of `stripe-webhook`.
//!
//! It makes the same calls of AWS for the first payment of an organization: it reads the signing secret at
//! startup, and for each event, it reads a batch of items and updates one item under a condition. It
//! uses blocking sockets, rustls, and its own signatures instead of the AWS SDK and an async runtime.
//! `bash .ci/run speed` compares both programs.
//!
//! # Invariant
//!
//! The program trusts only the root certificates of AWS, signs each request, and verifies each webhook,
//! as `stripe-webhook` does. Without these checks, it would not be a limit for a program that needs
//! them.
//!
//! # What it never does
//!
//! It is never deployed. It handles no other event, and it ends at the first error.
//!
//! # Where to start
//!
//! - `webhook`: handles an event, whose fields are in `event`.
//! - `dynamodb`: builds the requests to DynamoDB.
//! - `aws`: calls a service over TLS. `sigv4` signs the request, and `http` sends it.
//! - `os`: reads variables and the clock.

mod aws;
mod dynamodb;
mod event;
mod http;
mod os;
mod sigv4;
mod webhook;

use std::error::Error;

use hmac::{Hmac, KeyInit};
use serde::Deserialize;

use crate::{
    aws::Service,
    http::Connection,
    os::{env, now},
    webhook::Webhook,
};

/// Path of the Lambda Runtime API.
const INVOCATION: &str = "/2018-06-01/runtime/invocation";

#[derive(Deserialize)]
struct StoredSecret<'a> {
    #[serde(rename = "SecretString")]
    value: &'a str,
}

fn main() -> Result<(), Box<dyn Error>> {
    let tls = aws::tls()?;
    let mut secret = env("STRIPE_WEBHOOK_SECRET")?;
    if secret.starts_with("arn:") {
        let mut secrets = Service::open(
            "secretsmanager",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            "application/x-amz-json-1.1",
            tls.clone(),
        )?;
        let read = format!(r#"{{"SecretId":"{secret}"}}"#);
        let response = secrets.call("secretsmanager.GetSecretValue", &read, now())?;
        let stored: StoredSecret<'_> = serde_json::from_slice(&response)?;
        stored.value.clone_into(&mut secret);
    }
    let mut webhook = Webhook {
        table: env("TABLE_NAME")?,
        secret: Hmac::new_from_slice(secret.as_bytes())?,
        service: Service::open("dynamodb", "AWS_ENDPOINT_URL_DYNAMODB", "application/x-amz-json-1.0", tls)?,
    };
    let api = env("AWS_LAMBDA_RUNTIME_API")?;
    let mut runtime = Connection::plain(&api)?;
    loop {
        let invocation = runtime.send(&format!("GET {INVOCATION}/next HTTP/1.1\r\nhost: {api}\r\n\r\n"))?;
        let (id, response) = (invocation.request_id, webhook.handle(&invocation.body, now())?);
        runtime.send(&format!(
            "POST {INVOCATION}/{id}/response HTTP/1.1\r\nhost: {api}\r\ncontent-length: {}\r\n\r\n{response}",
            response.len()
        ))?;
    }
}

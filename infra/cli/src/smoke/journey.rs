//! What a smoke test gets, and what it leaves behind.

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use domain::people::Address;
use runtime::{BaseUrl, Clock, Rng};

/// Parameters of a smoke test.
pub struct Journey {
    /// Base URL of the stage.
    pub url: BaseUrl,
    /// Email address to sign up with. Each run adds its own suffix behind a plus sign.
    pub email: Address,
    /// Length of the stage's trial in days.
    pub trial_days: u16,
    /// Webhook secret of a stage in test mode. `None` skips the payment.
    pub webhook_secret: Option<String>,
    /// HTTP connector that sends the requests.
    pub http: SharedHttpConnector,
    /// Clock for the organization's name and for webhook signatures.
    pub clock: Clock,
    /// Source of the random parts of the address and of the event.
    pub entropy: Rng,
}

/// Test data that a run leaves on the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestData {
    /// Name of the test organization.
    pub name: String,
    /// ID of the test organization. `None` if the sign-up failed.
    pub organization: Option<String>,
    /// Email address of its admin.
    pub email: String,
}

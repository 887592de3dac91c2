//! A running stack, which handles requests without a port.

use std::{fs::File, sync::Arc};

use aws_local::template::Template;
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    response::IntoResponse,
};
use http::{Request, Response, StatusCode};
use sample_host_app::HostApp;
use tokio::task::AbortHandle;
use tower::ServiceExt;

use crate::{
    background::background,
    config::{Config, StartError, WEBHOOK_SECRET, localize, settings},
    control,
    start::{Services, lock_folder, unusable},
    system::System,
};

/// Maximum request body of the Stripe mock and of the sample host app.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A running local stack. Dropping it stops its background tasks.
pub struct Stack {
    system: Arc<System>,
    app: Router,
    webhook_secret: String,
    host_app: Option<Arc<HostApp>>,
    tasks: Vec<AbortHandle>,
    /// Keeps the data folder locked. The system releases the lock at the end of the process.
    _lock: Option<File>,
}

impl Stack {
    /// Starts all parts of the stack. When this function returns, the stack is ready for requests.
    ///
    /// # Errors
    /// Returns the reason if the template, a setting, or the data folder is invalid, or if a
    /// function rejects its variables.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let settings = settings(&config);
        let mut template = Template::parse(&config.template, &settings).map_err(StartError::Template)?;
        let secrets = localize(&mut template, &config);
        let folder = config.data.as_deref();
        let lock = folder.map(lock_folder).transpose().map_err(|error| unusable(folder, error))?;
        let services = Services::open(&template, secrets, &config, &settings)?;
        let fleet = services.start_functions(&template, &config).await?;
        let webhook_secret =
            services.secret(template.variable("STRIPE_WEBHOOK_SECRET").unwrap_or(WEBHOOK_SECRET));
        let gateway = services.gateway(&template, &fleet);
        let host_app = config
            .host_app_url
            .as_deref()
            .map(|url| services.host_app(&template, url, &config.public_url, &gateway));
        let sender = services.sender(&gateway, &webhook_secret);
        let mut system = services.into_system(&template, gateway, fleet, sender.clone());
        system.reads_prices = config.reads_prices;
        let system = Arc::new(system);
        system.refresh_prices().await;
        let app = control::router(&system, sender);
        Ok(Self { tasks: background(&system), system, app, webhook_secret, host_app, _lock: lock })
    }

    /// Returns the parts of the stack, for tests and for the terminal.
    pub fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// Returns the secret with which the Stripe mock signs events.
    pub fn webhook_secret(&self) -> &str {
        &self.webhook_secret
    }

    /// Returns the router of Onramp's port: the gateway and the control interface.
    pub fn app(&self) -> Router {
        self.app.clone()
    }

    /// Returns the router of the Stripe mock: its API and its hosted pages. The program must serve
    /// this router at a separate origin.
    pub fn stripe_app(&self) -> Router {
        let stripe = Arc::clone(&self.system.stripe);
        external_app(move |request| {
            let stripe = Arc::clone(&stripe);
            async move { stripe.handle(&request) }
        })
    }

    /// Returns the router of the sample host app, or `None` if the app is not configured. The
    /// program must serve this router at a separate origin.
    pub fn host_app(&self) -> Option<Router> {
        let host_app = Arc::clone(self.host_app.as_ref()?);
        Some(external_app(move |request| {
            let host_app = Arc::clone(&host_app);
            async move { host_app.handle(request).await }
        }))
    }

    /// Sends a request to the Stripe mock without a port.
    pub fn stripe_request(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.system.stripe.handle(request)
    }

    /// Sends a request to Onramp without a port. The response is the same as over the port.
    pub async fn request(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Ok(response) = self.app.clone().oneshot(request.map(Body::from)).await;
        let (parts, body) = response.into_parts();
        // All bodies are in memory, so this cannot fail.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        Response::from_parts(parts, body)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Creates the router of a server that is not part of Onramp and has its own port.
fn external_app<F>(handle: impl Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static) -> Router
where
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    Router::new().fallback(async move |request: Request<Body>| {
        let (parts, body) = request.into_parts();
        match to_bytes(body, MAX_BODY_BYTES).await {
            Ok(body) => handle(Request::from_parts(parts, body)).await.map(Body::from),
            Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    })
}

//! The local stack: starts all parts from the template and handles requests without a port.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
    sync::Arc,
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    response::IntoResponse,
};
use http::{Request, Response, StatusCode};
use runtime::{Aws, Clock, Context, Env, OutboundHttp, Rng};
use tokio::task::{AbortHandle, JoinSet};
use tower::ServiceExt;

use crate::{
    bus::Bus,
    calls::Calls,
    clock::LocalClock,
    config::{Config, StartError, TEAM_PRICE, WEBHOOK_SECRET, account, identities, localize, settings},
    connector::{Cloud, Connector},
    control,
    dead_letters::DeadLetters,
    engine::Engine,
    gateway::Gateway,
    host_app::{HostApp, SharedKeys},
    iam_usage_log::IamUsageLog,
    invoke::Fleet,
    mailbox::Mailbox,
    pending_work::PendingWork,
    permissions::Permissions,
    schedule::Scheduler,
    streams::{Checkpoints, StreamPoller},
    stripe,
    stripe_mock::{StripeMock, WebhookSender},
    system::System,
    template::{Function, REGION, Template},
};

/// How often the scheduler checks the clock for due schedules.
const SCHEDULE_INTERVAL: Duration = Duration::from_millis(500);

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
        let unusable = |error| StartError::Folder(folder.unwrap_or(Path::new("")).to_owned(), error);
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(unusable)?;
        }
        let lock = folder.map(lock_folder).transpose().map_err(unusable)?;
        let clock = Arc::new(LocalClock::open(folder).map_err(unusable)?);
        let pending_work = Arc::new(PendingWork::default());
        let dead_letters = Arc::new(DeadLetters::open(folder).map_err(unusable)?);
        let account = account(&template, &secrets, &config);
        let cloud = Arc::new(Cloud {
            engine: Engine::open(folder, template.tables.clone(), Arc::clone(&clock))
                .map_err(StartError::Engine)?,
            mailbox: Mailbox::new(identities(&template), folder).map_err(unusable)?,
            bus: Bus::new(template.rules.clone(), folder, Arc::clone(&pending_work)).map_err(unusable)?,
            stripe: Arc::new(StripeMock::open(account, Arc::clone(&clock), folder).map_err(unusable)?),
            secrets: secrets.into(),
            clock: Arc::clone(&clock),
            calls: Calls::default(),
            faults: crate::faults::Faults::default(),
            dead_letters: Arc::clone(&dead_letters),
            permissions: Permissions::new(template.functions.values()),
            iam_usage: IamUsageLog::new(&config.template, &settings),
        });
        let mut fleet = Fleet::new(Arc::clone(&pending_work), Arc::clone(&clock), Arc::clone(&dead_letters));
        let mut missing = Vec::new();
        for function in template.functions.values() {
            match config.functions.get(function.name.as_str()) {
                Some(start) => fleet.add(function.clone(), Arc::clone(start), context(function, &cloud)),
                None => missing.push(function.name.clone()),
            }
        }
        if !missing.is_empty() {
            return Err(StartError::Missing(missing));
        }
        let fleet = Arc::new(fleet);
        fleet.start_all().await.map_err(StartError::Rejected)?;
        let checkpoints = Arc::new(Checkpoints::open(folder));
        let poller = |mapping| {
            let parts =
                (Arc::clone(&fleet), Arc::clone(&dead_letters), Arc::clone(&clock), Arc::clone(&checkpoints));
            Arc::new(StreamPoller::new(mapping, parts.0, parts.1, parts.2, parts.3))
        };
        let webhook_secret = template.variable("STRIPE_WEBHOOK_SECRET").unwrap_or(WEBHOOK_SECRET);
        let webhook_secret = cloud.secrets.get(webhook_secret).unwrap_or_else(|| webhook_secret.to_owned());
        let gateway = Arc::new(Gateway::new(
            &template.routes,
            Arc::clone(&fleet),
            Arc::clone(&clock),
            Arc::clone(&cloud.stripe),
        ));
        let host_app = config.host_app_url.as_deref().map(|url| {
            let setting = |name| {
                let value = template.variable(name).unwrap_or_default();
                cloud.secrets.get(value).unwrap_or_else(|| value.to_owned())
            };
            let (handoff_keys, host_keys) = (setting("HOST_SIGNING_KEYS"), setting("HOST_KEYS"));
            let source = setting("HOST_EVENT_SOURCE");
            let shared = SharedKeys { handoff_keys: &handoff_keys, host_keys: &host_keys, source: &source };
            Arc::new(HostApp::new(
                Arc::clone(&cloud),
                url,
                &config.public_url,
                &shared,
                gateway_client(&gateway),
            ))
        });
        let sender = sender(&gateway, &cloud, &webhook_secret);
        let system = Arc::new(System {
            webhooks: WebhookSender::new(
                Arc::clone(&cloud.stripe),
                sender.clone(),
                Arc::clone(&pending_work),
            ),
            pollers: template.streams.iter().cloned().map(poller).collect(),
            scheduler: Scheduler::new(template.schedules.clone(), Arc::clone(&fleet), clock.now()),
            gateway,
            cloud,
            fleet,
            dead_letters,
            pending_work,
            clock_lock: tokio::sync::Mutex::default(),
        });
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
        let stripe = Arc::clone(&self.system.cloud.stripe);
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
        self.system.cloud.stripe.handle(request)
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

/// Locks the data folder, because two stacks would overwrite each other's data.
fn lock_folder(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join("lock"))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::other("another Onramp process uses it; stop that process or set --data")
        }
        TryLockError::Error(error) => error,
    })?;
    Ok(file)
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

/// Creates the sender that posts Stripe's events to the gateway.
fn sender(gateway: &Arc<Gateway>, cloud: &Arc<Cloud>, secrets: &str) -> stripe::Sender {
    let (clock, stripe) = (Arc::clone(&cloud.clock), Arc::clone(&cloud.stripe));
    let post = gateway_client(gateway);
    stripe::Sender::new(Clock::new(move || clock.now()), Rng::system(), secrets, TEAM_PRICE, post)
        .with_resolver(Arc::new(move |spec| stripe.resolve_customer(spec)))
}

/// Creates an HTTP client that calls the gateway in process.
fn gateway_client(gateway: &Arc<Gateway>) -> stripe::HttpSend {
    let gateway = Arc::clone(gateway);
    Arc::new(move |request| {
        let gateway = Arc::clone(&gateway);
        Box::pin(async move { gateway.handle(request).await })
    })
}

/// Creates the dependencies of a function: its variables, local clients, and the local clock.
fn context(function: &Function, cloud: &Arc<Cloud>) -> Context {
    let connector = Connector::new(&function.name, &function.statements, Arc::clone(cloud));
    let credentials = Credentials::new("ASIALOCAL", "local", Some("local".to_owned()), None, "local");
    let (clock, waiting) = (Arc::clone(&cloud.clock), Arc::clone(&cloud.clock));
    Context {
        env: Env::new(function.variables.clone()),
        outbound: OutboundHttp::new(SharedHttpConnector::new(connector.clone())),
        aws: Aws::new(REGION.to_owned(), credentials, SharedHttpClient::new(connector)),
        clock: Clock::new(move || clock.now()).with_sleep(move |wait| {
            let clock = Arc::clone(&waiting);
            Box::pin(async move { clock.sleep(wait).await })
        }),
        entropy: Rng::system(),
    }
}

/// Spawns the background tasks: stream pollers, deliveries from the bus, Stripe's webhooks, and the
/// schedules.
fn background(system: &Arc<System>) -> Vec<AbortHandle> {
    let mut tasks = Vec::new();
    for poller in &system.pollers {
        let (poller, cloud) = (Arc::clone(poller), Arc::clone(&system.cloud));
        tasks.push(
            tokio::spawn(async move { poller.run(&cloud.engine, cloud.engine.writes()).await })
                .abort_handle(),
        );
    }
    if let Some(mut waiting) = system.cloud.bus.deliveries() {
        let (fleet, cloud) = (Arc::clone(&system.fleet), Arc::clone(&system.cloud));
        let deliveries = async move {
            // Dropping the set aborts its tasks, so no delivery outlives the stack.
            let mut running = JoinSet::new();
            while let Some(pending) = waiting.recv().await {
                while running.try_join_next().is_some() {}
                let (fleet, cloud) = (Arc::clone(&fleet), Arc::clone(&cloud));
                running.spawn(async move {
                    let delivery = &pending.delivery;
                    fleet.deliver(&delivery.function, &delivery.event, &delivery.rule).await;
                    cloud.bus.delivered(&pending);
                });
            }
        };
        tasks.push(tokio::spawn(deliveries).abort_handle());
    }
    let stripe = Arc::clone(system);
    tasks.push(tokio::spawn(async move { stripe.webhooks.watch().await }).abort_handle());
    let scheduler = Arc::clone(system);
    let schedules = async move {
        loop {
            tokio::time::sleep(SCHEDULE_INTERVAL).await;
            scheduler.run_due_schedules().await;
        }
    };
    tasks.push(tokio::spawn(schedules).abort_handle());
    tasks
}

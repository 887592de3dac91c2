//! Starting a stack from the template, and asking it.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::response::IntoResponse;
use boot::{Aws, Clock, Context, Env, OutboundHttp, Rng};
use http::{Request, Response, StatusCode};
use tokio::task::{AbortHandle, JoinSet};
use tower::ServiceExt;

use crate::bus::Bus;
use crate::calls::Calls;
use crate::clock::LocalClock;
use crate::config::{
    Config, StartError, TEAM_PRICE, WEBHOOK_SECRET, account, identities, localize, settings,
};
use crate::connector::{Cloud, Connector};
use crate::control;
use crate::dead_letters::DeadLetters;
use crate::engine::Engine;
use crate::gateway::Gateway;
use crate::host_app::{HostApp, Shared};
use crate::iam_usage_log::IamUsageLog;
use crate::invoke::Fleet;
use crate::mailbox::Mailbox;
use crate::pending_work::PendingWork;
use crate::permissions::Permissions;
use crate::schedule::Scheduler;
use crate::streams::{Checkpoints, Pump};
use crate::stripe;
use crate::stripe_mock::{StripeMock, WebhookSender};
use crate::system::System;
use crate::template::{Function, REGION, Template};

/// How often the running clock is looked at for schedules.
const TICK: Duration = Duration::from_millis(500);

/// The largest body that Stripe's stand-in takes.
const MOST_BYTES: usize = 1024 * 1024;

/// A running stack. Its work ends when this is dropped.
pub struct Stack {
    system: Arc<System>,
    app: Router,
    webhook_secret: String,
    host_app: Option<Arc<HostApp>>,
    tasks: Vec<AbortHandle>,
    /// Kept for its lock, which ends with the process at the latest.
    _held: Option<File>,
}

impl Stack {
    /// Starts everything; ready for requests when it returns.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let settings = settings(&config);
        let mut template = Template::parse(&config.template, &settings).map_err(StartError::Template)?;
        let secrets = localize(&mut template, &config);
        let folder = config.data.as_deref();
        let unusable = |error| StartError::Folder(folder.unwrap_or(Path::new("")).to_owned(), error);
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(unusable)?;
        }
        let held = folder.map(hold).transpose().map_err(unusable)?;
        let clock = Arc::new(LocalClock::open(folder).map_err(unusable)?);
        let activity = Arc::new(PendingWork::default());
        let dead_letters = Arc::new(DeadLetters::open(folder).map_err(unusable)?);
        let account = account(&template, &secrets, &config);
        let cloud = Arc::new(Cloud {
            engine: Engine::open(folder, template.tables.clone(), Arc::clone(&clock))
                .map_err(StartError::Engine)?,
            mailbox: Mailbox::new(identities(&template), folder).map_err(unusable)?,
            bus: Bus::new(template.rules.clone(), folder, Arc::clone(&activity)).map_err(unusable)?,
            stripe: Arc::new(StripeMock::open(account, Arc::clone(&clock), folder).map_err(unusable)?),
            secrets: secrets.into(),
            clock: Arc::clone(&clock),
            calls: Calls::default(),
            faults: crate::faults::Faults::default(),
            dead_letters: Arc::clone(&dead_letters),
            permissions: Permissions::new(template.functions.values()),
            ledger: IamUsageLog::new(&config.template, &settings),
        });
        let mut fleet = Fleet::new(Arc::clone(&activity), Arc::clone(&clock), Arc::clone(&dead_letters));
        let mut missing = Vec::new();
        for function in template.functions.values() {
            match config.functions.get(function.name.as_str()) {
                Some(start) => fleet.add(function.clone(), Arc::clone(start), boot(function, &cloud)),
                None => missing.push(function.name.clone()),
            }
        }
        if !missing.is_empty() {
            return Err(StartError::Missing(missing));
        }
        let fleet = Arc::new(fleet);
        fleet.start_all().await.map_err(StartError::Refused)?;
        let checkpoints = Arc::new(Checkpoints::open(folder));
        let pump = |mapping| {
            let parts =
                (Arc::clone(&fleet), Arc::clone(&dead_letters), Arc::clone(&clock), Arc::clone(&checkpoints));
            Arc::new(Pump::new(mapping, parts.0, parts.1, parts.2, parts.3))
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
            let (passes, word) = (setting("HOST_SIGNING_KEYS"), setting("HOST_KEYS"));
            let source = setting("HOST_EVENT_SOURCE");
            let shared = Shared { passes: &passes, word: &word, source: &source };
            Arc::new(HostApp::new(Arc::clone(&cloud), url, &config.public_url, &shared, entrance(&gateway)))
        });
        let sender = sender(&gateway, &cloud, &webhook_secret);
        let system = Arc::new(System {
            webhooks: WebhookSender::new(Arc::clone(&cloud.stripe), sender.clone(), Arc::clone(&activity)),
            pumps: template.streams.iter().cloned().map(pump).collect(),
            scheduler: Scheduler::new(template.schedules.clone(), Arc::clone(&fleet), clock.now()),
            gateway,
            cloud,
            fleet,
            dead_letters,
            activity,
            moving: tokio::sync::Mutex::default(),
        });
        let app = control::router(&system, sender);
        Ok(Self { tasks: background(&system), system, app, webhook_secret, host_app, _held: held })
    }

    /// The parts, for tests that look inside.
    pub fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// The secret that Stripe's events are signed with here.
    pub fn webhook_secret(&self) -> &str {
        &self.webhook_secret
    }

    /// The gateway and the control interface as one router.
    pub fn app(&self) -> Router {
        self.app.clone()
    }

    /// Stripe's stand-in: its API and its hosted pages, which are an origin of their own.
    pub fn stripe_app(&self) -> Router {
        let standin = Arc::clone(&self.system.cloud.stripe);
        neighbour(move |request| {
            let standin = Arc::clone(&standin);
            async move { standin.handle(&request) }
        })
    }

    /// The local host app, if it was asked for: an origin of its own as well.
    pub fn host_app(&self) -> Option<Router> {
        let host_app = Arc::clone(self.host_app.as_ref()?);
        Some(neighbour(move |request| {
            let host_app = Arc::clone(&host_app);
            async move { host_app.handle(request).await }
        }))
    }

    /// Answers a request to Stripe's stand-in exactly as its port does, without one.
    pub fn outside(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.system.cloud.stripe.handle(request)
    }

    /// Answers a request exactly as the port does, without one.
    pub async fn request(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Ok(response) = self.app.clone().oneshot(request.map(Body::from)).await;
        let (parts, body) = response.into_parts();
        // All bodies are in memory already: nothing is left that could break.
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

/// Takes the folder for this stack alone: two would write over each other.
fn hold(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join("lock"))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::other("another Onramp runs on it; stop it, or choose one with --data")
        }
        TryLockError::Error(error) => error,
    })?;
    Ok(file)
}

/// Something outside of Onramp, behind a port of its own.
fn neighbour<F>(handle: impl Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static) -> Router
where
    F: Future<Output = Response<Bytes>> + Send + 'static,
{
    Router::new().fallback(async move |request: Request<Body>| {
        let (parts, body) = request.into_parts();
        match to_bytes(body, MOST_BYTES).await {
            Ok(body) => handle(Request::from_parts(parts, body)).await.map(Body::from),
            Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    })
}

/// Posts Stripe's events to the gateway, as Stripe would to the port.
fn sender(gateway: &Arc<Gateway>, cloud: &Arc<Cloud>, secrets: &str) -> stripe::Sender {
    let (clock, standin) = (Arc::clone(&cloud.clock), Arc::clone(&cloud.stripe));
    let post = entrance(gateway);
    stripe::Sender::new(Clock::new(move || clock.now()), Rng::system(), secrets, TEAM_PRICE, post)
        .knowing(Arc::new(move |spec| standin.complete(spec)))
}

/// The gateway, for what is outside of Onramp and in this process.
fn entrance(gateway: &Arc<Gateway>) -> stripe::HttpSend {
    let gateway = Arc::clone(gateway);
    Arc::new(move |request| {
        let gateway = Arc::clone(&gateway);
        Box::pin(async move { gateway.handle(request).await })
    })
}

fn boot(function: &Function, cloud: &Arc<Cloud>) -> Context {
    let connector = Connector::new(&function.name, &function.statements, Arc::clone(cloud));
    let credentials = Credentials::new("ASIALOCAL", "local", Some("local".to_owned()), None, "local");
    let (clock, waiting) = (Arc::clone(&cloud.clock), Arc::clone(&cloud.clock));
    Context {
        env: Env::new(function.variables.clone()),
        outside: OutboundHttp::new(SharedHttpConnector::new(connector.clone())),
        aws: Aws::new(REGION.to_owned(), credentials, SharedHttpClient::new(connector)),
        clock: Clock::new(move || clock.now()).sleeping(move |wait| {
            let clock = Arc::clone(&waiting);
            Box::pin(async move { clock.sleep(wait).await })
        }),
        entropy: Rng::system(),
    }
}

/// What runs beside the requests: streams, the bus's deliveries, the schedules.
fn background(system: &Arc<System>) -> Vec<AbortHandle> {
    let mut tasks = Vec::new();
    for pump in &system.pumps {
        let (pump, cloud) = (Arc::clone(pump), Arc::clone(&system.cloud));
        tasks.push(
            tokio::spawn(async move { pump.run(&cloud.engine, cloud.engine.writes()).await }).abort_handle(),
        );
    }
    if let Some(mut parcels) = system.cloud.bus.parcels() {
        let (fleet, cloud) = (Arc::clone(&system.fleet), Arc::clone(&system.cloud));
        let deliveries = async move {
            // They end with this task, so that none outlives the stack.
            let mut under_way = JoinSet::new();
            while let Some(parcel) = parcels.recv().await {
                while under_way.try_join_next().is_some() {}
                let (fleet, cloud) = (Arc::clone(&fleet), Arc::clone(&cloud));
                under_way.spawn(async move {
                    let delivery = &parcel.delivery;
                    fleet.deliver(&delivery.function, &delivery.event, &delivery.rule).await;
                    cloud.bus.delivered(&parcel);
                });
            }
        };
        tasks.push(tokio::spawn(deliveries).abort_handle());
    }
    let stripe = Arc::clone(system);
    tasks.push(tokio::spawn(async move { stripe.webhooks.watch().await }).abort_handle());
    let clockwork = Arc::clone(system);
    let ticks = async move {
        loop {
            tokio::time::sleep(TICK).await;
            clockwork.tick().await;
        }
    };
    tasks.push(tokio::spawn(ticks).abort_handle());
    tasks
}

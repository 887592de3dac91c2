//! Builds the parts of a stack from the template, in the order in which they depend on each other.

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    io,
    path::Path,
    sync::Arc,
};

use aws_local::{
    bus::Bus,
    calls::Calls,
    connector::Cloud,
    dead_letters::DeadLetters,
    engine::Engine,
    faults::Faults,
    gateway::{Gateway, Observer},
    iam_usage_log::IamUsageLog,
    invoke::Fleet,
    mailbox::Mailbox,
    permissions::Permissions,
    queues::{QueuePoller, Queues},
    schedule::Scheduler,
    streams::{Checkpoints, StreamPoller},
    template::{Template, TemplateErrors},
};
use http::StatusCode;
use runtime::{Clock, Rng};
use sample_host_app::{HostApp, SharedKeys};
use sim::{
    clock::LocalClock,
    external::{ExternalService, HttpSend},
    pending_work::PendingWork,
};
use stripe_mock::{
    StripeMock, WebhookSender,
    test_events::{Sender, WEBHOOK_PATH},
};

use crate::{
    config::{Config, StartError, TEAM_PRICE, account, identities},
    host_endpoint::HostEndpoint,
    system::System,
};

/// The services that the functions call, before a function has started.
pub(crate) struct Services {
    cloud: Arc<Cloud>,
    stripe: Arc<StripeMock>,
    host: Option<Arc<HostEndpoint>>,
    clock: Arc<LocalClock>,
    pending_work: Arc<PendingWork>,
    checkpoints: Arc<Checkpoints>,
}

impl Services {
    /// Opens all services with the data of the configured folder.
    pub(crate) fn open(
        template: &Template,
        secrets: BTreeMap<String, String>,
        config: &Config,
        settings: &BTreeMap<String, String>,
    ) -> Result<Self, StartError> {
        let folder = config.data.as_deref();
        let unusable = |error| unusable(folder, error);
        let clock = Arc::new(LocalClock::open(folder).map_err(unusable)?);
        let pending_work = Arc::new(PendingWork::default());
        let account = account(template, &secrets, config);
        let stripe = Arc::new(StripeMock::open(account, Arc::clone(&clock), folder).map_err(unusable)?);
        let url = template.variable("HOST_WEBHOOK_URL").filter(|url| !url.is_empty());
        let has_steps = template.variable("PROVISIONING_STEPS").is_some_and(|steps| !steps.is_empty());
        if url.is_none() && has_steps {
            let error = "PROVISIONING_STEPS needs HOST_WEBHOOK_URL, or --host-app".to_owned();
            return Err(StartError::Template(TemplateErrors(vec![error])));
        }
        let host = url.map(|url| HostEndpoint::open(url, Arc::clone(&clock), folder).map(Arc::new));
        let host = host.transpose().map_err(unusable)?;
        let mut external: Vec<Arc<dyn ExternalService>> = vec![Arc::<StripeMock>::clone(&stripe)];
        if let Some(host) = &host {
            external.push(Arc::<HostEndpoint>::clone(host));
        }
        let (queues, sources) = (template.queues.clone(), template.queue_sources.clone());
        let queues = Arc::new(Queues::open(queues, sources, Arc::clone(&clock), folder).map_err(unusable)?);
        let (rules, work) = (template.rules.clone(), Arc::clone(&pending_work));
        let cloud = Arc::new(Cloud {
            engine: Engine::open(folder, template.tables.clone(), Arc::clone(&clock))
                .map_err(StartError::Engine)?,
            mailbox: Mailbox::new(identities(template), folder).map_err(unusable)?,
            bus: Bus::new(rules, Arc::clone(&queues), folder, work).map_err(unusable)?,
            queues,
            external,
            secrets: secrets.into(),
            clock: Arc::clone(&clock),
            calls: Calls::default(),
            faults: Faults::default(),
            dead_letters: Arc::new(DeadLetters::open(folder).map_err(unusable)?),
            permissions: Permissions::new(template.functions.values()),
            iam_usage: IamUsageLog::new(&config.template, settings),
        });
        Ok(Self {
            cloud,
            stripe,
            host,
            clock,
            pending_work,
            checkpoints: Arc::new(Checkpoints::open(folder)),
        })
    }

    /// Starts every function of the template.
    pub(crate) async fn start_functions(
        &self,
        template: &Template,
        config: &Config,
    ) -> Result<Arc<Fleet>, StartError> {
        let dead_letters = Arc::clone(&self.cloud.dead_letters);
        let mut fleet = Fleet::new(Arc::clone(&self.pending_work), Arc::clone(&self.clock), dead_letters);
        let mut missing = Vec::new();
        for function in template.functions.values() {
            match config.functions.get(function.name.as_str()) {
                Some(start) => fleet.add(function.clone(), Arc::clone(start), self.cloud.context(function)),
                None => missing.push(function.name.clone()),
            }
        }
        if !missing.is_empty() {
            return Err(StartError::Missing(missing));
        }
        fleet.start_all().await.map_err(StartError::Rejected)?;
        Ok(Arc::new(fleet))
    }

    /// Returns the secret that a variable names by its ARN, or the variable's own value.
    pub(crate) fn secret(&self, value: &str) -> String {
        self.cloud.secrets.get(value).unwrap_or_else(|| value.to_owned())
    }

    /// Creates the HTTP API in front of the functions.
    pub(crate) fn gateway(&self, template: &Template, fleet: &Arc<Fleet>) -> Arc<Gateway> {
        let stripe = Arc::clone(&self.stripe);
        // Report each accepted event to the Stripe mock, because another sender may have posted it.
        let observer: Observer = Arc::new(move |request, status| {
            if request.uri().path() == WEBHOOK_PATH && status == StatusCode::OK {
                stripe.observe(request.body());
            }
        });
        Arc::new(Gateway::new(&template.routes, Arc::clone(fleet), Arc::clone(&self.clock), observer))
    }

    /// Creates the sample host app with the keys that it shares with the functions.
    pub(crate) fn host_app(
        &self,
        template: &Template,
        url: &str,
        public_url: &str,
        gateway: &Arc<Gateway>,
    ) -> Arc<HostApp> {
        let setting = |name| self.secret(template.variable(name).unwrap_or_default());
        let (handoff_keys, host_keys) = (setting("HOST_SIGNING_KEYS"), setting("HOST_KEYS"));
        let (source, webhook_secrets) = (setting("HOST_EVENT_SOURCE"), setting("HOST_WEBHOOK_SECRETS"));
        let shared = SharedKeys {
            handoff_keys: &handoff_keys,
            host_keys: &host_keys,
            source: &source,
            webhook_secrets: &webhook_secrets,
            api_keys: &setting("API_KEYS"),
        };
        let send = gateway_client(gateway);
        let host_app = Arc::new(HostApp::new(Arc::clone(&self.cloud), url, public_url, &shared, send));
        if let Some(endpoint) = self.host.as_ref().filter(|endpoint| endpoint.origin() == url) {
            let host_app = Arc::clone(&host_app);
            endpoint.answer_with(Arc::new(move |request| {
                let host_app = Arc::clone(&host_app);
                Box::pin(async move { host_app.handle(request).await })
            }));
        }
        host_app
    }

    /// Creates the sender that posts Stripe's events to the gateway.
    pub(crate) fn sender(&self, gateway: &Arc<Gateway>, secrets: &str) -> Sender {
        let (clock, stripe) = (Arc::clone(&self.clock), Arc::clone(&self.stripe));
        let clock = Clock::new(move || clock.now());
        Sender::new(clock, Rng::system(), secrets, TEAM_PRICE, gateway_client(gateway))
            .with_resolver(Arc::new(move |spec| stripe.resolve_customer(spec)))
    }

    /// Joins the services, the functions, and the gateway into a system.
    pub(crate) fn into_system(
        self,
        template: &Template,
        gateway: Arc<Gateway>,
        fleet: Arc<Fleet>,
        sender: Sender,
    ) -> System {
        let dead_letters = Arc::clone(&self.cloud.dead_letters);
        let poller = |mapping| {
            Arc::new(StreamPoller::new(
                mapping,
                Arc::clone(&fleet),
                Arc::clone(&dead_letters),
                Arc::clone(&self.clock),
                Arc::clone(&self.checkpoints),
            ))
        };
        let queue_poller = |mapping| {
            let (cloud, fleet) = (Arc::clone(&self.cloud), Arc::clone(&fleet));
            Arc::new(QueuePoller::new(mapping, cloud, fleet, Arc::clone(&self.pending_work)))
        };
        System {
            webhooks: WebhookSender::new(Arc::clone(&self.stripe), sender, Arc::clone(&self.pending_work)),
            pollers: template.streams.iter().cloned().map(poller).collect(),
            queue_pollers: template.queue_sources.iter().cloned().map(queue_poller).collect(),
            host: self.host.clone(),
            reads_prices: false,
            scheduler: Scheduler::new(template.schedules.clone(), Arc::clone(&fleet), self.clock.now()),
            gateway,
            stripe: self.stripe,
            cloud: self.cloud,
            fleet,
            dead_letters,
            pending_work: self.pending_work,
            clock_lock: tokio::sync::Mutex::default(),
        }
    }
}

/// Creates an HTTP client that calls the gateway in process.
fn gateway_client(gateway: &Arc<Gateway>) -> HttpSend {
    let gateway = Arc::clone(gateway);
    Arc::new(move |request| {
        let gateway = Arc::clone(&gateway);
        Box::pin(async move { gateway.handle(request).await })
    })
}

/// Converts an error of the data folder.
pub(crate) fn unusable(folder: Option<&Path>, error: io::Error) -> StartError {
    StartError::Folder(folder.unwrap_or(Path::new("")).to_owned(), error)
}

/// Creates and locks the data folder, because two stacks would overwrite each other's data.
pub(crate) fn lock_folder(folder: &Path) -> io::Result<File> {
    std::fs::create_dir_all(folder)?;
    let file = File::create(folder.join("lock"))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::other("another Onramp process uses it; stop that process or set --data")
        }
        TryLockError::Error(error) => error,
    })?;
    Ok(file)
}

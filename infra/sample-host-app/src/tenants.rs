//! Provisioning steps: the endpoint that creates a tenant for each organization, and the page that shows
//! them. A switch on the page makes the endpoint slow, makes it fail, or lets it report its results later.
//! The code follows docs/integrate/provisioning.md and shares no code with Onramp.

use std::{collections::BTreeMap, time::Duration};

use maud::{Markup, html};
use serde_json::{Value, json};

use super::{
    handoff_token::HostUser,
    http_parts::field,
    page::{TENANTS, open, product},
    words::tenants as words,
};

/// How long the slow modes work on a step. It is shorter than the default timeout of a call.
const WORK: Duration = Duration::from_secs(6);

/// A call of a step.
#[derive(Debug, Clone)]
pub(super) struct StepCall {
    /// Value of the header `webhook-id`. It is the same for all attempts.
    id: String,
    run: String,
    step: String,
    is_removal: bool,
    organization: String,
    organization_name: String,
    /// URL to which the app can report the result.
    pub callback_url: String,
}

/// What the app does with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StepReply {
    Done(Value),
    Failed(String),
    /// Finish the step after this time, and respond then.
    Slow(Duration),
    /// Respond now, and report the result after this time.
    Later(Duration),
}

/// How the endpoint responds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Normal,
    Slow,
    Later,
    Failing,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Working,
    Created,
    Failed,
    Removed,
}

/// One step of an organization's run, which creates the tenant.
#[derive(Debug)]
struct Tenant {
    organization_name: String,
    run: String,
    step: String,
    state: State,
    calls: u32,
}

/// The tenants and the switch of the endpoint.
#[derive(Debug, Default)]
pub(super) struct Tenants {
    mode: Mode,
    /// Message of the mode `Failing`. Empty means the default.
    message: String,
    /// Results by `webhook-id`. Only successes are remembered, so a failed call can be repeated.
    results: BTreeMap<String, Value>,
    /// Tenants by organization and step.
    tenants: BTreeMap<(String, String), Tenant>,
}

impl StepCall {
    /// Reads a verified message. Returns `None` if it is not a step.
    pub(super) fn read(id: &str, message: &Value) -> Option<Self> {
        let text = |path: &str| message.pointer(path).and_then(Value::as_str).map(str::to_owned);
        if text("/type")? != "provisioning.step" {
            return None;
        }
        Some(Self {
            id: id.to_owned(),
            run: text("/run")?,
            step: text("/step")?,
            is_removal: text("/action")? == "deprovision",
            organization: text("/organization/id")?,
            organization_name: text("/organization/name")?,
            callback_url: text("/callback_url").unwrap_or_default(),
        })
    }
}

impl Tenants {
    /// Takes a call. The same call again gets the same result.
    pub(super) fn begin(&mut self, call: &StepCall) -> StepReply {
        let tenant = self.tenant(call);
        tenant.calls = tenant.calls.saturating_add(1);
        if let Some(known) = self.results.get(&call.id) {
            return StepReply::Done(known.clone());
        }
        let (state, reply) = match self.mode {
            Mode::Slow if !call.is_removal => (State::Working, StepReply::Slow(WORK)),
            Mode::Later if !call.is_removal => (State::Working, StepReply::Later(WORK)),
            Mode::Failing if !call.is_removal => {
                (State::Failed, StepReply::Failed(self.message().to_owned()))
            }
            _ => return StepReply::Done(self.finish(call)),
        };
        self.tenant(call).state = state;
        reply
    }

    /// Does the work of a call once, and returns its result.
    pub(super) fn finish(&mut self, call: &StepCall) -> Value {
        if let Some(known) = self.results.get(&call.id) {
            return known.clone();
        }
        let tenant = self.tenant(call);
        let result = if call.is_removal {
            tenant.state = State::Removed;
            json!({})
        } else {
            // A report that comes after the removal does not bring the tenant back.
            if tenant.state != State::Removed {
                tenant.state = State::Created;
            }
            json!({ "outputs": { (call.step.as_str()): format!("tenant-{}", call.organization) } })
        };
        self.results.insert(call.id.clone(), result.clone());
        result
    }

    /// Reads the submitted switch.
    pub(super) fn switch(&mut self, form: &[u8]) {
        let chosen = field(form, "mode").unwrap_or_default();
        let modes = [Mode::Normal, Mode::Slow, Mode::Later, Mode::Failing];
        self.mode = modes.into_iter().find(|mode| mode.name() == chosen).unwrap_or_default();
        self.message = field(form, "message").unwrap_or_default().chars().take(200).collect();
    }

    /// Renders the page with the switch and the tenants. It needs no sign-in, because the switch is set
    /// before a sign-up.
    pub(super) fn page(&self, user: Option<&HostUser>) -> Markup {
        let content = html! {
            header { h1 { (words::TITLE) } p.quiet { (words::LEAD) } }
            section {
                form.modes method="post" action=(TENANTS) {
                    fieldset {
                        legend { (words::SWITCH) }
                        @for (name, label, effect) in words::MODES {
                            label {
                                input type="radio" name="mode" value=(name) checked[self.mode.name() == name];
                                span { strong { (label) } " " span.quiet { (effect) } }
                            }
                        }
                        input name="message" value=(self.message()) maxlength="200" aria-label=(words::MESSAGE);
                    }
                    button.primary { (words::SAVE) }
                }
            }
            section { h2 { (words::LIST) } (self.list()) }
        };
        match user {
            Some(user) => product(words::TITLE, TENANTS, user, &html! { main { (content) } }),
            None => open(words::TITLE, &content),
        }
    }

    fn list(&self) -> Markup {
        html! {
            @if self.tenants.is_empty() { p.quiet { (words::EMPTY) } }
            @else { ul.entries.received {
                @for tenant in self.tenants.values().rev() {
                    li {
                        div {
                            strong { (tenant.organization_name) } " " span.quiet { (tenant.step) }
                            br;
                            code.quiet { (tenant.run) }
                        }
                        span { (tenant.state.word()) " " span.quiet { (words::calls(tenant.calls)) } }
                    }
                }
            } }
        }
    }

    fn tenant(&mut self, call: &StepCall) -> &mut Tenant {
        self.tenants.entry((call.organization.clone(), call.step.clone())).or_insert_with(|| Tenant {
            organization_name: call.organization_name.clone(),
            run: call.run.clone(),
            step: call.step.clone(),
            state: State::Working,
            calls: 0,
        })
    }

    fn message(&self) -> &str {
        if self.message.is_empty() { words::DEFAULT_MESSAGE } else { &self.message }
    }
}

impl Mode {
    const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Slow => "slow",
            Self::Later => "later",
            Self::Failing => "failing",
        }
    }
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Working => words::WORKING,
            Self::Created => words::CREATED,
            Self::Failed => words::FAILED,
            Self::Removed => words::REMOVED,
        }
    }
}

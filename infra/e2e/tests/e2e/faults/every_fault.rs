//! Runs each scenario once without faults and records its calls. Then runs it again for each kind
//! of fault at each recorded call. So a new call in the code is covered without a change of the
//! test.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::faults::{
    scenario::{Response, Scenario, wait},
    state::State,
};
use e2e::driver::World;
use e2e::mailbox::scheduled_event;

const KINDS: [&str; 10] = [
    "throttle",
    "error_500",
    "conflict",
    "access_denied",
    "partial",
    "hang",
    "reset",
    "reply_lost",
    "crash",
    "crash_after",
];

/// Kinds of faults that the test does not inject at reads. They cannot occur there, or have the
/// same effect as another kind.
///
/// A read changes nothing. So a lost response equals a call that was not executed (`reset`), and a
/// crash after a read equals a crash before it. The SDK retries `error_500` as it retries
/// `throttle`. A read outside a transaction never conflicts with a transaction (DynamoDB developer
/// guide, "Transaction conflict handling").
const NOT_AT_READS: [&str; 4] = ["error_500", "conflict", "reply_lost", "crash_after"];

macro_rules! scenarios {
    ($($name:ident: $scenario:ident),* $(,)?) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                every_fault(Scenario::$scenario).await;
            }
        )*
    };
}

scenarios! {
    sign_up_survives_every_fault: SignUp,
    sign_up_of_a_known_address_survives_every_fault: SignUpOfKnownAddress,
    sign_up_of_a_known_mailbox_survives_every_fault: SignUpOfKnownMailbox,
    request_for_a_link_survives_every_fault: AskForLink,
    link_survives_every_fault: UseLink,
    sign_out_survives_every_fault: SignOut,
    invitation_survives_every_fault: Invite,
    acceptance_survives_every_fault: Accept,
    change_of_role_survives_every_fault: ChangeRole,
    completed_task_survives_every_fault: CompleteTask,
    host_event_survives_every_fault: HostEvent,
    checklist_survives_every_fault: ReadChecklist,
    checklist_page_survives_every_fault: ReadPage,
    checkout_survives_every_fault: Checkout,
    portal_survives_every_fault: Portal,
    first_payment_survives_every_fault: FirstPayment,
    parked_event_survives_every_fault: ParkedEvent,
    linking_event_survives_every_fault: LinkingEvent,
    unreadable_event_survives_every_fault: UnreadableEvent,
    unattributed_event_survives_every_fault: Unattributed,
    extended_trial_survives_every_fault: ExtendTrial,
    domain_event_survives_every_fault: Publish,
    trial_clock_survives_every_fault: TrialClock,
    long_parked_event_survives_every_fault: HoldParked,
    created_tenant_survives_every_fault: CreateTenant,
    imported_tenant_survives_every_fault: ImportTenant,
    added_member_survives_every_fault: AddMember,
    changed_user_survives_every_fault: ChangeUser,
    read_customer_survives_every_fault: ReadCustomer,
}

/// Results of two runs without faults: one sends the request once, and the other sends it twice.
struct Undisturbed {
    calls: Vec<String>,
    /// State of each run after its requests, before any schedule runs.
    at_once: [State; 2],
    /// State of each run at its end, after all schedules have run.
    ends: [State; 2],
    responses: [Response; 2],
}

async fn every_fault(scenario: Scenario) {
    // All runs share one stack, because the start of a stack takes longer than a run.
    let world = World::new().await;
    let undisturbed = undisturbed(&world, scenario).await;
    let Undisturbed { calls, ends, .. } = &undisturbed;
    assert!(!calls.is_empty(), "{scenario:?}: {} makes no call", scenario.function());
    let more = ends[1].difference(&ends[0]);
    assert!(scenario.adds() || more.is_empty(), "{scenario:?}: the second request changes something: {more}");
    for (index, operation) in calls.iter().enumerate() {
        for kind in KINDS {
            if !is_possible(kind, operation) {
                continue;
            }
            let case = format!("{scenario:?}: {kind} at call {} of {calls:?}", index + 1);
            let fault = json!([{ "function": scenario.function(), "nth": index + 1, "kind": kind }]);
            disturbed(&world, scenario, &undisturbed, fault, &case).await;
        }
    }
}

fn is_possible(kind: &str, operation: &str) -> bool {
    let divisible = operation.starts_with("Batch") || operation == "PutEvents";
    let reads = ["Get", "BatchGet", "Query", "GET "].iter().any(|start| operation.starts_with(start));
    (kind != "partial" || divisible) && !(reads && NOT_AT_READS.contains(&kind))
}

async fn undisturbed(world: &World, scenario: Scenario) -> Undisturbed {
    let mut actor = scenario.prepare(world).await;
    let before = calls(world, scenario).await.len();
    let first = scenario.act(world, &mut actor).await;
    world.settle().await;
    let calls = calls(world, scenario).await.split_off(before);
    let at_once = State::of(world).await;
    recover(world).await;
    let once = State::of(world).await;

    reset(world).await;
    let mut actor = scenario.prepare(world).await;
    scenario.act(world, &mut actor).await;
    world.settle().await;
    let second = scenario.act(world, &mut actor).await;
    let at_once = [at_once, State::of(world).await];
    recover(world).await;
    let twice = State::of(world).await;
    Undisturbed { calls, at_once, ends: [once, twice], responses: [first, second] }
}

async fn disturbed(world: &World, scenario: Scenario, undisturbed: &Undisturbed, fault: Value, case: &str) {
    reset(world).await;
    let mut actor = scenario.prepare(world).await;
    world.inject(fault).await;
    let first = scenario.act(world, &mut actor).await;
    world.settle().await;
    world.local("DELETE", "/_local/faults", None).await;
    if first.status < 400 && !scenario.is_asynchronous() {
        // The caller got a success and does not retry, so the effect must be complete.
        let difference = State::of(world).await.difference(&undisturbed.at_once[0]);
        assert!(difference.is_empty(), "{case}: the response {} was wrong: {difference}", first.status);
    }
    let again = scenario.act(world, &mut actor).await;
    assert!(undisturbed.responses.contains(&again), "{case}: {first:?}, then {again:?}");
    if undisturbed.at_once.contains(&State::of(world).await) {
        // The state equals that of a run without faults. So the rest of the run would have the same
        // result.
        return;
    }
    recover(world).await;
    let end = State::of(world).await;
    let difference = end.difference(&undisturbed.ends[0]);
    assert!(undisturbed.ends.contains(&end), "{case}: {}, with the end state {difference}", first.status);
}

/// Empties the stack and starts every function. The calls that a function makes when it starts are
/// then not part of the scenario.
async fn reset(world: &World) {
    world.local("POST", "/_local/reset", None).await;
    assert!(world.stack.system().fleet.start_all().await.is_ok());
}

/// Returns the operations that the scenario's function has called since the reset, in order.
async fn calls(world: &World, scenario: Scenario) -> Vec<String> {
    let calls = world.local("GET", "/_local/calls", None).await;
    let own = calls.as_array().unwrap().iter().filter(|call| call["function"] == scenario.function());
    own.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}

/// Advances the clock and runs the schedules, until all retries are done. Claims of emails expire
/// in this time, and the mailer checks them. A postponed read of a customer becomes due.
async fn recover(world: &World) {
    world.settle().await;
    for minutes in [2, 16, 60] {
        wait(world, SignedDuration::from_mins(minutes)).await;
        world.settle().await;
        for function in ["trial-reminder", "reconciler", "mailer"] {
            world.send("POST", &format!("/_local/invoke/{function}"), &[], scheduled_event()).await;
            world.settle().await;
        }
    }
}

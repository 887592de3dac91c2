//! Facts about the source code, read from its files. The template must match them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;
use test_support::events::cases;

/// Names of one kind of SES event: `event_type` in the settings of SES, and `detail_type` in
/// EventBridge (SES guide, "Amazon SES event details in EventBridge").
pub struct Feedback {
    pub event_type: &'static str,
    pub detail_type: &'static str,
}

pub const FEEDBACK: [Feedback; 5] = [
    Feedback { event_type: "send", detail_type: "Email Sent" },
    Feedback { event_type: "delivery", detail_type: "Email Delivered" },
    Feedback { event_type: "reject", detail_type: "Email Rejected" },
    Feedback { event_type: "bounce", detail_type: "Email Bounced" },
    Feedback { event_type: "complaint", detail_type: "Email Complaint Received" },
];

/// Returns the folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the names of the folders in a folder of the repository.
pub fn folders(of: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(of)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Returns the recorded events of a function, with their file names. The name of each file starts
/// with `prefix`.
pub fn recorded(function: &str, prefix: &str) -> Vec<(String, Value)> {
    cases(function).into_iter().filter(|(case, _)| case.starts_with(prefix)).collect()
}

/// Returns the source text of a crate, without its tests.
pub fn source(of: &str) -> String {
    sources(&root().join(of).join("src")).concat()
}

fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_some_and(|stem| stem != "tests" && stem != "testing")
        {
            let text = std::fs::read_to_string(path).unwrap();
            texts.push(text.split("#[cfg(test)]").next().unwrap().to_owned());
        }
    }
    texts
}

/// Returns the texts between double quotes in a source text.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// Calls of shared code that read configuration, each with the environment variables that it reads.
const READ_BY: [(&str, &[&str]); 10] = [
    (".table()", &["TABLE_NAME"]),
    (".public_url()", &["PUBLIC_URL"]),
    (".product_name()", &["PRODUCT_NAME"]),
    (".session_idle()", &["SESSION_IDLE_DAYS"]),
    (".sign_up_limit()", &["SIGNUP_LIMIT_PER_IP"]),
    (".sign_up_budget()", &["SIGNUP_HOURLY_BUDGET"]),
    (".trials()", &["STRIPE_ENABLE_TRIALS", "STRIPE_TRIAL_DAYS", "TRIAL_REMINDER_DAYS"]),
    (".checklists()", &["CHECKLIST_DEFINITIONS"]),
    (".steps()", &["PROVISIONING_STEPS"]),
    (".prices()", &["STRIPE_SINGLE_USER_PRICE_ID", "STRIPE_TEAM_PRICE_ID"]),
];

/// Returns the environment variables that a function reads.
pub fn variables(function: &str) -> BTreeSet<String> {
    // Cached, because the mutation test checks the template about a hundred times.
    static READ: LazyLock<BTreeMap<String, BTreeSet<String>>> =
        LazyLock::new(|| folders("functions").into_iter().map(|name| (name.clone(), read(&name))).collect());
    READ.get(function).cloned().unwrap_or_default()
}

/// Returns the environment variables that a function reads. These are the quoted texts in its
/// source that look like the name of a variable, and the variables of [`READ_BY`].
fn read(function: &str) -> BTreeSet<String> {
    let code = source(&format!("functions/{function}"));
    let is_one = |it: &&str| {
        let is_word = it.contains('_') && it.chars().all(|ch| ch.is_ascii_uppercase() || ch == '_');
        // Cargo sets these variables for the build.
        is_word && !it.starts_with("CARGO_")
    };
    let shared = READ_BY.iter().filter(|(call, _)| code.contains(call)).flat_map(|(_, names)| names.iter());
    literals(&code).filter(is_one).chain(shared.copied()).map(str::to_owned).collect()
}

/// Returns a pattern for each partition key that the store builds: `ORG#*` for keys with an id, or
/// `FEED` for a key without one.
pub fn partitions() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("shared/store/src/keys.rs")).unwrap();
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|ch| ch.is_ascii_uppercase());
    let families = literals(&text).filter_map(|it| it.split_once("#{").map(|(kind, _)| kind));
    let singles = literals(&text).filter(|it| text.contains(&format!("\"{it}\".to_owned()")));
    let families = families.filter(|kind| is_word(kind)).map(|kind| format!("{kind}#*"));
    families.chain(singles.filter(|it| is_word(it)).map(str::to_owned)).collect()
}

/// Returns the indexes that the store queries.
pub fn indexes() -> BTreeSet<String> {
    static STORE: LazyLock<String> = LazyLock::new(|| source("shared/store"));
    literals(&STORE).filter(|it| it.starts_with("by-")).map(str::to_owned).collect()
}

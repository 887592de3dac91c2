//! `/settings`: the settings of an organization.

use domain::org::Language;

pub const TITLE: &str = "Settings";
pub const NAME: &str = "Organization";
pub const NAME_HINT: &str = "Everyone in the organization sees this name.";
pub const NAME_REQUIRED: &str = "Enter your organization’s name.";
pub const ZONE: &str = "Time zone";
pub const ZONE_HINT: &str = "Dates on pages and in emails are in this time zone.";
pub const ZONE_INVALID: &str = "Choose a time zone from the list, such as Europe/Berlin.";
pub const LANGUAGE: &str = "Language";
pub const LANGUAGE_HINT: &str = "The language of pages and emails.";
pub const LANGUAGE_INVALID: &str = "Choose a language from the list.";
pub const SUBMIT: &str = "Save settings";
/// The title above what gives full access.
pub const NO_ACCESS: &str = "You can’t change the settings yet";

/// Returns the name of a language in this language.
pub const fn language(language: Language) -> &'static str {
    match language {
        Language::English => "English",
    }
}

//! Configuration of the function.

use domain::{
    checklist::Offered,
    mail::brake::Budget,
    people::{IdleTimeout, User},
    trial::{Days, parse_reminder_days},
};
use runtime::{BaseUrl, ConfigErrors, Env};

/// Environment variables of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// URL at which browsers reach Onramp. `None` means the host of each request.
    pub public_url: Option<BaseUrl>,
    pub product: String,
    /// How long a session lives without use.
    pub session_idle: IdleTimeout,
    /// Whether sign-ups can start a trial.
    pub trials: bool,
    pub trial_days: u16,
    /// Numbers of days before the end of a trial at which admins get a reminder. Each number is at
    /// least 1 and smaller than `trial_days`.
    pub reminder_days: Vec<u16>,
    /// Checklists that this deployment offers to organizations.
    pub checklists: Offered,
    /// Maximum number of sign-ups from one network per hour.
    pub limit_per_ip: u32,
    /// Number of welcome emails to new addresses that are sent per hour without delay.
    pub budget: Budget,
}

impl Config {
    /// Reads the environment variables.
    ///
    /// # Errors
    /// Returns every variable that is missing or invalid.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.public_url();
        let product = vars.product_name();
        let session_idle = vars.session_idle();
        let trials = vars.parsed("STRIPE_ENABLE_TRIALS", "true", "true or false");
        let trial_days = vars.read("STRIPE_TRIAL_DAYS", Some("14"), "an integer from 1 to 730", |text| {
            text.parse().ok().filter(|days| (1..=Days::MAX).contains(days))
        });
        // If the trial length is invalid, the reminders are compared with the maximum length
        // instead. So an invalid trial length does not cause a second error about the reminders.
        let limit = trial_days.unwrap_or(Days::MAX);
        // A trial of at most three days has no reminder by default.
        let default = if limit > 3 { "3" } else { "0" };
        let expected = "comma-separated integers (days), each smaller than STRIPE_TRIAL_DAYS";
        let reminder_days = vars.read("TRIAL_REMINDER_DAYS", Some(default), expected, |text| {
            parse_reminder_days(text).filter(|days| days.iter().all(|days| *days < limit))
        });
        let expected = "comma-separated names of built-in checklists";
        let checklists = vars.read("CHECKLIST_DEFINITIONS", Some("built-in"), expected, Offered::parse);
        let limit_per_ip = vars.sign_up_limit();
        let budget = vars.sign_up_budget();
        runtime::require!(
            vars,
            table,
            public_url,
            product,
            session_idle,
            trials,
            trial_days,
            reminder_days,
            checklists,
            limit_per_ip,
            budget
        );
        Ok(Self {
            table,
            public_url,
            product,
            session_idle,
            trials,
            trial_days,
            reminder_days,
            checklists,
            limit_per_ip,
            budget,
        })
    }

    /// Returns the length in days of the trial that a user can start. Returns `None` if trials are
    /// turned off or the user has already started one.
    ///
    /// `user` is `None` for a visitor.
    pub fn trial_for(&self, user: Option<&User>) -> Option<u16> {
        let used = user.is_some_and(|user| user.trial_used);
        (self.trials && !used).then_some(self.trial_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
        Config::read(&Env::new(vars.iter().copied().chain([("TABLE_NAME", "t")])))
    }

    #[test]
    fn defaults_match_the_documentation() {
        let config = read(&[]).unwrap();
        assert_eq!((config.trials, config.trial_days, config.reminder_days), (true, 14, vec![3]));
        assert_eq!((config.limit_per_ip, config.budget), (5, Budget::parse("500").unwrap()));
        assert_eq!(read(&[("SIGNUP_LIMIT_PER_IP", "50")]).unwrap().limit_per_ip, 50);
        assert_eq!(read(&[("STRIPE_TRIAL_DAYS", "2")]).unwrap().reminder_days, Vec::<u16>::new());
        assert_eq!(read(&[("TRIAL_REMINDER_DAYS", "7, 1,3,3")]).unwrap().reminder_days, [1, 3, 7]);
    }

    #[test]
    fn errors_name_every_invalid_variable() {
        for (vars, named) in [
            (vec![("STRIPE_TRIAL_DAYS", "0")], vec!["STRIPE_TRIAL_DAYS"]),
            (vec![("STRIPE_TRIAL_DAYS", "731")], vec!["STRIPE_TRIAL_DAYS"]),
            (vec![("STRIPE_TRIAL_DAYS", "14.5")], vec!["STRIPE_TRIAL_DAYS"]),
            (vec![("TRIAL_REMINDER_DAYS", "14")], vec!["TRIAL_REMINDER_DAYS"]),
            (vec![("TRIAL_REMINDER_DAYS", "3;1")], vec!["TRIAL_REMINDER_DAYS"]),
            (vec![("STRIPE_TRIAL_DAYS", "7"), ("TRIAL_REMINDER_DAYS", "9")], vec!["TRIAL_REMINDER_DAYS"]),
            (vec![("CHECKLIST_DEFINITIONS", "built-in,nonsense")], vec!["CHECKLIST_DEFINITIONS"]),
            (vec![("SIGNUP_LIMIT_PER_IP", "0")], vec!["SIGNUP_LIMIT_PER_IP"]),
            (vec![("SIGNUP_LIMIT_PER_IP", "51")], vec!["SIGNUP_LIMIT_PER_IP"]),
            (vec![("SIGNUP_HOURLY_BUDGET", "0")], vec!["SIGNUP_HOURLY_BUDGET"]),
            (vec![("SIGNUP_HOURLY_BUDGET", "1000001")], vec!["SIGNUP_HOURLY_BUDGET"]),
            (
                vec![
                    ("STRIPE_ENABLE_TRIALS", "yes"),
                    ("STRIPE_TRIAL_DAYS", "x"),
                    ("TRIAL_REMINDER_DAYS", "x"),
                ],
                vec!["STRIPE_ENABLE_TRIALS", "STRIPE_TRIAL_DAYS", "TRIAL_REMINDER_DAYS"],
            ),
        ] {
            let faults = read(&vars).unwrap_err();
            let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
            assert_eq!(names, named, "{vars:?}");
        }
    }
}

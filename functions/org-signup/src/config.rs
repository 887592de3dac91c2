//! Configuration of the function.

use domain::{
    checklist::Offered,
    mail::brake::Budget,
    people::{IdleTimeout, User},
    provisioning::Steps,
    trial::TrialTerms,
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
    /// The trials of new organizations.
    pub trials: TrialTerms,
    /// Steps of the host app for new organizations.
    pub steps: Steps,
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
        let trials = vars.trials();
        let steps = vars.steps();
        let checklists = vars.checklists();
        let limit_per_ip = vars.sign_up_limit();
        let budget = vars.sign_up_budget();
        runtime::require!(
            vars,
            table,
            public_url,
            product,
            session_idle,
            trials,
            steps,
            checklists,
            limit_per_ip,
            budget
        );
        Ok(Self { table, public_url, product, session_idle, trials, steps, checklists, limit_per_ip, budget })
    }

    /// Returns the trial that a user can start. Returns `None` if trials are turned off or the user
    /// has already started one.
    ///
    /// `user` is `None` for a visitor.
    pub fn trial_for(&self, user: Option<&User>) -> Option<&TrialTerms> {
        let used = user.is_some_and(|user| user.trial_used);
        Some(&self.trials).filter(|trials| trials.enabled && !used)
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
        assert_eq!(config.trials, TrialTerms { enabled: true, days: 14, reminder_days: vec![3] });
        assert_eq!((config.limit_per_ip, config.budget), (5, Budget::parse("500").unwrap()));
        assert_eq!(read(&[("SIGNUP_LIMIT_PER_IP", "50")]).unwrap().limit_per_ip, 50);
        assert_eq!(read(&[("STRIPE_TRIAL_DAYS", "2")]).unwrap().trials.reminder_days, Vec::<u16>::new());
        assert_eq!(read(&[("TRIAL_REMINDER_DAYS", "7, 1,3,3")]).unwrap().trials.reminder_days, [1, 3, 7]);
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

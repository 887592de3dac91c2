use boot::{BaseUrl, ConfigErrors, Env};
use domain::{brake::Budget, definition::Offered, people::User};

/// The longest trial, in days: Stripe's own limit for `trial_period_days`.
const LONGEST_TRIAL: u16 = 730;

/// The most sign-ups per hour and network that can be configured: the item of a limit keeps a time for each.
const MOST_PER_IP: u32 = 50;

/// The function's variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// The address at which browsers reach Onramp; `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    pub product: String,
    /// Whether anybody gets a trial, whatever the form says.
    pub trials: bool,
    pub trial_days: u16,
    /// Days before the end on which admins are reminded, each smaller than the trial.
    pub reminder_days: Vec<u16>,
    /// What checklists organizations get.
    pub checklists: Offered,
    /// How many sign-ups one network has in an hour.
    pub limit_per_ip: u32,
    /// How many unverified sign-ups get their first mail at once.
    pub budget: Budget,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let public_url = vars.public_url();
        let product = vars.product_name();
        let trials = vars.parsed("STRIPE_ENABLE_TRIALS", "true", "true or false");
        let trial_days = vars.read("STRIPE_TRIAL_DAYS", Some("14"), "a whole number from 1 to 730", |text| {
            text.parse().ok().filter(|days| (1..=LONGEST_TRIAL).contains(days))
        });
        // Judged against the trial's length only where that is known: one fault is not to look like two.
        let shortest = trial_days.unwrap_or(LONGEST_TRIAL);
        // A trial shorter than the default reminder has none by default.
        let default = if shortest > 3 { "3" } else { "0" };
        let expected = "whole numbers of days, separated by commas, each smaller than STRIPE_TRIAL_DAYS";
        let reminder_days = vars.read("TRIAL_REMINDER_DAYS", Some(default), expected, |text| {
            let days: Option<Vec<u16>> = text.split(',').map(|days| days.trim().parse().ok()).collect();
            let mut days = days.filter(|days| days.iter().all(|days| *days < shortest))?;
            days.sort_unstable();
            days.dedup();
            Some(days)
        });
        // A reminder on the day of the end itself would be the end's own mail.
        let reminder_days = reminder_days.map(|days| days.into_iter().filter(|days| *days > 0).collect());
        let expected = "names of built-in checklists, separated by commas";
        let checklists = vars.read("CHECKLIST_DEFINITIONS", Some("built-in"), expected, Offered::parse);
        let limit_per_ip =
            vars.read("SIGNUP_LIMIT_PER_IP", Some("5"), "a whole number from 1 to 50", |text| {
                text.parse().ok().filter(|limit| (1..=MOST_PER_IP).contains(limit))
            });
        let expected = "a whole number from 1 to 1000000";
        let budget = vars.read("SIGNUP_HOURLY_BUDGET", Some("500"), expected, Budget::parse);
        let config = (|| {
            Some(Self {
                table: table?,
                public_url: public_url?,
                product: product?,
                trials: trials?,
                trial_days: trial_days?,
                reminder_days: reminder_days?,
                checklists: checklists?,
                limit_per_ip: limit_per_ip?,
                budget: budget?,
            })
        })();
        vars.finish(config)
    }

    /// The days of the trial that a sign-up can start with: everybody has one, where there are any.
    pub fn trial_for(&self, person: Option<&User>) -> Option<u16> {
        let used = person.is_some_and(|person| person.trial_used);
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
    fn defaults_are_those_of_the_documentation() {
        let config = read(&[]).unwrap();
        assert_eq!((config.trials, config.trial_days, config.reminder_days), (true, 14, vec![3]));
        assert_eq!((config.limit_per_ip, config.budget), (5, Budget::parse("500").unwrap()));
        assert_eq!(read(&[("SIGNUP_LIMIT_PER_IP", "50")]).unwrap().limit_per_ip, 50);
        assert_eq!(read(&[("STRIPE_TRIAL_DAYS", "2")]).unwrap().reminder_days, Vec::<u16>::new());
        assert_eq!(read(&[("TRIAL_REMINDER_DAYS", "7, 1,3,3")]).unwrap().reminder_days, [1, 3, 7]);
    }

    #[test]
    fn every_bad_variable_is_named() {
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
